// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;

/** The account of a stream is kept on the recorder's own timeline: what UTC shows twice hides nothing. */
class OwnTimeTest {
    private static final StreamId GATE = StreamId.main("gate");

    @TempDir
    private Path folder;

    private FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();
    private StoreSettings settings;

    @BeforeEach
    void init() throws IOException {
        settings = SmallReels.init(disk, folder, clock, 12);
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

    /** Somebody sets the clock; waits until the keeper has noticed, which opens an epoch. */
    private void step(StoreRig rig, long amount, TimeUnit unit) {
        int before = rig.store.keys().epochs().size();
        clock.step(amount, unit);
        StoreRig.await("the step is noticed", () -> rig.store.keys().epochs().size() > before);
    }

    private static void recordSeconds(StoreRig rig, int seconds) {
        long before = rig.status(GATE).acknowledgedFragments();
        for (int i = 0; i < seconds; i++) {
            rig.record(GATE, 1_000);
        }
        rig.awaitAcknowledged(GATE, before + seconds);
    }

    private static List<String> findings(StoreRig rig) throws IOException {
        return rig.store.check(false, Optional.empty()).findings();
    }

    /** A hole of five seconds that nobody enters, as a fault of the recorder would leave it. */
    private void leaveAHole(StoreRig rig) {
        recordSeconds(rig, 10);
        clock.pass(5, TimeUnit.SECONDS);
        recordSeconds(rig, 10);
    }

    @Test
    void hole_thatTheSecondPassCovers_isFound() throws IOException {
        try (StoreRig rig = open()) {
            rig.beginRun(GATE);
            leaveAHole(rig);
            assertThat(findings(rig)).singleElement().asString().contains("neither footage nor a gap");
            rig.endRun(GATE, GapCause.TIME_JUMP);
            step(rig, -30, TimeUnit.SECONDS);
            rig.beginRun(GATE);
            recordSeconds(rig, 60);
            CheckReport report = rig.store.check(false, Optional.empty());
            assertThat(report.unexplained()).isEqualTo(1);
            rig.endRun(GATE, GapCause.CONNECTION_LOST);
        }
        // The same of rows in the index, and of rows made from the reels.
        try (StoreRig rig = open()) {
            assertThat(rig.store.check(true, Optional.empty()).unexplained()).isEqualTo(1);
        }
        FootageStore.deleteIndex(settings);
        try (StoreRig rig = open()) {
            assertThat(rig.store.check(true, Optional.empty()).unexplained()).isEqualTo(1);
        }
    }

    @Test
    void hole_inTheSecondPass_isFound() throws IOException {
        try (StoreRig rig = open()) {
            rig.beginRun(GATE);
            recordSeconds(rig, 60);
            rig.endRun(GATE, GapCause.TIME_JUMP);
            step(rig, -50, TimeUnit.SECONDS);
            rig.beginRun(GATE);
            leaveAHole(rig);
            assertThat(rig.store.check(false, Optional.empty()).unexplained()).isEqualTo(1);
        }
    }

    @Test
    void killed_inTheSecondPass_stopIsAGapAndNothingUnexplained() throws IOException {
        StoreRig rig = open();
        rig.beginRun(GATE);
        recordSeconds(rig, 60);
        rig.endRun(GATE, GapCause.TIME_JUMP);
        step(rig, -50, TimeUnit.SECONDS);
        rig.beginRun(GATE);
        recordSeconds(rig, 10);
        die(rig);
        clock.pass(7, TimeUnit.SECONDS);
        clock.reboot("boot-2");
        for (int start = 0; start < 2; start++) {
            try (StoreRig again = open()) {
                again.beginRun(GATE);
                recordSeconds(again, 3);
                assertThat(findings(again)).isEmpty();
                assertThat(again.store.streamState(GATE).gapSpans().stream()
                                .filter(gap -> gap.cause() == GapCause.RECORDER_STOPPED)
                                .findFirst())
                        .hasValueSatisfying(gap -> {
                            assertThat(gap.from().boot()).isEqualTo(1);
                            assertThat(gap.to().orElseThrow().boot()).isEqualTo(2);
                        });
            }
        }
    }

    @Test
    void reboot_clockSetBackWhileOff_nothingUnexplained() throws IOException {
        StoreRig rig = open();
        rig.beginRun(GATE);
        recordSeconds(rig, 30);
        die(rig);
        clock.step(-20, TimeUnit.SECONDS);
        clock.reboot("boot-2");
        try (StoreRig again = open()) {
            again.beginRun(GATE);
            recordSeconds(again, 30);
            assertThat(findings(again)).isEmpty();
            again.endRun(GATE, GapCause.CONNECTION_LOST);
        }
        FootageStore.deleteIndex(settings);
        clock.reboot("boot-3");
        try (StoreRig again = open()) {
            assertThat(findings(again)).isEmpty();
        }
    }

    @Test
    void account_ofAnOlderVersion_isComparedByUtc() throws IOException {
        try (StoreRig rig = open()) {
            rig.beginRun(GATE);
            recordSeconds(rig, 5);
            rig.endRun(GATE, GapCause.CONNECTION_LOST);
            // As version 2 of the ledger entered a gap both ends of which were known: without own time.
            long at = clock.utcMicros();
            int stream = rig.store.streamState(GATE).number;
            LedgerEntry opened =
                    new LedgerEntry.GapOpened(900, stream, at, 0, clock.bootId(), GapCause.STORE_BEHIND, "old");
            LedgerEntry closed = new LedgerEntry.GapClosed(900, stream, at + 2_000_000, 0, clock.bootId());
            rig.store.ledger().appendDurably(opened, at);
            rig.store.ledger().appendDurably(closed, at);
        }
        clock.pass(10, TimeUnit.SECONDS);
        try (StoreRig rig = open()) {
            rig.beginRun(GATE);
            recordSeconds(rig, 5);
            assertThat(findings(rig)).isEmpty();
            clock.pass(5, TimeUnit.SECONDS);
            recordSeconds(rig, 5);
            assertThat(findings(rig)).hasSize(1);
        }
    }

    // ---- gaps that adjoin -------------------------------------------------------------------------------------------

    @Test
    void dropped_fragmentAfterFragment_isOneGapHereAndAfterAStart() throws IOException {
        try (StoreRig rig = open()) {
            StreamState state = rig.store.state(GATE);
            rig.beginRun(GATE);
            recordSeconds(rig, 2);
            Moment from = rig.store.now();
            for (int i = 0; i < 50; i++) {
                Moment start = rig.store.now();
                clock.pass(1, TimeUnit.SECONDS);
                state.dropped(start, rig.store.now(), GapCause.STORE_BEHIND, "no room");
            }
            Moment to = rig.store.now();
            recordSeconds(rig, 2);
            state.dropped(rig.store.now(), rig.store.now().plusMicros(1_000_000), GapCause.STORE_BEHIND, "no room");
            assertThat(state.gapSpans().stream().filter(gap -> gap.cause() == GapCause.STORE_BEHIND))
                    .hasSize(2)
                    .first()
                    .isEqualTo(new GapBook.Span(from, Optional.of(to), GapCause.STORE_BEHIND));
            assertThat(rig.status(GATE).droppedFragments()).isEqualTo(51);
        }
        try (StoreRig rig = open()) {
            assertThat(rig.gaps(GATE).stream().filter(gap -> gap.cause() == GapCause.STORE_BEHIND))
                    .hasSize(2)
                    .first()
                    .satisfies(gap -> assertThat(java.time.Duration.between(
                                    gap.from(), gap.to().orElseThrow()))
                            .hasSeconds(50));
        }
    }

    // ---- an index that is lost in the middle of a start
    // --------------------------------------------------------------

    @Test
    void index_failsInTheMiddleOfAStart_noFalseGap() throws IOException {
        StoreSettings two = SmallReels.init(disk, folder.resolve("two"), clock, 2, 8);
        FlakyIndex index = new FlakyIndex();
        AtomicBoolean elsewhere = new AtomicBoolean();
        StoreRig rig = StoreRig.open(disk, two, clock, index.settings(1_000), GATE);
        rig.beginRun(GATE);
        Path home = folder.resolve("two").resolve(rig.volumeOf(GATE));
        SmallReels.record(rig, GATE, 1);
        disk.faults().failPath(home, org.watchkeep.retention.disk.FakeFaults.Operation.SYNC);
        rig.record(GATE, 1_000);
        StoreRig.await("the volume has failed", () -> !home.endsWith(rig.volumeOf(GATE)));
        elsewhere.set(true);
        SmallReels.record(rig, GATE, 2);
        StoreRig.await(
                "rows are put", () -> rig.store.streamState(GATE).unindexed().size() <= 1);
        disk.faults().heal();
        rig.pace.skip(11, TimeUnit.SECONDS);
        StoreRig.await("it is back", () -> home.endsWith(rig.volumeOf(GATE)));
        SmallReels.record(rig, GATE, 2);
        long gaps = rig.gaps(GATE).size();
        die(rig);
        index.failReads = true;
        try (StoreRig again = StoreRig.open(disk, two, clock, index.settings(1_000), GATE)) {
            List<Gap> stopped = again.gaps(GATE).stream()
                    .filter(gap -> gap.cause() == GapCause.RECORDER_STOPPED)
                    .toList();
            assertThat(stopped).isEmpty();
            assertThat(again.gaps(GATE).size()).isLessThanOrEqualTo((int) gaps + 1);
            assertThat(elsewhere).isTrue();
        }
    }
}
