// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.watchkeep.retention.policy.PolicyException;

/** What people ask of retention, and decide. Any thread but event loops. */
public interface RetentionActs {
    /**
     * Where retention stands.
     *
     * @param utc what the retention clock takes UTC for
     * @param offMicros by how much the system clock is off that and nobody vouched for it; while it is not 0 nothing is erased
     * @param alarms what keeps footage from being erased when it should be
     */
    record Status(
            Instant utc, long offMicros, List<ClassStatus> classes, List<RingForecast> rings, List<String> alarms) {
        public Status {
            classes = List.copyOf(classes);
            rings = List.copyOf(rings);
            alarms = List.copyOf(alarms);
        }
    }

    /**
     * One class.
     *
     * @param days in force
     * @param configuredDays empty where the class is no longer configured; fewer than in force wait for two people
     * @param liveEpochs epochs whose footage can be read
     * @param dueEpochs of those, what is due and not erased yet
     * @param oldest when the oldest of them was opened
     */
    record ClassStatus(
            String id,
            int days,
            Optional<Integer> configuredDays,
            String reason,
            int liveEpochs,
            int dueEpochs,
            Optional<Instant> oldest) {}

    /**
     * For how long a ring keeps its footage at the pace measured since the start, or until there is one, before it.
     *
     * @param wanted days of its class
     * @param days empty while fewer than three reels of a ring on its volume are known
     */
    record RingForecast(String ring, int wanted, Optional<Double> days) {}

    /** An epoch that fewer days would erase at once, and when it was opened. */
    record Doomed(long epoch, Instant opened) {}

    /**
     * What a change of days would erase at once.
     *
     * @param erases oldest first; of the streams that a hold keeps, what is held stays readable
     */
    record Effect(String classId, int daysNow, int days, List<Doomed> erases) {
        public Effect {
            erases = List.copyOf(erases);
        }

        public int epochs() {
            return erases.size();
        }

        /** When the oldest of them was opened. */
        public Optional<Instant> from() {
            return erases.stream().findFirst().map(Doomed::opened);
        }

        /** When the newest of them was opened. */
        public Optional<Instant> to() {
            return erases.isEmpty()
                    ? Optional.empty()
                    : Optional.of(erases.get(erases.size() - 1).opened());
        }
    }

    Status status();

    /** Erases one stream of whole epochs alone. */
    StreamErasures singleStreams();

    /** The erase lock: whoever places a hold has it while the keys are kept, so that nothing is erased in between. */
    ReentrantLock eraseLock();

    /** What would be erased if the class were kept so many days; changes nothing. */
    Effect effect(String classId, int days) throws PolicyException;

    /**
     * Puts fewer days in force than the class had, as its configuration says; entered before it counts.
     *
     * @param by who asks for it
     * @param approvedBy somebody else, who has seen the effect
     */
    Effect lower(String classId, int days, String by, String approvedBy) throws IOException, PolicyException;

    /**
     * Enters that roots are wrapped under another master.
     *
     * @return the media that hold a backup of the one before: to be destroyed
     */
    List<String> masterRotated(String from, String to, String by) throws IOException;

    /** Enters that a copy of the keystore is being made; before it is. */
    void keysBackedUp(String master, String medium, String by) throws IOException;

    /** A person says that the system clock is right; entered before it counts. */
    void confirmClock(String by) throws IOException, PolicyException;
}
