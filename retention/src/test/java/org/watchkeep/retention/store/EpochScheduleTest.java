// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults.Operation;
import org.watchkeep.retention.keys.Epoch;

/** Footage goes to the key epoch that was open when it began, however late the next one is opened or it comes. */
class EpochScheduleTest {
    private static final StreamId GATE = StreamId.main("gate");

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();
    private StoreRig rig;

    @BeforeEach
    void open() throws IOException {
        StoreSettings settings = StoreRig.settings(folder, 4);
        StoreRig.init(disk, settings, clock);
        rig = StoreRig.open(disk, settings, clock, GATE);
    }

    @AfterEach
    void close() throws IOException {
        rig.close();
    }

    /** One that the keeper does not know, so that only the test rolls it. */
    private EpochSchedule schedule() throws IOException {
        return new EpochSchedule("own", rig.store.keys(), rig.store.ledger(), clock, epoch -> {});
    }

    @Test
    void at_openedBeforeALateRoll_belongsToTheEpochOfThatTime() throws IOException {
        EpochSchedule schedule = schedule();
        clock.pass(2, TimeUnit.HOURS);
        long opened = clock.monoNanos();
        Epoch late = schedule.at(opened);
        clock.pass(10, TimeUnit.MINUTES);
        schedule.roll();
        assertThat(schedule.at(opened)).isEqualTo(late);
        assertThat(schedule.at(clock.monoNanos()).number()).isGreaterThan(late.number());
        assertThat(rig.store.keys().streamKey(late.number(), 1)).isPresent();
    }

    @Test
    void at_clockSteppedMoreThanOnceSince_belongsToTheEpochOfThatTime() throws IOException {
        EpochSchedule schedule = schedule();
        clock.pass(1, TimeUnit.SECONDS);
        long opened = clock.monoNanos();
        Epoch before = schedule.at(opened);
        for (int i = 0; i < 3; i++) {
            clock.pass(1, TimeUnit.SECONDS);
            schedule.rollNow();
        }
        assertThat(schedule.at(opened)).isEqualTo(before);
        assertThat(schedule.at(Long.MIN_VALUE / 2)).isEqualTo(before);
    }

    @Test
    void append_openedBeforeTheRoll_writtenUnderThatEpochAndReadable() throws IOException {
        rig.beginRun(GATE);
        rig.record(GATE, 1_000);
        rig.awaitAcknowledged(GATE, 1);
        long first = rig.segments(GATE).get(0).epoch();
        // A fragment opens a second before the hour; when it closes the keeper has opened the next epoch already.
        clock.pass(30, TimeUnit.MINUTES);
        StoreRig.await("the next epoch is open", () -> rig.store.keys().epochs().size() == 2);
        rig.append(GATE, 2_000);
        rig.awaitAcknowledged(GATE, 2);
        rig.record(GATE, 3_000);
        rig.awaitAcknowledged(GATE, 3);
        assertThat(rig.segments(GATE)).extracting(Segment::epoch).containsExactly(first, first, first + 1);
        Segment late = rig.segments(GATE).get(1);
        assertThat(rig.store.read(late, late.fragments().get(0)).remaining()).isEqualTo(2_000);
    }

    @Test
    void segments_nextEpochCouldNotBeOpenedForHours_foundByTheirTime() throws IOException {
        for (String home : new String[] {"home-a", "home-b"}) {
            disk.faults().failPath(folder.resolve(home), Operation.WRITE, Operation.SYNC);
        }
        rig.beginRun(GATE);
        rig.record(GATE, 1_000);
        clock.pass(5, TimeUnit.HOURS);
        rig.record(GATE, 2_000);
        rig.endRun(GATE, GapCause.CONNECTION_LOST);
        long late = clock.utcMicros();
        rig.awaitAcknowledged(GATE, 2);
        assertThat(rig.store.keys().epochs()).hasSize(1);
        disk.faults().heal();
        StoreRig.await("the next epoch is open", () -> rig.store.keys().epochs().size() == 2);
        StoreRig.await(
                "its row is in the index",
                () -> rig.store.state(GATE).unindexed().isEmpty());
        assertThat(rig.store.segments(GATE, StreamState.instant(late - 500_000), StreamState.instant(late + 500_000)))
                .isNotEmpty();
    }
}
