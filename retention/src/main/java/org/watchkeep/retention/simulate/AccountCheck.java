// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.SimulatedStore;

/**
 * Compares what the store tells of every instant since the beginning with what was true of it, also where nothing is left but
 * the ledger: no footage was sent, and a gap of the true cause says so; or there was footage, which is shown, or of
 * which an erasure tells. What is gone too early or shown too long is another counter's. One thread.
 */
final class AccountCheck {
    /** A part that is shorter is the slew of two clocks. */
    static final long SLEW_MICROS = 250_000;

    private final SimulatedTime time;
    private final Counters counters;

    /** What the store tells of one camera. */
    private record Told(Map<GapCause, Spans> gaps, long oldestShown) {
        Spans of(GapCause cause) {
            return gaps.computeIfAbsent(cause, none -> new Spans());
        }

        /** By an entry, or because it lies before all that is there: what is erased in its order has no entry. */
        Spans erased() {
            Spans erased = new Spans();
            erased.addAll(of(GapCause.ERASED));
            erased.addAll(of(GapCause.OVERWRITTEN));
            erased.add(Long.MIN_VALUE, oldestShown);
            return erased;
        }

        /** Gaps in which the store says that nothing was recorded. */
        Spans empty() {
            Spans empty = new Spans();
            gaps.forEach((cause, spans) -> {
                if (cause != GapCause.ERASED && cause != GapCause.OVERWRITTEN) {
                    empty.addAll(spans);
                }
            });
            return empty;
        }
    }

    AccountCheck(SimulatedTime time, Counters counters) {
        this.time = time;
        this.counters = counters;
    }

    /**
     * Looks at one camera, from its first instant until now.
     *
     * @param from in true time; of what lies before nothing is asked
     * @param gaps all that the store ever told of it
     * @param shown what is listed now
     * @param mayBeGone of what nothing need be told: it is on a volume that is not there, or another counter has it
     */
    void check(
            CameraTruth camera,
            long from,
            List<SimulatedStore.OwnGap> gaps,
            Set<Recorded> shown,
            Predicate<Recorded> mayBeGone) {
        Told told = told(gaps, shown);
        Spans erased = told.erased();
        Spans empty = told.empty();
        long now = time.trueMicros();
        long cursor = from;
        for (CameraTruth.Piece piece : camera.pieces(from, now)) {
            // Neither sent nor announced: nothing that is told of it can be true.
            wrong(camera, new Spans.Span(cursor, piece.from()));
            cursor = Math.max(cursor, piece.to());
            Recorded fragment = piece.fragment();
            if (fragment == null) {
                told.of(piece.cause()).without(piece.from(), piece.to()).forEach(untold -> wrong(camera, untold));
            } else {
                empty.within(piece.from(), piece.to()).forEach(denied -> wrong(camera, denied));
                if (!shown.contains(fragment) && !mayBeGone.test(fragment)) {
                    erased.without(piece.from(), piece.to()).forEach(untold -> wrong(camera, untold));
                }
            }
        }
        wrong(camera, new Spans.Span(cursor, now));
    }

    private Told told(List<SimulatedStore.OwnGap> gaps, Set<Recorded> shown) {
        long oldest = shown.stream()
                .mapToLong(fragment -> fragment.fromTrueMicros)
                .min()
                .orElse(time.trueMicros());
        Told told = new Told(new EnumMap<>(GapCause.class), oldest);
        for (SimulatedStore.OwnGap gap : gaps) {
            long end = gap.to().map(this::trueMicros).orElse(time.trueMicros());
            told.of(gap.cause()).add(trueMicros(gap.from()), end);
        }
        return told;
    }

    private void wrong(CameraTruth camera, Spans.Span part) {
        if (part.micros() > SLEW_MICROS) {
            counters.unaccounted(camera, part.from(), part.to());
        }
    }

    private long trueMicros(SimulatedStore.OwnTime own) {
        return time.trueMicros(own.bootId(), own.micros());
    }
}
