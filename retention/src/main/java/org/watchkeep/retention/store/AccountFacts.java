// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * What is known of a stream, by UTC in microseconds. Immutable.
 *
 * @param registered when the stream was first configured; empty where it never was
 * @param oldest where the oldest footage begins that is there; empty where none is
 * @param gaps by their number, open ones until now
 * @param steps from what the clock was set to what, in the order of their happening
 */
record AccountFacts(
        long now,
        OptionalLong registered,
        OptionalLong oldest,
        List<Stretch> footage,
        List<Stretch> gaps,
        List<Stretch> steps) {
    AccountFacts {
        footage = List.copyOf(footage);
        gaps = List.copyOf(gaps);
        steps = List.copyOf(steps);
    }

    static AccountFacts unknown(long now) {
        return new AccountFacts(now, OptionalLong.empty(), OptionalLong.empty(), List.of(), List.of(), List.of());
    }

    /** Half-open; one that ends before it begins is empty. */
    record Stretch(long from, long to, String cause) {
        /** Whether the other begins within it, or this much behind its end. */
        boolean isJoinedBy(Stretch other, long within) {
            return other.from >= from && other.from <= to + within;
        }

        Stretch and(Stretch other) {
            return new Stretch(from, Math.max(to, other.to), cause);
        }

        long lengthIn(long spanFrom, long spanTo) {
            return Math.max(0, Math.min(to, spanTo) - Math.max(from, spanFrom));
        }
    }

    /** Where the last thing ends that is known of it. */
    OptionalLong lastKnown() {
        return java.util.stream.Stream.concat(footage.stream(), gaps.stream())
                .mapToLong(Stretch::to)
                .max();
    }

    /** Footage less the instants it covers. */
    long overlapMicros(long spanFrom, long spanTo) {
        List<Stretch> sorted = new ArrayList<>(footage);
        sorted.sort(Comparator.comparingLong(Stretch::from));
        long cursor = spanFrom;
        long overlap = 0;
        for (Stretch stretch : sorted) {
            overlap += stretch.lengthIn(spanFrom, Math.min(cursor, spanTo));
            cursor = Math.max(cursor, stretch.to);
        }
        return overlap;
    }
}
