// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;

/** Gaps that a stop, a clock or the months have made untidy: each has an end, and none is kept for ever. */
class GapAccountTest {
    private static final StreamId GATE = StreamId.main("gate");

    @TempDir
    private Path folder;

    private FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();
    private StoreSettings settings;

    @BeforeEach
    void init() throws IOException {
        settings = SmallReels.init(disk, folder, clock, 6);
    }

    private StoreRig open() throws IOException {
        return StoreRig.open(disk, settings, clock, GATE);
    }

    private void die(StoreRig rig) throws IOException {
        rig.store.ledger().appendDurably(new LedgerEntry.VolumeFailed("v1", "test"), clock.utcMicros());
        disk.kill();
        rig.abandon();
        disk = disk.restart();
    }

    private static void assertClean(StoreRig rig) throws IOException {
        assertThat(rig.store.check(false, Optional.empty()).findings()).isEmpty();
    }

    @Test
    void gapWithinAGap_stopBeforeEitherEnded_bothAreClosedAtStartAndStaySo() throws IOException {
        StoreRig rig = open();
        rig.beginRun(GATE);
        SmallReels.record(rig, GATE, 1);
        rig.endRun(GATE, GapCause.CONNECTION_LOST);
        clock.pass(3, TimeUnit.SECONDS);
        // A shorter one is opened within it, and the power goes before the ledger has the end of either.
        rig.store
                .ledger()
                .appendDurably(
                        new LedgerEntry.GapOpened(
                                1_000,
                                rig.store.streamState(GATE).number,
                                clock.utcMicros(),
                                clock.monoNanos(),
                                clock.bootId(),
                                GapCause.STORE_BEHIND,
                                "test"),
                        clock.utcMicros());
        // The recorder was alive for two seconds more.
        clock.pass(2, TimeUnit.SECONDS);
        rig.store
                .ledger()
                .appendDurably(
                        new LedgerEntry.RunStarted(
                                1_000, rig.store.streamState(GATE).number, "avc1.640028", "", clock.utcMicros()),
                        clock.utcMicros());
        die(rig);
        clock.pass(10, TimeUnit.SECONDS);
        for (int start = 0; start < 2; start++) {
            try (StoreRig again = open()) {
                List<Gap> ended = again.gaps(GATE).stream()
                        .filter(gap -> gap.cause() == GapCause.CONNECTION_LOST || gap.cause() == GapCause.STORE_BEHIND)
                        .toList();
                assertThat(ended).hasSize(2).allMatch(gap -> gap.to().isPresent());
                again.beginRun(GATE);
                SmallReels.record(again, GATE, 1);
                assertThat(again.gaps(GATE)).allMatch(gap -> gap.to().isPresent());
                assertClean(again);
            }
        }
    }

    @Test
    void clockAheadAndBack_gapOpenAtTheStop_doesNotEndInTheFuture() throws IOException {
        StoreRig rig = open();
        rig.beginRun(GATE);
        SmallReels.record(rig, GATE, 1);
        rig.endRun(GATE, GapCause.TIME_JUMP);
        step(rig, 1);
        rig.beginRun(GATE);
        SmallReels.record(rig, GATE, 1);
        rig.endRun(GATE, GapCause.TIME_JUMP);
        step(rig, -1);
        rig.beginRun(GATE);
        SmallReels.record(rig, GATE, 1);
        rig.endRun(GATE, GapCause.CONNECTION_LOST);
        die(rig);
        clock.pass(10, TimeUnit.SECONDS);
        Instant started = StreamState.instant(clock.utcMicros());
        try (StoreRig again = open()) {
            // It was open for no time that the recorder lived; the stop follows, and ends now.
            assertThat(again.gaps(GATE)).extracting(Gap::cause).doesNotContain(GapCause.CONNECTION_LOST);
            assertThat(again.gaps(GATE).stream().filter(gap -> gap.cause() == GapCause.RECORDER_STOPPED))
                    .singleElement()
                    .satisfies(gap -> assertThat(gap.to()).contains(started));
            again.beginRun(GATE);
            SmallReels.record(again, GATE, 1);
            assertClean(again);
        }
    }

    /** Until the keeper notices, footage of a clock set back goes into the epoch that has later times: nothing is missing. */
    @Test
    void clockBack_runReachesIntoTheNextEpoch_aStartMakesNoGapOfFootage() throws IOException {
        StoreRig rig = open();
        rig.beginRun(GATE);
        SmallReels.record(rig, GATE, 1);
        rig.endRun(GATE, GapCause.TIME_JUMP);
        int before = rig.store.keys().epochs().size();
        clock.step(-1, TimeUnit.DAYS);
        rig.beginRun(GATE);
        rig.record(GATE, 1_000);
        StoreRig.await("the step is noticed", () -> rig.store.keys().epochs().size() > before);
        SmallReels.record(rig, GATE, 1);
        StoreRig.await(
                "the first part is in the index",
                () -> rig.store.streamState(GATE).unindexed().size() <= 1);
        die(rig);
        clock.pass(10, TimeUnit.SECONDS);
        try (StoreRig again = open()) {
            assertThat(again.gaps(GATE).stream().filter(gap -> gap.cause() == GapCause.RECORDER_STOPPED))
                    .hasSize(1);
            assertClean(again);
        }
    }

    /** Somebody sets the clock by days; waits until the keeper has noticed, which opens an epoch. */
    private void step(StoreRig rig, int days) {
        int before = rig.store.keys().epochs().size();
        clock.step(days, TimeUnit.DAYS);
        StoreRig.await("the step is noticed", () -> rig.store.keys().epochs().size() > before);
    }

    @Test
    void months_passOverASmallRing_whatIsOlderThanAllFootageIsForgotten() throws IOException {
        try (StoreRig rig = open()) {
            for (int day = 0; day < 20; day++) {
                rig.beginRun(GATE);
                SmallReels.record(rig, GATE, 1);
                rig.endRun(GATE, GapCause.CONNECTION_LOST);
                clock.pass(1, TimeUnit.DAYS);
            }
            StoreRig.await("old gaps are forgotten", () -> rig.gaps(GATE).size() <= 8);
            StoreRig.await("old runs are forgotten", () -> rig.store.runs().size() <= 8);
            assertThat(rig.segments(GATE)).extracting(Segment::codec).containsOnly("avc1.640028");
            assertClean(rig);
        }
        try (StoreRig rig = open()) {
            StoreRig.await(
                    "old gaps are forgotten at start too", () -> rig.gaps(GATE).size() <= 10);
            assertThat(rig.store.runs().size()).isLessThanOrEqualTo(8);
            assertThat(rig.segments(GATE)).extracting(Segment::codec).containsOnly("avc1.640028");
            assertClean(rig);
        }
    }

    @Test
    void run_thatBeganBeforeAllFootageAndStillGoesOn_isRemembered() {
        RunBook runs = new RunBook();
        runs.sawRun(1, 7, "old", "", 0, Moment.atUtc(100));
        runs.sawRun(2, 7, "long", "", 0, Moment.atUtc(200));
        runs.sawRun(3, 8, "other stream's", "", 0, Moment.atUtc(50));
        runs.sawRun(4, 7, "new", "", 0, Moment.atUtc(900));
        runs.forgetBefore(Moment.atUtc(500));
        assertThat(List.of(runs.codec(1), runs.codec(2), runs.codec(3), runs.codec(4)))
                .containsExactly(RunBook.UNKNOWN_CODEC, "long", "other stream's", "new");
    }
}
