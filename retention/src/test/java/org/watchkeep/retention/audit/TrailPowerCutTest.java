// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.PowerCut;

/** The power goes at every step of the commit order (audit.md 5), and again while the trail recovers. */
class TrailPowerCutTest {
    private static final long SEEDS = 4;

    /** What one life of the trail was told. */
    private static final class Life {
        final List<Appended> acknowledged = new ArrayList<>();
        final List<Checkpoint> signed = new ArrayList<>();
        boolean isOver;
    }

    /** Entries over the end of a bundle, a checkpoint among them. */
    private static Life live(FakeDisk disk, long from, long to) {
        Life life = new Life();
        TrailRig rig = new TrailRig();
        try (Trail trail = rig.open(disk)) {
            for (long i = from; i < to; i++) {
                life.acknowledged.add(trail.append(TrailRig.entry(i)));
                if (i % 3 == 0) {
                    rig.pass(1_000);
                    life.signed.add(trail.checkpoint());
                }
            }
        } catch (PowerCut | IOException e) {
            life.isOver = true;
            assertThat(disk.isDead())
                    .as("only the power cut ends a life, not %s", e)
                    .isTrue();
        }
        return life;
    }

    /** A trail whose next entries fill a bundle. */
    private static FakeDisk prepared(long seed, int entries) throws IOException {
        FakeDisk disk = TrailRig.disk();
        if (entries > 0) {
            assertThat(live(disk, 0, entries).isOver).isFalse();
        }
        disk.settle();
        return seed % 2 == 1 ? disk.tearSectors() : disk;
    }

    private static void checkNext(FakeDisk disk, Life before, String where) throws IOException {
        try (Trail trail = new TrailRig().open(disk)) {
            List<byte[]> entries = new ArrayList<>();
            trail.read(0, trail.size(), (index, bytes) -> entries.add(bytes));
            for (Appended each : before.acknowledged) {
                assertThat(entries.size())
                        .as("acknowledged %s, %s", each, where)
                        .isGreaterThan((int) each.index());
                assertThat(Merkle.leaf(entries.get((int) each.index())))
                        .as("acknowledged %s, %s", each, where)
                        .isEqualTo(each.leaf());
            }
            for (Checkpoint signed : before.signed) {
                Hash root = trail.head().root();
                assertThat(Merkle.isConsistent(
                                signed.size(),
                                signed.root(),
                                trail.size(),
                                root,
                                trail.consistency(signed.size(), trail.size())))
                        .as("signed %s, %s", signed.size(), where)
                        .isTrue();
            }
            long size = trail.size();
            assertThat(trail.append(TrailRig.entry(1)).index()).isEqualTo(size);
        }
    }

    private static void cutEverywhere(int prepared, long from, long to) throws IOException {
        for (long seed = 0; seed < SEEDS; seed++) {
            boolean wasCut = true;
            for (int step = 1; wasCut; step++) {
                FakeDisk disk = prepared(seed, prepared);
                disk.cutAt(step, seed);
                Life life = live(disk, from, to);
                wasCut = disk.isDead();
                if (!wasCut) {
                    disk.powerCut(seed);
                }
                checkNext(disk.restart(), life, "seed " + seed + " step " + step);
            }
        }
    }

    @Test
    void append_powerCutAtEveryStep_whatWasAcknowledgedIsThere() throws IOException {
        cutEverywhere(0, 0, 5);
    }

    @Test
    void append_powerCutAtEveryStepOverTheEndOfABundle_whatWasAcknowledgedIsThere() throws IOException {
        cutEverywhere(252, 252, 258);
    }

    @Test
    void open_powerCutAtEveryStepOfRecovery_losesNothingMore() throws IOException {
        for (long seed = 0; seed < SEEDS; seed++) {
            boolean wasCut = true;
            for (int step = 1; wasCut; step++) {
                FakeDisk disk = prepared(seed, 250);
                disk.cutAt(14, seed);
                Life life = live(disk, 250, 280);
                FakeDisk next = disk.restart();
                next.cutAt(step, seed);
                Life second = live(next, 0, 1);
                wasCut = next.isDead();
                if (!wasCut) {
                    next.powerCut(seed);
                }
                life.acknowledged.addAll(second.acknowledged);
                checkNext(next.restart(), life, "seed " + seed + " step " + step);
            }
        }
    }

    /** As under load: a commit between any two steps of sealing, and another bundle is full before the first is sealed. */
    private static List<byte[]> sealInSteps(FakeDisk disk) throws IOException {
        TrailFiles files = new TrailFiles(disk, TrailRig.FOLDER);
        TrailRecovery.Found found = TrailRecovery.run(files);
        List<byte[]> durable = new ArrayList<>();
        try {
            for (int commit = 0; commit < 6; commit++) {
                List<byte[]> entries = next(found.tree(), commit == 0 ? 10 : 200);
                found.tail().commit(entries);
                durable.addAll(entries);
                found.tail().sealStep();
            }
        } catch (PowerCut | IOException e) {
            assertThat(disk.isDead())
                    .as("only the power cut ends a life, not %s", e)
                    .isTrue();
        }
        return durable;
    }

    private static List<byte[]> next(TrailTree tree, int count) {
        List<byte[]> entries = new ArrayList<>();
        Hash prev = tree.lastLeaf();
        for (long index = tree.size(); entries.size() < count; index++) {
            byte[] entry =
                    Entry.of(TrailRig.entry(index), index, prev, Instant.EPOCH).toBytes();
            prev = Merkle.leaf(entry);
            entries.add(entry);
        }
        return entries;
    }

    /** A trail whose next 5 entries fill a bundle, written at once. */
    private static FakeDisk nearlyFull(long seed) throws IOException {
        FakeDisk disk = prepared(seed, 1);
        TrailRecovery.Found found = TrailRecovery.run(new TrailFiles(disk, TrailRig.FOLDER));
        found.tail().commit(next(found.tree(), 249));
        found.tail().close();
        return disk.settle();
    }

    @Test
    void seal_powerCutAtEveryStepWithCommitsBetween_whatWasDurableIsThere() throws IOException {
        for (long seed = 0; seed < 2; seed++) {
            boolean wasCut = true;
            for (int step = 1; wasCut; step++) {
                FakeDisk disk = nearlyFull(seed);
                disk.cutAt(step, seed);
                List<byte[]> durable = sealInSteps(disk);
                wasCut = disk.isDead();
                if (!wasCut) {
                    assertThat(durable).hasSize(1_010);
                    disk.powerCut(seed);
                }
                try (Trail trail = new TrailRig().open(disk.restart())) {
                    List<byte[]> found = new ArrayList<>();
                    trail.read(251, trail.size(), (index, bytes) -> found.add(bytes));
                    assertThat(found).as("seed %s step %s", seed, step).hasSizeGreaterThanOrEqualTo(durable.size());
                    assertThat(found.subList(0, durable.size()))
                            .as("seed %s step %s", seed, step)
                            .containsExactlyElementsOf(durable);
                }
            }
        }
    }
}
