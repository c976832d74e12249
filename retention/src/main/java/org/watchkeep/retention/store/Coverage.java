// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a stream's timeline is explained: by footage, or by a gap with its cause. What is compared is the
 * recorder's own time, so that what UTC shows twice hides nothing. Only where something of the stream was written by a
 * version that did not keep it is all of the stream compared by UTC, steps of the clock counted as explained. Confined to
 * one thread.
 */
final class Coverage {
    /**
     * Two spans this close count as joined. Fragments of a run abut within the slew of their clock (under 1 ms); the rest
     * is for cameras that send two pictures a second.
     */
    static final long TOLERANCE_MICROS = TimeUnit.MILLISECONDS.toMicros(250);

    private final List<Span> spans = new ArrayList<>();
    private final List<Span> steps = new ArrayList<>();
    private boolean ownKnown = true;

    /** Half-open. */
    record Span(Moment from, Moment to) {}

    /** Adds a span; those that come in order and abut are kept as one. */
    void add(Moment from, Moment to) {
        ownKnown &= from.isOwnKnown() && to.isOwnKnown();
        if (!spans.isEmpty()) {
            Span last = spans.get(spans.size() - 1);
            boolean abuts = last.from.boot() == from.boot()
                    && !from.isBefore(last.from)
                    && last.to.boot() == from.boot()
                    && last.to.reaches(from, TOLERANCE_MICROS)
                    && from.utcMicros() >= last.from.utcMicros()
                    && from.utcMicros() <= last.to.utcMicros() + TOLERANCE_MICROS;
            if (abuts) {
                spans.set(spans.size() - 1, new Span(last.from, to.isAfter(last.to) ? to : last.to));
                return;
            }
        }
        spans.add(new Span(from, to));
    }

    /** UTC was set: counts only where UTC is what is compared. */
    void addStep(long fromUtcMicros, long toUtcMicros) {
        steps.add(new Span(
                Moment.atUtc(Math.min(fromUtcMicros, toUtcMicros)),
                Moment.atUtc(Math.max(fromUtcMicros, toUtcMicros))));
    }

    /** What was added, joined where it came in order and abuts. */
    List<Span> spans() {
        return List.copyOf(spans);
    }

    boolean isEmpty() {
        return spans.isEmpty();
    }

    /**
     * Where it begins. By UTC that is where the first added span does: what is added comes in the recorder's own order,
     * so time before it was never lived through, also where a clock set back shows footage there.
     */
    Moment first() {
        return ownKnown ? spans.stream().map(Span::from).min(Moment::compare).orElseThrow() : spans.get(0).from;
    }

    /** Where the last thing in it ends. */
    Moment last() {
        return spans.stream().map(Span::to).max(Moment::compare).orElseThrow();
    }

    /** The spans from the beginning to this moment, or to the last thing added, that nothing covers. */
    List<Span> holes(@Nullable Moment until) {
        if (spans.isEmpty()) {
            return List.of();
        }
        boolean own = ownKnown && (until == null || until.isOwnKnown());
        List<Span> sorted = new ArrayList<>();
        spans.forEach(span -> sorted.add(own ? span : new Span(utc(span.from), utc(span.to))));
        Moment cursor = own ? first() : utc(first());
        if (!own) {
            for (Span step : steps) {
                if (step.to.isAfter(cursor)) {
                    sorted.add(step);
                }
            }
        }
        sorted.sort(Comparator.comparing(Span::from, Moment::compare));
        if (until != null) {
            Moment end = own ? until : utc(until);
            sorted.add(new Span(end, end));
        }
        List<Span> holes = new ArrayList<>();
        for (Span span : sorted) {
            if (!cursor.reaches(span.from, TOLERANCE_MICROS)) {
                holes.add(new Span(cursor, span.from));
            }
            cursor = span.to.isAfter(cursor) ? span.to : cursor;
        }
        return holes;
    }

    private static Moment utc(Moment moment) {
        return Moment.atUtc(moment.utcMicros());
    }
}
