// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.watchkeep.retention.store.StreamId;

/**
 * Streams × {@code [from, to)}, in microseconds. Immutable.
 *
 * @param streams at least one, in order
 */
public record HeldSpan(SortedSet<StreamId> streams, Instant from, Instant to) {
    /** An entry of the trail holds 60,000 bytes; 1,000 of the longest stream ids take 49,000. */
    public static final int MAX_STREAMS = 1_000;

    public HeldSpan {
        streams = Collections.unmodifiableSortedSet(new TreeSet<>(streams));
        from = from.truncatedTo(ChronoUnit.MICROS);
        to = to.truncatedTo(ChronoUnit.MICROS);
        if (streams.isEmpty() || streams.size() > MAX_STREAMS) {
            throw new IllegalArgumentException(
                    "streams of a hold: " + streams.size() + " (expected: 1 to " + MAX_STREAMS + ")");
        }
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("span of a hold: " + from + " to " + to + " (expected: to after from)");
        }
    }

    public static HeldSpan of(Collection<StreamId> streams, Instant from, Instant to) {
        return new HeldSpan(new TreeSet<>(streams), from, to);
    }

    /** The same time on these of its streams. */
    HeldSpan on(Collection<StreamId> some) {
        return of(some, from, to);
    }

    /** Whether footage of the stream in {@code [start, end)} is touched. */
    public boolean touches(StreamId stream, Instant start, Instant end) {
        return streams.contains(stream) && start.isBefore(to) && from.isBefore(end);
    }

    /** Hours times streams: what the caps of the public form count. */
    public double cameraHours() {
        return streams.size()
                * (Duration.between(from, to).toMillis()
                        / (double) Duration.ofHours(1).toMillis());
    }

    @Override
    public String toString() {
        return streams + " from " + from + " to " + to;
    }
}
