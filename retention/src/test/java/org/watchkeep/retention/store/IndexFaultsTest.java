// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;

/** An index that fails: it is a cache, so it costs nothing but that old footage is listed later. */
class IndexFaultsTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final int REELS = 8;
    private static final int MANY = 1_000;

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();
    private final FlakyIndex index = new FlakyIndex();
    private StoreSettings settings;

    @BeforeEach
    void init() throws IOException {
        settings = SmallReels.init(disk, folder, clock, REELS);
    }

    private StoreRig open(int mostWaiting) throws IOException {
        return StoreRig.open(disk, settings, clock, index.settings(mostWaiting), GATE);
    }

    private static int fragments(StoreRig rig) {
        try {
            return rig.segments(GATE).stream()
                    .mapToInt(s -> s.fragments().size())
                    .sum();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Segment> waiting(StoreRig rig) {
        return rig.store.streamState(GATE).unindexed();
    }

    private static void assertClean(StoreRig rig) throws IOException {
        assertThat(rig.store.check(true, Optional.empty()).findings()).isEmpty();
    }

    @Test
    void writesRefused_ringGoesRound_nothingIsErasedBeforeItsTurn() throws IOException {
        try (StoreRig rig = open(MANY)) {
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 2);
            index.failWrites = true;
            SmallReels.record(rig, GATE, 2 * REELS);
            Ring ring = rig.store.rings().get(0);
            assertThat(ring.readyReels()).isLessThanOrEqualTo(REELS / 4);
            assertThat(ring.footage()).hasSizeGreaterThanOrEqualTo(REELS - REELS / 4);
            assertThat(rig.status(GATE).droppedFragments()).isZero();
            assertClean(rig);
        }
    }

    @Test
    void opensNot_storeStartsRecordsAndListsEverythingLater() throws IOException {
        try (StoreRig rig = open(MANY)) {
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 2);
        }
        index.failOpen = true;
        try (StoreRig rig = open(MANY)) {
            assertThat(fragments(rig)).isEqualTo(2 * SmallReels.BURST_FRAGMENTS);
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 2);
            assertThat(fragments(rig)).isEqualTo(4 * SmallReels.BURST_FRAGMENTS);
            assertClean(rig);
            index.failOpen = false;
            int before = index.opened.get();
            clock.pass(2, TimeUnit.MINUTES);
            StoreRig.await("the index is open again", () -> index.opened.get() > before);
            SmallReels.record(rig, GATE, 1);
            StoreRig.await("rows are put", () -> waiting(rig).size() <= 1);
            assertThat(fragments(rig)).isEqualTo(5 * SmallReels.BURST_FRAGMENTS);
            assertThat(rig.store.isIndexBehind()).isFalse();
        }
    }

    @Test
    void readsNotAtStart_storeStartsWithoutItAndRecords() throws IOException {
        StoreRig killed = open(MANY);
        killed.beginRun(GATE);
        SmallReels.record(killed, GATE, 2);
        disk.kill();
        killed.abandon();
        index.failReads = true;
        try (StoreRig rig = StoreRig.open(disk.restart(), settings, clock, index.settings(MANY), GATE)) {
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 1);
            index.failReads = false;
            int before = index.opened.get();
            clock.pass(2, TimeUnit.MINUTES);
            StoreRig.await("the index is open again", () -> index.opened.get() > before);
            StoreRig.await("all is listed", () -> fragments(rig) >= 3 * SmallReels.BURST_FRAGMENTS);
        }
    }

    @Test
    void failsForLong_memoryIsBoundedAndTheReelsFillTheIndexAgain() throws IOException {
        try (StoreRig rig = open(1)) {
            rig.beginRun(GATE);
            index.failWrites = true;
            SmallReels.record(rig, GATE, 4);
            StoreRig.await("rows are let go", rig.store::isIndexBehind);
            StoreRig.await("the rest is bounded", () -> waiting(rig).size() <= 1 + 1);
            assertThat(rig.store.check(false, Optional.empty()).findings())
                    .anyMatch(finding -> finding.contains("index is behind"));
            index.failWrites = false;
            int before = index.opened.get();
            rig.endRun(GATE, GapCause.CONNECTION_LOST);
            clock.pass(2, TimeUnit.MINUTES);
            rig.beginRun(GATE);
            StoreRig.await("the index is opened anew", () -> index.opened.get() > before);
            // The head moves on, so that the reels to be read are full.
            SmallReels.record(rig, GATE, 1);
            StoreRig.await("caught up", () -> !rig.store.isIndexBehind());
            assertThat(fragments(rig)).isEqualTo(5 * SmallReels.BURST_FRAGMENTS);
        }
        try (StoreRig rig = open(1)) {
            assertThat(fragments(rig)).isEqualTo(5 * SmallReels.BURST_FRAGMENTS);
            assertClean(rig);
        }
    }

    @Test
    void stopWhileBehind_nextStartReadsTheReelsFromThere() throws IOException {
        try (StoreRig rig = open(2)) {
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 1);
            index.failWrites = true;
            SmallReels.record(rig, GATE, 4);
            StoreRig.await("rows are let go", rig.store::isIndexBehind);
        }
        index.failWrites = false;
        try (StoreRig rig = open(2)) {
            assertThat(fragments(rig)).isEqualTo(5 * SmallReels.BURST_FRAGMENTS);
            assertClean(rig);
        }
    }

    @Test
    void foundDamagedWhileRunning_begunAnewAndFilledFromTheReels() throws IOException {
        try (StoreRig rig = open(MANY)) {
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 4);
            StoreRig.await("rows are put", () -> waiting(rig).size() <= 1);
            int before = index.opened.get();
            index.damaged = true;
            clock.pass(2, TimeUnit.MINUTES);
            StoreRig.await("the index is opened anew", () -> index.opened.get() > before);
            SmallReels.record(rig, GATE, 1);
            StoreRig.await("caught up", () -> !rig.store.isIndexBehind());
            assertThat(fragments(rig)).isEqualTo(5 * SmallReels.BURST_FRAGMENTS);
        }
    }

    @Test
    void startWithoutIndex_moreSegmentsThanFitInMemory_allAreListed() throws IOException {
        try (StoreRig rig = open(MANY)) {
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 5);
        }
        FootageStore.deleteIndex(settings);
        try (StoreRig rig = open(2)) {
            assertThat(fragments(rig)).isEqualTo(5 * SmallReels.BURST_FRAGMENTS);
            assertThat(rig.store.isIndexBehind()).isFalse();
            assertClean(rig);
        }
    }

    /** The keeper puts a row just when a reader has looked into the index and not yet into memory, or the other way. */
    @Test
    void keeperPutsRowsBetweenTwoLooks_readerAndCheckMissNothing() throws IOException {
        try (StoreRig rig = open(MANY)) {
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 1);
            int all = fragments(rig);
            for (boolean check : new boolean[] {false, true}) {
                rig.endRun(GATE, GapCause.CONNECTION_LOST);
                AtomicBoolean once = new AtomicBoolean(true);
                Thread reader = Thread.currentThread();
                index.afterFind = () -> {
                    if (Thread.currentThread() == reader && once.getAndSet(false)) {
                        StoreRig.await(
                                "the row is put meanwhile", () -> waiting(rig).isEmpty());
                    }
                };
                assertThat(waiting(rig)).isNotEmpty();
                if (check) {
                    CheckReport report = rig.store.check(false, Optional.empty());
                    assertThat(report.findings()).isEmpty();
                    assertThat(report.fragments()).isEqualTo(all);
                } else {
                    assertThat(rig.store.segments(GATE, Instant.MIN, Instant.MAX).stream()
                                    .mapToInt(s -> s.fragments().size())
                                    .sum())
                            .isEqualTo(all);
                }
                index.afterFind = () -> {};
                rig.beginRun(GATE);
                SmallReels.record(rig, GATE, 1);
                all = fragments(rig);
            }
        }
    }
}
