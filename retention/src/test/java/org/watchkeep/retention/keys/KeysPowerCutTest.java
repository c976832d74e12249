// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults.Operation;
import org.watchkeep.retention.disk.PowerCut;

/**
 * The power goes at every step of making homes, opening epochs, growing, erasing, and bringing a home back. After each cut
 * the homes open, every root that was acknowledged is there, in each home alone as well, and nothing erased comes back.
 */
class KeysPowerCutTest {
    private static final Path A = Path.of("/a/keys");
    private static final Path B = Path.of("/b/keys");
    private static final Path NONE = Path.of("/none");
    private static final List<Path> HOMES = List.of(A, B);

    private final MasterKeystore master = TestMaster.random();

    /** What was promised before the power went. */
    private static final class Promised {
        final Map<Long, byte[]> live = new TreeMap<>();
        final Set<Long> erased = new HashSet<>();
        /** An erasure that began: its epoch may be there or not. */
        final Set<Long> begun = new HashSet<>();

        void open(EpochKeys keys, String classId) throws IOException {
            long number = keys.openEpoch(classId, 1_000, 2_000).number();
            assertThat(live.keySet()).allMatch(earlier -> earlier < number);
            assertThat(erased).allMatch(earlier -> earlier < number);
            live.put(
                    number, keys.streamKey(number, 1).map(SecretKey::getEncoded).orElseThrow());
        }

        void erase(EpochKeys keys, long epoch) throws IOException {
            begun.add(epoch);
            keys.erase(epoch, 3_000);
            live.remove(epoch);
            erased.add(epoch);
        }

        void eraseOldest(EpochKeys keys) throws IOException {
            erase(keys, live.keySet().iterator().next());
        }

        void checkKept(EpochKeys keys, String when) {
            live.forEach((number, key) -> {
                if (!begun.contains(number) || keys.streamKey(number, 1).isPresent()) {
                    assertThat(keys.streamKey(number, 1).map(SecretKey::getEncoded))
                            .as("key of epoch %s %s", number, when)
                            .hasValueSatisfying(found -> assertThat(found).isEqualTo(key));
                }
            });
            for (long number : erased) {
                assertThat(keys.streamKey(number, 1))
                        .as("erased epoch %s %s", number, when)
                        .isEmpty();
                assertThat(keys.epoch(number).map(Epoch::state))
                        .as("erased epoch %s %s", number, when)
                        .isNotEqualTo(Optional.of(Epoch.State.LIVE));
            }
        }
    }

    /** How many times the seeds of the quick run; the campaign has more. */
    int thoroughness() {
        return 1;
    }

    private interface Act {
        void on(FakeDisk disk, Promised promised) throws IOException;
    }

    private static FakeDisk fresh(long seed) {
        FakeDisk disk = new FakeDisk();
        return seed % 2 == 1 ? disk.tearSectors() : disk;
    }

    private EpochKeys open(FakeDisk disk, Path a, Path b) throws IOException {
        return EpochKeys.open(disk, a, b, master);
    }

    /** Runs the act on a prepared disk once for each step it takes and each seed, cut there; then checks what is left. */
    private void cutEverywhere(Act prepare, Act act, int seeds, Act check) throws IOException {
        FakeDisk counted = fresh(0);
        Promised unused = new Promised();
        prepare.on(counted, unused);
        long before = counted.changes();
        act.on(counted, unused);
        long steps = counted.changes() - before;
        assertThat(steps).isPositive();
        for (long step = 1; step <= steps; step++) {
            for (int i = 0; i < seeds * thoroughness(); i++) {
                // Over the steps every kind of seed comes by: nothing kept, all kept, some.
                long seed = step * seeds * thoroughness() + i;
                FakeDisk disk = fresh(seed);
                Promised promised = new Promised();
                prepare.on(disk, promised);
                disk.settle();
                disk.cutAt(step, seed);
                String when = "after a cut at step " + step + " of " + steps + ", seed " + seed;
                try {
                    act.on(disk, promised);
                    throw new AssertionError("no cut: " + when);
                } catch (PowerCut expected) {
                    FakeDisk after = disk.restart();
                    try {
                        check.on(after, promised);
                    } catch (IOException | RuntimeException | AssertionError e) {
                        throw new AssertionError(when, e);
                    }
                }
            }
        }
    }

    /** Both homes open and keep the promise; so does each alone; the next number is new. */
    private void bothThenEach(FakeDisk disk, Promised promised) throws IOException {
        try (EpochKeys keys = open(disk, A, B)) {
            promised.checkKept(keys, "with both homes");
            promised.open(keys, "next");
            assertThat(keys.alarms()).noneMatch(alarm -> alarm.message().contains("no copy explains"));
        }
        for (Path home : HOMES) {
            try (EpochKeys keys = open(disk, home, NONE)) {
                promised.checkKept(keys, "with " + home + " alone");
            }
        }
    }

    private void made(FakeDisk disk, Promised promised) throws IOException {
        EpochKeys.create(disk, A, B);
    }

    /** Three live epochs of two classes, one erased. */
    private void young(FakeDisk disk, Promised promised) throws IOException {
        made(disk, promised);
        try (EpochKeys keys = open(disk, A, B)) {
            promised.open(keys, "standard");
            promised.open(keys, "cells");
            promised.open(keys, "standard");
            promised.open(keys, "standard");
            promised.erase(keys, 2);
        }
    }

    /** Every slot taken; some by erased epochs where asked for. */
    private Act full(int erased) {
        return (disk, promised) -> {
            made(disk, promised);
            try (EpochKeys keys = open(disk, A, B)) {
                for (int i = 0; i < KeyHome.GROWTH; i++) {
                    promised.open(keys, "standard");
                }
                for (int i = 0; i < erased; i++) {
                    promised.eraseOldest(keys);
                }
            }
        };
    }

    private void openTwo(FakeDisk disk, Promised promised) throws IOException {
        try (EpochKeys keys = open(disk, A, B)) {
            promised.open(keys, "standard");
            promised.open(keys, "cells");
        }
    }

    @Test
    void create_cut_canBeRunAgain() throws IOException {
        cutEverywhere((disk, promised) -> {}, this::made, 3, (disk, promised) -> {
            EpochKeys.create(disk, A, B);
            bothThenEach(disk, promised);
        });
    }

    @Test
    void create_cutWithOneHomeMade_opensOnIt() throws IOException {
        cutEverywhere((disk, promised) -> {}, this::made, 3, (disk, promised) -> {
            if (KeyHome.isThere(disk, A) || KeyHome.isThere(disk, B)) {
                try (EpochKeys keys = open(disk, A, B)) {
                    promised.open(keys, "standard");
                    promised.checkKept(keys, "at once");
                }
            }
        });
    }

    @Test
    void openEpoch_cut_losesNothingPromised() throws IOException {
        cutEverywhere(this::young, this::openTwo, 8, this::bothThenEach);
    }

    @Test
    void openEpoch_cutWhileAnErasedSlotIsUsedAgain_revivesNothing() throws IOException {
        cutEverywhere(full(3), this::openTwo, 4, this::bothThenEach);
    }

    @Test
    void openEpoch_cutWhileGrowing_losesNothingPromised() throws IOException {
        cutEverywhere(full(0), this::openTwo, 1, this::bothThenEach);
    }

    @Test
    void erase_cut_losesNoOtherAndRevivesNothing() throws IOException {
        Act erase = (disk, promised) -> {
            try (EpochKeys keys = open(disk, A, B)) {
                promised.erase(keys, 1);
                promised.erase(keys, 4);
            }
        };
        cutEverywhere(this::young, erase, 8, (disk, promised) -> {
            bothThenEach(disk, promised);
            try (EpochKeys keys = open(disk, A, B)) {
                for (long number : Set.copyOf(promised.begun)) {
                    promised.erase(keys, number);
                }
                promised.checkKept(keys, "after the erasures were done again");
            }
        });
    }

    @Test
    void open_cutWhileItMendsWhatAnEarlierCutLeft_losesNothingPromised() throws IOException {
        for (long first = 1; first <= 8; first++) {
            long step = first;
            Act cutBefore = (disk, promised) -> {
                young(disk, promised);
                disk.settle();
                // One home has the new root and the new erasure, the other has neither.
                long from = disk.changes();
                try (EpochKeys keys = open(disk, A, B)) {
                    promised.begun.add(1L);
                    disk.faults().failPath(step % 2 == 0 ? A : B, Operation.WRITE);
                    keys.openEpoch("standard", 1, 1);
                    if (step > 4) {
                        keys.erase(1, 1);
                    }
                }
                disk.faults().heal();
                assertThat(disk.changes()).isGreaterThan(from);
            };
            cutEverywhere(cutBefore, (disk, promised) -> open(disk, A, B).close(), 1, this::bothThenEach);
        }
    }

    /** B is away; A goes on; then B is back, its content as it was. */
    private void usedAlone(FakeDisk disk, Promised promised) throws IOException {
        young(disk, promised);
        try (EpochKeys keys = open(disk, A, NONE)) {
            promised.open(keys, "standard");
            promised.erase(keys, 1);
            promised.open(keys, "cells");
            promised.erase(keys, 3);
        }
    }

    @Test
    void restoreOfAHome_cut_losesNothingAndRevivesNothing() throws IOException {
        cutEverywhere(this::usedAlone, (disk, promised) -> open(disk, A, B).close(), 3, this::bothThenEach);
        cutEverywhere(this::usedAlone, (disk, promised) -> open(disk, B, A).close(), 3, this::bothThenEach);
    }

    @Test
    void restoreOfAHome_cutAndTheHomeIsAwayAgain_theOtherStillHasAll() throws IOException {
        cutEverywhere(this::usedAlone, (disk, promised) -> open(disk, A, B).close(), 3, (disk, promised) -> {
            try (EpochKeys keys = open(disk, A, NONE)) {
                promised.checkKept(keys, "with A alone");
                promised.open(keys, "next");
            }
            bothThenEach(disk, promised);
        });
    }

    @Test
    void restoreOfAHome_thatMustGrow_losesNothing() throws IOException {
        Act grownAlone = (disk, promised) -> {
            full(1).on(disk, promised);
            try (EpochKeys keys = open(disk, NONE, A)) {
                promised.open(keys, "standard");
                promised.eraseOldest(keys);
            }
        };
        cutEverywhere(grownAlone, (disk, promised) -> open(disk, A, B).close(), 1, this::bothThenEach);
    }

    @Test
    void usedAlone_cut_losesNothingAndRevivesNothing() throws IOException {
        Act alone = (disk, promised) -> {
            try (EpochKeys keys = open(disk, A, NONE)) {
                promised.open(keys, "standard");
                promised.erase(keys, 1);
                promised.open(keys, "cells");
            }
        };
        cutEverywhere(this::young, alone, 8, (disk, promised) -> {
            try (EpochKeys keys = open(disk, A, NONE)) {
                promised.checkKept(keys, "with A alone");
                promised.open(keys, "next");
            }
            bothThenEach(disk, promised);
        });
    }

    /** The power cut keeps an unacknowledged root in one home, and that home's disk is away at the next start. */
    @Test
    void openEpoch_cutAndOneHomeAwayAfterwards_theHomesAgreeWhenItIsBack() throws IOException {
        for (Path left : HOMES) {
            cutEverywhere(this::young, this::openTwo, 4, (disk, promised) -> {
                try (EpochKeys keys = open(disk, left, NONE)) {
                    promised.checkKept(keys, "with " + left + " alone");
                    promised.open(keys, "next");
                }
                bothThenEach(disk, promised);
            });
        }
    }

    @Test
    void replaceHome_cut_canBeRunAgainAndLosesNothing() throws IOException {
        Path c = Path.of("/c/keys");
        cutEverywhere(
                this::young,
                (disk, promised) -> {
                    EpochKeys.replaceHome(disk, A, c);
                    open(disk, A, c).close();
                },
                2,
                (disk, promised) -> {
                    if (!KeyHome.isThere(disk, c)) {
                        EpochKeys.replaceHome(disk, A, c);
                    }
                    open(disk, A, c).close();
                    for (Path home : List.of(A, c)) {
                        try (EpochKeys keys = open(disk, home, NONE)) {
                            promised.checkKept(keys, "with " + home + " alone");
                        }
                    }
                });
    }

    /** Epochs open and close, homes come and go, the power goes: any order, many times over, on one pair of homes. */
    @Test
    void anyLife_manyCuts_losesNothingAndRevivesNothing() throws IOException {
        long seed = Long.getLong("watchkeep.seed", System.nanoTime());
        System.out.println("KeysPowerCutTest seed " + seed);
        Random random = new Random(seed);
        for (int life = 0; life < 20; life++) {
            FakeDisk disk = fresh(life);
            Promised promised = new Promised();
            made(disk, promised);
            for (int start = 0; start < 30; start++) {
                disk.cutAt(1 + random.nextInt(60), random.nextLong());
                try (EpochKeys keys = start % 3 == 2 ? open(disk, A, NONE) : open(disk, A, B)) {
                    promised.checkKept(keys, "at start " + start + " with seed " + seed);
                    while (!disk.isDead()) {
                        if (random.nextInt(3) > 0 || promised.live.isEmpty()) {
                            promised.open(keys, "standard");
                        } else {
                            promised.eraseOldest(keys);
                        }
                    }
                } catch (PowerCut cut) {
                    // The next start finds what it left.
                }
                disk = disk.restart();
            }
            bothThenEach(disk, promised);
        }
    }
}
