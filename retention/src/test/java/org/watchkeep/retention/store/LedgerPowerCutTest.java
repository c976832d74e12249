// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.PowerCut;

/** The power goes at every step of the ledger's write order, and again while it recovers. */
class LedgerPowerCutTest {
    private static final Path FOLDER = Path.of("/data/ledger");
    private static final long SEEDS = 12;
    /** Long enough that a group of entries crosses blocks. */
    private static final String DETAIL = "what the camera said ".repeat(60);

    private static final long MONTH_MICROS = 31L * 86_400_000_000L;

    /** What one life of the ledger did before the power went. */
    private static final class Life {
        final List<LedgerEntry> replayed = new ArrayList<>();
        final List<LedgerEntry> appended = new ArrayList<>();
        int acknowledged;
        boolean isOver;
    }

    private static LedgerEntry entry(int number) {
        return new LedgerEntry.VolumeFailed("v1", number + " " + DETAIL);
    }

    private static FakeDisk prepared(long seed) throws IOException {
        FakeDisk disk = new FakeDisk();
        disk.createFolders(Path.of("/data"));
        disk.settle();
        return seed % 3 == 2 ? disk.tearSectors() : disk;
    }

    /** Groups of five entries, the last of each waited for, over three months. */
    private static Life live(FakeDisk disk) {
        Life life = new Life();
        try (Ledger ledger = Ledger.open(disk, FOLDER, life.replayed::add, e -> {})) {
            for (int number = 0; number < 30; number++) {
                LedgerEntry entry = entry(number);
                life.appended.add(entry);
                if (number % 5 == 4) {
                    ledger.appendDurably(entry, number / 10 * MONTH_MICROS);
                    life.acknowledged = life.appended.size();
                } else {
                    ledger.append(entry, number / 10 * MONTH_MICROS);
                }
            }
        } catch (PowerCut | IllegalStateException | IOException e) {
            life.isOver = true;
            assertThat(disk.isDead())
                    .as("only the power cut ends a life, not %s", e)
                    .isTrue();
        }
        return life;
    }

    @Test
    void appendDurably_powerCutAtEveryStep_whatReturnedIsThere() throws IOException {
        for (long seed = 0; seed < SEEDS; seed++) {
            boolean wasCut = true;
            for (int step = 1; wasCut; step++) {
                FakeDisk disk = prepared(seed);
                disk.cutAt(step, seed);
                Life first = live(disk);
                wasCut = disk.isDead();
                if (!wasCut) {
                    disk.powerCut(seed);
                }
                checkNextLife(disk.restart(), first, "seed " + seed + " step " + step);
            }
        }
    }

    private static void checkNextLife(FakeDisk disk, Life before, String where) {
        Life next = live(disk);
        assertThat(next.isOver).as(where).isFalse();
        assertThat(next.replayed)
                .as("a prefix of what was appended, %s", where)
                .isEqualTo(before.appended.subList(0, next.replayed.size()));
        assertThat(next.replayed.size())
                .as("what was acknowledged, %s", where)
                .isGreaterThanOrEqualTo(before.acknowledged);

        disk.powerCut(0);
        Life last = live(disk.restart());
        List<LedgerEntry> all = new ArrayList<>(next.replayed);
        all.addAll(next.appended);
        assertThat(last.replayed).as("both lives, %s", where).isEqualTo(all);
    }

    /** A torn tail of several blocks behind the newest file's lines. */
    private static void tear(FakeDisk disk) throws IOException {
        Path newest = FOLDER.resolve(disk.list(FOLDER).get(disk.list(FOLDER).size() - 1));
        try (DiskFile file = disk.open(newest, Disk.Mode.WRITE)) {
            file.write(ByteBuffer.allocate(10_000), file.size());
        }
    }

    @Test
    void open_powerCutAtEveryStepOfRecovery_losesNothingMore() throws IOException {
        for (long seed = 0; seed < SEEDS; seed++) {
            boolean wasCut = true;
            for (int step = 1; wasCut; step++) {
                FakeDisk disk = prepared(seed);
                Life first = live(disk);
                assertThat(first.isOver).isFalse();
                tear(disk);
                disk.powerCut(1);
                FakeDisk second = disk.restart();
                second.cutAt(step, seed);
                List<LedgerEntry> replayed = new ArrayList<>();
                try {
                    Ledger.open(second, FOLDER, replayed::add, e -> {}).close();
                } catch (PowerCut e) {
                    assertThat(e).hasMessageContaining("power cut");
                }
                wasCut = second.isDead();
                if (!wasCut) {
                    second.powerCut(seed);
                }
                checkNextLife(second.restart(), first, "seed " + seed + " step " + step);
            }
        }
    }
}
