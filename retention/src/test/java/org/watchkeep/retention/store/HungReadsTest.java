// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults.Operation;

/** A disk that is asked to read and never answers: it is named, and costs the other volumes nothing. */
class HungReadsTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final StreamId SQUARE = StreamId.main("square");
    private static final int REELS = 6;
    private static final int MANY = 1_000;

    @TempDir
    private Path folder;

    private FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();
    private final FlakyIndex index = new FlakyIndex();
    private final CountDownLatch hanging = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private StoreSettings settings;

    @BeforeEach
    void init() throws IOException {
        settings = SmallReels.init(disk, folder, clock, 2, REELS);
    }

    @AfterEach
    void letGo() {
        release.countDown();
    }

    private StoreRig open(int mostWaiting) throws IOException {
        return StoreRig.open(disk, settings, clock, index.settings(mostWaiting), GATE, SQUARE);
    }

    /** From now on reads of the volume that holds this stream's footage hang. */
    private void hangReads(StoreRig rig, StreamId stream) {
        Path hung = folder.resolve(rig.volumeOf(stream));
        disk.faults().before((operation, path) -> {
            if (operation == Operation.READ
                    && path.startsWith(hung)
                    && path.toString().endsWith(".wk")) {
                hanging.countDown();
                StoreRig.await(release);
            }
        });
    }

    private static VolumeStatus statusOf(StoreRig rig, StreamId stream) {
        return rig.store.volumeStatuses().stream()
                .filter(volume -> volume.id().equals(rig.volumeOf(stream)))
                .findFirst()
                .orElseThrow();
    }

    /** A ring that comes round until its oldest reel is to be read for its clearing. */
    private void roundUntilItHangs(StoreRig rig, StreamId stream) {
        for (int i = 0; i < 2 * REELS && hanging.getCount() > 0; i++) {
            rig.record(stream, 400_000);
            StoreRig.await("durable, or the reading hangs", () -> rig.isSettled(stream) || hanging.getCount() == 0);
        }
        StoreRig.await(hanging);
    }

    private static int fragments(StoreRig rig, StreamId stream) {
        try {
            return rig.segments(stream).stream()
                    .mapToInt(s -> s.fragments().size())
                    .sum();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Clearing goes on while this is read: what it has just reached is gone, and then it is not listed any more either. */
    private static void assertIsReadOrCleared(StoreRig rig, Segment segment) throws IOException {
        try {
            assertThat(rig.store.read(segment, segment.fragments().get(0)).hasRemaining())
                    .isTrue();
        } catch (FragmentGoneException cleared) {
            StoreRig.await("what is gone is not listed", () -> isCleared(rig, segment));
        }
    }

    private static boolean isCleared(StoreRig rig, Segment segment) {
        try {
            return rig.segments(segment.stream()).stream()
                    .noneMatch(s -> s.run() == segment.run() && s.number() == segment.number());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void clearing_ofOneVolumeHangs_othersRecordClearIndexAndAreRead() throws IOException {
        try (StoreRig rig = open(MANY)) {
            assertThat(rig.volumeOf(GATE)).isNotEqualTo(rig.volumeOf(SQUARE));
            rig.beginRun(GATE);
            rig.beginRun(SQUARE);
            hangReads(rig, SQUARE);
            roundUntilItHangs(rig, SQUARE);
            rig.endRun(SQUARE, GapCause.CONNECTION_LOST);
            SmallReels.record(rig, GATE, 3 * REELS);
            assertThat(rig.status(GATE).droppedFragments()).isZero();
            StoreRig.await(
                    "rows of the other volume are put",
                    () -> rig.store.streamState(GATE).unindexed().size() <= 1);
            for (Segment segment : rig.segments(GATE)) {
                assertIsReadOrCleared(rig, segment);
            }
            StoreRig.await("the volume is named", () -> {
                rig.pace.skip(1, TimeUnit.SECONDS);
                return statusOf(rig, SQUARE).notAnswering().isPresent();
            });
            assertThat(statusOf(rig, SQUARE).notAnswering().orElseThrow()).contains("reading", "reel-");
            assertThat(statusOf(rig, GATE).notAnswering()).isEmpty();
            Segment there = rig.segments(SQUARE).get(0);
            assertThatThrownBy(() -> rig.store.read(there, there.fragments().get(0)))
                    .isInstanceOf(NotAnsweringException.class)
                    .hasMessageContaining(rig.volumeOf(SQUARE));
            // What square's ring has no reel for is in hand, neither footage nor a gap yet.
            assertThat(rig.store.check(true, Optional.empty()).findings())
                    .noneMatch(finding -> finding.contains(GATE.toString()))
                    .filteredOn(finding -> finding.contains("does not answer"))
                    .hasSize(1);
            release.countDown();
            long before = rig.status(SQUARE).acknowledgedFragments();
            rig.beginRun(SQUARE);
            rig.record(SQUARE, 1_000);
            StoreRig.await("it goes on", () -> rig.status(SQUARE).acknowledgedFragments() > before);
            StoreRig.await(
                    "it answers again",
                    () -> statusOf(rig, SQUARE).notAnswering().isEmpty());
        }
        try (StoreRig rig = open(MANY)) {
            assertThat(rig.store.check(true, Optional.empty()).findings()).isEmpty();
        }
    }

    @Test
    void catchingUp_onOneVolumeHangs_indexOfTheOthersIsFilled() throws IOException {
        try (StoreRig rig = open(1)) {
            rig.beginRun(GATE);
            rig.beginRun(SQUARE);
            index.failWrites = true;
            SmallReels.record(rig, SQUARE, 3);
            SmallReels.record(rig, GATE, 3);
            StoreRig.await("rows are let go", rig.store::isIndexBehind);
            hangReads(rig, SQUARE);
            index.failWrites = false;
            clock.pass(2, TimeUnit.MINUTES);
            StoreRig.await(hanging);
            StoreRig.await(
                    "the other volume's footage is listed",
                    () -> fragments(rig, GATE) == 3 * SmallReels.BURST_FRAGMENTS);
            SmallReels.record(rig, GATE, 2 * REELS);
            assertThat(rig.status(GATE).droppedFragments()).isZero();
            release.countDown();
            SmallReels.record(rig, SQUARE, 1);
            StoreRig.await("and then its own", () -> fragments(rig, SQUARE) == 4 * SmallReels.BURST_FRAGMENTS);
        }
    }

    @Test
    void sealing_ofWhatLiesOnOneVolumeHangs_othersAreSealed() throws IOException {
        StoreRig killed = open(MANY);
        killed.beginRun(GATE);
        killed.beginRun(SQUARE);
        SmallReels.record(killed, SQUARE, 1);
        SmallReels.record(killed, GATE, 1);
        String hung = killed.volumeOf(GATE);
        disk.kill();
        killed.abandon();
        disk = disk.restart();
        // Recovery reads in the opening thread; the sealers have threads of their own.
        disk.faults().before((operation, path) -> {
            if (operation == Operation.READ
                    && path.startsWith(folder.resolve(hung))
                    && Thread.currentThread().getName().startsWith("sealer-")) {
                StoreRig.await(release);
            }
        });
        try (StoreRig rig = open(MANY)) {
            StoreRig.await("the other is sealed", () -> isSealed(rig, SQUARE));
            assertThat(isSealed(rig, GATE)).isFalse();
            release.countDown();
            StoreRig.await("and then it", () -> isSealed(rig, GATE));
        }
    }

    private static boolean isSealed(StoreRig rig, StreamId stream) {
        try {
            return rig.segments(stream).stream().allMatch(segment -> segment.state() == Segment.State.SEALED);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
