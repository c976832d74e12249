// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the store knows of one stream beyond the index: the segments not yet in it, the gaps, what has been
 * acknowledged. Any thread; guarded by its own monitor, which is held for memory work only (a map entry, a list
 * entry), so event loops may take it.
 */
final class StreamState {
    final int number;
    final StreamId id;
    private final StreamBook book;
    private final GapBook gaps;
    private final Map<SegmentBuilder.Key, SegmentBuilder> segments = new LinkedHashMap<>();
    private final Map<SegmentBuilder.Key, List<Orphan>> orphans = new HashMap<>();
    private final Set<SegmentBuilder.Key> givenUp = new HashSet<>();
    private final Map<SegmentBuilder.Key, Integer> underWay = new HashMap<>();
    private String classId;
    private @Nullable SealedSegment lastSealed;
    private long acknowledgedMicros;
    private long acknowledgedFragments;
    private long acknowledgedBytes;
    private long droppedFragments;
    private @Nullable Moment lastEnd;
    private boolean configured;
    private boolean off;
    private boolean broken;

    /** The segment that the next seal of this stream chains to. */
    record SealedSegment(long run, int number, Digest digest) {}

    StreamState(int number, StreamId id, String classId, StreamBook book) {
        this.number = number;
        this.id = id;
        this.classId = classId;
        this.book = book;
        this.gaps = new GapBook(number, id, book);
    }

    synchronized String classId() {
        return classId;
    }

    synchronized void configured(String inClass) {
        classId = inClass;
        configured = true;
    }

    synchronized boolean isConfigured() {
        return configured;
    }

    /** Known, and switched off in the configuration. */
    synchronized void switchedOff() {
        off = true;
    }

    /** Whether every second of it until now must be footage or a gap. */
    synchronized boolean isAccountedFor() {
        return configured || off;
    }

    // ---- segments -------------------------------------------------------------------------------------------------

    /** A record of this stream is in a batch: from now on until it has landed or is lost its segment is not complete. */
    synchronized void underWay(RecordHeader header) {
        underWay.merge(SegmentBuilder.Key.of(header), 1, Integer::sum);
    }

    /** A fragment that can be found and read from now on, whatever happens. */
    record Safe(long run, long sequence, Digest digest, long startMonoNanos) {}

    /**
     * A record of this stream that was under way is durable at this place.
     *
     * @return the fragments that are safe by it: itself; or none, while its configuration record is still under way; or
     *     all that waited for it
     */
    synchronized List<Safe> landed(RecordHeader header, Digest digest, Ring ring, RingPosition at) {
        SegmentBuilder.Key key = SegmentBuilder.Key.of(header);
        List<Safe> safe = new ArrayList<>();
        for (Orphan placed : place(key, header, digest, ring, at)) {
            if (placed.header.kind() == RecordHeader.Kind.FRAGMENT) {
                count(placed.header);
                safe.add(new Safe(
                        placed.header.run(), placed.header.sequence(), placed.digest, placed.header.startMonoNanos()));
            }
        }
        settle(key, "");
        return safe;
    }

    /** Recovery found a record at this place. */
    synchronized void found(RecordHeader header, Ring ring, RingPosition at) {
        place(SegmentBuilder.Key.of(header), header, Digest.ZERO, ring, at);
    }

    /** Puts a record into its segment; what has found its segment by that. */
    private List<Orphan> place(SegmentBuilder.Key key, RecordHeader header, Digest digest, Ring ring, RingPosition at) {
        Orphan record = new Orphan(header, digest, ring.name(), SegmentBuilder.ref(header, ring.volume.id, at));
        SegmentBuilder segment = segments.get(key);
        if (header.kind() == RecordHeader.Kind.CONFIGURATION) {
            return segment != null ? List.of() : opened(key, record);
        }
        if (segment == null) {
            // A batch written again can land behind a later one: its configuration record is still to come.
            orphans.computeIfAbsent(key, k -> new ArrayList<>()).add(record);
            return List.of();
        }
        add(segment, record);
        return List.of(record);
    }

    private List<Orphan> opened(SegmentBuilder.Key key, Orphan configuration) {
        SegmentBuilder segment = new SegmentBuilder(
                id, book.runs.codec(key.run()), configuration.header, configuration.ring, configuration.ref);
        if (givenUp.remove(key)) {
            segment.giveUp();
        }
        segments.put(key, segment);
        List<Orphan> waited = orphans.remove(key);
        if (waited == null) {
            return List.of();
        }
        waited.forEach(orphan -> add(segment, orphan));
        return waited;
    }

    private void add(SegmentBuilder segment, Orphan record) {
        RecordHeader header = record.header;
        segment.add(header, record.ring, record.ref);
        if (header.kind() == RecordHeader.Kind.SEAL) {
            segment.sealDigest(record.digest);
        }
        if (header.kind() == RecordHeader.Kind.FRAGMENT) {
            sawEnd(book.moment(header).plusMicros(header.durationMicros()));
        }
    }

    /** A record that has landed; while its segment's configuration record has not, nobody is told that it is safe. */
    private record Orphan(RecordHeader header, Digest digest, String ring, FragmentRef ref) {}

    /** A record that was under way will not land: a fragment is a gap, its segment gets no seal, the next begins anew. */
    synchronized void lost(RecordHeader header, String bootId, GapCause cause, String detail) {
        SegmentBuilder.Key key = SegmentBuilder.Key.of(header);
        giveUp(key);
        broken = true;
        if (header.kind() == RecordHeader.Kind.FRAGMENT) {
            Moment start = book.boots.moment(bootId, header.startMonoNanos(), header.startUtcMicros());
            dropped(start, start.plusMicros(header.durationMicros()), cause, detail);
        }
        settle(key, bootId);
    }

    /** With nothing of a segment under way any more, fragments that still miss their configuration record are lost. */
    private void settle(SegmentBuilder.Key key, String bootId) {
        Integer left = underWay.computeIfPresent(key, (k, count) -> count == 1 ? null : Integer.valueOf(count - 1));
        if (left != null || segments.containsKey(key)) {
            return;
        }
        givenUp.remove(key);
        List<Orphan> waited = orphans.remove(key);
        for (Orphan orphan : waited == null ? List.<Orphan>of() : waited) {
            if (orphan.header.kind() == RecordHeader.Kind.FRAGMENT) {
                Moment start =
                        book.boots.moment(bootId, orphan.header.startMonoNanos(), orphan.header.startUtcMicros());
                dropped(
                        start,
                        start.plusMicros(orphan.header.durationMicros()),
                        GapCause.VOLUME_FAILED,
                        "its configuration record was lost with a failed volume");
            }
        }
    }

    /** Counts a fragment of this process as acknowledged. */
    private void count(RecordHeader fragment) {
        acknowledgedMicros += fragment.durationMicros();
        acknowledgedFragments++;
        acknowledgedBytes += fragment.payloadBytes();
    }

    /** Whether records of the segment being appended to were lost since the last call: the next begins a new one. */
    synchronized boolean tookBreak() {
        boolean was = broken;
        broken = false;
        return was;
    }

    /** A fragment found no room: it is a gap. */
    synchronized void dropped(Moment from, Moment to, GapCause cause, String detail) {
        droppedFragments++;
        gaps.add(from, to, cause, detail);
    }

    synchronized StreamStatus status() {
        return new StreamStatus(
                acknowledgedMicros,
                acknowledgedFragments,
                acknowledgedBytes,
                droppedFragments,
                lastEnd == null ? 0 : lastEnd.utcMicros());
    }

    /** End of the newest footage known. */
    synchronized Optional<Moment> lastEnd() {
        return Optional.ofNullable(lastEnd);
    }

    synchronized void sawEnd(Moment end) {
        lastEnd = lastEnd == null || end.isAfter(lastEnd) ? end : lastEnd;
    }

    /** The segments not yet in the index that satisfy the predicate; the builders must not be changed. */
    synchronized List<SegmentBuilder> segments(Predicate<SegmentBuilder> which) {
        return segments.values().stream().filter(which).toList();
    }

    /** What the seal of a complete segment says, once: see {@link SegmentBuilder#takeSealDigest}. */
    synchronized Optional<Digest> takeSealDigest(SegmentBuilder segment) {
        return segment.takeSealDigest();
    }

    /** Segments not yet in the index, as values, in the order they were recorded in. */
    synchronized List<Segment> unindexed() {
        return segments.values().stream()
                .filter(SegmentBuilder::hasFragments)
                .map(SegmentBuilder::toSegment)
                .sorted(Comparator.comparingLong(Segment::run).thenComparingInt(Segment::number))
                .toList();
    }

    /** The segment will get no seal; also said of one whose first record is still on its way to the disk. */
    synchronized void giveUp(SegmentBuilder.Key key) {
        SegmentBuilder segment = segments.get(key);
        if (segment != null) {
            segment.giveUp();
        } else if (underWay.containsKey(key)) {
            givenUp.add(key);
        }
    }

    /** The keeper's round: the segments whose rows can go into the index. */
    synchronized List<SegmentBuilder> takeComplete() {
        List<SegmentBuilder> complete = List.of();
        for (SegmentBuilder segment : segments.values()) {
            if (segment.isComplete() && !underWay.containsKey(segment.key)) {
                if (complete.isEmpty()) {
                    complete = new ArrayList<>();
                }
                complete.add(segment);
            }
        }
        return complete;
    }

    /**
     * Where the records that no row names begin in each ring, by the ring's name: the index's mark must not pass them.
     *
     * @param rowed segments whose rows go into the index with the mark
     */
    synchronized Map<String, RingPosition> lowestWithoutRow(Collection<SegmentBuilder> rowed) {
        Set<SegmentBuilder.Key> named = new HashSet<>();
        rowed.forEach(segment -> named.add(segment.key));
        Map<String, RingPosition> lowest = new HashMap<>();
        for (SegmentBuilder segment : segments.values()) {
            if (!named.contains(segment.key)) {
                segment.lowest().forEach((ring, at) -> lowest.merge(ring, at, RingPosition::min));
            }
        }
        for (List<Orphan> waiting : orphans.values()) {
            waiting.forEach(orphan -> lowest.merge(orphan.ring, orphan.ref.position(), RingPosition::min));
        }
        return lowest;
    }

    /** At start: the index has a row of this segment, which stands. */
    synchronized void adopt(SegmentBuilder segment, Segment row) {
        segment.adopt(row);
    }

    /**
     * Recovery has read every volume. Records without a configuration record were never acknowledged, or their segment's
     * row stands in the index.
     */
    synchronized void allFound() {
        orphans.clear();
        segments.values().removeIf(segment -> !segment.hasFragments());
        segments.values().forEach(SegmentBuilder::giveUpIfIncomplete);
    }

    /** A generation was cleared: segments lose what they had in it. */
    synchronized void cleared(String volume, long serial) {
        segments.values().forEach(segment -> segment.cleared(volume, serial));
        segments.values().removeIf(segment -> !segment.hasFragments() && !underWay.containsKey(segment.key));
    }

    /** Their rows are in the index. */
    synchronized void forget(List<SegmentBuilder> done) {
        done.forEach(segment -> segments.remove(segment.key));
    }

    synchronized Optional<SealedSegment> lastSealed() {
        return Optional.ofNullable(lastSealed);
    }

    synchronized void sealed(SealedSegment segment) {
        lastSealed = segment;
    }

    /** At start: unless the stream has sealed a newer one already. */
    synchronized void sealedIfFirst(SealedSegment segment) {
        if (lastSealed == null) {
            lastSealed = segment;
        }
    }

    // ---- gaps: see GapBook ----------------------------------------------------------------------------------------

    /** Opens a gap, unless one is open. */
    synchronized void openGap(Moment from, GapCause cause, String detail) {
        gaps.open(from, cause, detail);
    }

    /** Opens a gap, unless one is open. */
    synchronized void openGap(long fromUtcMicros, long fromMonoNanos, String bootId, GapCause cause, String detail) {
        if (!gaps.isOpen()) {
            gaps.open(book.boots.moment(bootId, fromMonoNanos, fromUtcMicros), cause, detail);
        }
    }

    /** Closes the open gap, if any; never before it began. */
    synchronized void closeGap(long toUtcMicros, long toMonoNanos, String bootId) {
        if (gaps.isOpen()) {
            gaps.close(book.boots.moment(bootId, toMonoNanos, toUtcMicros));
        }
    }

    /** At start: closes every gap that has no end. */
    synchronized void closeGaps(Moment to) {
        gaps.closeAll(to);
    }

    /** From now on the open gap has this cause: the old one ends and a new one begins. */
    synchronized void gapCause(long utcMicros, long monoNanos, String bootId, GapCause cause, String detail) {
        if (gaps.openCause().filter(open -> open != cause).isPresent()) {
            closeGap(utcMicros, monoNanos, bootId);
            openGap(utcMicros, monoNanos, bootId, cause, detail);
        }
    }

    /** A gap in the middle of what came: both its ends are known. */
    synchronized void gap(Moment from, Moment to, GapCause cause, String detail) {
        gaps.add(from, to, cause, detail);
    }

    /** Folds an entry of the ledger in at start. */
    synchronized void replayed(LedgerEntry.GapOpened entry, Moment from) {
        gaps.replayed(entry, from);
    }

    /** Folds an entry of the ledger in at start. */
    synchronized void replayed(LedgerEntry.GapClosed entry, Moment to) {
        gaps.replayed(entry, to);
    }

    synchronized void forgetGapsBefore(Moment oldest) {
        gaps.forgetBefore(oldest);
    }

    /** All gaps that reach into the span, by their beginning, the open one last. */
    synchronized List<Gap> gaps(Instant from, Instant to) {
        return gaps.gaps(from, to);
    }

    /** All gaps on both clocks, the open one last. */
    synchronized List<GapBook.Span> gapSpans() {
        return gaps.spans();
    }

    synchronized boolean hasOpenGap() {
        return gaps.isOpen();
    }

    static Instant instant(long utcMicros) {
        // Not Instant.plus: a listing of a day makes thousands of these.
        return Instant.ofEpochSecond(
                Math.floorDiv(utcMicros, 1_000_000L), Math.floorMod(utcMicros, 1_000_000L) * 1_000);
    }

    static long micros(Instant instant) {
        // Not ChronoUnit.MICROS.between: it counts in nanoseconds and overflows in the year 2262.
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
    }
}
