// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults;

/** The store from its front door: what goes in comes out, through a stop, a lost index, and a new start. */
class FootageStoreTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final StreamId SQUARE = StreamId.main("square");

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();
    private StoreSettings settings;

    @BeforeEach
    void init() throws IOException {
        settings = StoreRig.settings(folder, 4);
        StoreRig.init(disk, settings, clock);
    }

    private StoreRig open(StreamId... streams) throws IOException {
        return StoreRig.open(disk, settings, clock, streams);
    }

    private static void assertFootage(StoreRig rig, StreamId stream, int fragments) throws IOException {
        int seen = 0;
        for (Segment segment : rig.segments(stream)) {
            assertThat(rig.store.configuration(segment)).isEqualTo(StoreRig.configurationOf(stream));
            for (FragmentRef fragment : segment.fragments()) {
                int bytes = fragment.recordBytes() - RecordHeader.OVERHEAD_BYTES;
                assertThat(rig.store.read(segment, fragment))
                        .isEqualTo(StoreRig.payload(stream, segment.run(), fragment.sequence(), bytes));
                seen++;
            }
        }
        assertThat(seen).isEqualTo(fragments);
    }

    @Test
    void append_acknowledged_readsBackFromTheOpenSegment() throws IOException {
        try (StoreRig rig = open(GATE, SQUARE)) {
            rig.beginRun(GATE);
            rig.beginRun(SQUARE);
            for (int i = 0; i < 5; i++) {
                rig.record(GATE, 100_000 + i);
                rig.append(SQUARE, 5_000 + i);
            }
            rig.awaitAcknowledged(GATE, 5);
            rig.awaitAcknowledged(SQUARE, 5);
            assertFootage(rig, GATE, 5);
            assertFootage(rig, SQUARE, 5);
            assertThat(rig.segments(GATE)).singleElement().satisfies(segment -> {
                assertThat(segment.state()).isEqualTo(Segment.State.OPEN);
                assertThat(segment.codec()).isEqualTo("avc1.640028");
            });
            assertThat(rig.status(GATE).acknowledgedMicros()).isEqualTo(5_000_000);
        }
    }

    @Test
    void close_thenOpen_everySecondIsFootageOrGap() throws IOException {
        try (StoreRig rig = open(GATE)) {
            clock.pass(3, TimeUnit.SECONDS);
            rig.beginRun(GATE);
            for (int i = 0; i < 70; i++) {
                rig.record(GATE, 20_000);
            }
        }
        clock.pass(100, TimeUnit.SECONDS);
        try (StoreRig rig = open(GATE)) {
            assertFootage(rig, GATE, 70);
            List<Segment> segments = rig.segments(GATE);
            assertThat(segments).extracting(Segment::state).containsOnly(Segment.State.SEALED);
            assertThat(segments)
                    .extracting(segment -> segment.fragments().size())
                    .containsExactly(60, 10);
            assertThat(rig.gaps(GATE)).extracting(Gap::cause).contains(GapCause.CONNECTING, GapCause.RECORDER_STOPPED);
            CheckReport report = rig.store.check(true, Optional.empty());
            assertThat(report.findings()).isEmpty();
            assertThat(report.fragments()).isEqualTo(70);
            assertThat(report.isClean()).isTrue();
        }
    }

    @Test
    void open_indexDeleted_findsEverythingAgain() throws IOException {
        List<Segment> before;
        try (StoreRig rig = open(GATE)) {
            rig.beginRun(GATE);
            for (int i = 0; i < 130; i++) {
                rig.record(GATE, 600_000);
            }
            rig.awaitAcknowledged(GATE, 130);
            before = rig.segments(GATE);
        }
        FootageStore.deleteIndex(settings);
        try (StoreRig rig = open(GATE)) {
            assertThat(rig.segments(GATE))
                    .extracting(Segment::fragments)
                    .isEqualTo(before.stream().map(Segment::fragments).toList());
            assertFootage(rig, GATE, 130);
            assertThat(rig.store.check(true, Optional.empty()).isClean()).isTrue();
        }
    }

    @Test
    void kill_betweenCommits_everythingAcknowledgedIsThereAndTheRestIsAGap() throws IOException {
        StoreRig killed = open(GATE, SQUARE);
        killed.beginRun(GATE);
        killed.beginRun(SQUARE);
        for (int i = 0; i < 90; i++) {
            killed.record(GATE, 50_000);
            killed.append(SQUARE, 70_000);
        }
        killed.awaitAcknowledged(GATE, 80);
        disk.kill();
        killed.abandon();
        FakeDisk next = disk.restart();
        clock.pass(7, TimeUnit.SECONDS);
        try (StoreRig rig = StoreRig.open(next, settings, clock, GATE, SQUARE)) {
            killed.acknowledged.forEach((key, digest) -> {
                Segment segment = segmentOf(rig, key);
                FragmentRef ref = segment.fragments().stream()
                        .filter(f -> f.sequence() == key.sequence())
                        .findFirst()
                        .orElseThrow();
                try {
                    assertThat(rig.store.digest(segment, ref)).isEqualTo(digest);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            StoreRig.await("what the stop left open is sealed", () -> allSealed(rig));
            CheckReport report = rig.store.check(true, Optional.empty());
            assertThat(report.findings()).isEmpty();
            assertThat(rig.gaps(GATE)).extracting(Gap::cause).contains(GapCause.RECORDER_STOPPED);
        }
    }

    private static boolean allSealed(StoreRig rig) {
        try {
            return rig.segments(GATE).stream().allMatch(s -> s.state() == Segment.State.SEALED)
                    && rig.segments(SQUARE).stream().allMatch(s -> s.state() == Segment.State.SEALED);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Segment segmentOf(StoreRig rig, StoreRig.Acknowledged key) {
        try {
            return rig.segments(key.stream()).stream()
                    .filter(s -> s.run() == key.run()
                            && s.fragments().stream().anyMatch(f -> f.sequence() == key.sequence()))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("acknowledged and not there: " + key));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void endRun_thenAnother_gapBetweenHasTheCause() throws IOException {
        try (StoreRig rig = open(GATE)) {
            rig.beginRun(GATE);
            rig.record(GATE, 1_000);
            Instant lost = StreamState.instant(clock.utcMicros());
            rig.endRun(GATE, GapCause.CONNECTION_LOST);
            clock.pass(9, TimeUnit.SECONDS);
            rig.beginRun(GATE);
            rig.record(GATE, 1_000);
            assertThat(rig.gaps(GATE))
                    .filteredOn(gap -> gap.cause() == GapCause.CONNECTION_LOST)
                    .singleElement()
                    .satisfies(gap -> {
                        assertThat(gap.from()).isEqualTo(lost);
                        assertThat(gap.to()).contains(lost.plusSeconds(9));
                    });
        }
    }

    @Test
    void roll_atTheHour_newSegmentUnderANewEpoch() throws IOException {
        try (StoreRig rig = open(GATE)) {
            rig.beginRun(GATE);
            rig.record(GATE, 1_000);
            clock.pass(40, TimeUnit.MINUTES);
            long before =
                    rig.segments(GATE).stream().mapToLong(Segment::epoch).max().orElse(0);
            StoreRig.await("the next epoch is open", () -> {
                rig.record(GATE, 1_000);
                rig.awaitAcknowledged(GATE, 2);
                try {
                    return rig.segments(GATE).stream()
                                    .mapToLong(Segment::epoch)
                                    .max()
                                    .orElse(0)
                            > before;
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    @Test
    void open_anotherVolumeInItsPlace_refusedInOneSentence() throws IOException {
        putAnotherVolumeInItsPlace();
        assertThatThrownBy(() -> open(GATE))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("volume v1")
                .hasMessageContaining("expected");
    }

    /** A slow index was once still being opened when the caller had its refusal, and locked out the next try. */
    @Test
    void open_refusedWhileTheIndexIsBeingOpened_indexIsClosedFirst() throws IOException {
        putAnotherVolumeInItsPlace();
        FlakyIndex slow = new FlakyIndex();
        Thread opener = Thread.currentThread();
        slow.beforeOpen = () -> {
            while (opener.getState() == Thread.State.RUNNABLE) {
                Thread.onSpinWait();
            }
        };
        assertThatThrownBy(() -> StoreRig.open(disk, settings, clock, slow.settings(1), GATE))
                .isInstanceOf(StoreException.class);
        assertThat(slow.opened).hasValue(1);
        // RocksDB locks its folder: this fails while the other is open.
        slow.beforeOpen = () -> {};
        slow.open(settings.folder().resolve(FootageStore.INDEX_FOLDER)).close();
    }

    /** As where RocksDB's native library cannot be loaded. */
    @Test
    void open_indexFailsAsNoFileDoes_saysWhy() {
        FlakyIndex broken = new FlakyIndex();
        broken.beforeOpen = () -> {
            throw new IllegalStateException("scripted: no native library");
        };
        assertThatThrownBy(() -> StoreRig.open(disk, settings, clock, broken.settings(1), GATE))
                .hasRootCauseMessage("scripted: no native library");
    }

    /** The store's own is gone, and another store's lies at its path. */
    private void putAnotherVolumeInItsPlace() throws IOException {
        open(GATE).close();
        Path other = folder.resolve("other");
        StoreSettings otherStore = StoreRig.settings(other, 4);
        StoreRig.init(disk, otherStore, clock);
        disk.delete(folder.resolve("v1/volume.json"));
        disk.rename(other.resolve("v1/volume.json"), folder.resolve("v1/volume.json"));
    }

    @Test
    void init_twice_refused() {
        assertThatThrownBy(() -> FootageStore.init(settings, disk, clock))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("already");
    }

    @Test
    void append_afterAHoleInTheRun_segmentIsNoLongerThanAMinuteOfTime() throws IOException {
        try (StoreRig rig = open(GATE)) {
            rig.beginRun(GATE);
            rig.record(GATE, 1_000);
            clock.pass(20, TimeUnit.MINUTES);
            rig.record(GATE, 2_000);
            rig.awaitAcknowledged(GATE, 2);
            Instant last = StreamState.instant(clock.utcMicros());
            assertThat(rig.store.segments(GATE, last.minusSeconds(1), last)).hasSize(1);
            assertThat(rig.segments(GATE)).hasSize(2);
        }
    }

    @Test
    void disable_streamThatWasRecorded_isAGapUntilItIsRecordedAgain() throws IOException {
        try (StoreRig rig = open(GATE, SQUARE)) {
            rig.beginRun(GATE);
            rig.record(GATE, 1_000);
        }
        clock.pass(60, TimeUnit.SECONDS);
        Instant off = StreamState.instant(clock.utcMicros());
        try (StoreRig rig = open(SQUARE)) {
            rig.store.disable(List.of(GATE, SQUARE, StreamId.main("never-seen")));
            clock.pass(100, TimeUnit.SECONDS);
            Gap last = rig.gaps(GATE).get(rig.gaps(GATE).size() - 1);
            assertThat(last.cause()).isEqualTo(GapCause.DISABLED);
            assertThat(last.from()).isEqualTo(off);
            assertThat(last.to()).isEmpty();
            assertThat(rig.gaps(SQUARE)).extracting(Gap::cause).doesNotContain(GapCause.DISABLED);
            assertThat(rig.store.streams()).containsExactly(GATE, SQUARE);
            assertThat(rig.store.check(true, Optional.empty()).findings()).isEmpty();
        }
        Instant stopped = StreamState.instant(clock.utcMicros());
        clock.pass(10, TimeUnit.SECONDS);
        try (StoreRig rig = open(GATE, SQUARE)) {
            rig.beginRun(GATE);
            rig.record(GATE, 1_000);
            assertThat(rig.gaps(GATE))
                    .filteredOn(gap -> gap.cause() == GapCause.DISABLED)
                    .singleElement()
                    .satisfies(gap -> assertThat(gap.to()).contains(stopped));
            rig.awaitAcknowledged(GATE, 1);
            assertThat(rig.store.check(true, Optional.empty()).findings()).isEmpty();
        }
    }

    @Test
    void init_failsAtAnyStep_leavesWhatWasThereAndWorksTheNextTime() throws IOException {
        StoreSettings other = StoreRig.settings(folder.resolve("other"), 2, 4, StoreRig.CLASS);
        try (DiskFile notes = disk.open(folder.resolve("notes"), Disk.Mode.WRITE)) {
            notes.sync();
        }
        List<Path> before = disk.files();
        int failures = 0;
        for (FakeFaults.Operation operation : FakeFaults.Operation.values()) {
            if (operation == FakeFaults.Operation.DELETE) {
                continue; // that is how it is taken back
            }
            for (int nth = 1; ; nth++) {
                disk.faults().fail(operation, nth);
                try {
                    FootageStore.init(other, disk, clock);
                } catch (IOException e) {
                    assertThat(disk.files()).as("%s", e).isEqualTo(before);
                    disk.faults().heal();
                    failures++;
                    continue;
                }
                disk.faults().heal();
                break;
            }
            for (Path path : disk.files()) {
                if (!before.contains(path)) {
                    disk.delete(path);
                }
            }
        }
        assertThat(failures).isGreaterThan(20);
    }
}
