// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.policy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.Erasure;

/**
 * The order in which one epoch is erased; store.md, section 4. Entry first, act second: where it cannot be entered nothing
 * is erased. It may be run again after any failure and any power cut; what is left after each step is in
 * {@code docs/design/retention.md}.
 *
 * <p>Any thread but event loops. {@link #lock} is the erase lock: who places a hold takes it as well, so that a hold is
 * either read here or placed on what is gone.
 */
public final class Erasing {
    /** Where erasures are entered. Returns when the entry is durable. */
    public interface Trail {
        void due(Due entry) throws IOException;

        void erased(Erased entry) throws IOException;
    }

    /** What holds say of an epoch. */
    public interface Holds {
        /** Holds that keep nothing: what there is until footage can be held. */
        Holds NONE = new Holds() {
            @Override
            public List<Integer> heldStreams(long epoch) {
                return List.of();
            }

            @Override
            public void keepKeys(long epoch, List<Integer> streams) {
                if (!streams.isEmpty()) {
                    throw new IllegalArgumentException(
                            "streams held: " + streams + " (expected: none, holds are not kept)");
                }
            }
        };

        /**
         * Numbers of the streams that have a held span in this epoch.
         *
         * @throws IOException when that cannot be told: nothing of the epoch is erased then
         */
        List<Integer> heldStreams(long epoch) throws IOException;

        /** Keys of these streams are durable in both homes on return. */
        void keepKeys(long epoch, List<Integer> streams) throws IOException;

        /** The root is gone: of an epoch of which single streams were erased, the kept keys that no hold needs go as well. */
        default void release(long epoch) throws IOException {}
    }

    /** What shows footage. */
    public interface Shown {
        /** Readings of the epoch that are under way end; none begins. */
        void end(long epoch);

        /** What the index knows of the epoch is gone; it is a cache, so that its failure fails nothing. */
        void forget(long epoch);
    }

    /** Why an epoch is erased. The code is on disk; never reuse one. */
    public record Rule(String code) {
        /** Its first fragment has reached the limit of its class. */
        public static final Rule LIMIT = new Rule("limit");
    }

    /** What is about to be erased. */
    public record Due(long epoch, String classId, Rule rule, int days, List<Integer> keptStreams) {
        public Due {
            keptStreams = List.copyOf(keptStreams);
        }
    }

    /** What an epoch held, as far as the index knew. */
    public record Counts(long streams, long segments, long fragments, long bytes) {
        public static final Counts NONE = new Counts(0, 0, 0, 0);
    }

    /**
     * What was erased.
     *
     * @param medium what the file systems of the homes may still hold of it
     */
    public record Erased(
            Due due, Counts counts, int homes, int homesOutstanding, boolean readPastCache, String medium) {}

    private final ReentrantLock lock;
    private final EpochKeys keys;
    private final Trail trail;
    private final Holds holds;
    private final Shown shown;
    private final String medium;

    /** @param lock the erase lock: whoever places a hold, and whoever clears a reel, has it as well */
    public Erasing(EpochKeys keys, Trail trail, Holds holds, Shown shown, String medium, ReentrantLock lock) {
        this.lock = lock;
        this.keys = keys;
        this.trail = trail;
        this.holds = holds;
        this.shown = shown;
        this.medium = medium;
    }

    /** The erase lock. */
    public ReentrantLock lock() {
        return lock;
    }

    /** Erases an epoch that is due. */
    public Erased erase(Epoch epoch, Rule rule, int days, Counts counts, long utcMicros) throws IOException {
        lock.lock();
        try {
            List<Integer> held = holds.heldStreams(epoch.number());
            Due due = new Due(epoch.number(), epoch.classId(), rule, days, held);
            trail.due(due);
            return act(due, counts, utcMicros);
        } finally {
            lock.unlock();
        }
    }

    /** An erasure that was entered and never came to its end: done again, whatever the homes say. */
    public Erased again(Due due, Counts counts, long utcMicros) throws IOException {
        lock.lock();
        try {
            return act(due, counts, utcMicros);
        } finally {
            lock.unlock();
        }
    }

    private Erased act(Due due, Counts counts, long utcMicros) throws IOException {
        boolean isLive = keys.epoch(due.epoch())
                .filter(epoch -> epoch.state() == Epoch.State.LIVE)
                .isPresent();
        if (isLive) {
            // Of this moment: a hold may have been placed since the entry, or have ended.
            holds.keepKeys(due.epoch(), holds.heldStreams(due.epoch()));
        }
        Erasure erasure = keys.erase(due.epoch(), utcMicros);
        holds.release(due.epoch());
        shown.end(due.epoch());
        shown.forget(due.epoch());
        Erased erased = new Erased(
                due, counts, erasure.homesOverwritten(), erasure.homesOutstanding(), erasure.readPastCache(), medium);
        trail.erased(erased);
        return erased;
    }
}
