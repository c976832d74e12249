// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.watchkeep.retention.keys.Epoch;

/**
 * What became of every instant of a span of one stream, by UTC. Immutable.
 *
 * @param pieces one behind the other, from the beginning of the span to its end, without holes or overlaps
 * @param overlap footage that lies on an instant which other footage lies on as well, as after a clock set back; the instant
 *     itself counts once
 */
public record StreamAccount(List<Piece> pieces, Duration overlap) {
    /** Longer is asked for in parts: a year of one camera's footage is listed in memory as some 10 MB. */
    public static final Duration LONGEST = Duration.ofDays(366);

    public StreamAccount {
        pieces = List.copyOf(pieces);
    }

    /** What an instant can be. */
    public enum Kind {
        /** Footage that can be read now. */
        RECORDED("recorded"),
        /** No footage was recorded, with its cause. */
        GAP("gap"),
        /** Footage was recorded, and is no longer there: by its rule, or because its ring came round. */
        ERASED("erased"),
        /** Footage was recorded, and its record was found damaged at a start. */
        DAMAGED("damaged"),
        /** The stream was not configured yet, or its camera was switched off. */
        NOT_ASKED("not-asked"),
        /** The recorder's clock was set forward over it: nobody lived through it. */
        CLOCK_STEP("clock-step"),
        /** Not accounted for yet: the fragment under way, or since the recorder stopped. */
        OPEN("open"),
        /** Yet to come. */
        FUTURE("future"),
        /** None of these: a fault of the recorder. */
        UNEXPLAINED("unexplained");

        private final String code;

        Kind(String code) {
            this.code = code;
        }

        public String code() {
            return code;
        }
    }

    /**
     * A stretch of which the same is true.
     *
     * @param cause of a gap, or of an erasure where it is known; else empty
     */
    public record Piece(Instant from, Instant to, Kind kind, String cause) {
        public Duration length() {
            return Duration.between(from, to);
        }
    }

    /** All of one kind and cause. */
    public record Total(Kind kind, String cause, Duration length) {}

    /** Of a stream that the store knows; an unknown one was never asked for. */
    public static StreamAccount of(FootageStore store, StreamId stream, Instant from, Instant to) throws IOException {
        if (!to.isAfter(from) || Duration.between(from, to).compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "span: " + from + " to " + to + " (expected: up to " + LONGEST.toDays() + " days)");
        }
        boolean isKnown = store.streams().contains(stream);
        AccountFacts facts = isKnown
                ? facts(store, store.streamState(stream), from, to)
                : AccountFacts.unknown(store.clock().utcMicros());
        AccountPainter painter =
                new AccountPainter(StreamState.micros(from), StreamState.micros(to), Coverage.TOLERANCE_MICROS);
        return new StreamAccount(
                painter.paint(facts),
                Duration.of(facts.overlapMicros(StreamState.micros(from), StreamState.micros(to)), ChronoUnit.MICROS));
    }

    private static AccountFacts facts(FootageStore store, StreamState state, Instant from, Instant to)
            throws IOException {
        // Footage last: what is recorded meanwhile then lies behind a gap that is known, and never in one that is not.
        LedgerHistory history = LedgerHistory.of(store.ledger(), state.number);
        long now = store.clock().utcMicros();
        Map<Long, AccountFacts.Stretch> gaps = new LinkedHashMap<>(history.gaps(now));
        for (Gap gap : store.gaps(state.id, Instant.MIN, Instant.MAX)) {
            long end = gap.to().map(StreamState::micros).orElse(now);
            gaps.put(
                    gap.number(),
                    new AccountFacts.Stretch(
                            StreamState.micros(gap.from()), end, gap.cause().code()));
        }
        return new AccountFacts(
                now,
                history.registeredUtcMicros(),
                oldest(store, state),
                footage(store, state, from, to),
                List.copyOf(gaps.values()),
                history.steps());
    }

    /** When the oldest footage begins that can be read; what lies before it was erased in its order. */
    private static OptionalLong oldest(FootageStore store, StreamState state) throws IOException {
        for (Epoch epoch : store.held().epochs.epochs()) {
            OptionalLong first = store.segments(epoch.number(), state, Instant.MIN, Instant.MAX).stream()
                    .filter(store.finder::isReadable)
                    .mapToLong(segment -> StreamState.micros(segment.start()))
                    .min();
            if (first.isPresent()) {
                return first;
            }
        }
        return state.unindexed().stream()
                .filter(store.finder::isReadable)
                .mapToLong(segment -> StreamState.micros(segment.start()))
                .min();
    }

    /** Day by day, so that never more than a day's fragments are in memory; fragments of a run that abut are one stretch. */
    private static List<AccountFacts.Stretch> footage(FootageStore store, StreamState state, Instant from, Instant to)
            throws IOException {
        List<AccountFacts.Stretch> footage = new ArrayList<>();
        for (Instant day = from; day.isBefore(to); day = day.plus(Duration.ofDays(1))) {
            Instant end = day.plus(Duration.ofDays(1));
            addFootage(footage, store.segments(state.id, day, end.isBefore(to) ? end : to), day, end);
        }
        return footage;
    }

    private static void addFootage(List<AccountFacts.Stretch> to, List<Segment> segments, Instant from, Instant until) {
        Map<Long, AccountFacts.Stretch> lastOfRun = new LinkedHashMap<>();
        for (Segment segment : segments) {
            for (FragmentRef fragment : segment.fragments()) {
                boolean isInDay =
                        fragment.start().isBefore(until) && fragment.end().isAfter(from);
                if (isInDay) {
                    AccountFacts.Stretch part = new AccountFacts.Stretch(
                            Math.max(StreamState.micros(fragment.start()), StreamState.micros(from)),
                            Math.min(StreamState.micros(fragment.end()), StreamState.micros(until)),
                            "");
                    AccountFacts.Stretch last = lastOfRun.get(segment.run());
                    if (last != null && !last.isJoinedBy(part, Coverage.TOLERANCE_MICROS)) {
                        to.add(last);
                        last = null;
                    }
                    lastOfRun.put(segment.run(), last == null ? part : last.and(part));
                }
            }
        }
        to.addAll(lastOfRun.values());
    }

    /** How long each kind, and each cause of it, lasted in all; in the order in which they come up. */
    public List<Total> totals() {
        Map<Kind, Map<String, Duration>> totals = new LinkedHashMap<>();
        for (Piece piece : pieces) {
            totals.computeIfAbsent(piece.kind, kind -> new LinkedHashMap<>())
                    .merge(piece.cause, piece.length(), Duration::plus);
        }
        List<Total> list = new ArrayList<>();
        totals.forEach((kind, causes) -> causes.forEach((cause, length) -> list.add(new Total(kind, cause, length))));
        return list;
    }

    public Duration total(Kind kind) {
        return pieces.stream()
                .filter(piece -> piece.kind == kind)
                .map(Piece::length)
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** Of the time that footage was asked for, the share that was recorded, erased since or not; empty where none was. */
    public Optional<Double> coveragePercent() {
        Duration recorded = total(Kind.RECORDED).plus(total(Kind.ERASED));
        Duration not = total(Kind.GAP).plus(total(Kind.DAMAGED)).plus(total(Kind.UNEXPLAINED));
        Duration asked = recorded.plus(not);
        return asked.isZero() ? Optional.empty() : Optional.of(100.0 * recorded.toNanos() / asked.toNanos());
    }
}
