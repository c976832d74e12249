// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Which part of a stream's timeline is explained: by footage, by a gap with its cause, by a step of the clock. Confined
 * to one thread.
 */
final class Coverage {
    /**
     * Two spans this close count as joined. Fragments of a run abut within the slew of their clock (under 1 ms); the rest
     * is for cameras that send two pictures a second.
     */
    static final long TOLERANCE_MICROS = TimeUnit.MILLISECONDS.toMicros(250);

    private final List<Span> spans = new ArrayList<>();

    /** Half-open, UTC microseconds. */
    record Span(long from, long to) {}

    /** Adds a span; those that come in order and abut are kept as one. */
    void add(long fromUtcMicros, long toUtcMicros) {
        if (!spans.isEmpty()) {
            Span last = spans.get(spans.size() - 1);
            if (fromUtcMicros >= last.from && fromUtcMicros <= last.to + TOLERANCE_MICROS) {
                spans.set(spans.size() - 1, new Span(last.from, Math.max(last.to, toUtcMicros)));
                return;
            }
        }
        spans.add(new Span(fromUtcMicros, toUtcMicros));
    }

    /** Where the first added span begins. */
    long first() {
        return spans.get(0).from;
    }

    boolean isEmpty() {
        return spans.isEmpty();
    }

    /**
     * The spans from the first added thing to this instant that nothing covers. What was added is in the recorder's
     * own order, so time before the first thing was never lived through, also where a clock set back shows footage there.
     */
    List<Span> holes(long untilUtcMicros) {
        List<Span> sorted = new ArrayList<>(spans);
        sorted.sort(Comparator.comparingLong(Span::from));
        List<Span> holes = new ArrayList<>();
        long cursor = spans.isEmpty() ? untilUtcMicros : first();
        for (Span span : sorted) {
            if (span.from > cursor + TOLERANCE_MICROS) {
                holes.add(new Span(cursor, span.from));
            }
            cursor = Math.max(cursor, span.to);
        }
        if (untilUtcMicros > cursor + TOLERANCE_MICROS) {
            holes.add(new Span(cursor, untilUtcMicros));
        }
        return holes;
    }
}
