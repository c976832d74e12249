// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
        index.removeEpoch(epoch, kept);
        for (int number : kept) {
            Optional<StreamState> stream = streams.ofNumber(number);
            if (stream.isPresent()) {
                removeUnheld(stream.get(), rows(epoch, stream.get()));
            }
        }
    }

    /** A hold on the stream has ended: what is gone with it is entered as erased. */
    void ended(StreamState stream, Instant from, Instant to) throws IOException {
        for (Epoch epoch : store.held().epochs.epochs()) {
            Optional<HeldEpochs.Window> window = store.held().epochs.window(epoch.number());
            boolean touches = window.isPresent()
                    && window.get().from().isBefore(to)
                    && from.isBefore(window.get().to());
            if (touches && !store.keys().isReadable(epoch.number())) {
                List<Segment> rows = rows(epoch.number(), stream);
                enterErased(stream, rows, from, to);
                removeUnheld(stream, rows);
            }
        }
    }

    private List<Segment> rows(long epoch, StreamState stream) throws IOException {
        return store.segments(epoch, stream, Instant.MIN, Instant.MAX);
    }

    private void enterErased(StreamState stream, List<Segment> rows, Instant from, Instant to) {
        Coverage spans = new Coverage();
        for (Segment row : rows) {
            // Where a GOP reached into the hold from before it, that went with it.
            Instant lead = from.minusMillis(StreamAppender.SEGMENT_MICROS / 1_000);
            if (store.isOnReel(row) && row.start().isBefore(to) && lead.isBefore(row.end())) {
                addUnheld(spans, row);
            }
        }
        for (Coverage.Span span : spans.spans()) {
            stream.gap(span.from(), span.to(), GapCause.ERASED, "past its limit, and no longer held");
        }
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
