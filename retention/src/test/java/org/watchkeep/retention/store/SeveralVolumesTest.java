// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults.Operation;

/** What one volume or ring costs the others when it fails, hangs or is full: nothing. */
class SeveralVolumesTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final StreamId SQUARE = StreamId.main("square");
    private static final int FAT = 3_900_000;

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();

    private static void assertClean(StoreRig rig) throws IOException {
        CheckReport report = rig.store.check(true, Optional.empty());
        assertThat(report.findings()).isEmpty();
        assertThat(report.isClean()).isTrue();
    }

    /** Appends until the stream has lost some to a full queue, and some more. */
    private static int overflow(StoreRig rig, StreamId stream) {
        int appended = 0;
        while (rig.status(stream).droppedFragments() < 3 && appended < 200) {
            rig.record(stream, FAT);
            appended++;
        }
        assertThat(rig.status(stream).droppedFragments()).isPositive();
        return appended;
    }

    @Test
    void sync_ofOneVolumeHangs_othersAcknowledgeAndItResumes() throws IOException {
        StoreSettings settings = StoreRig.settings(folder, 2, 6, StoreRig.CLASS);
        StoreRig.init(disk, settings, clock);
        CountDownLatch hanging = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE, SQUARE)) {
            assertThat(rig.volumeOf(GATE)).isNotEqualTo(rig.volumeOf(SQUARE));
            rig.beginRun(GATE);
            rig.beginRun(SQUARE);
            Path hung = folder.resolve(rig.volumeOf(SQUARE));
            disk.faults().before((operation, path) -> {
                if (operation == Operation.SYNC && path.startsWith(hung)) {
                    hanging.countDown();
                    StoreRig.await(release);
                }
            });
            rig.record(SQUARE, 1_000);
            StoreRig.await(hanging);
            int appended = 1 + overflow(rig, SQUARE);
            for (int i = 1; i <= 5; i++) {
                rig.record(SQUARE, FAT);
                rig.append(GATE, FAT);
                rig.awaitAcknowledged(GATE, i);
            }
            assertThat(rig.status(GATE).droppedFragments()).isZero();
            assertThat(rig.gaps(GATE)).extracting(Gap::cause).doesNotContain(GapCause.STORE_BEHIND);
            assertThat(rig.gaps(SQUARE)).extracting(Gap::cause).contains(GapCause.STORE_BEHIND);
            assertThat(rig.status(SQUARE).acknowledgedFragments()).isZero();
            release.countDown();
            rig.record(SQUARE, 1_000);
            long all = appended + 6L;
            StoreRig.await(
                    "each is durable or dropped",
                    () -> rig.status(SQUARE).acknowledgedFragments()
                                    + rig.status(SQUARE).droppedFragments()
                            == all);
        }
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE, SQUARE)) {
            assertClean(rig);
        }
    }

    @Test
    void ring_findsNoReel_otherClassOfTheVolumeAcknowledges() throws IOException {
        StoreSettings settings = StoreRig.settings(folder, 1, 4, StoreRig.CLASS, "special");
        StoreRig.init(disk, settings, clock);
        LinkedHashMap<StreamId, String> classes = new LinkedHashMap<>();
        classes.put(GATE, StoreRig.CLASS);
        classes.put(SQUARE, "special");
        try (StoreRig rig = StoreRig.openClasses(disk, settings, clock, classes)) {
            rig.beginRun(GATE);
            rig.beginRun(SQUARE);
            rig.record(SQUARE, 1_000);
            rig.awaitAcknowledged(SQUARE, 1);
            // Nothing is cleared while its entry cannot be written, so the head finds no reel.
            disk.faults()
                    .failPath(
                            folder.resolve(FootageStore.LEDGER_FOLDER),
                            Operation.WRITE,
                            Operation.SYNC,
                            Operation.CREATE);
            overflow(rig, GATE);
            assertThat(rig.gaps(GATE)).extracting(Gap::cause).contains(GapCause.RING_HELD);
            for (int i = 2; i <= 5; i++) {
                rig.record(SQUARE, FAT);
                rig.awaitAcknowledged(SQUARE, i);
            }
            assertThat(rig.status(SQUARE).droppedFragments()).isZero();
            disk.faults().heal();
            long before = rig.status(GATE).acknowledgedFragments();
            rig.record(GATE, 1_000);
            StoreRig.await("the ring goes on", () -> rig.status(GATE).acknowledgedFragments() > before);
        }
    }

    @Test
    void volume_failsAgainAndAgain_keepsItsFootageAndItsReels() throws IOException {
        StoreSettings settings = StoreRig.settings(folder, 1, 6, StoreRig.CLASS);
        StoreRig.init(disk, settings, clock);
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            rig.beginRun(GATE);
            rig.record(GATE, 1_000);
            rig.awaitAcknowledged(GATE, 1);
            disk.faults().failPath(folder.resolve("v1"), Operation.SYNC);
            for (int failures = 1; failures <= 5; failures++) {
                rig.record(GATE, 1_000);
                long lost = failures;
                StoreRig.await("lost", () -> rig.status(GATE).droppedFragments() == lost);
                rig.pace.skip(11, TimeUnit.SECONDS);
            }
            assertThat(rig.gaps(GATE)).extracting(Gap::cause).contains(GapCause.VOLUME_FAILED);
            disk.faults().heal();
            rig.record(GATE, 1_000);
            rig.awaitAcknowledged(GATE, 2);
            assertThat(rig.store.volumeStatuses().get(0).retired()).isEqualTo(1);
            assertClean(rig);
        }
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            assertThat(rig.segments(GATE).stream()
                            .mapToInt(s -> s.fragments().size())
                            .sum())
                    .isEqualTo(2);
            assertClean(rig);
        }
    }

    /** The machine comes up again without one of its disks. */
    @Test
    void volume_missingAtAStart_isReported_othersRecordOn_andAllIsThereWhenItIsBack() throws IOException {
        StoreSettings settings = SmallReels.init(disk, folder, clock, 2, 8);
        StoreRig first = StoreRig.open(disk, settings, clock, GATE, SQUARE);
        String home = first.volumeOf(GATE);
        for (StreamId stream : List.of(GATE, SQUARE)) {
            first.beginRun(stream);
            SmallReels.record(first, stream, 2);
        }
        int before = fragments(first, GATE);
        disk.powerCut(1);
        first.abandon();
        FakeDisk machine = disk.restart();
        Path identity = folder.resolve(home).resolve("volume.json");
        Path away = folder.resolve("at-the-repairers");
        machine.rename(identity, away);
        clock.pass(1, TimeUnit.HOURS);
        try (StoreRig rig = StoreRig.open(machine, settings, clock, GATE, SQUARE)) {
            assertThat(rig.store.volumeStatuses())
                    .filteredOn(volume -> volume.missing().isPresent())
                    .singleElement()
                    .satisfies(volume -> assertThat(volume.id()).isEqualTo(home));
            assertThat(rig.volumeOf(GATE)).isNotEqualTo(home);
            assertThat(fragments(rig, GATE)).as("what is away is not shown").isZero();
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 1);
            assertThat(fragments(rig, GATE)).isEqualTo(SmallReels.BURST_FRAGMENTS);
            assertThat(rig.gaps(GATE)).extracting(Gap::cause).doesNotContain(GapCause.ERASED, GapCause.OVERWRITTEN);
            rig.endRun(GATE, GapCause.CONNECTION_LOST);
        }
        machine.rename(away, identity);
        try (StoreRig rig = StoreRig.open(machine, settings, clock, GATE, SQUARE)) {
            assertThat(rig.store.volumeStatuses())
                    .allSatisfy(volume -> assertThat(volume.missing()).isEmpty());
            assertThat(fragments(rig, GATE)).isEqualTo(before + SmallReels.BURST_FRAGMENTS);
            assertClean(rig);
        }
    }

    @Test
    void everyVolumeMissing_orAnotherInItsPlace_isRefused() throws IOException {
        StoreSettings settings = SmallReels.init(disk, folder, clock, 2, 4);
        Path one = folder.resolve("v1/volume.json");
        Path two = folder.resolve("v2/volume.json");
        disk.rename(one, folder.resolve("one"));
        disk.rename(two, one);
        assertThatThrownBy(() -> StoreRig.open(disk, settings, clock, GATE))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("holds volume v2");
        disk.rename(one, folder.resolve("two"));
        assertThatThrownBy(() -> StoreRig.open(disk, settings, clock, GATE))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("volume v1")
                .hasMessageContaining("is missing");
    }

    private static int fragments(StoreRig rig, StreamId stream) throws IOException {
        return rig.segments(stream).stream()
                .mapToInt(segment -> segment.fragments().size())
                .sum();
    }
}
