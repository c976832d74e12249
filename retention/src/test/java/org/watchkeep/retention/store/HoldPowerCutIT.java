// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.Campaign;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.PowerCut;
import org.watchkeep.retention.hold.Ground;
import org.watchkeep.retention.hold.HeldSpan;
import org.watchkeep.retention.hold.Hold;
import org.watchkeep.retention.hold.HoldAnswer;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.hold.HoldRules;
import org.watchkeep.retention.hold.HoldTerms;
import org.watchkeep.retention.keys.HeldKey;

/**
 * The power is cut at every step of the life of two holds that overlap: placed by a person and by the machine, confirmed,
 * extended, kept while their epoch is erased, one released at once, the other by notice. What was answered stands; what is held
 * reads as it was acknowledged; what no hold keeps does not read past its limit; no key is kept for nothing.
 */
class HoldPowerCutIT {
    private static final StreamId GATE = StreamId.main("gate");
    private static final StreamId HALL = StreamId.main("hall");
    private static final Map<StreamId, String> CLASSES = new LinkedHashMap<>();
    private static final Duration LIMIT = Duration.ofDays(31);
    private static final int EVERYDAY_STRIDE = 41;
    private static final int FRAGMENTS = 5;

    static {
        CLASSES.put(GATE, StoreRig.CLASS);
        CLASSES.put(HALL, StoreRig.CLASS);
    }

    @TempDir
    private Path folder;

    @Test
    void powerCut_atSomeSteps_heldReadsAndNothingElseDoes() throws IOException {
        cutAtEach(1, EVERYDAY_STRIDE, true, 0);
    }

    @Test
    @Tag("campaign")
    void powerCut_atEveryStep_heldReadsAndNothingElseDoes() throws IOException {
        int stride = Campaign.stride(1);
        cutAtEach(Campaign.firstStep(stride), stride, false, 0);
    }

    @Test
    @Tag("campaign")
    void powerCut_atEveryStepWithATrail_heldReadsAndNothingElseDoes() throws IOException {
        // What is left of a cut depends on the seed: nothing unsynced, all of it, some (FakeDisk).
        int stride = Campaign.stride(1);
        cutAtEach(Campaign.firstStep(stride), stride, true, 0);
        cutAtEach(Campaign.firstStep(stride), stride, true, 1);
    }

    private void cutAtEach(int first, int stride, boolean trailed, int shift) throws IOException {
        long step = first;
        while (new Life(
                        folder.resolve((trailed ? "trailed-" : "life-") + shift + "-" + step),
                        step,
                        step + shift,
                        trailed)
                .isCut()) {
            step += stride;
            assertThat(step).as("the life of a hold has an end").isLessThan(3_000);
        }
        System.out.println("power cut at steps up to " + step + ", every " + stride);
    }

    /** A fragment that was acknowledged. */
    private record Fact(StreamId stream, Instant start, Instant end, Digest digest) {
        boolean isIn(HeldSpan span) {
            return span.streams().contains(stream)
                    && start.isBefore(span.to())
                    && span.from().isBefore(end);
        }
    }

    /** What of a hold was asked for, and what was answered. */
    private static final class Asked {
        final HeldSpan span;

        @Nullable
        HoldId id;

        boolean isConfirmed;

        @Nullable
        Instant review;

        boolean isEndAsked;
        boolean isEndAnnounced;
        boolean isReleased;

        Asked(HeldSpan span) {
            this.span = span;
        }
    }

    private static final class Life {
        private final long step;
        private final long seed;
        private final boolean trailed;
        private final TestClock clock = new TestClock();
        private final StoreSettings settings;
        private final Map<StoreRig.Acknowledged, Fact> facts = new LinkedHashMap<>();
        private final List<Asked> asked = new ArrayList<>();
        private FakeDisk disk = new FakeDisk().tearSectors();
        private long firstEpoch;

        Life(Path at, long step, long seed, boolean trailed) throws IOException {
            this.step = step;
            this.seed = seed;
            this.trailed = trailed;
            this.settings = StoreRig.settings(at, 4);
            StoreRig.init(disk, settings, clock);
        }

        private TestTrail trail() throws IOException {
            return trailed ? TestTrail.open(disk, settings.folder(), clock) : TestTrail.NONE;
        }

        /** False when it ended before the cut. */
        boolean isCut() throws IOException {
            TestTrail trail = trail();
            HoldingRig rig = new HoldingRig(disk, settings, clock, trail.entries(), CLASSES);
            record(rig);
            disk.settle();
            disk.cutAt(step, seed);
            try {
                live(rig);
                rig.close();
                trail.close();
                return false;
            } catch (PowerCut | IOException | IllegalStateException | AssertionError e) {
                if (!disk.isDead()) {
                    throw e;
                }
            }
            rig.abandon();
            trail.abandon();
            disk = disk.restart();
            clock.pass(1, TimeUnit.MINUTES);
            clock.reboot("boot-2");
            clock.witnessed(true);
            try (TestTrail after = trail();
                    HoldingRig again = new HoldingRig(disk, settings, clock, after.entries(), CLASSES)) {
                lookThrough(again);
            }
            return true;
        }

        private void record(HoldingRig rig) throws IOException {
            firstEpoch = rig.rig.recordingEpoch();
            burst(rig.rig);
            clock.pass(1, TimeUnit.HOURS);
            await(rig, "the next epoch", () -> rig.rig.recordingEpoch() > firstEpoch);
            burst(rig.rig);
            for (StreamId stream : CLASSES.keySet()) {
                await(
                        rig,
                        "indexed",
                        () -> rig.store.streamState(stream).unindexed().isEmpty());
                for (Segment segment : rig.rig.segments(stream)) {
                    for (FragmentRef ref : segment.fragments()) {
                        facts.put(
                                new StoreRig.Acknowledged(stream, segment.run(), ref.sequence()),
                                new Fact(stream, ref.start(), ref.end(), rig.store.digest(segment, ref)));
                    }
                }
            }
            assertThat(facts).hasSize(4 * FRAGMENTS);
        }

        private static void burst(StoreRig rig) {
            CLASSES.keySet().forEach(rig::beginRun);
            for (int i = 0; i < FRAGMENTS; i++) {
                rig.record(GATE, 2_000);
                rig.append(HALL, 2_000);
            }
            StoreRig.await("recorded", () -> rig.isSettled(GATE) && rig.isSettled(HALL));
            CLASSES.keySet().forEach(stream -> rig.endRun(stream, GapCause.CONNECTION_LOST));
        }

        private HeldSpan gate(int firstFragment, int lastFragment) {
            List<Fact> gate = facts.values().stream()
                    .filter(fact -> fact.stream().equals(GATE))
                    .toList();
            return HeldSpan.of(
                    Set.of(GATE),
                    gate.get(firstFragment).start(),
                    gate.get(lastFragment).end());
        }

        private void live(HoldingRig rig) throws IOException {
            Asked person = ask(gate(1, 2));
            person.id = placed(rig.holds.place(terms(rig, person), HoldingRig.OWNER));
            Asked machine = ask(gate(2, 3));
            machine.id = placed(rig.holds.placeAutomatic(terms(rig, machine)).get(0));
            done(rig.holds.confirm(machine.id, HoldingRig.OWNER));
            machine.isConfirmed = true;
            Instant review = rig.now().plus(Duration.ofDays(90));
            done(rig.holds.extend(person.id, Optional.of(review), Optional.of("court in March"), HoldingRig.OWNER));
            person.review = review;
            clock.pass(LIMIT.toMinutes() - 30, TimeUnit.MINUTES);
            awaitErased(rig);
            machine.isEndAsked = true;
            done(rig.holds.release(machine.id, Optional.empty(), HoldingRig.OWNER, Optional.of(HoldingRig.OTHER)));
            machine.isReleased = true;
            done(rig.holds.announceEnd(person.id, Optional.empty(), HoldingRig.OWNER));
            person.isEndAnnounced = true;
            clock.pass(HoldRules.NOTICE.toMinutes() + 1, TimeUnit.MINUTES);
            person.isEndAsked = true;
            rig.holds.goOn();
            person.isReleased = true;
            awaitErased(rig);
        }

        private Asked ask(HeldSpan span) {
            Asked one = new Asked(span);
            asked.add(one);
            return one;
        }

        private static HoldTerms terms(HoldingRig rig, Asked what) {
            return HoldTerms.of(
                    what.span, Ground.CRIME, HoldingRig.OWNER, rig.now().plus(HoldRules.REVIEW));
        }

        private static HoldId placed(HoldAnswer answer) {
            return done(answer).hold().id();
        }

        private static HoldAnswer.Done done(HoldAnswer answer) {
            if (answer instanceof HoldAnswer.Done done) {
                return done;
            }
            throw new AssertionError("refused: " + answer);
        }

        private void awaitErased(HoldingRig rig) {
            await(rig, "erased or dead", () -> disk.isDead() || !isAnythingDue(rig));
            if (disk.isDead()) {
                throw new PowerCut("in an erasure");
            }
        }

        /** The keeper has a round for each look, and not one in half a second. */
        private static void await(HoldingRig rig, String what, BooleanSupplier isSo) {
            StoreRig.await(what, () -> {
                rig.store.keeper().wake();
                return isSo.getAsBoolean();
            });
        }

        private static boolean isAnythingDue(HoldingRig rig) {
            return rig.store.retention().status().classes().stream().anyMatch(status -> status.dueEpochs() > 0);
        }

        private void lookThrough(HoldingRig rig) throws IOException {
            String when = "step " + step + " seed " + seed;
            assertThat(rig.alarms).as(when).isEmpty();
            await(rig, "the index is whole", () -> !rig.store.isIndexBehind());
            rig.holds.goOn();
            await(rig, "nothing is due", () -> !isAnythingDue(rig));
            asked.forEach(one -> whatWasAnsweredStands(rig, one, when));
            assertThat(rig.register.holds()).as(when).hasSizeLessThanOrEqualTo(asked.size());
            footageIsWhatItIsToBe(rig, when);
            assertThat(rig.store.check(true, Optional.empty()).findings())
                    .as(when)
                    .isEmpty();
            keysAreThoseOfHolds(rig, when);
            itGoesOn(rig, when);
        }

        private static void whatWasAnsweredStands(HoldingRig rig, Asked one, String when) {
            HoldId id = one.id;
            if (id == null) {
                return;
            }
            Hold hold = rig.register.hold(id).orElseThrow();
            assertThat(hold.span()).as(when).isEqualTo(one.span);
            if (one.isConfirmed) {
                assertThat(hold.origin()).as(when).isEqualTo(Hold.Origin.CONFIRMED);
            }
            if (one.review != null) {
                assertThat(hold.review()).as(when).isEqualTo(one.review);
            }
            if (one.isEndAnnounced) {
                assertThat(hold.ends()).as(when).isPresent();
            }
            if (one.isReleased) {
                assertThat(hold.isActive()).as(when).isFalse();
            } else if (!one.isEndAsked && !one.isEndAnnounced) {
                assertThat(hold.isActive()).as(when).isTrue();
            }
        }

        /** The register says which holds are in force now: {@link #whatWasAnsweredStands} has seen that it may say so. */
        private void footageIsWhatItIsToBe(HoldingRig rig, String when) throws IOException {
            Map<StoreRig.Acknowledged, Digest> found = new LinkedHashMap<>();
            for (StreamId stream : CLASSES.keySet()) {
                for (Segment segment : rig.rig.segments(stream)) {
                    for (FragmentRef ref : segment.fragments()) {
                        found.put(
                                new StoreRig.Acknowledged(stream, segment.run(), ref.sequence()),
                                rig.store.digest(segment, ref));
                    }
                }
            }
            List<HeldSpan> inForce = rig.register.holds().stream()
                    .filter(Hold::isActive)
                    .map(Hold::span)
                    .toList();
            facts.forEach((name, fact) -> {
                boolean isHeld = inForce.stream().anyMatch(fact::isIn);
                boolean isPast = !fact.start().plus(LIMIT).isAfter(rig.now());
                // An hour shares its key: what follows the first of it goes with it.
                boolean maybeErased =
                        !fact.start().plus(LIMIT).isAfter(rig.now().plus(Duration.ofMinutes(61)));
                if (isHeld) {
                    assertThat(found.get(name)).as("%s: %s is held", when, fact).isEqualTo(fact.digest());
                } else if (isPast) {
                    assertThat(found.get(name))
                            .as("%s: %s is past its limit", when, fact)
                            .isNull();
                } else if (!maybeErased) {
                    assertThat(found.get(name)).as("%s: %s", when, fact).isEqualTo(fact.digest());
                }
            });
            assertThat(facts.keySet()).as(when).containsAll(found.keySet());
        }

        private void keysAreThoseOfHolds(HoldingRig rig, String when) {
            boolean isAnyInForce = rig.register.holds().stream().anyMatch(Hold::isActive);
            assertThat(rig.keptKeys().stream().map(HeldKey::epoch).toList())
                    .as("%s: keys that are kept", when)
                    .isEqualTo(isAnyInForce ? List.of(firstEpoch) : List.of());
        }

        /** A hold can be placed and released as ever. */
        private void itGoesOn(HoldingRig rig, String when) throws IOException {
            rig.rig.beginRun(HALL);
            for (int i = 0; i < 2; i++) {
                rig.rig.record(HALL, 2_000);
            }
            StoreRig.await("recorded", () -> rig.rig.isSettled(HALL));
            HoldId id = rig.held(rig.now().minusSeconds(2), rig.now(), HALL);
            assertThat(rig.register.hold(id).orElseThrow().isActive()).as(when).isTrue();
            rig.release(id);
        }
    }
}
