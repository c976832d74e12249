// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.watchkeep.retention.keys.Epoch;

/** Rows of erased epochs: which stay because of holds, and what becomes of them when a hold ends. The erase lock is held. */
final class HeldRows {
    private final FootageStore store;
    private final Index index;
    private final StreamBook streams;

    HeldRows(FootageStore store, Index index, StreamBook streams) {
        this.store = store;
        this.index = index;
        this.streams = streams;
    }

    /** An epoch was erased: what the index knows of it goes, but for rows with something held. */
    void forget(long epoch) throws IOException {
        Set<Integer> kept = store.held().epochs.keptStreams(epoch);
        List<Integer> all = streams.all().stream().map(stream -> stream.number).toList();
        index.removeEpoch(epoch, all, kept);
        for (int number : kept) {
            Optional<StreamState> stream = streams.ofNumber(number);
            if (stream.isPresent()) {
                removeUnheld(stream.get(), rows(epoch, stream.get()));
            }
        }
    }

    /**
     * A hold on the stream has ended: what is gone with it is entered as erased, durably, and only then forgotten. Whoever asked
     * overwrites the keys next, and then nothing tells what was there.
     */
    void ended(StreamState stream, Instant from, Instant to) throws IOException {
        List<Segment> gone = new ArrayList<>();
        for (Epoch epoch : store.held().epochs.epochs()) {
            Optional<HeldEpochs.Window> window = store.held().epochs.window(epoch.number());
            boolean touches = window.isPresent()
                    && window.get().from().isBefore(to)
                    && from.isBefore(window.get().to());
            if (touches && !isWithinLimit(epoch.number())) {
                // Of memory too: the last segment before a kill may have no row for as long as nothing follows it.
                List<Segment> all = all(epoch.number(), stream);
                enterErased(stream, all, from, to);
                gone.addAll(all);
            }
        }
        boolean isGoneFromVault = enterGoneFromVault(stream, from, to);
        if (!gone.isEmpty() || isGoneFromVault) {
            store.ledger().awaitDurable();
            removeUnheld(stream, gone);
        }
    }

    /** One stream of an epoch was erased alone. */
    void forget(long epoch, StreamState stream) throws IOException {
        index.removeAll(rows(epoch, stream).stream()
                .map(row -> new SegmentIndex.Row(stream.number, row).key())
                .toList());
    }

    /** Before that: what there is of it is entered as erased, and what was entered before is not entered again. */
    void enterErased(StreamState stream, long epoch, String why) throws IOException {
        Coverage spans = new Coverage();
        all(epoch, stream)
                .forEach(row -> row.fragments().forEach(ref -> {
                    Moment start = streams.moment(row, ref);
                    spans.add(start, start.plusMicros(ref.durationMicros()));
                }));
        for (Coverage.Span span : spans.spans()) {
            if (!isEntered(stream, span)) {
                stream.gap(span.from(), span.to(), GapCause.ERASED, why);
            }
        }
    }

    /** All that reels have of a stream in an epoch, in order of its start: of the index, and of memory what has no row yet. */
    List<Segment> all(long epoch, StreamState stream) throws IOException {
        Map<SegmentBuilder.Key, Segment> all = new LinkedHashMap<>();
        stream.unindexed().stream()
                .filter(segment -> segment.epoch() == epoch)
                .forEach(segment -> all.put(SegmentBuilder.Key.of(segment), segment));
        rows(epoch, stream).forEach(row -> all.put(SegmentBuilder.Key.of(row), row));
        return all.values().stream()
                .filter(store.finder::isOnReelOrAway)
                .sorted(Comparator.comparing(Segment::start).thenComparing(Segment::run))
                .toList();
    }

    /** What stood in the vault only; while that is away this is asked again, before the reels of its case are free. */
    private boolean enterGoneFromVault(StreamState stream, Instant from, Instant to) throws IOException {
        Coverage spans = new Coverage();
        Map<Long, List<Segment>> standing = new HashMap<>();
        for (VaultCopy copy :
                store.held().vault.map(of -> of.copies(stream.number)).orElse(List.of())) {
            Segment segment = copy.segment();
            if (!segment.start().isBefore(to) || !from.isBefore(segment.end())) {
                continue;
            }
            List<FragmentRef> held = store.held()
                    .showing()
                    .copiedPart(segment)
                    .map(Segment::fragments)
                    .orElse(List.of());
            Set<Long> there = sequencesInRing(stream, copy, standing);
            for (FragmentRef ref : segment.fragments()) {
                if (!held.contains(ref) && !there.contains(ref.sequence())) {
                    Moment start = streams.moment(segment, ref);
                    spans.add(start, start.plusMicros(ref.durationMicros()));
                }
            }
        }
        boolean isAny = false;
        for (Coverage.Span span : spans.spans()) {
            if (!isEntered(stream, span)) {
                stream.gap(
                        span.from(), span.to(), GapCause.ERASED, "no longer held, and its copy in the vault is gone");
                isAny = true;
            }
        }
        return isAny;
    }

    /**
     * What of a copy the ring has too, under a key that lives: shown or not (its volume may be away, its age in doubt), its end is
     * told when it comes.
     *
     * @param standing what the ring has of an epoch, where it was asked before
     */
    private Set<Long> sequencesInRing(StreamState stream, VaultCopy copy, Map<Long, List<Segment>> standing)
            throws IOException {
        long epoch = copy.segment().epoch();
        if (!isWithinLimit(epoch)) {
            return Set.of();
        }
        if (!store.isIndexWhole()) {
            throw new IOException("whether the ring still has what the vault has of " + stream.id
                    + " cannot be told while the index is out of order or being rebuilt");
        }
        List<Segment> ring = standing.get(epoch);
        if (ring == null) {
            ring = all(epoch, stream);
            standing.put(epoch, ring);
        }
        return ring.stream()
                .filter(row -> SegmentBuilder.Key.of(row).equals(copy.key()))
                .flatMap(row -> row.fragments().stream())
                .map(FragmentRef::sequence)
                .collect(Collectors.toSet());
    }

    private boolean isWithinLimit(long epoch) {
        return store.keys().isReadable(epoch) || store.held().splits.isSplit(epoch);
    }

    private List<Segment> rows(long epoch, StreamState stream) throws IOException {
        return store.segments(epoch, stream, Instant.MIN, Instant.MAX);
    }

    private void enterErased(StreamState stream, List<Segment> rows, Instant from, Instant to) {
        Coverage spans = new Coverage();
        for (Segment row : rows) {
            // Where a GOP reached into the hold from before it, that went with it.
            Instant lead = from.minusMillis(StreamAppender.SEGMENT_MICROS / 1_000);
            if (store.finder.isOnReelOrAway(row) && row.start().isBefore(to) && lead.isBefore(row.end())) {
                addUnheld(spans, row);
            }
        }
        for (Coverage.Span span : spans.spans()) {
            if (isEntered(stream, span)) {
                continue;
            }
            stream.gap(span.from(), span.to(), GapCause.ERASED, "past its limit, and no longer held");
        }
    }

    /**
     * Said before: when the epoch was erased, or by a try that a stop cut off. By the recorder's own time: after a step back of the
     * clock other seconds have the same UTC.
     */
    private static boolean isEntered(StreamState stream, Coverage.Span span) {
        return stream.gapSpans().stream()
                .anyMatch(gap -> gap.cause() == GapCause.ERASED
                        && !gap.from().isAfter(span.from())
                        && gap.to().filter(end -> !end.isBefore(span.to())).isPresent());
    }

    /** What of a span may be held: not what was erased in it, or would have been by now. */
    List<FootageInReach.Part> parts(StreamState stream, List<Segment> shown, Instant from, Instant to)
            throws IOException {
        List<FootageInReach.Part> gone = new ArrayList<>();
        for (Gap gap : stream.gaps(from, to)) {
            if (gap.cause() == GapCause.ERASED) {
                gone.add(new FootageInReach.Part(gap.from(), gap.to().orElse(to)));
            }
        }
        for (Epoch epoch : store.held().epochs.epochs()) {
            Instant opened = StreamState.instant(epoch.openedUtcMicros());
            if (store.held().showing().isWithinLimit(stream.id, epoch.number(), opened)) {
                continue; // so is all of it, and its rows need not be read
            }
            for (Segment row : store.segments(epoch.number(), stream, from, to)) {
                if (!store.held().showing().isWithinLimit(stream.id, epoch.number(), row.start())) {
                    Coverage spans = new Coverage();
                    addUnheld(spans, row);
                    spans.spans()
                            .forEach(span -> gone.add(new FootageInReach.Part(
                                    StreamState.instant(span.from().utcMicros()),
                                    StreamState.instant(span.to().utcMicros()))));
                }
            }
        }
        // By a clock that was wrong, what went weeks ago may carry the time of what is there: footage wins over its
        // absence.
        List<FootageInReach.Part> there = new ArrayList<>();
        shown.forEach(segment ->
                segment.fragments().forEach(ref -> there.add(new FootageInReach.Part(ref.start(), ref.end()))));
        List<FootageInReach.Part> absent = new ArrayList<>();
        gone.forEach(part -> absent.addAll(without(there, part.from(), part.to())));
        return without(absent, from, to).stream()
                .filter(part -> shown.stream()
                        .flatMap(segment -> segment.fragments().stream())
                        .anyMatch(ref ->
                                ref.start().isBefore(part.to()) && part.from().isBefore(ref.end())))
                .toList();
    }

    private static List<FootageInReach.Part> without(List<FootageInReach.Part> gone, Instant from, Instant to) {
        List<FootageInReach.Part> parts = new ArrayList<>();
        Instant at = from;
        gone.sort(Comparator.comparing(FootageInReach.Part::from));
        for (FootageInReach.Part hole : gone) {
            if (hole.from().isAfter(at) && at.isBefore(to)) {
                parts.add(new FootageInReach.Part(at, hole.from().isBefore(to) ? hole.from() : to));
            }
            at = hole.to().isAfter(at) ? hole.to() : at;
        }
        if (at.isBefore(to)) {
            parts.add(new FootageInReach.Part(at, to));
        }
        return parts;
    }

    /** Adds what of the row no hold keeps. */
    void addUnheld(Coverage spans, Segment row) {
        List<FragmentRef> held =
                store.held().showing().heldPart(row).map(Segment::fragments).orElse(List.of());
        for (FragmentRef ref : row.fragments()) {
            if (!held.contains(ref)) {
                Moment start = streams.moment(row, ref);
                spans.add(start, start.plusMicros(ref.durationMicros()));
            }
        }
    }

    private void removeUnheld(StreamState stream, List<Segment> rows) throws IOException {
        List<SegmentIndex.RowKey> gone = new ArrayList<>();
        for (Segment row : rows) {
            if (store.held().showing().heldPart(row).isEmpty()) {
                gone.add(new SegmentIndex.Row(stream.number, row).key());
            }
        }
        if (!gone.isEmpty()) {
            index.removeAll(gone);
        }
    }
}
