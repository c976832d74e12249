// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the re-reading of footage stands. Immutable.
 *
 * @param bytesASecond what is read at most
 * @param today what was read today, by UTC
 * @param lastDay the day before it whose count is known
 * @param oneIn one segment of so many is read in this sweep; 0 before the first
 * @param segmentsInSweep read in it so far
 * @param unverified volumes that could not be read when they were come to last
 * @param waitsForTrail whether something found is not entered yet
 */
public record ScrubStatus(
        long bytesASecond,
        Day today,
        Optional<Day> lastDay,
        long sweep,
        long oneIn,
        long segmentsInSweep,
        List<Marked> marked,
        List<String> unverified,
        boolean waitsForTrail) {
    public ScrubStatus {
        marked = List.copyOf(marked);
        unverified = List.copyOf(unverified);
    }

    /** A day's count, in fragments. */
    public record Day(LocalDate day, long fragments, long damaged, long missing) {
        static Day of(ScrubState.Day day) {
            return new Day(day.date(), day.fragments(), day.damaged(), day.missing());
        }

        /** Of what was read that day, the share that is what was recorded; empty where nothing was read. */
        public Optional<Double> replayablePercent() {
            return fragments == 0
                    ? Optional.empty()
                    : Optional.of(100.0 * Math.max(0, fragments - damaged - missing) / fragments);
        }
    }

    /** A segment that is not what was recorded. */
    public record Marked(
            StreamId stream,
            long run,
            int number,
            Instant from,
            Instant to,
            Instant found,
            String what,
            Scrubber.Neighbours.Outcome neighbours) {
        static Marked of(ScrubState.Mark mark) {
            return new Marked(
                    mark.id(),
                    mark.run(),
                    mark.number(),
                    mark.from(),
                    mark.to(),
                    StreamState.instant(mark.foundUtcMicros()),
                    mark.what(),
                    mark.neighbours());
        }
    }

    /** What somebody must look at, a sentence each; empty where all is well. */
    public List<String> alarms() {
        List<String> alarms = new ArrayList<>();
        if (!marked.isEmpty()) {
            Marked first = marked.get(0);
            alarms.add((marked.size() == 1 ? "a segment is" : marked.size() + " segments are")
                    + " not what was recorded, first found: " + first.stream + " from " + first.from + ": "
                    + first.what);
        }
        unverified.forEach(volume -> alarms.add("volume " + volume + " cannot be read: what it holds is unverified"));
        if (waitsForTrail) {
            alarms.add("what was found by reading footage again waits for the audit trail");
        }
        return alarms;
    }
}
