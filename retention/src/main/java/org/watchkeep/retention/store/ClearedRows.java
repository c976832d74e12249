// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The index rows that a cleared reel takes with it. A segment goes with its configuration record; one whose configuration
 * record lies in another reel, because a failed disk made us write it or the fragments again, loses what was here and its
 * seal. A row stays as it is where only the first try at a record was here. Confined to the keeper's thread.
 */
final class ClearedRows {
    private final String volume;
    private final long serial;
    private final Set<Named> named = new LinkedHashSet<>();
    private final List<RecordHeader> fragments = new ArrayList<>();

    /** A segment as any of its records names it. */
    private record Named(long epoch, int stream, SegmentBuilder.Key key, long startUtcMicros) {}

    ClearedRows(String volume, long serial) {
        this.volume = volume;
        this.serial = serial;
    }

    /** A record of the reel. */
    void add(RecordHeader header) {
        if (header.kind() != RecordHeader.Kind.PADDING) {
            named.add(new Named(
                    header.epoch(), header.stream(), SegmentBuilder.Key.of(header), header.segmentStartUtcMicros()));
        }
        if (header.kind() == RecordHeader.Kind.FRAGMENT) {
            fragments.add(header);
        }
    }

    /** What hears of a row that points here. */
    interface Use {
        void row(StreamState stream, Segment row) throws IOException;
    }

    /** Fragments of the reel as their records tell of them, in the order of the reel. */
    List<RecordHeader> fragments() {
        return fragments;
    }

    /** Every row that points here. */
    void forEach(Index index, StreamBook streams, Use use) throws IOException {
        for (Named segment : named) {
            StreamState stream = streams.ofNumber(segment.stream).orElse(null);
            if (stream == null) {
                continue;
            }
            // A row stands at its first fragment: where that one was lost, later than the segment says it began.
            long from = segment.startUtcMicros;
            long to = from + StreamAppender.SEGMENT_MICROS;
            for (Segment row : index.find(segment.epoch, segment.stream, stream.id, from, to)) {
                if (SegmentBuilder.Key.of(row).equals(segment.key) && isHere(row)) {
                    use.row(stream, row);
                }
            }
        }
    }

    /** Removes or shortens what points here. */
    void removeFrom(Index index, StreamBook streams) throws IOException {
        List<SegmentIndex.RowKey> gone = new ArrayList<>();
        List<SegmentIndex.Row> shortened = new ArrayList<>();
        forEach(index, streams, (stream, row) -> {
            gone.add(new SegmentIndex.Row(stream.number, row).key());
            shorten(row).ifPresent(left -> shortened.add(new SegmentIndex.Row(stream.number, left)));
        });
        index.removeAll(gone);
        index.put(shortened, Map.of());
    }

    /** The fragments that a row loses with this reel. */
    List<FragmentRef> lost(Segment row) {
        return isHere(row.configuration())
                ? row.fragments()
                : row.fragments().stream().filter(this::isHere).toList();
    }

    /** Whether a segment, in the index or still in memory, has something here. */
    boolean isHere(Segment row) {
        return isHere(row.configuration()) || row.fragments().stream().anyMatch(this::isHere);
    }

    private boolean isHere(FragmentRef ref) {
        return ref.isIn(volume, serial);
    }

    /** What is left of a segment some of whose fragments were here; nothing without its configuration record. */
    private Optional<Segment> shorten(Segment row) {
        List<FragmentRef> left =
                row.fragments().stream().filter(ref -> !isHere(ref)).toList();
        if (isHere(row.configuration()) || left.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(row.shortened(left));
    }
}
