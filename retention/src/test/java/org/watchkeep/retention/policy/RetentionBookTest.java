// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.PowerCut;

class RetentionBookTest {
    private static final RetentionBook.Content CONTENT = content(7);

    private static RetentionBook.Content content(long elapsed) {
        RetentionClock.State state = new RetentionClock.State(
                elapsed,
                1_780_309_800_000_000L,
                11,
                3,
                List.of(new RetentionClock.Jump(1, 2)),
                List.of(new RetentionClock.Jump(5, -9)),
                99,
                "boot-1");
        return new RetentionBook.Content(state, Map.of(17L, 4L, 18L, 6L), Map.of("town", new Brake.Mark(5, 6)));
    }

    @Test
    void whatWasWritten_isRead() throws IOException {
        FakeDisk disk = new FakeDisk();
        Path folder = Path.of("/data");
        disk.createFolders(folder);
        RetentionBook book = new RetentionBook(disk, folder);
        assertThat(book.read()).isEmpty();
        book.write(CONTENT);
        book.write(content(8));
        assertThat(book.read()).contains(content(8));
    }

    @Test
    void powerCut_atEachStep_leavesTheOneBeforeOrThisOne() throws IOException {
        Path folder = Path.of("/data");
        for (long step = 1; ; step++) {
            FakeDisk disk = new FakeDisk().tearSectors();
            disk.createFolders(folder);
            new RetentionBook(disk, folder).write(CONTENT);
            disk.settle();
            disk.cutAt(step, step);
            try {
                new RetentionBook(disk, folder).write(content(8));
            } catch (PowerCut | IOException e) {
                assertThat(disk.isDead()).isTrue();
            }
            boolean cut = disk.isDead();
            Optional<RetentionBook.Content> left = new RetentionBook(cut ? disk.restart() : disk, folder).read();
            assertThat(left).isPresent();
            assertThat(left.get()).isIn(CONTENT, content(8));
            if (!cut) {
                return;
            }
        }
    }

    @Property(tries = 2_000)
    void damaged_isNotTaken(@ForAll int at, @ForAll byte flip, @ForAll boolean shorten) throws IOException {
        byte[] line = RetentionBook.encode(CONTENT);
        int place = Math.floorMod(at, line.length);
        byte[] bad = shorten ? Arrays.copyOf(line, place) : line.clone();
        if (!shorten) {
            bad[place] ^= flip;
        }
        Optional<RetentionBook.Content> read = RetentionBook.parse(bad);
        if (read.isPresent()) {
            assertThat(bad).isEqualTo(line);
        }
    }

    @Test
    void ofANewerVersion_isRefused() {
        String body = "{\"version\":2}";
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        String line = String.format("%08x %s%n", crc.getValue(), body);
        assertThatThrownBy(() -> RetentionBook.parse(line.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("format version 2");
    }
}
