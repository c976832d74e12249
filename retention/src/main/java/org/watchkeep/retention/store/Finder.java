// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.watchkeep.retention.keys.Epoch;

/** Finds the segments of a stream in a span: what is still in memory, and what is in the index. Any thread. */
final class Finder {
    /** A segment that begins this much before a span may reach into it. */
    private static final long REACH_MICROS = 2 * StreamAppender.SEGMENT_MICROS;

    private final Index index;
    private final HeldEpochs epochs;
    private final Map<String, Volume> volumes;
    private final Showing showing;
    private final Optional<EvidenceVault> vault;

    Finder(
            Index index,
            HeldEpochs epochs,
            Map<String, Volume> volumes,
            Showing showing,
            Optional<EvidenceVault> vault) {
        this.vault = vault;
        this.showing = showing;
        this.index = index;
        this.epochs = epochs;
        this.volumes = volumes;
    }

    /** Segments with footage in {@code [from, to)}, in order of their start; the one being written included. */
    List<Segment> segments(StreamState state, Instant from, Instant to) throws IOException {
        List<Segment> ring = ring(state, from, to);
        if (vault.isEmpty()) {
            return ring;
        }
        List<Segment> all = new ArrayList<>(ring);
        Set<SegmentBuilder.Key> there = new HashSet<>();
        ring.forEach(segment -> there.add(SegmentBuilder.Key.of(segment)));
        copies(state, from, to, there).forEach(all::add);
        all.sort(Comparator.comparing(Segment::start).thenComparing(Segment::run));
        return List.copyOf(all);
    }

    /** What stands in the vault, is held, and is not among these. */
    List<Segment> copies(StreamState state, Instant from, Instant to, Set<SegmentBuilder.Key> there) {
        List<Segment> found = new ArrayList<>();
        for (VaultCopy copy : vault.map(of -> of.copies(state.number)).orElse(List.of())) {
            Segment segment = copy.segment();
            boolean isAsked = !there.contains(copy.key())
                    && segment.start().isBefore(to)
                    && segment.end().isAfter(from);
            Optional<Segment> part = isAsked ? showing.copiedPart(segment) : Optional.empty();
            if (part.isPresent()
                    && part.get().start().isBefore(to)
                    && part.get().end().isAfter(from)) {
                found.add(part.get());
            }
        }
        return distinct(found);
    }

    /** Of copies for several cases the longest. */
    private static List<Segment> distinct(List<Segment> found) {
        Map<SegmentBuilder.Key, Segment> longest = new LinkedHashMap<>();
        for (Segment copy : found) {
            longest.merge(
                    SegmentBuilder.Key.of(copy),
                    copy,
                    (one, other) -> one.fragments().size() >= other.fragments().size() ? one : other);
        }
        return List.copyOf(longest.values());
    }

    /** What is in memory and in the ring; beyond its limit what a hold keeps there. */
    List<Segment> ring(StreamState state, Instant from, Instant to) throws IOException {
        // Those not yet in the index first: a row that is put in the meantime is then found, never missed by both
        // looks.
        Map<SegmentBuilder.Key, Segment> found = new LinkedHashMap<>();
        state.unindexed().forEach(s -> found.put(SegmentBuilder.Key.of(s), s));
        for (long epoch : epochs(from, to)) {
            segments(epoch, state, from, to).forEach(s -> found.put(SegmentBuilder.Key.of(s), s));
        }
        return found.values().stream()
                .filter(s -> s.start().isBefore(to) && s.end().isAfter(from))
                .flatMap(s -> readable(s).stream())
                .filter(s -> s.start().isBefore(to) && s.end().isAfter(from))
                .sorted(Comparator.comparing(Segment::start).thenComparing(Segment::run))
                .toList();
    }

    /** The same, without where their fragments lie: of each epoch that is over the index has it in one row. */
    List<SegmentSummary> summaries(StreamState state, Instant from, Instant to) throws IOException {
        Map<SegmentBuilder.Key, SegmentSummary> found = new LinkedHashMap<>();
        state.unindexed()
                .forEach(s -> showing.shown(s)
                        .ifPresent(part -> found.put(SegmentBuilder.Key.of(part), SegmentSummary.of(part))));
        List<Long> reached = epochs(from, to);
        Map<Long, List<SegmentSummary>> known = reached.isEmpty()
                ? Map.of()
                : index.summaries(state.number, state.id, reached.get(0), reached.get(reached.size() - 1));
        for (long epoch : reached) {
            List<SegmentSummary> summaries = known.get(epoch);
            // Of what only a hold keeps a summary says too much.
            if (summaries == null || !summaries.stream().allMatch(this::isWithinLimit)) {
                for (Segment row : segments(epoch, state, from, to)) {
                    showing.shown(row).ifPresent(s -> found.put(SegmentBuilder.Key.of(s), SegmentSummary.of(s)));
                }
            } else {
                summaries.forEach(s -> found.put(new SegmentBuilder.Key(s.run(), s.number()), s));
            }
        }
        found.values().removeIf(s -> !isReadable(s));
        copies(state, from, to, found.keySet())
                .forEach(copy -> found.put(SegmentBuilder.Key.of(copy), SegmentSummary.of(copy)));
        return found.values().stream()
                .filter(s -> s.start().isBefore(to) && s.end().isAfter(from))
                .sorted(Comparator.comparing(SegmentSummary::start).thenComparing(SegmentSummary::run))
                .toList();
    }

    /** Rows of one epoch; a segment that begins before the span may reach into it. */
    List<Segment> segments(long epoch, StreamState state, Instant from, Instant to) throws IOException {
        long fromMicros = EpochSchedule.boundedMicros(from);
        return index.find(
                epoch,
                state.number,
                state.id,
                fromMicros < Long.MIN_VALUE + REACH_MICROS ? fromMicros : fromMicros - REACH_MICROS,
                EpochSchedule.boundedMicros(to));
    }

    /** Numbers of the epochs that may have footage in the span, ascending. */
    private List<Long> epochs(Instant from, Instant to) {
        List<Epoch> all = epochs.epochs();
        List<Long> found = new ArrayList<>();
        Map<String, Long> closedAt = new HashMap<>();
        for (int i = all.size() - 1; i >= 0; i--) {
            Epoch epoch = all.get(i);
            Long next = closedAt.put(epoch.classId(), epoch.openedUtcMicros());
            if (EpochSchedule.reaches(epoch, next == null ? Long.MAX_VALUE : next, from, to)) {
                found.add(0, epoch.number());
            }
        }
        return found;
    }

    /** What of it stands on a reel and may be shown: all of it within its limit, beyond it what a hold keeps. */
    Optional<Segment> readable(Segment segment) {
        return isOnReel(segment) ? showing.shown(segment) : Optional.empty();
    }

    private boolean isReadable(SegmentSummary segment) {
        return isOnReel(segment.volume(), segment.reelSerial())
                && (isWithinLimit(segment)
                        || showing.isTouchedByHold(segment.stream(), segment.epoch(), segment.start(), segment.end()));
    }

    private boolean isWithinLimit(SegmentSummary segment) {
        return showing.isWithinLimit(segment.stream(), segment.epoch(), segment.start());
    }

    boolean isOnReel(Segment segment) {
        return isOnReel(
                segment.configuration().volume(), segment.configuration().reelSerial());
    }

    private boolean isOnReel(String volumeId, long reelSerial) {
        Volume volume = volumes.get(volumeId);
        return volume != null && volume.holding(reelSerial) != null;
    }
}
