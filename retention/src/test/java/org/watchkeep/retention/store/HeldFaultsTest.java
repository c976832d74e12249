// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.audit.TrailException;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults;
import org.watchkeep.retention.hold.Hold;
import org.watchkeep.retention.hold.HoldAnswer;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.hold.Refusal;

/** Holds while something else fails: the ledger's disk, the register itself. */
class HeldFaultsTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final int REELS = 8;
    private static final int SECONDS = 20;

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();

    private HoldingRig open(StoreSettings settings) throws IOException {
        return new HoldingRig(disk, settings, clock, Map.of(GATE, StoreRig.CLASS));
    }

    private StoreSettings init() throws IOException {
        StoreSettings settings = StoreRig.settings(folder, REELS);
        StoreRig.init(disk, settings, clock);
        return settings;
    }

    private static Instant record(HoldingRig held) {
        held.rig.beginRun(GATE);
        Instant start = held.now();
        for (int i = 0; i < SECONDS; i++) {
            held.rig.record(GATE, 2_000);
        }
        endRun(held);
        return start;
    }

    private static void endRun(HoldingRig held) {
        StoreRig.await("recorded", () -> held.rig.isSettled(GATE));
        held.rig.endRun(GATE, GapCause.CONNECTION_LOST);
        held.rig.awaitKept(
                "indexed", () -> held.store.streamState(GATE).unindexed().isEmpty());
    }

    private static int fragments(HoldingRig held) throws IOException {
        return held.rig.segments(GATE).stream()
                .mapToInt(segment -> segment.fragments().size())
                .sum();
    }

    private static long firstEpoch(HoldingRig held) {
        return held.store.keys().epochs().get(0).number();
    }

    private void awaitErased(HoldingRig held, long epoch) {
        clock.pass(40, TimeUnit.DAYS);
        held.rig.awaitKept("erased", () -> !held.store.keys().isReadable(epoch));
    }

    /** A power cut would bring the hold back, and find its keys overwritten. */
    @Test
    void releaseThatIsNotDurable_letsGoOfNothingUntilItIs() throws IOException {
        StoreSettings settings = init();
        HoldId hold;
        try (HoldingRig held = open(settings)) {
            long epoch = firstEpoch(held);
            Instant start = record(held);
            hold = held.held(start, start.plusSeconds(5), GATE);
            awaitErased(held, epoch);
            disk.faults().failPath(settings.folder().resolve("ledger"), FakeFaults.Operation.SYNC);
            assertThatThrownBy(() -> held.release(hold))
                    .isInstanceOf(TrailException.class)
                    .hasMessageContaining("not durable yet");
            assertThat(held.register.hold(hold)).map(Hold::isActive).contains(true);
            assertThatThrownBy(() -> held.release(hold))
                    .isInstanceOf(TrailException.class)
                    .hasMessageContaining("nothing was done");
            held.holds.goOn();
            assertThat(fragments(held)).isEqualTo(5);

            disk.faults().heal();
            StoreRig.await(
                    "it counts",
                    () -> held.register.hold(hold).filter(Hold::isActive).isEmpty());
            held.holds.goOn();
            assertThat(fragments(held)).isZero();
            assertThat(held.store.held().epochs.keptStreams(epoch)).isEmpty();
            assertThat(held.store.check(true, Optional.empty()).findings()).isEmpty();
        }
        try (HoldingRig held = open(settings)) {
            assertThat(held.register.trouble()).isEmpty();
            assertThat(held.alarms).isEmpty();
            assertThat(held.register.hold(hold)).map(Hold::isActive).contains(false);
        }
    }

    /** What is held beyond its limit is shown to nobody then; it is older than what the head overwrites all the same. */
    @Test
    void headComesRound_whileHoldsCannotBeTold_everySecondStaysExplained() throws IOException {
        StoreSettings settings = SmallReels.init(disk, folder, clock, REELS);
        Instant from;
        try (HoldingRig held = open(settings)) {
            held.rig.beginRun(GATE);
            burst(held);
            burst(held);
            Segment second = held.rig.segments(GATE).get(1);
            from = second.start();
            held.held(second.start(), second.end(), GATE);
            held.rig.endRun(GATE, GapCause.CAMERA_UNREACHABLE);
            awaitErased(held, firstEpoch(held));
            held.rig.beginRun(GATE);
            held.register.unreadable("entry 3: told to fail");
            for (int i = 0; i < 2 * REELS; i++) {
                burst(held);
            }
        }
        try (HoldingRig held = open(settings)) {
            assertThat(held.rig.segments(GATE).get(0).start()).isEqualTo(from);
            assertThat(held.rig.gaps(GATE)).anyMatch(gap -> gap.cause() == GapCause.OVERWRITTEN);
            assertThat(held.store.check(false, Optional.empty()).findings()).isEmpty();
        }
    }

    /** Else what a hold keeps is found as erased once the register can be read again, and held by nobody. */
    @Test
    void epochDue_whileHoldsCannotBeTold_nothingIsEnteredAsErased() throws IOException {
        StoreSettings settings = init();
        try (HoldingRig held = open(settings)) {
            record(held);
            clock.pass(2, TimeUnit.DAYS);
            held.rig.awaitKept(
                    "the next epoch", () -> held.store.keys().epochs().size() > 1);
            record(held);
            held.register.unreadable("entry 3: told to fail");
            clock.pass(40, TimeUnit.DAYS);
            StoreRig.await(
                    "it is said",
                    () -> held.store.retention().status().alarms().stream()
                                    .filter(alarm -> alarm.contains("what is held cannot be told"))
                                    .count()
                            >= 2);
            assertThat(held.rig.gaps(GATE)).noneMatch(gap -> gap.cause() == GapCause.ERASED);
        }
    }

    /** Two volumes; the one with what is held is taken out, the other records on, and a month passes. */
    @Test
    void erasedInItsOrder_whileTheVolumeOfWhatIsHeldIsAway_isToldWhenThatIsBack() throws IOException {
        StoreSettings both = SmallReels.init(disk, folder, clock, 2, REELS);
        HoldId hold;
        Instant before;
        StoreSettings other;
        try (HoldingRig held = open(both)) {
            String home = held.rig.volumeOf(GATE);
            before = record(held);
            hold = held.held(before, before.plusSeconds(5), GATE);
            other = new StoreSettings(
                    both.folder(),
                    both.volumes().stream()
                            .filter(volume -> !volume.id().equals(home))
                            .toList(),
                    both.classes());
        }
        Instant erased;
        try (HoldingRig held = open(other)) {
            clock.pass(2, TimeUnit.DAYS);
            held.rig.awaitKept(
                    "the next epoch", () -> held.store.keys().epochs().size() > 1);
            erased = record(held);
            long epoch = held.rig.segments(GATE).get(0).epoch();
            awaitErased(held, epoch);
        }
        try (HoldingRig held = open(both)) {
            assertThat(fragments(held)).as("what is held is back").isEqualTo(5);
            assertTold(held, before.plusSeconds(5), 15);
            assertTold(held, erased, SECONDS);
        }
        try (HoldingRig held = open(other)) {
            held.release(hold);
        }
        try (HoldingRig held = open(both)) {
            assertThat(fragments(held)).as("nothing is held").isZero();
            assertTold(held, before, SECONDS);
            assertTold(held, erased, SECONDS);
            assertThat(held.store.check(false, Optional.empty()).findings()).isEmpty();
        }
    }

    /** After a step back of the clock, seconds have the UTC of others; those were erased, these were held. */
    @Test
    void holdThatEnds_onSecondsWhoseUtcOthersHadToo_isToldAsErased() throws IOException {
        StoreSettings settings = init();
        try (HoldingRig held = open(settings)) {
            clock.witnessed(true);
            Instant kept = record(held);
            HoldId whole = held.held(kept, kept.plusSeconds(SECONDS), GATE);
            clock.pass(1, TimeUnit.HOURS);
            Instant twice = record(held);
            HoldId first = held.held(twice, twice.plusSeconds(SECONDS), GATE);
            clock.witnessed(false);
            step(held, -180);
            held.rig.beginRun(GATE);
            for (int i = 0; i < 2 * SECONDS; i++) {
                held.rig.record(GATE, 2_000);
            }
            step(held, 180);
            clock.witnessed(true);
            for (int i = 0; i < SECONDS; i++) {
                held.rig.record(GATE, 2_000);
            }
            endRun(held);
            awaitErased(held, held.rig.recordingEpoch());
            held.release(first);
            assertThat(held.store.check(false, Optional.empty()).findings()).isEmpty();
            assertThat(fragments(held)).isEqualTo(SECONDS);
            held.release(whole);
            assertThat(fragments(held)).isZero();
        }
    }

    /** A kill came before the segment had its seal: it is the stream's last, and its hold ends past its limit. */
    @Test
    void holdThatEnds_onTheLastSegmentBeforeAKill_isToldAsErased() throws IOException {
        StoreSettings settings = init();
        HoldingRig killed = open(settings);
        Instant kept = record(killed);
        killed.held(kept, kept.plusSeconds(SECONDS), GATE);
        killed.rig.beginRun(GATE);
        Instant start = killed.now();
        for (int i = 0; i < SECONDS; i++) {
            killed.rig.record(GATE, 2_000);
        }
        StoreRig.await("recorded", () -> killed.rig.isSettled(GATE));
        HoldId hold = killed.held(start.plusSeconds(5), start.plusSeconds(10), GATE);
        disk.kill();
        killed.abandon();
        FakeDisk next = disk.restart();
        try (HoldingRig held = new HoldingRig(next, settings, clock, Map.of(GATE, StoreRig.CLASS))) {
            assertThat(held.store.streamState(GATE).unindexed()).isNotEmpty();
            awaitErased(held, held.store.streamState(GATE).unindexed().get(0).epoch());
            assertThat(held.store.streamState(GATE).unindexed()).isNotEmpty();
            held.release(hold);
            assertThat(held.store.check(false, Optional.empty()).findings()).isEmpty();
            assertTold(held, start, SECONDS);
            assertThat(fragments(held)).isEqualTo(SECONDS);
        }
    }

    private void step(HoldingRig held, long seconds) {
        long epoch = held.rig.recordingEpoch();
        clock.step(seconds, TimeUnit.SECONDS);
        held.rig.awaitKept("the next epoch", () -> held.rig.recordingEpoch() > epoch);
    }

    /** By UTC the notice is over, and the limit too; by what elapsed neither is. */
    @Test
    void announcedEnd_underAClockSetForward_waitsUntilItIsRight() throws IOException {
        StoreSettings settings = init();
        try (HoldingRig held = open(settings)) {
            long epoch = firstEpoch(held);
            Instant start = record(held);
            HoldId hold = held.held(start, start.plusSeconds(5), GATE);
            awaitErased(held, epoch);
            held.holds.announceEnd(hold, Optional.empty(), HoldingRig.OWNER);
            clock.step(45, TimeUnit.DAYS);
            held.holds.goOn();
            assertThat(held.register.hold(hold)).map(Hold::isActive).contains(true);
            clock.step(-45, TimeUnit.DAYS);
            held.holds.goOn();
            assertThat(fragments(held)).isEqualTo(5);
            clock.pass(8, TimeUnit.DAYS);
            held.holds.goOn();
            assertThat(held.register.hold(hold)).map(Hold::isActive).contains(false);
        }
    }

    /** A clock set forward hides what is within its limit: a request for it must not be told that nothing is left. */
    @Test
    void holdUnderAClockSetForward_isNotToldThatNothingIsLeft_andStandsWhenThatIsRight() throws IOException {
        StoreSettings settings = init();
        try (HoldingRig held = open(settings)) {
            Instant start = record(held);
            clock.step(45, TimeUnit.DAYS);
            VaultCase.await(
                    held,
                    "the doubt is seen",
                    () -> held.store.retention().status().offMicros() != 0);
            assertThat(fragments(held)).isZero();
            assertThat(held.place(start, start.plusSeconds(5), GATE))
                    .isInstanceOfSatisfying(HoldAnswer.Refused.class, refused -> {
                        assertThat(refused.refusal().cause()).isEqualTo(Refusal.Cause.CLOCK_IN_DOUBT);
                        assertThat(refused.refusal().next()).contains("retention confirm-clock");
                    });
            assertThat(held.holds.placeAutomatic(held.terms(start, start.plusSeconds(5), GATE)))
                    .singleElement()
                    .isInstanceOf(HoldAnswer.Refused.class);
            assertThat(held.register.holds()).isEmpty();
            clock.step(-45, TimeUnit.DAYS);
            VaultCase.await(
                    held,
                    "the doubt is over",
                    () -> held.store.retention().status().offMicros() == 0);
            held.held(start, start.plusSeconds(5), GATE);
        }
    }

    /** A request comes in while the disk with its footage is at the repairer's, and a month passes. */
    @Test
    void holdOnWhatStandsOnAVolumeThatIsAway_keepsItForWhenThatIsBack() throws IOException {
        StoreSettings both = SmallReels.init(disk, folder, clock, 2, REELS);
        StoreSettings other;
        Instant start;
        try (HoldingRig held = open(both)) {
            String home = held.rig.volumeOf(GATE);
            start = record(held);
            other = new StoreSettings(
                    both.folder(),
                    both.volumes().stream()
                            .filter(volume -> !volume.id().equals(home))
                            .toList(),
                    both.classes());
        }
        try (HoldingRig held = open(other)) {
            assertThat(fragments(held)).isZero();
            long epoch = firstEpoch(held);
            HoldAnswer answer = held.place(start, start.plusSeconds(5), GATE);
            assertThat(answer)
                    .isInstanceOfSatisfying(
                            HoldAnswer.Done.class,
                            done -> assertThat(done.away())
                                    .singleElement()
                                    .asString()
                                    .contains("gate/main", "which is not there now"));
            awaitErased(held, epoch);
            assertThat(fragments(held)).isZero();
        }
        try (HoldingRig held = open(both)) {
            assertThat(fragments(held)).isEqualTo(5);
            assertTold(held, start.plusSeconds(5), SECONDS - 5);
            assertThat(held.store.check(true, Optional.empty()).findings()).isEmpty();
        }
    }

    private static void assertTold(HoldingRig held, Instant from, int seconds) {
        for (int i = 0; i < seconds; i++) {
            Instant middle = from.plusMillis(1_000L * i + 500);
            assertThat(held.rig.gaps(GATE))
                    .as("second %s from %s", i, from)
                    .anyMatch(gap -> gap.cause() == GapCause.ERASED
                            && !gap.from().isAfter(middle)
                            && gap.to().filter(end -> end.isAfter(middle)).isPresent());
        }
    }

    private void burst(HoldingRig held) {
        held.rig.endRun(GATE, GapCause.CAMERA_UNREACHABLE);
        clock.pass(10, TimeUnit.MINUTES);
        held.rig.beginRun(GATE);
        SmallReels.record(held.rig, GATE, 1);
    }
}
