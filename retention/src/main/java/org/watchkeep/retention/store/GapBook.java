// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One stream's gaps, as the ledger has them, on both clocks. Guarded by its stream's monitor.
 *
 * <p>A gap that goes on where one of the same cause and words ended makes that one longer: the ledger then closes it a second time,
 * and the later end stands.
 */
final class GapBook {
    private final int stream;
    private final StreamId id;
    private final StreamBook book;

    /** Those that have an end, and such without one as a shorter gap was opened within. */
    private final List<Kept> gaps = new ArrayList<>();

    private @Nullable Kept open;

    /** About a hundred bytes: a month of a thousand cameras that break off twenty times a day is 60 MB. */
    private static final class Kept {
        final long number;
        final GapCause cause;
        final String detail;
        final Moment from;

        @Nullable
        Moment to;

        Kept(long number, GapCause cause, String detail, Moment from, @Nullable Moment to) {
            this.number = number;
            this.cause = cause;
            this.detail = detail;
            this.from = from;
            this.to = to;
        }
    }

    /** From when to when; no end while it is open. */
    record Span(Moment from, Optional<Moment> to, GapCause cause) {}

    GapBook(int stream, StreamId id, StreamBook book) {
        this.stream = stream;
        this.id = id;
        this.book = book;
    }

    // ---- while recording ------------------------------------------------------------------------------------------

    /** Opens a gap, unless one is open. */
    void open(Moment from, GapCause cause, String detail) {
        if (open == null) {
            open = new Kept(book.runs.nextGap(), cause, detail, from, null);
            enterOpened(open);
        }
    }

    boolean isOpen() {
        return open != null;
    }

    Optional<GapCause> openCause() {
        return Optional.ofNullable(open).map(gap -> gap.cause);
    }

    /** Closes the open gap, if any; never before it began. */
    void close(Moment to) {
        if (open != null) {
            Moment end = to.isBefore(open.from) ? open.from : to;
            enterClosed(open, end);
            closed(open, end);
        }
    }

    private void closed(Kept gap, Moment to) {
        open = null;
        if (to.isAfter(gap.from)) {
            gap.to = to;
            gaps.add(gap);
        }
    }

    /** At start: closes every gap that has no end, also one that a shorter one was opened within. */
    void closeAll(Moment to) {
        close(to);
        for (Kept gap : List.copyOf(gaps)) {
            if (gap.to == null) {
                gaps.remove(gap);
                open = gap;
                close(to);
            }
        }
    }

    /** A gap both ends of which are known. */
    void add(Moment from, Moment to, GapCause cause, String detail) {
        if (!to.isAfter(from)) {
            return;
        }
        Kept adjoining = adjoining(from, cause, detail);
        if (adjoining != null) {
            if (adjoining.to != null && to.isAfter(adjoining.to)) {
                enterClosed(adjoining, to);
                adjoining.to = to;
            }
            return;
        }
        Kept gap = new Kept(book.runs.nextGap(), cause, detail, from, to);
        enterOpened(gap);
        enterClosed(gap, to);
        gaps.add(gap);
    }

    /** The newest gap, where the same is said of it and it ends where the new one begins. */
    private @Nullable Kept adjoining(Moment from, GapCause cause, String detail) {
        Kept last = gaps.isEmpty() ? null : gaps.get(gaps.size() - 1);
        return last != null
                        && last.to != null
                        && last.cause == cause
                        && last.detail.equals(detail)
                        && !from.isBefore(last.from)
                        && last.from.isOwnKnown() == from.isOwnKnown()
                        && last.to.reaches(from, Coverage.TOLERANCE_MICROS)
                ? last
                : null;
    }

    private void enterOpened(Kept gap) {
        Moment from = gap.from;
        book.ledger()
                .append(
                        new LedgerEntry.GapOpened(
                                gap.number,
                                stream,
                                from.utcMicros(),
                                from.ownMicros() * 1_000,
                                book.boots.id(from),
                                gap.cause,
                                gap.detail),
                        from.utcMicros());
    }

    private void enterClosed(Kept gap, Moment to) {
        book.leaves.closed(new FootageLeaves.ClosedGap(stream, gap.number, gap.cause, gap.from, to));
        book.ledger()
                .append(
                        new LedgerEntry.GapClosed(
                                gap.number, stream, to.utcMicros(), to.ownMicros() * 1_000, book.boots.id(to)),
                        to.utcMicros());
    }

    // ---- at start -------------------------------------------------------------------------------------------------

    void replayed(LedgerEntry.GapOpened entry, Moment from) {
        if (open != null) {
            gaps.add(open);
        }
        open = new Kept(entry.gap(), entry.cause(), entry.detail().intern(), from, null);
    }

    void replayed(LedgerEntry.GapClosed entry, Moment to) {
        if (open != null && open.number == entry.gap()) {
            closed(open, to);
            return;
        }
        for (int i = gaps.size() - 1; i >= 0; i--) {
            Kept gap = gaps.get(i);
            if (gap.number == entry.gap()) {
                gap.to = gap.to == null || to.isAfter(gap.to) ? to : gap.to;
                return;
            }
        }
    }

    /** Gaps that ended before the store's oldest footage explain nothing any more; the ledger still has them. */
    void forgetBefore(Moment oldest) {
        gaps.removeIf(gap -> gap.to != null && gap.to.isBefore(oldest));
    }

    // ---- looking --------------------------------------------------------------------------------------------------

    /** All of them, the open one last. */
    List<Span> spans() {
        List<Span> spans = new ArrayList<>(gaps.size() + 1);
        gaps.forEach(gap -> spans.add(new Span(gap.from, Optional.ofNullable(gap.to), gap.cause)));
        if (open != null) {
            spans.add(new Span(open.from, Optional.empty(), open.cause));
        }
        return spans;
    }

    /** All gaps that reach into the span, by their beginning, the open one last. */
    List<Gap> gaps(Instant from, Instant to) {
        List<Gap> found = new ArrayList<>();
        for (Kept kept : gaps) {
            Gap gap = gap(kept);
            if (gap.from().isBefore(to)
                    && gap.to().map(end -> end.isAfter(from)).orElse(true)) {
                found.add(gap);
            }
        }
        if (open != null && StreamState.instant(open.from.utcMicros()).isBefore(to)) {
            found.add(gap(open));
        }
        found.sort(Comparator.comparing(Gap::from).thenComparing(Gap::number));
        return found;
    }

    /** Where UTC was set back within it, it ends for people where it began. */
    private Gap gap(Kept kept) {
        Optional<Instant> to = Optional.ofNullable(kept.to)
                .map(end -> StreamState.instant(Math.max(end.utcMicros(), kept.from.utcMicros())));
        return new Gap(kept.number, id, StreamState.instant(kept.from.utcMicros()), to, kept.cause, kept.detail);
    }
}
