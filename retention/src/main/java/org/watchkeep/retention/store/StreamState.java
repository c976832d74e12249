// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
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
    private final Ledger ledger;
    private final RunBook runs;
    private final Map<SegmentBuilder.Key, SegmentBuilder> segments = new LinkedHashMap<>();
    private final Map<SegmentBuilder.Key, List<Orphan>> orphans = new HashMap<>();
    private final Set<SegmentBuilder.Key> givenUp = new HashSet<>();
    private final List<Gap> gaps = new ArrayList<>();
    private String classId;
    private @Nullable Gap openGap;
    private @Nullable SealedSegment lastSealed;
    private long acknowledgedMicros;
    private long acknowledgedFragments;
    private long acknowledgedBytes;
    private long droppedFragments;
    private long lastEndUtcMicros;
    private boolean configured;
    private boolean broken;

    /** The segment that the next seal of this stream chains to. */
    record SealedSegment(long run, int number, Digest digest) {}

    StreamState(int number, StreamId id, String classId, Ledger ledger, RunBook runs) {
        this.number = number;
        this.id = id;
        this.classId = classId;
        this.ledger = ledger;
        this.runs = runs;
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

    // ---- segments -------------------------------------------------------------------------------------------------

    /**
     * A record of this stream is durable at this place.
     *
     * @return false when it belongs to no segment we have: its configuration record was lost with a failed volume
     */
    synchronized boolean durable(RecordHeader header, Ring ring, RingPosition at) {
        SegmentBuilder.Key key = new SegmentBuilder.Key(header.run(), header.segment());
        FragmentRef ref = SegmentBuilder.ref(header, ring.volume.id, at);
        if (header.kind() == RecordHeader.Kind.CONFIGURATION) {
            SegmentBuilder opened = new SegmentBuilder(id, runs.codec(header.run()), header, ring.name(), ref);
            if (givenUp.remove(key)) {
                opened.giveUp();
            }
            SegmentBuilder standing = segments.putIfAbsent(key, opened);
            for (Orphan orphan : orphans.getOrDefault(key, List.of())) {
                add(standing == null ? opened : standing, orphan.header, orphan.ref);
            }
            orphans.remove(key);
            return true;
        }
        SegmentBuilder segment = segments.get(key);
        if (segment == null) {
            if (givenUp.contains(key)) {
                return false;
            }
            // A rewritten batch can land behind a later one: its configuration record is still to come.
            orphans.computeIfAbsent(key, k -> new ArrayList<>()).add(new Orphan(header, ref));
            return true;
        }
        add(segment, header, ref);
        return true;
    }

    private void add(SegmentBuilder segment, RecordHeader header, FragmentRef ref) {
        segment.add(header, ref);
        if (header.kind() == RecordHeader.Kind.FRAGMENT) {
            lastEndUtcMicros = Math.max(lastEndUtcMicros, header.startUtcMicros() + header.durationMicros());
        }
    }

    /** A record that came before its segment's configuration record. */
    private record Orphan(RecordHeader header, FragmentRef ref) {}

    /** Counts a fragment of this process as acknowledged. */
    synchronized void count(RecordHeader fragment) {
        acknowledgedMicros += fragment.durationMicros();
        acknowledgedFragments++;
        acknowledgedBytes += fragment.payloadBytes();
    }

    /** Records of the segment under way were lost: the next fragment begins a new one. */
    synchronized void breakSegment() {
        broken = true;
    }

    /** Whether the segment under way was broken since the last call. */
    synchronized boolean tookBreak() {
        boolean was = broken;
        broken = false;
        return was;
    }

    synchronized void countDropped() {
        droppedFragments++;
    }

    synchronized StreamStatus status() {
        return new StreamStatus(
                acknowledgedMicros, acknowledgedFragments, acknowledgedBytes, droppedFragments, lastEndUtcMicros);
    }

    /** End of the newest footage known; 0 where there is none. */
    synchronized long lastEndUtcMicros() {
        return lastEndUtcMicros;
    }

    synchronized void sawEnd(long endUtcMicros) {
        lastEndUtcMicros = Math.max(lastEndUtcMicros, endUtcMicros);
    }

    /** The segments not yet in the index that satisfy the predicate; the builders must not be changed. */
    synchronized List<SegmentBuilder> segments(Predicate<SegmentBuilder> which) {
        return segments.values().stream().filter(which).toList();
    }

    /** Segments not yet in the index, as values. */
    synchronized List<Segment> unindexed() {
        return segments.values().stream()
                .filter(SegmentBuilder::hasFragments)
                .map(SegmentBuilder::toSegment)
                .toList();
    }

    /** The segment will get no seal; also said of one whose first record is still on its way to the disk. */
    synchronized void giveUp(SegmentBuilder.Key key) {
        SegmentBuilder segment = segments.get(key);
        if (segment == null) {
            givenUp.add(key);
            loseOrphans(key);
        } else {
            segment.giveUp();
        }
    }

    /** Their configuration is lost, so they cannot be shown: they are a gap. */
    private void loseOrphans(SegmentBuilder.Key key) {
        List<Orphan> lost = orphans.remove(key);
        for (Orphan orphan : lost == null ? List.<Orphan>of() : lost) {
            if (orphan.header.kind() == RecordHeader.Kind.FRAGMENT) {
                long start = orphan.header.startUtcMicros();
                gap(
                        start,
                        start + orphan.header.durationMicros(),
                        "",
                        GapCause.VOLUME_FAILED,
                        "its configuration record was lost with a failed volume");
            }
        }
    }

    /** The keeper's round: the segments whose rows can go into the index. */
    synchronized List<SegmentBuilder> takeComplete(long monoNanos) {
        segments.values().forEach(segment -> segment.aged(monoNanos));
        return segments.values().stream().filter(SegmentBuilder::isComplete).toList();
    }

    /** Their rows are in the index, or their reel was cleared. */
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

    // ---- gaps -----------------------------------------------------------------------------------------------------

    /** Opens a gap, unless one is open. */
    synchronized void openGap(long fromUtcMicros, long fromMonoNanos, String bootId, GapCause cause, String detail) {
        if (openGap != null) {
            return;
        }
        openGap = new Gap(runs.nextGap(), id, instant(fromUtcMicros), Optional.empty(), cause, detail);
        ledger.append(
                new LedgerEntry.GapOpened(
                        openGap.number(), number, fromUtcMicros, fromMonoNanos, bootId, cause, detail),
                fromUtcMicros);
    }

    /** Closes the open gap, if any; never before it began. */
    synchronized void closeGap(long toUtcMicros, long toMonoNanos, String bootId) {
        Gap gap = openGap;
        if (gap == null) {
            return;
        }
        long to = Math.max(toUtcMicros, micros(gap.from()));
        ledger.append(new LedgerEntry.GapClosed(gap.number(), number, to, toMonoNanos, bootId), to);
        closed(gap, to);
    }

    private void closed(Gap gap, long toUtcMicros) {
        openGap = null;
        if (toUtcMicros > micros(gap.from())) {
            gaps.add(new Gap(
                    gap.number(), id, gap.from(), Optional.of(instant(toUtcMicros)), gap.cause(), gap.detail()));
        }
    }

    /** At start: closes every gap that has no end, also one that a shorter one was opened within. */
    synchronized void closeGaps(long toUtcMicros, long toMonoNanos, String bootId) {
        closeGap(toUtcMicros, toMonoNanos, bootId);
        for (Gap gap : List.copyOf(gaps)) {
            if (gap.to().isEmpty()) {
                gaps.remove(gap);
                openGap = gap;
                closeGap(toUtcMicros, toMonoNanos, bootId);
            }
        }
    }

    /** From now on the open gap has this cause: the old one ends and a new one begins. */
    synchronized void gapCause(long utcMicros, long monoNanos, String bootId, GapCause cause, String detail) {
        if (openGap == null || openGap.cause() == cause) {
            return;
        }
        closeGap(utcMicros, monoNanos, bootId);
        openGap(utcMicros, monoNanos, bootId, cause, detail);
    }

    /** A gap in the middle of what came: both its ends are known. */
    synchronized void gap(long fromUtcMicros, long toUtcMicros, String bootId, GapCause cause, String detail) {
        if (toUtcMicros <= fromUtcMicros) {
            return;
        }
        long gap = runs.nextGap();
        ledger.append(new LedgerEntry.GapOpened(gap, number, fromUtcMicros, 0, bootId, cause, detail), fromUtcMicros);
        ledger.append(new LedgerEntry.GapClosed(gap, number, toUtcMicros, 0, bootId), toUtcMicros);
        gaps.add(new Gap(gap, id, instant(fromUtcMicros), Optional.of(instant(toUtcMicros)), cause, detail));
    }

    /** Folds an entry of the ledger in at start. */
    synchronized void replayed(LedgerEntry.GapOpened entry) {
        if (openGap != null) {
            gaps.add(openGap);
        }
        openGap = new Gap(
                entry.gap(), id, instant(entry.fromUtcMicros()), Optional.empty(), entry.cause(), entry.detail());
    }

    /** Folds an entry of the ledger in at start. */
    synchronized void replayed(LedgerEntry.GapClosed entry) {
        if (openGap != null && openGap.number() == entry.gap()) {
            closed(openGap, entry.toUtcMicros());
            return;
        }
        gaps.stream().filter(g -> g.number() == entry.gap()).findFirst().ifPresent(gap -> {
            gaps.remove(gap);
            Gap other = openGap;
            closed(gap, entry.toUtcMicros());
            openGap = other;
        });
    }

    /** All gaps that reach into the span, by their beginning, the open one last. */
    synchronized List<Gap> gaps(Instant from, Instant to) {
        List<Gap> found = new ArrayList<>();
        for (Gap gap : gaps) {
            if (gap.from().isBefore(to)
                    && gap.to().map(end -> end.isAfter(from)).orElse(true)) {
                found.add(gap);
            }
        }
        if (openGap != null && openGap.from().isBefore(to)) {
            found.add(openGap);
        }
        found.sort(java.util.Comparator.comparing(Gap::from).thenComparing(Gap::number));
        return found;
    }

    synchronized Optional<Gap> openGap() {
        return Optional.ofNullable(openGap);
    }

    static Instant instant(long utcMicros) {
        return Instant.EPOCH.plus(utcMicros, ChronoUnit.MICROS);
    }

    static long micros(Instant instant) {
        // Not ChronoUnit.MICROS.between: it counts in nanoseconds and overflows in the year 2262.
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
    }
}
