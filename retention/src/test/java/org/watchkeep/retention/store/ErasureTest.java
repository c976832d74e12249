// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.policy.PolicyException;

/** Footage that reaches its limit: when it goes, what stays, and what keeps it from going. */
class ErasureTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final StreamId HALL = StreamId.main("hall");
    private static final long MINUTE = 60;

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();

    private StoreRig open() throws IOException {
        return StoreRig.open(disk, StoreRig.settings(folder, 4), clock, GATE, HALL);
    }

    private StoreRig begin() throws IOException {
        StoreRig.init(disk, StoreRig.settings(folder, 4), clock);
        return open();
    }

    private static void record(StoreRig rig, StreamId stream, int seconds) {
        rig.beginRun(stream);
        for (int i = 0; i < seconds; i++) {
            rig.record(stream, 2_000);
        }
        StoreRig.await("recorded", () -> rig.isSettled(stream));
    }

    private static List<Long> live(StoreRig rig) {
        return rig.store.keys().epochs().stream()
                .filter(epoch -> epoch.state() == Epoch.State.LIVE)
                .map(Epoch::number)
                .toList();
    }

    /** Waits until the keeper has come to what is due. */
    private static void awaitErased(StoreRig rig, long epoch) {
        rig.awaitKept(
                "epoch " + epoch + " erased",
                () -> rig.store
                        .keys()
                        .epoch(epoch)
                        .filter(e -> e.state() == Epoch.State.ERASED)
                        .isPresent());
        rig.awaitKept(
                "nothing is due",
                () -> rig.store.retention().status().classes().stream().allMatch(status -> status.dueEpochs() == 0));
    }

    @Test
    void footage_isErasedAMinuteBeforeItsLimit_andNotBefore() throws IOException {
        try (StoreRig rig = begin()) {
            long first = live(rig).get(0);
            record(rig, GATE, 5);
            rig.endRun(GATE, GapCause.CONNECTION_LOST);
            Segment segment = rig.segments(GATE).get(0);
            clock.pass(TimeUnit.DAYS.toSeconds(31) - 2 * MINUTE, TimeUnit.SECONDS);
            assertThat(rig.store.retention().status().classes().get(0).dueEpochs())
                    .isZero();
            assertThat(rig.segments(GATE)).hasSize(1);
            assertThat(rig.store.read(segment, segment.fragments().get(0)).remaining())
                    .isEqualTo(2_000);
            clock.pass(MINUTE, TimeUnit.SECONDS);
            awaitErased(rig, first);
            assertThat(rig.segments(GATE)).isEmpty();
            assertThatThrownBy(() -> rig.store.read(segment, segment.fragments().get(0)))
                    .isInstanceOf(FragmentGoneException.class);
            assertThat(rig.store.check(true, Optional.empty()).findings()).isEmpty();
        }
    }

    @Test
    void erasure_takesOneEpoch_andStaysAfterAStartWithoutAnIndex() throws IOException {
        StoreSettings settings = StoreRig.settings(folder, 4);
        try (StoreRig rig = begin()) {
            long first = live(rig).get(0);
            record(rig, GATE, 5);
            clock.pass(1, TimeUnit.HOURS);
            rig.awaitKept("next epoch", () -> live(rig).size() > 1);
            rig.endRun(GATE, GapCause.CONNECTION_LOST);
            record(rig, GATE, 5);
            rig.endRun(GATE, GapCause.CONNECTION_LOST);
            clock.pass(TimeUnit.DAYS.toSeconds(31) - TimeUnit.HOURS.toSeconds(1), TimeUnit.SECONDS);
            awaitErased(rig, first);
            assertThat(rig.segments(GATE)).hasSize(1);
        }
        FootageStore.deleteIndex(settings);
        try (StoreRig rig = open()) {
            assertThat(rig.segments(GATE)).hasSize(1);
            assertThat(rig.store.check(true, Optional.empty()).findings()).isEmpty();
        }
    }

    @Test
    void clockSetForwardAMonth_hidesAndKeeps_andShowsAgainWhenPutRight() throws IOException {
        try (StoreRig rig = begin()) {
            record(rig, GATE, 5);
            rig.endRun(GATE, GapCause.CONNECTION_LOST);
            List<Long> before = live(rig);
            clock.step(32, TimeUnit.DAYS);
            assertThat(rig.store.retention().status().offMicros()).isPositive();
            assertThat(rig.segments(GATE)).isEmpty();
            StoreRig.await("an epoch of the new time", () -> live(rig).size() > before.size());
            assertThat(live(rig)).containsAll(before);
            clock.step(-32, TimeUnit.DAYS);
            assertThat(rig.store.retention().status().offMicros()).isZero();
            assertThat(rig.segments(GATE)).hasSize(1);
            assertThat(live(rig)).containsAll(before);
        }
    }

    /** The clock was set forward, and a second recorded before the keeper had begun another epoch. */
    @Test
    void footageStampedFarBehindItsEpoch_isNoYoungerThanTheEpoch() throws IOException {
        try (StoreRig rig = begin()) {
            long first = live(rig).get(0);
            record(rig, GATE, 1);
            rig.endRun(GATE, GapCause.CONNECTION_LOST);
            Instant stamped = rig.segments(GATE).get(0).start().plus(45, ChronoUnit.DAYS);
            clock.step(-1, TimeUnit.HOURS); // in doubt nothing is erased
            StoreRig.await(
                    "the step is seen", () -> rig.store.retention().status().offMicros() != 0);
            clock.pass(31, TimeUnit.DAYS);
            clock.pass(2, TimeUnit.HOURS);
            assertThat(((Erasures) rig.store.retention()).isShown(GATE, first, stamped))
                    .isFalse();
        }
    }

    /** It agrees again, and may have slept meanwhile: without a chip only a person's word ends what that makes possible. */
    @Test
    void clockSetForwardAndBack_canBeConfirmedOnce() throws IOException, PolicyException {
        try (StoreRig rig = begin()) {
            record(rig, GATE, 1);
            clock.step(10, TimeUnit.DAYS);
            StoreRig.await(
                    "the step is seen", () -> rig.store.retention().status().offMicros() != 0);
            clock.step(-10, TimeUnit.DAYS);
            StoreRig.await(
                    "it is taken back", () -> rig.store.retention().status().offMicros() == 0);
            rig.store.retention().confirmClock("1001");
            assertThatThrownBy(() -> rig.store.retention().confirmClock("1001")).isInstanceOf(PolicyException.class);
            assertThat(rig.segments(GATE)).isNotEmpty();
        }
    }

    @Test
    void machineOffForAMonth_erasesOnlyWhenSomebodyVouchesForTheTime() throws IOException, PolicyException {
        long first;
        try (StoreRig rig = begin()) {
            first = live(rig).get(0);
            record(rig, GATE, 5);
        }
        clock.pass(40, TimeUnit.DAYS);
        clock.reboot("boot-2");
        try (StoreRig rig = open()) {
            assertThat(rig.segments(GATE)).as("past its limit by UTC").isEmpty();
            assertThat(live(rig)).contains(first);
            record(rig, GATE, 3);
            rig.store.retention().confirmClock("1001");
            awaitErased(rig, first);
            assertThat(rig.segments(GATE)).as("recorded since").hasSize(1);
            assertThatThrownBy(() -> rig.store.retention().confirmClock("1001")).isInstanceOf(PolicyException.class);
        }
        clock.pass(1, TimeUnit.MINUTES);
        clock.reboot("boot-3");
        clock.witnessed(true);
        try (StoreRig rig = open()) {
            assertThat(rig.store.retention().status().offMicros()).isZero();
            assertThat(rig.store.retention().status().alarms()).isEmpty();
            assertThat(rig.segments(GATE)).hasSize(1);
        }
    }

    @Test
    void chipThatJumpedByAMonthWhileTheMachineWasOff_erasesNothing_untilAPersonHasLooked()
            throws IOException, PolicyException {
        clock.witnessedByChip();
        long first;
        try (StoreRig rig = begin()) {
            first = live(rig).get(0);
            record(rig, GATE, 5);
        }
        clock.pass(14, TimeUnit.HOURS);
        clock.reboot("boot-2");
        try (StoreRig rig = open()) {
            assertThat(rig.store.retention().status().offMicros()).as("a night").isZero();
            assertThat(rig.segments(GATE)).hasSize(1);
        }
        clock.step(40, TimeUnit.DAYS);
        clock.reboot("boot-3");
        try (StoreRig rig = open()) {
            assertThat(rig.store.retention().status().offMicros())
                    .as("in doubt")
                    .isPositive();
            record(rig, GATE, 3);
            clock.pass(2, TimeUnit.MINUTES);
            rig.endRun(GATE, GapCause.CONNECTION_LOST);
            assertThat(rig.store.retention().status().offMicros()).as("still").isPositive();
            assertThat(live(rig)).as("not erased").contains(first);
            clock.step(-40, TimeUnit.DAYS);
            StoreRig.await("no doubt", () -> rig.store.retention().status().offMicros() == 0);
            assertThat(rig.segments(GATE)).as("there again").isNotEmpty();
            assertThat(live(rig)).contains(first);
        }
    }

    @Test
    void trailThatCannotBeWritten_keepsTheKey_showsNothing_andIsTriedAgain() throws IOException {
        try (StoreRig rig = begin()) {
            long first = live(rig).get(0);
            record(rig, GATE, 5);
            rig.endRun(GATE, GapCause.CONNECTION_LOST);
            for (Path file : disk.files()) {
                if (file.toString().endsWith(".ledger")) {
                    disk.faults().failPath(file, FakeFaults.Operation.SYNC);
                }
            }
            clock.pass(31, TimeUnit.DAYS);
            assertThat(rig.segments(GATE)).isEmpty();
            StoreRig.await(
                    "an alarm", () -> !rig.store.retention().status().alarms().isEmpty());
            assertThat(live(rig)).contains(first);
            disk.faults().heal();
            clock.pass(2, TimeUnit.MINUTES);
            awaitErased(rig, first);
            StoreRig.await(
                    "no alarm", () -> rig.store.retention().status().alarms().isEmpty());
        }
    }

    @Test
    void fewerDays_waitForASecondPerson_whoIsShownWhatTheyErase() throws IOException, PolicyException {
        StoreSettings before = StoreRig.settings(folder, 4);
        StoreSettings after = new StoreSettings(
                folder,
                before.volumes(),
                List.of(new StoreSettings.ClassSettings(StoreRig.CLASS, 7, "shorter will do")));
        StoreRig.init(disk, before, clock);
        long first;
        try (StoreRig rig = StoreRig.open(disk, before, clock, GATE)) {
            first = live(rig).get(0);
            record(rig, GATE, 5);
        }
        clock.pass(8, TimeUnit.DAYS);
        clock.witnessed(true);
        try (StoreRig rig = StoreRig.open(disk, after, clock, GATE)) {
            RetentionActs acts = rig.store.retention();
            assertThat(acts.status().classes().get(0).days()).isEqualTo(31);
            assertThat(rig.segments(GATE)).hasSize(1);
            assertThat(acts.effect(StoreRig.CLASS, 7).epochs()).isPositive();
            assertThatThrownBy(() -> acts.lower(StoreRig.CLASS, 7, "1001", " 1001"))
                    .isInstanceOf(PolicyException.class)
                    .hasMessageContaining("two people");
            assertThatThrownBy(() -> acts.lower(StoreRig.CLASS, 5, "1001", "1002"))
                    .isInstanceOf(PolicyException.class)
                    .hasMessageContaining("as in the configuration");
            assertThatThrownBy(() -> acts.effect(StoreRig.CLASS, 0)).hasMessageContaining("0 days");
            assertThatThrownBy(() -> acts.effect("other", 7)).hasMessageContaining("not known");
            assertThat(live(rig)).contains(first);
            acts.lower(StoreRig.CLASS, 7, "1001", "1002");
            awaitErased(rig, first);
        }
        try (StoreRig rig = StoreRig.open(disk, after, clock, GATE)) {
            assertThat(rig.store.retention().status().classes().get(0).days()).isEqualTo(7);
        }
    }

    /** A camera that went over to a class with fewer days: its new footage goes before its old. */
    @Test
    void erasedFromTheMiddle_isAGapWithItsCause() throws IOException {
        StoreSettings plain = StoreRig.settings(folder, 1, 6, "long", "short");
        StoreSettings settings = new StoreSettings(
                folder,
                plain.volumes(),
                List.of(new StoreSettings.ClassSettings("long", 31), new StoreSettings.ClassSettings("short", 7)));
        StoreRig.init(disk, settings, clock);
        record(settings, "long");
        record(settings, "short");
        clock.pass(8, TimeUnit.DAYS);
        try (StoreRig rig = StoreRig.openClasses(disk, settings, clock, Map.of(GATE, "long"))) {
            record(rig, GATE, 2);
            StoreRig.await("erased", () -> rig.gaps(GATE).stream().anyMatch(gap -> gap.cause() == GapCause.ERASED));
            StoreRig.await(
                    "nothing is due",
                    () -> rig.store.retention().status().classes().stream()
                            .allMatch(status -> status.dueEpochs() == 0));
            assertThat(rig.segments(GATE)).hasSize(2);
            assertThat(rig.store.check(true, Optional.empty()).findings()).isEmpty();
            assertThat(rig.store.gaps(GATE, Instant.MIN, Instant.MAX))
                    .filteredOn(gap -> gap.cause() == GapCause.ERASED)
                    .hasSize(1);
        }
    }

    private void record(StoreSettings settings, String classId) throws IOException {
        Map<StreamId, String> classes = new LinkedHashMap<>();
        classes.put(GATE, classId);
        try (StoreRig rig = StoreRig.openClasses(disk, settings, clock, classes)) {
            record(rig, GATE, 5);
        }
        clock.pass(1, TimeUnit.HOURS);
    }
}
