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
import java.util.function.Predicate;
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
        return withCopies(state, from, to, ring(state, from, to));
    }

    /** The same with what stands on volumes that are away: it cannot be read now, and may be held. */
    List<Segment> inReach(StreamState state, Instant from, Instant to) throws IOException {
        return withCopies(state, from, to, ring(state, from, to, this::isOnReelOrAway));
    }

    private List<Segment> withCopies(StreamState state, Instant from, Instant to, List<Segment> ring) {
        if (vault.isEmpty()) {
            return ring;
        }
        List<Segment> all = new ArrayList<>(ring);
        all.addAll(copies(state, from, to, ring));
        all.sort(Comparator.comparing(Segment::start).thenComparing(Segment::run));
        return List.copyOf(all);
    }

    /**
     * What stands in the vault, is held, and is not in the ring. Of one segment the ring may have its end only, and two cases
     * two parts: each gives what the others lack.
     */
    private List<Segment> copies(StreamState state, Instant from, Instant to, List<Segment> ring) {
        Map<SegmentBuilder.Key, Set<Long>> there = new HashMap<>();
        ring.forEach(segment -> addCopied(there, state, segment));
        return copies(state, from, to, there);
    }

    /** @param there what need not come from the vault, by its segment; grows by what is found */
    List<Segment> copies(StreamState state, Instant from, Instant to, Map<SegmentBuilder.Key, Set<Long>> there) {
        List<VaultCopy> copies = vault.map(of -> of.copies(state.number)).orElse(List.of());
        List<Segment> found = new ArrayList<>();
        for (VaultCopy copy : copies) {
            boolean isAsked =
                    copy.segment().start().isBefore(to) && copy.segment().end().isAfter(from);
            Optional<Segment> part = isAsked
                    ? copy.without(there.getOrDefault(copy.key(), Set.of()))
                            .flatMap(lacking -> showing.copiedPart(lacking.segment()))
                    : Optional.empty();
            if (part.isPresent()
                    && part.get().start().isBefore(to)
                    && part.get().end().isAfter(from)) {
                found.add(part.get());
                add(there, part.get());
            }
        }
        return found;
    }

    /** Notes what a segment has, where the vault has something of it too. */
    void addCopied(Map<SegmentBuilder.Key, Set<Long>> there, StreamState state, Segment segment) {
        SegmentBuilder.Key key = SegmentBuilder.Key.of(segment);
        if (vault.filter(of -> !of.copies(state.number, key).isEmpty()).isPresent()) {
            add(there, segment);
        }
    }

    private static void add(Map<SegmentBuilder.Key, Set<Long>> there, Segment segment) {
        Set<Long> sequences = there.computeIfAbsent(SegmentBuilder.Key.of(segment), none -> new HashSet<>());
        segment.fragments().forEach(ref -> sequences.add(ref.sequence()));
    }

    /** What is in memory and in the ring; beyond its limit what a hold keeps there. */
    List<Segment> ring(StreamState state, Instant from, Instant to) throws IOException {
        return ring(state, from, to, this::isOnReel);
    }

    /** What reels have, here or on volumes that are away, shown or not. */
    List<Segment> standing(StreamState state, Instant from, Instant to) throws IOException {
        return rows(state, from, to, this::isOnReelOrAway);
    }

    private List<Segment> ring(StreamState state, Instant from, Instant to, Predicate<Segment> stands)
            throws IOException {
        return rows(state, from, to, stands).stream()
                .flatMap(s -> showing.shown(s).stream())
                .filter(s -> s.start().isBefore(to) && s.end().isAfter(from))
                .sorted(Comparator.comparing(Segment::start).thenComparing(Segment::run))
                .toList();
    }

    private List<Segment> rows(StreamState state, Instant from, Instant to, Predicate<Segment> stands)
            throws IOException {
        // Those not yet in the index first: a row that is put in the meantime is then found, never missed by both
        // looks.
        Map<SegmentBuilder.Key, Segment> found = new LinkedHashMap<>();
        state.unindexed().forEach(s -> found.put(SegmentBuilder.Key.of(s), s));
        for (long epoch : epochs(from, to)) {
            segments(epoch, state, from, to).forEach(s -> found.put(SegmentBuilder.Key.of(s), s));
        }
        return found.values().stream()
                .filter(s -> s.start().isBefore(to) && s.end().isAfter(from))
                .filter(stands)
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
        List<SegmentSummary> all = new ArrayList<>(found.values());
        if (vault.filter(of -> !of.copies(state.number).isEmpty()).isPresent()) {
            // A summary does not say which fragments it has.
            copies(state, from, to, ring(state, from, to)).forEach(copy -> all.add(SegmentSummary.of(copy)));
        }
        return all.stream()
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

    boolean isReadable(Segment segment) {
        return readable(segment).isPresent();
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

    /** On a reel here, or on a volume that is not open and may be put back: only what was overwritten is gone. */
    boolean isOnReelOrAway(Segment segment) {
        return isOnReel(segment) || !volumes.containsKey(segment.configuration().volume());
    }

    private boolean isOnReel(String volumeId, long reelSerial) {
        Volume volume = volumes.get(volumeId);
        return volume != null && volume.holding(reelSerial) != null;
    }
}
