// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults;

/** What a failing, full or slow disk costs: never anything acknowledged, and whatever it costs is a gap with a cause. */
class StoreFaultsTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final StreamId SQUARE = StreamId.main("square");

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();
    private StoreSettings settings;

    @BeforeEach
    void init() throws IOException {
        settings = StoreRig.settings(folder, 8);
        StoreRig.init(disk, settings, clock);
    }

    private static void recordSeconds(StoreRig rig, int seconds, int bytes) {
        for (int i = 0; i < seconds; i++) {
            rig.record(GATE, bytes);
            rig.append(SQUARE, bytes);
        }
    }

    private static void assertClean(StoreRig rig) throws IOException {
        CheckReport report = rig.store.check(true, Optional.empty());
        assertThat(report.findings()).isEmpty();
        assertThat(report.isClean()).isTrue();
    }

    private Path reel(int index) {
        return folder.resolve(String.format("v1/reels/reel-%05d.wk", index));
    }

    @Test
    void write_fails_reelRetiredAndNothingIsLost() throws IOException {
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE, SQUARE)) {
            rig.beginRun(GATE);
            rig.beginRun(SQUARE);
            recordSeconds(rig, 10, 100_000);
            rig.awaitAcknowledged(GATE, 10);
            disk.faults().failPath(reel(0), FakeFaults.Operation.WRITE, FakeFaults.Operation.SYNC);
            recordSeconds(rig, 10, 100_000);
            rig.awaitAcknowledged(GATE, 20);
            rig.awaitAcknowledged(SQUARE, 20);
            assertThat(rig.status(GATE).droppedFragments()).isZero();
            assertClean(rig);
        }
        disk.faults().heal();
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE, SQUARE)) {
            assertThat(rig.segments(GATE).stream()
                            .mapToInt(s -> s.fragments().size())
                            .sum())
                    .isEqualTo(20);
            assertClean(rig);
        }
    }

    @Test
    void sync_fails_unacknowledgedIsWrittenAgainElsewhere() throws IOException {
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE, SQUARE)) {
            rig.beginRun(GATE);
            rig.beginRun(SQUARE);
            recordSeconds(rig, 3, 500_000);
            rig.awaitAcknowledged(GATE, 3);
            disk.faults().failPath(reel(0), FakeFaults.Operation.SYNC);
            recordSeconds(rig, 5, 500_000);
            rig.awaitAcknowledged(GATE, 8);
            rig.awaitAcknowledged(SQUARE, 8);
            assertClean(rig);
        }
    }

    @Test
    void volume_failsAltogether_lossIsAGapAndRecordingResumes() throws IOException {
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE, SQUARE)) {
            rig.beginRun(GATE);
            rig.beginRun(SQUARE);
            recordSeconds(rig, 3, 50_000);
            rig.awaitAcknowledged(GATE, 3);
            for (int i = 0; i < 8; i++) {
                disk.faults().failPath(reel(i), FakeFaults.Operation.WRITE, FakeFaults.Operation.SYNC);
            }
            recordSeconds(rig, 3, 50_000);
            StoreRig.await(
                    "the loss is a gap",
                    () -> rig.gaps(GATE).stream().anyMatch(gap -> gap.cause() == GapCause.VOLUME_FAILED));
            StoreRig.await("all of it", () -> rig.status(GATE).droppedFragments() == 3);
            assertClean(rig);
        }
    }

    @Test
    void disk_stalls_wholeFragmentsAreDroppedAsAGapAndItResumes() throws Exception {
        CountDownLatch stalled = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE, SQUARE)) {
            rig.beginRun(GATE);
            rig.beginRun(SQUARE);
            recordSeconds(rig, 2, 50_000);
            rig.awaitAcknowledged(GATE, 2);
            disk.faults().before((operation, path) -> {
                if (operation == FakeFaults.Operation.WRITE && path.toString().endsWith(".wk")) {
                    stalled.countDown();
                    await(release);
                }
            });
            rig.record(GATE, 50_000);
            assertThat(stalled.await(60, TimeUnit.SECONDS)).isTrue();
            // 64 batches of 4 MiB and the stream's own 4 s: more than that finds no room.
            int appended = 3;
            while (rig.status(GATE).droppedFragments() == 0 && appended < 200) {
                rig.record(GATE, 3_900_000);
                appended++;
            }
            assertThat(rig.status(GATE).droppedFragments()).isPositive();
            release.countDown();
            rig.record(GATE, 50_000);
            long all = appended + 1L;
            StoreRig.await(
                    "each is durable or dropped",
                    () -> rig.status(GATE).acknowledgedFragments()
                                    + rig.status(GATE).droppedFragments()
                            == all);
            rig.awaitAcknowledged(SQUARE, 2);
            assertThat(rig.gaps(GATE)).extracting(Gap::cause).contains(GapCause.STORE_BEHIND);
            assertThat(rig.gaps(SQUARE)).extracting(Gap::cause).doesNotContain(GapCause.STORE_BEHIND);
        }
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE, SQUARE)) {
            assertClean(rig);
            assertThat(rig.segments(GATE).stream()
                            .flatMap(s -> s.fragments().stream())
                            .filter(f -> (f.flags() & FragmentFlags.AFTER_DROP) != 0))
                    .isNotEmpty();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("the test never released the disk");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void clock_stepsBothWays_nothingIsUnexplained() throws IOException {
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            rig.beginRun(GATE);
            for (int i = 0; i < 5; i++) {
                rig.record(GATE, 1_000);
            }
            rig.endRun(GATE, GapCause.TIME_JUMP);
            clock.step(1, TimeUnit.HOURS);
            rig.beginRun(GATE);
            for (int i = 0; i < 5; i++) {
                rig.record(GATE, 1_000);
            }
            rig.endRun(GATE, GapCause.TIME_JUMP);
            clock.step(-2, TimeUnit.HOURS);
            rig.beginRun(GATE);
            for (int i = 0; i < 5; i++) {
                rig.record(GATE, 1_000);
            }
            rig.awaitAcknowledged(GATE, 15);
            assertThat(rig.segments(GATE)).hasSize(3);
            assertClean(rig);
        }
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            assertThat(rig.segments(GATE)).hasSize(3);
            assertClean(rig);
        }
    }

    @Test
    void damagedRecord_deepCheckNamesIt() throws IOException {
        long offset;
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            rig.beginRun(GATE);
            for (int i = 0; i < 5; i++) {
                rig.record(GATE, 10_000);
            }
            rig.awaitAcknowledged(GATE, 5);
            offset = rig.segments(GATE).get(0).fragments().get(2).offset();
            disk.damage(reel(0), offset + 200, (byte) 0x55, (byte) 0xAA);
            CheckReport report = rig.store.check(true, Optional.empty());
            assertThat(report.damaged()).isEqualTo(1);
            assertThat(report.findings()).singleElement().asString().contains("offset=" + offset);
        }
    }

    @Test
    void open_sealWasLost_segmentIsSealedAgain() throws IOException {
        StoreRig first = StoreRig.open(disk, settings, clock, GATE);
        first.beginRun(GATE);
        for (int i = 0; i < 5; i++) {
            first.record(GATE, 10_000);
        }
        first.awaitAcknowledged(GATE, 5);
        disk.kill();
        first.abandon();
        FakeDisk next = disk.restart();
        try (StoreRig rig = StoreRig.open(next, settings, clock, GATE)) {
            StoreRig.await("sealed", () -> states(rig).equals(List.of(Segment.State.SEALED)));
        }
        try (StoreRig rig = StoreRig.open(next, settings, clock, GATE)) {
            assertThat(states(rig)).containsExactly(Segment.State.SEALED);
            assertClean(rig);
        }
    }

    private static List<Segment.State> states(StoreRig rig) {
        try {
            return rig.segments(GATE).stream().map(Segment::state).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Reels of a real store hold every batch; written past the end of one that does not it would be lost unseen. */
    @Test
    void append_moreThanAReelHolds_isAGapAndTheRestStays() throws IOException {
        Path small = folder.resolve("small");
        StoreSettings of = SmallReels.init(disk, small, clock, 8);
        try (StoreRig rig = StoreRig.open(disk, of, clock, GATE)) {
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 1);
            long serial = SmallReels.newestSerial(rig);
            rig.record(GATE, (int) SmallReels.REEL_BYTES + 1);
            StoreRig.await("it is given up", () -> rig.isSettled(GATE));
            assertThat(rig.status(GATE).droppedFragments()).isEqualTo(1);
            assertThat(rig.gaps(GATE)).extracting(Gap::cause).containsOnlyOnce(GapCause.VOLUME_FAILED);
            SmallReels.record(rig, GATE, 1);
            assertThat(SmallReels.newestSerial(rig)).isLessThanOrEqualTo(serial + 1);
            assertClean(rig);
        }
    }
}
