// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts segments together again from the record lists of their reels, for an index that does not know them: in states of
 * its own beside the live ones. Confined to the keeper's thread.
 */
final class CatchUp {
    private static final Logger log = LoggerFactory.getLogger(CatchUp.class);

    private final StreamBook streams;
    private final Map<Integer, StreamState> scratch = new HashMap<>();

    CatchUp(StreamBook streams) {
        this.streams = streams;
    }

    /** Rows of the segments that are whole with this reel; call {@link #put} when they are in the index. */
    List<SegmentIndex.Row> read(Ring ring, ReelLists.Listed reel) {
        reel.entries().forEach(entry -> add(ring, reel.serial(), entry));
        if (reel.failure() != null) {
            log.error(
                    "{} cannot be read for the index, its segments are not shown: {}",
                    reel.reel().path,
                    reel.failure().toString());
        }
        List<SegmentIndex.Row> rows = new ArrayList<>();
        for (StreamState stream : scratch.values()) {
            for (SegmentBuilder segment : stream.segments(SegmentBuilder::isWhole)) {
                if (segment.hasFragments()) {
                    rows.add(new SegmentIndex.Row(stream.number, segment.toSegment()));
                }
            }
        }
        return rows;
    }

    private void add(Ring ring, long serial, ReelFooter.Entry entry) {
        RecordHeader header = entry.header();
        if (header.kind() == RecordHeader.Kind.PADDING) {
            return;
        }
        streams.ofNumber(header.stream())
                .ifPresent(live -> scratch.computeIfAbsent(
                                header.stream(), number -> new StreamState(number, live.id, live.classId(), streams))
                        .found(header, ring, new RingPosition(serial, entry.offset())));
    }

    /** These rows are in the index. */
    void put(List<SegmentIndex.Row> rows) {
        Map<Integer, Set<SegmentBuilder.Key>> done = new HashMap<>();
        rows.forEach(row -> done.computeIfAbsent(row.stream(), s -> new HashSet<>())
                .add(new SegmentBuilder.Key(row.segment().run(), row.segment().number())));
        scratch.forEach((number, stream) -> stream.forget(
                stream.segments(segment -> done.getOrDefault(number, Set.of()).contains(segment.key))));
    }

    /** Where the earliest segment begins that is not whole yet, by name of its ring: marks must not pass it. */
    Map<String, RingPosition> unfinished() {
        Map<String, RingPosition> first = new HashMap<>();
        for (StreamState stream : scratch.values()) {
            stream.lowestWithoutRow(List.of()).forEach((ring, at) -> first.merge(ring, at, RingPosition::min));
        }
        return first;
    }

    void cleared(String volume, long serial) {
        scratch.values().forEach(stream -> stream.cleared(volume, serial));
    }

    /** All reels have been read: what is left got no seal, or is still in memory and comes to the index from there. */
    List<SegmentIndex.Row> leftOver() {
        List<SegmentIndex.Row> rows = new ArrayList<>();
        for (StreamState stream : scratch.values()) {
            Set<SegmentBuilder.Key> live = new HashSet<>();
            streams.ofNumber(stream.number)
                    .ifPresent(state -> state.segments(any -> true).forEach(segment -> live.add(segment.key)));
            for (SegmentBuilder segment : stream.segments(any -> true)) {
                if (!live.contains(segment.key) && segment.hasFragments()) {
                    segment.giveUp();
                    rows.add(new SegmentIndex.Row(stream.number, segment.toSegment()));
                }
            }
        }
        return rows;
    }

    /** What was left is in the index. */
    void clear() {
        scratch.clear();
    }
}
