// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults.Operation;

/** Records that land out of order, because a failed disk made us write them again, and the writer's last acts. */
class LateRecordsTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final int FAT = 4_000_000;
    private static final Digest DIGEST = Digest.ZERO;

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

    private Path reel(int index) {
        return folder.resolve(String.format("v1/reels/reel-%05d.wk", index));
    }

    private static RecordHeader header(RecordHeader.Kind kind, long sequence) {
        long start = TestClock.START_UTC_MICROS + sequence * 1_000_000;
        return new RecordHeader(
                kind, 0, 0, 1, 1, 0, 1, sequence, start, 0, 1_000_000, 0, 100, 0, TestClock.START_UTC_MICROS);
    }

    private static List<Long> sequences(List<StreamState.Safe> safe) {
        return safe.stream().map(StreamState.Safe::sequence).toList();
    }

    // ---- one segment's records --------------------------------------------------------------------------------------

    @Test
    void landed_beforeItsConfiguration_safeOnlyWithIt() throws IOException {
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            StreamState state = rig.store.state(GATE);
            Ring ring = rig.store.rings().get(0);
            RecordHeader configuration = header(RecordHeader.Kind.CONFIGURATION, 0);
            List<RecordHeader> fragments =
                    List.of(header(RecordHeader.Kind.FRAGMENT, 0), header(RecordHeader.Kind.FRAGMENT, 1));
            state.underWay(configuration);
            fragments.forEach(state::underWay);
            assertThat(state.landed(fragments.get(1), DIGEST, ring, new RingPosition(5, 4096)))
                    .isEmpty();
            assertThat(state.unindexed()).isEmpty();
            assertThat(state.status().acknowledgedFragments()).isZero();
            assertThat(state.lowestWithoutRow(List.of())).containsEntry(ring.name(), new RingPosition(5, 4096));
            assertThat(sequences(state.landed(configuration, DIGEST, ring, new RingPosition(6, 4096))))
                    .containsExactly(1L);
            assertThat(sequences(state.landed(fragments.get(0), DIGEST, ring, new RingPosition(6, 8192))))
                    .containsExactly(0L);
            assertThat(state.unindexed())
                    .singleElement()
                    .satisfies(segment -> assertThat(segment.fragments())
                            .extracting(FragmentRef::sequence)
                            .containsExactly(0L, 1L));
            assertThat(state.lowestWithoutRow(List.of())).containsEntry(ring.name(), new RingPosition(5, 4096));
            assertThat(state.status().acknowledgedFragments()).isEqualTo(2);
        }
    }

    @Test
    void landed_configurationLost_fragmentIsAGapAndNeverSafe() throws IOException {
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            StreamState state = rig.store.state(GATE);
            Ring ring = rig.store.rings().get(0);
            RecordHeader configuration = header(RecordHeader.Kind.CONFIGURATION, 0);
            RecordHeader fragment = header(RecordHeader.Kind.FRAGMENT, 0);
            state.underWay(configuration);
            state.underWay(fragment);
            assertThat(state.landed(fragment, DIGEST, ring, new RingPosition(5, 4096)))
                    .isEmpty();
            state.lost(configuration, "boot-1", GapCause.VOLUME_FAILED, "test");
            assertThat(state.unindexed()).isEmpty();
            assertThat(state.status().droppedFragments()).isEqualTo(1);
            assertThat(rig.gaps(GATE)).extracting(Gap::cause).contains(GapCause.VOLUME_FAILED);
            assertThat(state.lowestWithoutRow(List.of())).isEmpty();
        }
    }

    @Test
    void takeComplete_recordStillUnderWay_waitsForIt() throws IOException {
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            StreamState state = rig.store.state(GATE);
            Ring ring = rig.store.rings().get(0);
            RecordHeader seal = new RecordHeader(
                    RecordHeader.Kind.SEAL, 0, 0, 1, 1, 0, 1, 2, 0, 0, 0, 0, SealText.bytesFor(2), 0, 0);
            List<RecordHeader> records = List.of(
                    header(RecordHeader.Kind.CONFIGURATION, 0),
                    header(RecordHeader.Kind.FRAGMENT, 0),
                    header(RecordHeader.Kind.FRAGMENT, 1),
                    seal);
            records.forEach(state::underWay);
            for (int i : new int[] {0, 1, 3}) {
                state.landed(records.get(i), DIGEST, ring, new RingPosition(5, 4096L * (i + 1)));
                assertThat(state.takeComplete()).isEmpty();
            }
            state.landed(records.get(2), DIGEST, ring, new RingPosition(6, 4096));
            assertThat(state.takeComplete())
                    .singleElement()
                    .satisfies(segment ->
                            assertThat(segment.toSegment().fragments()).hasSize(2));
        }
    }

    // ---- in the store -----------------------------------------------------------------------------------------------

    /** Has the writer take so many fat fragments at once, so that they are written within one commit. */
    private void recordInOneCommit(StoreRig rig, int fragments) {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        disk.faults().before((operation, path) -> {
            if (operation == Operation.WRITE && path.equals(reel(0))) {
                writing.countDown();
                StoreRig.await(release);
            }
        });
        rig.record(GATE, FAT);
        StoreRig.await(writing);
        for (int i = 1; i < fragments; i++) {
            rig.record(GATE, FAT);
        }
        release.countDown();
    }

    @Test
    void sync_firstOfTwoReelsFails_fragmentsLandBeforeTheirConfigurationAndAllIsFound() throws IOException {
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            rig.beginRun(GATE);
            disk.faults().failPath(reel(0), Operation.SYNC);
            recordInOneCommit(rig, 30);
            rig.awaitAcknowledged(GATE, 30);
            assertThat(rig.segments(GATE))
                    .singleElement()
                    .satisfies(segment -> assertThat(segment.fragments()).hasSize(30));
            assertThat(rig.store.check(true, Optional.empty()).findings()).isEmpty();
        }
        disk.faults().heal();
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            assertThat(rig.segments(GATE).stream().mapToInt(s -> s.fragments().size()))
                    .containsExactly(30);
            assertThat(rig.store.check(true, Optional.empty()).findings()).isEmpty();
        }
    }

    @Test
    void powerCut_beforeTheConfigurationLands_nothingWasAcknowledged() throws IOException {
        disk.settle();
        StoreRig rig = StoreRig.open(disk, settings, clock, GATE);
        rig.beginRun(GATE);
        disk.faults().failPath(reel(0), Operation.SYNC);
        recordInOneCommit(rig, 30);
        // Two reels full; the first is written again into the third.
        disk.faults().before((operation, path) -> {
            if (operation == Operation.SYNC && path.equals(reel(2)) && !disk.isDead()) {
                disk.powerCut(0);
            }
        });
        StoreRig.await("the power is cut", disk::isDead);
        rig.abandon();
        Set<StoreRig.Acknowledged> acknowledged = Set.copyOf(rig.acknowledged.keySet());
        try (StoreRig next = StoreRig.open(disk.restart(), settings, clock, GATE)) {
            for (StoreRig.Acknowledged one : acknowledged) {
                assertThat(next.segments(GATE).stream()
                                .filter(segment -> segment.run() == one.run())
                                .flatMap(segment -> segment.fragments().stream())
                                .map(FragmentRef::sequence))
                        .contains(one.sequence());
            }
            assertThat(next.store.check(true, Optional.empty()).findings()).isEmpty();
        }
    }

    @Test
    void close_syncOfAFooterFails_endsAndLosesNothing() throws IOException {
        StoreRig closing = StoreRig.open(disk, settings, clock, GATE);
        closing.beginRun(GATE);
        for (int i = 1; i <= 15; i++) {
            closing.record(GATE, FAT);
            closing.awaitAcknowledged(GATE, i);
        }
        disk.faults().failPath(reel(0), Operation.SYNC);
        closing.record(GATE, FAT);
        closing.record(GATE, FAT);
        closing.close();
        assertThat(closing.acknowledged).hasSize(17);
        disk.faults().heal();
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            assertThat(rig.segments(GATE).stream()
                            .mapToInt(s -> s.fragments().size())
                            .sum())
                    .isEqualTo(17);
            assertThat(rig.store.check(true, Optional.empty()).findings()).isEmpty();
        }
    }

    @Test
    void close_everySyncFails_ends() throws IOException {
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            rig.beginRun(GATE);
            rig.record(GATE, FAT);
            rig.awaitAcknowledged(GATE, 1);
            disk.faults().failPath(folder.resolve("v1"), Operation.SYNC);
            rig.record(GATE, FAT);
        }
        disk.faults().heal();
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            assertThat(rig.gaps(GATE)).extracting(Gap::cause).contains(GapCause.VOLUME_FAILED);
            assertThat(rig.store.check(true, Optional.empty()).findings()).isEmpty();
        }
    }
}
