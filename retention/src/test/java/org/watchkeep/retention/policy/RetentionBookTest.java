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
                5,
                true,
                List.of(new RetentionClock.Jump(1, 4, 2)),
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
        assertThatThrownBy(() -> RetentionBook.parse(line("{\"version\":3}")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("format version 3");
    }

    /** As this version writes it, byte for byte: a member that is called otherwise could not be read by the next. */
    @Test
    void ofThisVersion_isWrittenSo() throws IOException {
        String body = "{\"version\":2,\"clock\":{\"elapsedMicros\":7,\"zeroUtcMicros\":1780309800000000,"
                + "\"forgottenMicros\":11,\"unseenAt\":3,\"unseenUntil\":5,\"stepped\":true,"
                + "\"taken\":[{\"atElapsedMicros\":1,\"untilElapsedMicros\":4,\"micros\":2}],"
                + "\"inDoubt\":[{\"atElapsedMicros\":5,\"untilElapsedMicros\":5,\"micros\":-9}],"
                + "\"monoNanos\":99,\"bootId\":\"boot-1\"},"
                + "\"stamps\":{\"17\":4,\"18\":6},\"marks\":{\"town\":{\"spentMicros\":5,\"limitMicros\":6}}}";
        assertThat(new String(RetentionBook.encode(CONTENT), StandardCharsets.UTF_8))
                .isEqualTo(new String(line(body), StandardCharsets.UTF_8));
    }

    /** As the first version wrote it, byte for byte. */
    @Test
    void ofTheFirstVersion_isRead_timeMayHavePassedUntilNow() throws IOException {
        String body = "{\"version\":1,\"clock\":{\"elapsedMicros\":7,\"zeroUtcMicros\":1780309800000000,"
                + "\"forgottenMicros\":11,\"unseenAt\":3,\"taken\":[{\"atElapsedMicros\":1,\"micros\":2}],"
                + "\"inDoubt\":[{\"atElapsedMicros\":5,\"micros\":-9}],\"monoNanos\":99,\"bootId\":\"boot-1\"},"
                + "\"stamps\":{\"17\":4,\"18\":6},\"marks\":{\"town\":{\"spentMicros\":5,\"limitMicros\":6}}}";
        RetentionBook.Content read = RetentionBook.parse(line(body)).orElseThrow();
        RetentionClock.State clock = read.clock();
        assertThat(clock.unseenAt()).isEqualTo(3);
        assertThat(clock.unseenUntil()).isEqualTo(7);
        assertThat(clock.stepped()).isTrue();
        assertThat(clock.taken()).containsExactly(new RetentionClock.Jump(1, 1, 2));
        assertThat(clock.inDoubt()).containsExactly(new RetentionClock.Jump(5, 5, -9));
        assertThat(read.stamps()).isEqualTo(Map.of(17L, 4L, 18L, 6L));
        assertThat(RetentionBook.parse(RetentionBook.encode(read))).contains(read);
    }

    private static byte[] line(String body) {
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x %s%n", crc.getValue(), body).getBytes(StandardCharsets.UTF_8);
    }
}
