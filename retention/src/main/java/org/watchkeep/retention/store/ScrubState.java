// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.watchkeep.retention.policy.CheckedJson;

/**
 * How far the re-reading of footage has come, what it counted, and which segments are not what was recorded:
 * {@code scrub.state} in the data folder, checked JSON. Footage itself and the trail have all of it: where the file is lost
 * the re-reading begins anew and finds again what it had found. Immutable.
 *
 * @param position the segment that was read last in this sweep; {@link Position#NONE} at its beginning
 * @param lastDay the day before {@code today}; none or one
 * @param ended days whose entry the trail has not taken yet, oldest first
 */
record ScrubState(
        int version, Sweep sweep, Position position, Day today, List<Day> lastDay, List<Day> ended, List<Mark> marks) {
    static final String FILE = "scrub.state";
    static final int VERSION = 1;

    /** More are in the trail alone: a disk that bad is replaced, not listed. */
    static final int MOST_MARKS = 10_000;

    /** A mark has at most some 600 bytes. */
    static final int MAX_BYTES = 8 << 20;

    /** Days of a trail that takes no entries for a year. */
    static final int MOST_ENDED = 366;

    static final CheckedJson.Form<ScrubState> FORM = new CheckedJson.Form<>(FILE, VERSION, ScrubState.class, MAX_BYTES);

    /** Bytes of {@link Mark#what}. */
    private static final int MAX_WHAT = 300;

    ScrubState {
        lastDay = List.copyOf(lastDay);
        ended = List.copyOf(ended);
        marks = List.copyOf(marks);
    }

    static ScrubState begin(LocalDate day) {
        return new ScrubState(VERSION, Sweep.FIRST, Position.NONE, Day.begin(day), List.of(), List.of(), List.of());
    }

    /**
     * One going through all footage.
     *
     * @param number from 0
     * @param stride only one segment of so many is read, another one in each sweep; 1: all are
     * @param read segments so far
     * @param over on this day its end was reached; empty while it goes on
     */
    record Sweep(long number, long stride, long read, String over) {
        static final Sweep FIRST = new Sweep(0, 0, 0, "");

        Sweep {
            if (number < 0 || stride < 0 || read < 0) {
                throw new IllegalArgumentException("sweep: " + number + " " + stride + " " + read);
            }
        }

        boolean hasPlan() {
            return stride > 0;
        }

        Sweep oneMore() {
            return new Sweep(number, stride, read + 1, over);
        }
    }

    /** A segment's place in the order of reading. */
    record Position(long epoch, int stream, long run, int number) {
        static final Position NONE = new Position(0, 0, 0, 0);
    }

    /** What was counted on one day, by UTC. */
    record Day(String day, long fragments, long damaged, long missing) {
        Day {
            try {
                var unused = LocalDate.parse(day);
            } catch (DateTimeException e) {
                throw new IllegalArgumentException("day: " + day + " (expected: a date)", e);
            }
        }

        static Day begin(LocalDate day) {
            return new Day(day.toString(), 0, 0, 0);
        }

        LocalDate date() {
            return LocalDate.parse(day);
        }

        Day and(long moreFragments, long moreDamaged, long moreMissing) {
            return new Day(day, fragments + moreFragments, damaged + moreDamaged, missing + moreMissing);
        }
    }

    /**
     * A segment that is not what was recorded.
     *
     * @param what is wrong with it, the first that was found
     * @param entered whether the trail has it
     * @param neighbours what came of holding what lies beside it
     */
    record Mark(
            String stream,
            long run,
            int number,
            long epoch,
            long fromUtcMicros,
            long toUtcMicros,
            long foundUtcMicros,
            String what,
            boolean entered,
            Scrubber.Neighbours.Outcome neighbours) {
        Mark {
            what = what.length() > MAX_WHAT ? what.substring(0, MAX_WHAT) : what;
        }

        StreamId id() {
            return StreamId.parse(stream);
        }

        Instant from() {
            return StreamState.instant(fromUtcMicros);
        }

        Instant to() {
            return StreamState.instant(toUtcMicros);
        }

        Mark asEntered() {
            return new Mark(
                    stream, run, number, epoch, fromUtcMicros, toUtcMicros, foundUtcMicros, what, true, neighbours);
        }

        Mark with(Scrubber.Neighbours.Outcome held) {
            return new Mark(
                    stream, run, number, epoch, fromUtcMicros, toUtcMicros, foundUtcMicros, what, entered, held);
        }
    }

    ScrubState with(Sweep next, Position at) {
        return new ScrubState(version, next, at, today, lastDay, ended, marks);
    }

    ScrubState with(Day day) {
        return new ScrubState(version, sweep, position, day, lastDay, ended, marks);
    }

    ScrubState withMarks(List<Mark> all) {
        return new ScrubState(version, sweep, position, today, lastDay, ended, all);
    }

    /** The day is over, another begins. */
    ScrubState nextDay(LocalDate day) {
        List<Day> waiting = new ArrayList<>(ended.size() < MOST_ENDED ? ended : ended.subList(1, MOST_ENDED));
        waiting.add(today);
        return new ScrubState(version, sweep, position, Day.begin(day), List.of(today), waiting, marks);
    }

    ScrubState withEnded(List<Day> left) {
        return new ScrubState(version, sweep, position, today, lastDay, left, marks);
    }
}
