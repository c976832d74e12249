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
import org.watchkeep.retention.keys.Epoch;

/** Finds the segments of a stream in a span: what is still in memory, and what is in the index. Any thread. */
final class Finder {
    /** A segment that begins this much before a span may reach into it. */
    private static final long REACH_MICROS = 2 * StreamAppender.SEGMENT_MICROS;

    private final Index index;
    private final HeldEpochs epochs;
    private final Map<String, Volume> volumes;
    private final Showing showing;

    Finder(Index index, HeldEpochs epochs, Map<String, Volume> volumes, Showing showing) {
        this.showing = showing;
        this.index = index;
        this.epochs = epochs;
        this.volumes = volumes;
    }

    /** Segments with footage in {@code [from, to)}, in order of their start; the one being written included. */
    List<Segment> segments(StreamState state, Instant from, Instant to) throws IOException {
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
        return found.values().stream()
                .filter(s -> s.start().isBefore(to) && s.end().isAfter(from) && isReadable(s))
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
