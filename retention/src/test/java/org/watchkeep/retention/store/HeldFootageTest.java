// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.TrailException;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.hold.Ground;
import org.watchkeep.retention.hold.HeldSpan;
import org.watchkeep.retention.hold.Hold;
import org.watchkeep.retention.hold.HoldAnswer;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.hold.HoldRules;
import org.watchkeep.retention.hold.HoldState;
import org.watchkeep.retention.hold.HoldTerms;
import org.watchkeep.retention.hold.Refusal;

/** What is held stays beyond its limit, and nothing beside it does. */
class HeldFootageTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final StreamId HALL = StreamId.main("hall");
    private static final int SECONDS = 20;

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();

    private StoreSettings settings() {
        return StoreRig.settings(folder, 8);
    }

    private HoldingRig open() throws IOException {
        return open(disk);
    }

    private HoldingRig open(FakeDisk from) throws IOException {
        return new HoldingRig(from, settings(), clock, Map.of(GATE, StoreRig.CLASS, HALL, StoreRig.CLASS));
    }

    private HoldingRig begin() throws IOException {
        StoreRig.init(disk, settings(), clock);
        return open();
    }

    /** Both cameras for so many seconds; when it began. */
    private Instant record(HoldingRig held, int seconds) {
        StoreRig rig = held.rig;
        rig.beginRun(GATE);
        rig.beginRun(HALL);
        Instant start = held.now();
        for (int i = 0; i < seconds; i++) {
            rig.record(GATE, 2_000);
            rig.append(HALL, 2_000);
        }
        StoreRig.await("recorded", () -> rig.isSettled(GATE) && rig.isSettled(HALL));
        rig.endRun(GATE, GapCause.CONNECTION_LOST);
        rig.endRun(HALL, GapCause.CONNECTION_LOST);
        // What is past its limit was in the index for weeks.
        rig.awaitKept(
                "indexed",
                () -> held.store.streamState(GATE).unindexed().isEmpty()
                        && held.store.streamState(HALL).unindexed().isEmpty());
        return start;
    }

    private static List<FragmentRef> fragments(HoldingRig held, StreamId stream) throws IOException {
        return held.rig.segments(stream).stream()
                .flatMap(segment -> segment.fragments().stream())
                .toList();
    }

    private static void awaitErased(HoldingRig held, long epoch) {
        held.rig.awaitKept(
                "epoch " + epoch + " is erased",
                () -> !held.store.keys().isReadable(epoch)
                        && held.store.retention().status().classes().stream()
                                .allMatch(status -> status.dueEpochs() == 0));
    }

    private static long firstEpoch(HoldingRig held) {
        return held.store.keys().epochs().get(0).number();
    }

    private void passDays(int days) {
        clock.pass(days, TimeUnit.DAYS);
    }

    @Test
    void footageBeyondItsLimit_isReadableWhereItIsHeld_andNowhereElse() throws IOException {
        HoldId hold;
        try (HoldingRig held = begin()) {
            long epoch = firstEpoch(held);
            Instant start = record(held, SECONDS);
            List<FragmentRef> all = fragments(held, GATE);
            Segment segment = held.rig.segments(GATE).get(0);
            hold = held.held(start.plusSeconds(5), start.plusSeconds(8), GATE);
            passDays(40);
            awaitErased(held, epoch);
            assertThat(fragments(held, HALL)).isEmpty();
            assertThat(fragments(held, GATE)).containsExactlyElementsOf(all.subList(5, 8));
            checkReads(held, segment, all);
            assertThat(held.store.check(true, Optional.empty()).findings()).isEmpty();
        }
        try (HoldingRig held = open()) {
            assertThat(held.alarms).isEmpty();
            assertThat(fragments(held, GATE)).hasSize(3);
        }
        FootageStore.deleteIndex(settings());
        try (HoldingRig held = open()) {
            held.rig.awaitKept("the index is whole", () -> !held.store.isIndexBehind());
            assertThat(fragments(held, GATE)).hasSize(3);
            assertThat(held.store.check(true, Optional.empty()).findings()).isEmpty();
            held.release(hold);
            assertThat(fragments(held, GATE)).isEmpty();
            assertThat(held.store.check(true, Optional.empty()).findings()).isEmpty();
        }
        try (HoldingRig held = open()) {
            assertThat(held.alarms).isEmpty();
            assertThat(fragments(held, GATE)).isEmpty();
        }
    }

    /** Also with a segment in hand that was found when all of it was within its limit. */
    private static void checkReads(HoldingRig held, Segment segment, List<FragmentRef> all) throws IOException {
        assertThat(held.store.configuration(segment).remaining()).isPositive();
        for (int i = 0; i < all.size(); i++) {
            FragmentRef ref = all.get(i);
            if (i >= 5 && i < 8) {
                Digest known =
                        held.rig.acknowledged.get(new StoreRig.Acknowledged(GATE, segment.run(), ref.sequence()));
                assertThat(held.store.digest(segment, ref)).isEqualTo(known);
            } else {
                assertThatThrownBy(() -> held.store.read(segment, ref)).isInstanceOf(FragmentGoneException.class);
            }
        }
    }

    @Test
    void epochSlotsThatAreUsedAgain_leaveWhatIsHeld() throws IOException {
        try (HoldingRig held = begin()) {
            long epoch = firstEpoch(held);
            Instant start = record(held, SECONDS);
            held.held(start, start.plusSeconds(SECONDS), GATE);
            passDays(40);
            awaitErased(held, epoch);
            for (int more = 0; more < 1_000 && held.store.keys().epoch(epoch).isPresent(); more++) {
                held.store.keys().openEpoch("other", clock.utcMicros(), clock.monoNanos());
            }
            assertThat(held.store.keys().epoch(epoch)).isEmpty();
            assertThat(fragments(held, GATE)).hasSize(SECONDS);
        }
        try (HoldingRig held = open()) {
            assertThat(fragments(held, GATE)).hasSize(SECONDS);
            assertThat(held.store.summaries(GATE, Instant.MIN, Instant.MAX)).hasSize(1);
        }
    }

    @Test
    void holdOnNothingLeft_isRefusedAndSaysWhenItWasErased() throws IOException {
        try (HoldingRig held = begin()) {
            long epoch = firstEpoch(held);
            Instant start = record(held, SECONDS);
            passDays(40);
            awaitErased(held, epoch);
            HoldAnswer answer = held.place(start, start.plusSeconds(5), GATE);
            assertThat(answer).isInstanceOfSatisfying(HoldAnswer.Refused.class, refused -> {
                assertThat(refused.refusal().cause()).isEqualTo(Refusal.Cause.NOTHING_LEFT);
                assertThat(refused.refusal().message()).contains("erased on").contains("rule limit");
            });
        }
    }

    /** "Nothing was recorded then" would be entered, and the footage lost with its limit. */
    @Test
    void holdWhileTheIndexIsOutOfOrder_isNotRefusedAsNothingLeft() throws IOException {
        StoreRig.init(disk, settings(), clock);
        FlakyIndex index = new FlakyIndex();
        Map<StreamId, String> classes = Map.of(GATE, StoreRig.CLASS, HALL, StoreRig.CLASS);
        try (HoldingRig held =
                new HoldingRig(disk, settings(), clock, StoreTrail.NONE, index.settings(10_000), classes)) {
            Instant start = record(held, SECONDS);
            index.failOpen = true;
            index.damaged = true;
            StoreRig.await("the index is out of order", () -> !held.store.isIndexWhole());
            assertThatThrownBy(() -> held.place(start, start.plusSeconds(5), GATE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot be told");
            index.failOpen = false;
        }
    }

    @Test
    void twoHoldsOnOneSpan_oneEnds_theOtherKeeps() throws IOException {
        try (HoldingRig held = begin()) {
            long epoch = firstEpoch(held);
            Instant start = record(held, SECONDS);
            HoldId longer = held.held(start.plusSeconds(2), start.plusSeconds(12), GATE);
            HoldId shorter = held.held(start.plusSeconds(4), start.plusSeconds(6), GATE);
            passDays(40);
            awaitErased(held, epoch);
            held.release(longer);
            assertThat(fragments(held, GATE)).hasSize(2);
            assertThat(held.store.check(true, Optional.empty()).findings()).isEmpty();
            held.release(shorter);
            assertThat(fragments(held, GATE)).isEmpty();
        }
    }

    @Test
    void holdOnWhatWasErasedInPart_bringsNothingBack() throws IOException {
        try (HoldingRig held = begin()) {
            long epoch = firstEpoch(held);
            Instant start = record(held, SECONDS);
            HoldId first = held.held(start.plusSeconds(4), start.plusSeconds(12), GATE);
            held.held(start.plusSeconds(15), start.plusSeconds(17), GATE);
            passDays(40);
            awaitErased(held, epoch);
            HoldId second = held.held(start, start.plusSeconds(13), GATE);
            assertThat(held.register.hold(second).orElseThrow().span().from()).isEqualTo(start.plusSeconds(4));
            held.release(first);
            assertThat(fragments(held, GATE)).hasSize(10);
            HoldAnswer all = held.place(start, start.plusSeconds(SECONDS), GATE);
            assertThat(all)
                    .isInstanceOfSatisfying(
                            HoldAnswer.Refused.class,
                            refused -> assertThat(refused.refusal().cause()).isEqualTo(Refusal.Cause.PARTLY_ERASED));
            assertThat(fragments(held, GATE)).hasSize(10);
            // A request that comes in holds what is left of what it names, in as many parts as there are.
            HoldTerms terms = HoldTerms.of(
                    HeldSpan.of(Set.of(GATE), start, start.plusSeconds(SECONDS)),
                    Ground.CRIME,
                    HoldingRig.OWNER,
                    held.now().plus(HoldRules.REVIEW));
            List<HeldSpan> parts = held.holds.placeAutomatic(terms).stream()
                    .map(answer -> ((HoldAnswer.Done) answer).hold().span())
                    .toList();
            assertThat(parts).extracting(HeldSpan::from).containsExactly(start.plusSeconds(4), start.plusSeconds(15));
            held.release(second);
            assertThat(fragments(held, GATE)).hasSize(10);
            assertThat(held.store.check(true, Optional.empty()).findings()).isEmpty();
        }
    }

    @Test
    void powerCutAfterTheHoldWasEntered_theHoldStands() throws IOException {
        HoldingRig held = begin();
        disk.settle();
        Instant start = record(held, SECONDS);
        HoldId hold = held.held(start, start.plusSeconds(5), GATE);
        disk.powerCut(4);
        held.abandon();
        try (HoldingRig again = open(disk.restart())) {
            assertThat(again.register.hold(hold)).map(Hold::state).contains(HoldState.SECURED);
            passDays(40);
            awaitErased(again, firstEpoch(again));
            assertThat(fragments(again, GATE)).hasSize(5);
        }
    }

    @Test
    void erasedOfAnotherTimeWithTheSameClockTime_cutsNothingOffAHold() throws IOException {
        try (HoldingRig held = begin()) {
            Instant start = record(held, SECONDS);
            // The clock was weeks ahead when this was recorded, and it was erased since.
            Moment from = Moment.atUtc(StreamState.micros(start.plusSeconds(5)));
            held.store.streamState(GATE).gap(from, from.plusMicros(3_000_000), GapCause.ERASED, "past its limit");
            HoldAnswer answer = held.place(start.plusSeconds(2), start.plusSeconds(12), GATE);
            assertThat(answer).isInstanceOf(HoldAnswer.Done.class);
            Hold hold = ((HoldAnswer.Done) answer).hold();
            assertThat(hold.span().from()).isEqualTo(start.plusSeconds(2));
            assertThat(hold.span().to()).isEqualTo(start.plusSeconds(12));
        }
    }

    @Test
    void actOnHoldsThatIsSlow_keepsTheKeeperFromErasingOnly() throws IOException {
        try (HoldingRig held = begin()) {
            long epoch = firstEpoch(held);
            record(held, SECONDS);
            held.store.holds().eraseLock().lock();
            try {
                passDays(40);
                record(held, 4); // and awaits that the keeper has written its rows
                assertThat(held.store.keys().isReadable(epoch)).isTrue();
            } finally {
                held.store.holds().eraseLock().unlock();
            }
            awaitErased(held, epoch);
        }
    }

    @Test
    void powerCutAfterARelease_whatWentWithItIsStillAccountedFor() throws IOException {
        HoldingRig held = begin();
        disk.settle();
        long epoch = firstEpoch(held);
        Instant start = record(held, SECONDS);
        held.held(start.plusSeconds(2), start.plusSeconds(4), GATE);
        HoldId second = held.held(start.plusSeconds(8), start.plusSeconds(10), GATE);
        held.held(start.plusSeconds(14), start.plusSeconds(16), GATE);
        passDays(40);
        awaitErased(held, epoch);
        held.release(second);
        disk.powerCut(4);
        held.abandon();
        try (HoldingRig again = open(disk.restart())) {
            again.rig.awaitKept("the index is whole", () -> !again.store.isIndexBehind());
            assertThat(fragments(again, GATE)).hasSize(4);
            assertThat(again.store.check(true, Optional.empty()).findings()).isEmpty();
        }
    }

    @Test
    void registerThatCannotBeRead_erasesNothing_andSaysSo() throws IOException {
        try (HoldingRig held = begin()) {
            long epoch = firstEpoch(held);
            record(held, SECONDS);
            held.register.unreadable("entry 3: told to fail");
            passDays(40);
            StoreRig.await(
                    "it is said",
                    () -> held.store.retention().status().alarms().stream()
                            .anyMatch(alarm -> alarm.contains("what is held cannot be told: entry 3")));
            assertThat(held.store.keys().isReadable(epoch)).isTrue();
            assertThat(fragments(held, GATE)).as("past its limit all the same").isEmpty();
            Instant now = held.now();
            assertThatThrownBy(() -> held.place(now.minusSeconds(5), now, GATE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("what is held cannot be told");
        }
    }

    /** As in an installation: entries in the trail, and the register folded from it. */
    @Test
    void holdsInATrail_areFoldedAtTheStart_andErasuresNameWhatTheyKept() throws IOException {
        StoreRig.init(disk, settings(), clock);
        HoldId hold;
        Map<StreamId, String> classes = Map.of(GATE, StoreRig.CLASS, HALL, StoreRig.CLASS);
        try (TestTrail trail = TestTrail.open(disk, folder, clock);
                HoldingRig held = new HoldingRig(disk, settings(), clock, trail.entries(), classes)) {
            Instant start = record(held, SECONDS);
            hold = held.held(start, start.plusSeconds(5), GATE);
            passDays(40);
            awaitErased(held, firstEpoch(held));
            assertThat(trail.of(Act.HOLD_PLACED)).hasSize(1);
            assertThat(trail.of(Act.EPOCH_DUE).get(0).data().texts("kept")).containsExactly(GATE.toString());
            trail.entries().snapshot();
        }
        try (TestTrail trail = TestTrail.open(disk, folder, clock);
                HoldingRig held = new HoldingRig(disk, settings(), clock, trail.entries(), classes)) {
            assertThat(held.alarms).isEmpty();
            assertThat(held.register.hold(hold)).map(Hold::state).contains(HoldState.SECURED);
            assertThat(fragments(held, GATE)).hasSize(5);
            trail.refuses(true);
            assertThatThrownBy(() -> held.release(hold)).isInstanceOf(TrailException.class);
            assertThat(fragments(held, GATE)).hasSize(5);
            trail.refuses(false);
            held.release(hold);
            assertThat(fragments(held, GATE)).isEmpty();
        }
    }

    /** Each minute of a day without a trail would else enter all gaps of all cameras once more. */
    @Test
    void erasureThatIsTriedAgain_entersItsGapsOnce() throws IOException {
        StoreRig.init(disk, settings(), clock);
        Map<StreamId, String> classes = Map.of(GATE, StoreRig.CLASS, HALL, StoreRig.CLASS);
        try (TestTrail trail = TestTrail.open(disk, folder, clock);
                HoldingRig held = new HoldingRig(disk, settings(), clock, trail.entries(), classes)) {
            long epoch = firstEpoch(held);
            Instant start = record(held, SECONDS);
            held.held(start.plusSeconds(5), start.plusSeconds(8), GATE);
            trail.refuses(true);
            passDays(40);
            StoreRig.await(
                    "it has failed",
                    () -> held.store.retention().status().alarms().stream()
                            .anyMatch(alarm -> alarm.contains("is due and not erased")));
            trail.refuses(false);
            clock.pass(2, TimeUnit.MINUTES);
            awaitErased(held, epoch);
            assertThat(held.rig.gaps(GATE).stream()
                            .filter(gap -> gap.cause() == GapCause.ERASED)
                            .toList())
                    .as("before and behind what is held")
                    .hasSize(2);
        }
    }

    @Test
    void trailThatDoesNotOpen_erasesNothing_andKeepsTheHeldReels() throws IOException {
        StoreRig.init(disk, settings(), clock);
        Map<StreamId, String> classes = Map.of(GATE, StoreRig.CLASS, HALL, StoreRig.CLASS);
        try (HoldingRig held = new HoldingRig(disk, settings(), clock, StoreTrail.closed("told to fail"), classes)) {
            assertThat(held.register.trouble()).isPresent();
            assertThatThrownBy(() -> held.store.held().epochs.heldStreams(firstEpoch(held)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("what is held cannot be told");
        }
    }

    @Test
    void placingErasingAndClearing_haveOneLock() throws IOException {
        try (HoldingRig held = begin()) {
            assertThat(held.store.holds().eraseLock())
                    .isSameAs(held.store.retention().eraseLock());
        }
    }

    @Test
    void holdOnMoreThanHalfTheRing_isRefusedWithBothNumbers() throws IOException {
        StoreSettings small = SmallReels.init(disk, folder, clock, 8);
        try (HoldingRig held = new HoldingRig(disk, small, clock, Map.of(GATE, StoreRig.CLASS))) {
            Instant start = held.now();
            held.rig.beginRun(GATE);
            SmallReels.record(held.rig, GATE, 5);
            held.rig.endRun(GATE, GapCause.CONNECTION_LOST);
            HoldAnswer answer = held.place(start, held.now(), GATE);
            assertThat(answer).isInstanceOfSatisfying(HoldAnswer.Refused.class, refused -> {
                assertThat(refused.refusal().cause()).isEqualTo(Refusal.Cause.RING_FULL);
                assertThat(refused.refusal().message()).contains("at most 4 may be");
            });
        }
    }
}
