// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.Campaign;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults;
import org.watchkeep.retention.disk.PowerCut;

/**
 * The power is cut at every step of the write order, reel switches and clearing included; unsynced blocks are then kept,
 * lost or torn in any order. At the next start everything acknowledged is there with the digest it was acknowledged
 * with, nothing is damaged, and every other second is a gap with a cause.
 */
class PowerCutIT {
    private static final StreamId GATE = StreamId.main("gate");
    private static final StreamId SQUARE = StreamId.main("square");

    /** Steps from one cut to the next: with 9 each phase of a commit and of a reel's end is met now and then. */
    private static final int EVERYDAY_STRIDE = 9;

    /** Each draws anew which blocks stay. */
    private static final int FOOTER_CUTS = 6;

    private static final int SECONDS_IN_A_REEL_AND_A_HALF = 8;

    @TempDir
    private Path folder;

    @Test
    void powerCut_atEveryNinthStep_losesNothingAcknowledged() throws IOException {
        cutAtEach(1, EVERYDAY_STRIDE, 40);
    }

    @Test
    @Tag("campaign")
    void powerCut_atEveryStep_losesNothingAcknowledged() throws IOException {
        int stride = Campaign.stride(1);
        cutAtEach(Campaign.firstStep(stride), stride, Integer.MAX_VALUE);
    }

    /** The full reel's footer and trailer have just been written, and nothing since the last commit was synced. */
    @Test
    void powerCut_behindTheFooter_keepingAnyOfItsBlocks_losesNothingAcknowledged() throws IOException {
        for (int i = 0; i < FOOTER_CUTS; i++) {
            long seed = 4L * i + 2; // draws which blocks are kept
            FakeDisk disk = new FakeDisk().tearSectors();
            AtomicBoolean cut = new AtomicBoolean();
            Runnable cutAtTheSecondReel = () -> disk.faults().before((operation, path) -> {
                boolean begins = operation == FakeFaults.Operation.WRITE && path.endsWith("reel-00001.wk");
                if (begins && cut.compareAndSet(false, true)) {
                    disk.powerCut(seed);
                }
            });
            assertThat(life(disk, cutAtTheSecondReel, seed, folder.resolve("footer-" + i)))
                    .isTrue();
        }
    }

    /** Goes on until a life is lived to its end without meeting its cut. */
    private void cutAtEach(long first, int stride, int most) throws IOException {
        for (int i = 0; i < most; i++) {
            long step = first + (long) i * stride;
            long seed = 1_000 * step + i;
            FakeDisk disk = new FakeDisk().tearSectors();
            if (!life(disk, () -> disk.cutAt(step, seed), seed, folder.resolve("life-" + i))) {
                System.out.println("power cut at " + i + " steps, every " + stride);
                return;
            }
        }
    }

    /** Records until the cut, starts anew and looks. False when the life ended before the cut. */
    private boolean life(FakeDisk disk, Runnable armed, long seed, Path at) throws IOException {
        TestClock clock = new TestClock();
        StoreSettings settings = StoreRig.settings(at, 4);
        StoreRig.init(disk, settings, clock);
        disk.settle();
        armed.run();
        Map<StoreRig.Acknowledged, Digest> acknowledged = new HashMap<>();
        StoreRig rig = null;
        boolean cut = false;
        try {
            rig = StoreRig.open(disk, settings, clock, GATE, SQUARE);
            record(rig, disk, new Random(seed));
            rig.close();
        } catch (PowerCut | IOException | AssertionError | IllegalStateException e) {
            if (!disk.isDead()) {
                throw e;
            }
            cut = true;
        }
        if (rig != null) {
            if (cut) {
                rig.abandon();
            }
            acknowledged.putAll(rig.acknowledged);
        }
        if (disk.isDead()) {
            clock.pass(11, TimeUnit.SECONDS);
            clock.reboot("boot-2");
            check(disk.restart(), settings, clock, acknowledged, seed);
            return true;
        }
        return false;
    }

    /** About 20 s of two fat streams: five reels are filled, so the ring wraps once. */
    private static void record(StoreRig rig, FakeDisk disk, Random random) {
        rig.beginRun(GATE);
        rig.beginRun(SQUARE);
        for (int i = 0; i < 20 && !disk.isDead(); i++) {
            rig.record(GATE, 5_000_000 + random.nextInt(1_000_000));
            rig.append(SQUARE, 6_000_000 + random.nextInt(1_000_000));
            int enough = i - 1;
            StoreRig.await("acknowledged or dead", () -> {
                boolean both = rig.status(GATE).acknowledgedFragments() > enough
                        && rig.status(SQUARE).acknowledgedFragments() > enough;
                return both || disk.isDead();
            });
        }
        if (!disk.isDead()) {
            rig.endRun(GATE, GapCause.CONNECTION_LOST);
        }
    }

    private static void check(
            FakeDisk disk,
            StoreSettings settings,
            TestClock clock,
            Map<StoreRig.Acknowledged, Digest> acknowledged,
            long seed)
            throws IOException {
        if (seed % 3 == 0) {
            FootageStore.deleteIndex(settings);
        }
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE, SQUARE)) {
            CheckReport report = rig.store.check(true, Optional.empty());
            assertThat(report.findings()).as("seed %d", seed).isEmpty();
            assertThat(rig.store.volumeStatuses())
                    .as("seed %d: no power cut costs a reel", seed)
                    .allMatch(volume -> volume.retired() == 0);
            Map<StoreRig.Acknowledged, Digest> there = new HashMap<>();
            for (StreamId stream : rig.store.streams()) {
                for (Segment segment : rig.segments(stream)) {
                    for (FragmentRef ref : segment.fragments()) {
                        there.put(
                                new StoreRig.Acknowledged(stream, segment.run(), ref.sequence()),
                                rig.store.digest(segment, ref));
                    }
                }
            }
            acknowledged.forEach((key, digest) -> {
                if (!clearedBefore(key, acknowledged, there)) {
                    assertThat(there).as("seed %d", seed).containsEntry(key, digest);
                }
            });
            // And it goes on recording.
            rig.beginRun(GATE);
            rig.record(GATE, 1_000);
            rig.awaitAcknowledged(GATE, 1);
        }
    }

    /**
     * The head had come by: only older than everything that is left of the stream, and only with more than a reel and a
     * half (of four: one stands cleared, one is the head) written since.
     */
    private static boolean clearedBefore(
            StoreRig.Acknowledged key,
            Map<StoreRig.Acknowledged, Digest> acknowledged,
            Map<StoreRig.Acknowledged, Digest> there) {
        long oldest = there.keySet().stream()
                .filter(other -> other.stream().equals(key.stream()) && other.run() == key.run())
                .mapToLong(StoreRig.Acknowledged::sequence)
                .min()
                .orElse(Long.MAX_VALUE);
        // What was written and never acknowledged took the head on as well.
        long newest = Stream.concat(acknowledged.keySet().stream(), there.keySet().stream())
                .filter(other -> other.stream().equals(key.stream()) && other.run() == key.run())
                .mapToLong(StoreRig.Acknowledged::sequence)
                .max()
                .orElse(0);
        return key.sequence() < oldest && key.sequence() + SECONDS_IN_A_REEL_AND_A_HALF < newest;
    }
}
