// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.keys.Epoch;

/** What a listing shows is what there is, whichever of it comes from summaries. */
class SummariesTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final int REELS = 6;

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();
    private StoreSettings settings;

    @BeforeEach
    void init() throws IOException {
        settings = SmallReels.init(disk, folder, clock, REELS);
    }

    private StoreRig open() throws IOException {
        return StoreRig.open(disk, settings, clock, GATE);
    }

    private static List<SegmentSummary> expected(StoreRig rig, Instant from, Instant to) throws IOException {
        return rig.store.segments(GATE, from, to).stream()
                .map(SegmentSummary::of)
                .toList();
    }

    private static boolean isListedAsThereIs(StoreRig rig) {
        try {
            return rig.store.summaries(GATE, Instant.MIN, Instant.MAX).equals(expected(rig, Instant.MIN, Instant.MAX));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertListedAsThereIs(StoreRig rig) throws IOException {
        List<SegmentSummary> all = expected(rig, Instant.MIN, Instant.MAX);
        assertThat(rig.store.summaries(GATE, Instant.MIN, Instant.MAX)).isEqualTo(all);
        for (SegmentSummary one : all) {
            Instant from = one.start().plusMillis(100);
            assertThat(rig.store.summaries(GATE, from, from.plusMillis(200)))
                    .isEqualTo(expected(rig, from, from.plusMillis(200)));
        }
    }

    /** A minute or so in each of so many hours. */
    private void recordHours(StoreRig rig, int hours) {
        for (int hour = 0; hour < hours; hour++) {
            long before = rig.status(GATE).acknowledgedFragments();
            rig.beginRun(GATE);
            for (int second = 0; second < 3; second++) {
                rig.record(GATE, 5_000);
            }
            rig.awaitAcknowledged(GATE, before + 3);
            rig.endRun(GATE, GapCause.CONNECTION_LOST);
            long epoch = rig.recordingEpoch();
            clock.pass(1, TimeUnit.HOURS);
            StoreRig.await("the epoch is over", () -> rig.recordingEpoch() > epoch);
        }
        StoreRig.await(
                "all rows are put",
                () -> rig.store.streamState(GATE).unindexed().isEmpty());
    }

    private static long summedUp(StoreRig rig) {
        try {
            List<Epoch> epochs = rig.store.keys().epochs();
            return rig.store
                    .index()
                    .summaries(1, GATE, 0, epochs.get(epochs.size() - 1).number())
                    .size();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void epochsAreOver_eachIsSummedUpAndListedAsItsSegments() throws IOException {
        try (StoreRig rig = open()) {
            recordHours(rig, 3);
            StoreRig.await("three are summed up", () -> summedUp(rig) == 3);
            assertListedAsThereIs(rig);
            rig.beginRun(GATE);
            rig.record(GATE, 1_000);
            rig.awaitAcknowledged(GATE, 10);
            StoreRig.await("what is listed is what there is", () -> isListedAsThereIs(rig));
        }
    }

    @Test
    void indexIsDeleted_summedUpAnewAndListedTheSame() throws IOException {
        List<SegmentSummary> before;
        try (StoreRig rig = open()) {
            recordHours(rig, 3);
            before = rig.store.summaries(GATE, Instant.MIN, Instant.MAX);
        }
        FootageStore.deleteIndex(settings);
        try (StoreRig rig = open()) {
            assertThat(rig.store.summaries(GATE, Instant.MIN, Instant.MAX)).isEqualTo(before);
            StoreRig.await("three are summed up", () -> summedUp(rig) == 3);
            assertListedAsThereIs(rig);
        }
    }

    @Test
    void ringComesRound_whatIsClearedIsNotListed() throws IOException {
        try (StoreRig rig = open()) {
            recordHours(rig, 3);
            StoreRig.await("three are summed up", () -> summedUp(rig) == 3);
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 2 * REELS);
            rig.endRun(GATE, GapCause.CONNECTION_LOST);
            StoreRig.await("the oldest are cleared", () -> summedUp(rig) == 0);
            // The last clearing and indexing may still be under way between two looks.
            StoreRig.await("what is listed is what there is", () -> isListedAsThereIs(rig));
        }
    }
}
