// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.watchkeep.retention.disk.PowerCut;
import org.watchkeep.retention.hold.Ground;
import org.watchkeep.retention.hold.HeldSpan;
import org.watchkeep.retention.hold.HoldAnswer;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.hold.HoldRules;
import org.watchkeep.retention.hold.HoldTerms;
import org.watchkeep.retention.policy.PolicyException;

/** What can happen to a {@link RetentionWorld}. Each deed leaves it running, whatever the power did meanwhile. */
final class RetentionDeeds {
    /** Of a ring of fourteen reels some are held twice, and some fail. */
    private static final int MOST_HOLDS = 8;

    private static final List<Duration> WRONG = List.of(
            Duration.ofSeconds(20),
            Duration.ofMinutes(3),
            Duration.ofMinutes(-3),
            Duration.ofHours(1),
            Duration.ofHours(-1),
            Duration.ofDays(45),
            Duration.ofDays(31),
            Duration.ofDays(-365));

    private static final List<GapCause> TROUBLES =
            List.of(GapCause.CONNECTION_LOST, GapCause.NO_MEDIA, GapCause.CAMERA_UNREACHABLE);

    private final RetentionWorld world;
    private final Random random;

    RetentionDeeds(RetentionWorld world, long seed) {
        this.world = world;
        this.random = new Random(seed);
    }

    /** A deed into which a cut may fall. */
    interface Deed {
        void run() throws IOException;
    }

    void attempt(Deed deed) throws IOException {
        try {
            deed.run();
        } catch (PowerCut | IOException | IllegalStateException | AssertionError e) {
            if (!world.disk().isDead()) {
                throw e;
            }
        }
        if (world.disk().isDead()) {
            recover();
        }
    }

    private void recover() throws IOException {
        makeClockRight();
        world.recover(off(), random.nextInt(3) > 0, random.nextInt(4) == 0);
    }

    private Duration off() {
        return switch (random.nextInt(4)) {
            case 0 -> Duration.ofSeconds(3 + random.nextInt(100));
            case 1 -> Duration.ofMinutes(1 + random.nextInt(200));
            case 2 -> Duration.ofHours(1 + random.nextInt(60));
            default -> Duration.ofSeconds(5);
        };
    }

    /** A machine whose clock is wrong when it goes down comes up with a right one: what nobody saw nobody can tell. */
    private void makeClockRight() {
        world.setOff(Duration.ZERO);
    }

    // ---- recording ------------------------------------------------------------------------------------------------

    /** Some seconds of some cameras; a ring with nothing but held reels would not take them, as it should. */
    void record() throws IOException {
        while (world.holds.size() > MOST_HOLDS) {
            release();
        }
        StoreRig rig = world.rig().rig;
        List<StreamId> some = RetentionWorld.CAMERAS.stream()
                .filter(camera -> random.nextInt(3) > 0)
                .toList();
        for (StreamId camera : some) {
            if (world.running.add(camera)) {
                rig.beginRun(camera);
            }
        }
        int bytes = random.nextInt(3) == 0 ? 60_000 : 2_000;
        int seconds = 1 + random.nextInt(4);
        for (int i = 0; i < seconds; i++) {
            world.pass(Duration.ofSeconds(1));
            for (StreamId camera : some) {
                StoreRig.Acknowledged name = rig.append(camera, bytes);
                world.pieces.put(name, new RetentionWorld.Piece(name, world.elapsed() - 1_000_000, world.elapsed()));
            }
            // Those that are connected and send nothing end their run: a recorder does not wait for them in silence.
            endExcept(some);
        }
        world.await("settled", () -> some.stream().allMatch(rig::isSettled));
        world.learn();
    }

    private void endExcept(List<StreamId> some) {
        for (StreamId camera : List.copyOf(world.running)) {
            if (!some.contains(camera)) {
                world.rig().rig.endRun(camera, GapCause.NO_MEDIA);
                world.running.remove(camera);
            }
        }
    }

    /** Runs end, and what they recorded is sealed and in the index. */
    void seal() {
        endRuns();
        if (!world.isVolumeLost()) {
            world.await(
                    "indexed",
                    () -> RetentionWorld.CAMERAS.stream()
                            .allMatch(camera -> world.rig()
                                    .store
                                    .streamState(camera)
                                    .unindexed()
                                    .isEmpty()));
        }
    }

    private void endRuns() {
        for (StreamId camera : world.running) {
            world.rig().rig.endRun(camera, TROUBLES.get(random.nextInt(TROUBLES.size())));
        }
        world.running.clear();
    }

    // ---- holds ----------------------------------------------------------------------------------------------------

    void hold() throws IOException {
        List<RetentionWorld.Piece> there = world.pieces.values().stream()
                .filter(piece -> piece.start != null && !piece.isGone)
                .toList();
        if (there.isEmpty()) {
            return;
        }
        RetentionWorld.Piece piece = there.get(random.nextInt(there.size()));
        Instant from = piece.start;
        Instant end = piece.end;
        if (from == null || end == null) {
            return;
        }
        StreamId stream = piece.name.stream();
        RetentionWorld.Span asked = new RetentionWorld.Span(stream, from, end.plusSeconds(random.nextInt(6)));
        HoldingRig rig = world.rig();
        HoldTerms terms = HoldTerms.of(
                HeldSpan.of(java.util.Set.of(stream), asked.from(), asked.to()),
                Ground.CRIME,
                HoldingRig.OWNER,
                rig.now().plus(HoldRules.REVIEW));
        world.beingPlaced = asked;
        List<HoldAnswer> answers = random.nextInt(3) == 0
                ? rig.holds.placeAutomatic(terms)
                : List.of(rig.holds.place(terms, HoldingRig.OWNER));
        world.beingPlaced = null;
        for (HoldAnswer answer : answers) {
            if (answer instanceof HoldAnswer.Done done) {
                HeldSpan left = done.hold().span();
                world.holds.put(done.hold().id(), new RetentionWorld.Span(stream, left.from(), left.to()));
            }
        }
    }

    void release() throws IOException {
        if (world.holds.isEmpty()) {
            return;
        }
        HoldId id = any();
        world.uncertain.add(id);
        world.rig().release(id);
        world.holds.remove(id);
        world.uncertain.clear();
    }

    private HoldId any() {
        return List.copyOf(world.holds.keySet()).get(random.nextInt(world.holds.size()));
    }

    /** A new date of review, or an automatic hold is made a person's. */
    void review() throws IOException {
        if (world.holds.isEmpty() || !world.isClockRight()) {
            return;
        }
        HoldingRig rig = world.rig();
        Instant review = rig.now().plus(Duration.ofDays(90));
        if (random.nextBoolean()) {
            rig.holds.extend(any(), Optional.of(review), Optional.of("court in March"), HoldingRig.OWNER);
        } else {
            rig.holds.confirm(any(), HoldingRig.OWNER);
        }
    }

    // ---- time -----------------------------------------------------------------------------------------------------

    /** What is due is erased where nobody doubts the time. */
    void expire() {
        endRuns();
        world.pass(
                switch (random.nextInt(4)) {
                    case 0 -> Duration.ofMinutes(1 + random.nextInt(100));
                    case 1 -> Duration.ofHours(1 + random.nextInt(40));
                    case 2 -> Duration.ofDays(1 + random.nextInt(8));
                    default -> Duration.ofDays(1 + random.nextInt(31));
                });
        awaitErased();
    }

    private void awaitErased() {
        RetentionActs retention = world.rig().store.retention();
        world.await(
                "what is due is erased",
                () -> retention.status().offMicros() != 0
                        || retention.status().classes().stream().allMatch(status -> status.dueEpochs() == 0));
    }

    void stepClock() {
        if (world.isClockRight()) {
            endRuns();
            world.setOff(WRONG.get(random.nextInt(WRONG.size())));
        } else {
            endRuns();
            makeClockRight();
            RetentionActs retention = world.rig().store.retention();
            world.await("the clock is believed again", () -> retention.status().offMicros() == 0);
        }
    }

    // ---- stops ----------------------------------------------------------------------------------------------------

    void stop() throws IOException {
        makeClockRight();
        endRuns();
        world.restart(off(), random.nextBoolean(), false);
    }

    void rebuildIndex() throws IOException {
        makeClockRight();
        endRuns();
        world.restart(Duration.ofSeconds(4), false, true);
    }

    void kill() {
        world.disk().kill();
    }

    void powerCut() {
        world.disk().powerCut(random.nextInt(1_000));
    }

    /** The power goes in one of the next writes, whoever makes it. */
    void powerCutSoon() {
        world.disk().cutAt(1 + random.nextInt(60), random.nextInt(1_000));
    }

    // ---- what is lost ---------------------------------------------------------------------------------------------

    void home() throws IOException {
        if (world.isHomeAway()) {
            world.homeIsBack();
        } else {
            world.loseHome();
        }
    }

    void volume() {
        if (world.isVolumeLost()) {
            world.heal();
        } else {
            world.loseVolume(random.nextBoolean() ? "v1" : "v2");
        }
    }

    // ---- policy ---------------------------------------------------------------------------------------------------

    /** Fewer days when two people agree; more at once. */
    void policy() throws IOException {
        makeClockRight();
        endRuns();
        int now = world.days() == RetentionWorld.LONG_DAYS ? RetentionWorld.SHORT_DAYS : RetentionWorld.LONG_DAYS;
        world.configure(now);
        world.restart(Duration.ofSeconds(4), random.nextBoolean(), false);
        if (now < world.days()) {
            try {
                world.lower();
            } catch (PolicyException refused) {
                throw new AssertionError(refused);
            }
        }
        awaitErased();
    }
}
