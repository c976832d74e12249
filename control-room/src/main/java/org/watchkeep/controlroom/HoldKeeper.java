// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.hold.Admission;
import org.watchkeep.retention.hold.Ground;
import org.watchkeep.retention.hold.HeldSpan;
import org.watchkeep.retention.hold.Hold;
import org.watchkeep.retention.hold.HoldAnswer;
import org.watchkeep.retention.hold.HoldRegister;
import org.watchkeep.retention.hold.HoldRules;
import org.watchkeep.retention.hold.HoldTerms;
import org.watchkeep.retention.hold.Holds;
import org.watchkeep.retention.hold.KeysInHomes;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.HeldKeys;
import org.watchkeep.retention.store.HoldParts;
import org.watchkeep.retention.store.Scrubber;
import org.watchkeep.retention.store.StreamId;

/**
 * The holds of an installation: finishes at the start what a stop broke off, and each minute what failed; ends those whose notice has run
 * out. Opened and closed by one thread; a thread of its own does the rounds.
 */
final class HoldKeeper implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(HoldKeeper.class);
    private static final long ROUND_SECONDS = 60;

    /** Each keeps a reel from being overwritten: a disk that rots everywhere must not stop the recording. */
    private static final int MOST_OF_NEIGHBOURS = 16;

    private static final long CLOSE_SECONDS = 20;

    private final Holds holds;
    private final InstantSource clock;
    private @Nullable ScheduledExecutorService rounds;

    private HoldKeeper(Holds holds, InstantSource clock) {
        this.holds = holds;
        this.clock = clock;
    }

    /** Never fails: what is held cannot be changed while it cannot be read, and keeps nobody from recording. */
    static HoldKeeper open(
            HoldParts parts,
            HoldRegister register,
            HeldKeys held,
            EpochKeys epochs,
            Supplier<Admission.Room> room,
            InstantSource clock) {
        Holds.Surroundings around = new Holds.Surroundings(
                parts.entries(),
                parts::keepText,
                parts.footage(),
                new KeysInHomes(held, epochs),
                room,
                parts.eraseLock(),
                clock);
        HoldKeeper keeper = new HoldKeeper(new Holds(register, around), clock);
        try {
            // Each thing that a person must look at is in the log by then.
            var unused = keeper.holds.begin();
            keeper.holds.releaseEnded();
        } catch (IOException e) {
            LOG.error("ALARM holds: what a stop broke off is not finished: {}", e.toString());
        }
        return keeper;
    }

    Holds holds() {
        return holds;
    }

    /** What lies beside footage that is not what was recorded stays until a person has looked at it. */
    Scrubber.Neighbours.Outcome holdNeighbours(StreamId stream, Instant from, Instant to, Actor owner)
            throws IOException {
        long standing = holds.register().holds().stream()
                .filter(hold ->
                        hold.isActive() && hold.origin() == Hold.Origin.AUTOMATIC && hold.ground() == Ground.INTEGRITY)
                .count();
        if (standing >= MOST_OF_NEIGHBOURS) {
            LOG.error(
                    "ALARM holds: damaged footage in {} places is held with its neighbours, more is not held by itself: see to"
                            + " the disk, and release what has been looked at",
                    standing);
            return Scrubber.Neighbours.Outcome.REFUSED;
        }
        Instant review = clock.instant().plus(HoldRules.REVIEW);
        HeldSpan span = HeldSpan.of(List.of(stream), from, to);
        for (HoldAnswer answer : holds.placeAutomatic(HoldTerms.of(span, Ground.INTEGRITY, owner, review))) {
            if (answer instanceof HoldAnswer.Refused refused) {
                LOG.error(
                        "ALARM holds: what lies beside damaged footage is not held: {}",
                        refused.refusal().message());
                return Scrubber.Neighbours.Outcome.REFUSED;
            }
        }
        return Scrubber.Neighbours.Outcome.HELD;
    }

    /** Begins the rounds. Once. */
    void start() {
        rounds = Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "hold-keeper"));
        var round = rounds.scheduleWithFixedDelay(this::round, 0, ROUND_SECONDS, TimeUnit.SECONDS);
        LOG.debug("rounds of holds {}", round);
    }

    private void round() {
        try {
            holds.goOn();
            long overdue = holds.register().reviewsDue(clock.instant()).stream()
                    .filter(hold -> hold.reviewState(clock.instant()) == Hold.ReviewState.OVERDUE)
                    .count();
            LOG.debug("{} holds are overdue for review", overdue);
        } catch (IOException | RuntimeException e) {
            LOG.error("ALARM holds: what is due to be done with them is not done, it is tried again: {}", e.toString());
        }
    }

    @Override
    public void close() {
        ScheduledExecutorService running = rounds;
        if (running == null) {
            return;
        }
        running.shutdown();
        try {
            if (!running.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("holds: one is still being ended at the stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
