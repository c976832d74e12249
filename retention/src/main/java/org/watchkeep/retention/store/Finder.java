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
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.keys.EpochKeys;

/** Finds the segments of a stream in a span: what is still in memory, and what is in the index. Any thread. */
final class Finder {
    /** A segment that begins this much before a span may reach into it. */
    private static final long REACH_MICROS = 2 * StreamAppender.SEGMENT_MICROS;

    private final Index index;
    private final EpochKeys keys;
    private final Map<String, Volume> volumes;

    private final Limit limit;

    /** Whether readers may have what begins then: its epoch lives, and it is not past its limit. */
    interface Limit {
        boolean isShown(long epoch, Instant start);
    }

    Finder(Index index, EpochKeys keys, Map<String, Volume> volumes, Limit limit) {
        this.limit = limit;
        this.index = index;
        this.keys = keys;
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
                .filter(s -> s.start().isBefore(to) && s.end().isAfter(from) && isReadable(s))
                .sorted(Comparator.comparing(Segment::start).thenComparing(Segment::run))
                .toList();
    }

    /** The same, without where their fragments lie: of each epoch that is over the index has it in one row. */
    List<SegmentSummary> summaries(StreamState state, Instant from, Instant to) throws IOException {
        Map<SegmentBuilder.Key, SegmentSummary> found = new LinkedHashMap<>();
        state.unindexed().forEach(s -> found.put(SegmentBuilder.Key.of(s), SegmentSummary.of(s)));
        List<Long> epochs = epochs(from, to);
        Map<Long, List<SegmentSummary>> known = epochs.isEmpty()
                ? Map.of()
                : index.summaries(state.number, state.id, epochs.get(0), epochs.get(epochs.size() - 1));
        for (long epoch : epochs) {
            List<SegmentSummary> summaries = known.get(epoch);
            if (summaries == null) {
                segments(epoch, state, from, to)
                        .forEach(s -> found.put(SegmentBuilder.Key.of(s), SegmentSummary.of(s)));
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
        List<Epoch> epochs = keys.epochs();
        List<Long> found = new ArrayList<>();
        Map<String, Long> closedAt = new HashMap<>();
        for (int i = epochs.size() - 1; i >= 0; i--) {
            Epoch epoch = epochs.get(i);
            Long next = closedAt.put(epoch.classId(), epoch.openedUtcMicros());
            if (EpochSchedule.reaches(epoch, next == null ? Long.MAX_VALUE : next, from, to)) {
                found.add(0, epoch.number());
            }
        }
        return found;
    }

    /** Whether it stands on a reel, its epoch lives, and it is not past its limit. */
    boolean isReadable(Segment segment) {
        return isOnReel(segment) && limit.isShown(segment.epoch(), segment.start());
    }

    private boolean isReadable(SegmentSummary segment) {
        return isHeld(segment.volume(), segment.reelSerial()) && limit.isShown(segment.epoch(), segment.start());
    }

    boolean isOnReel(Segment segment) {
        return isHeld(segment.configuration().volume(), segment.configuration().reelSerial());
    }

    private boolean isHeld(String volumeId, long reelSerial) {
        Volume volume = volumes.get(volumeId);
        return volume != null && volume.holding(reelSerial) != null;
    }
}
