// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.watchkeep.retention.keys.Epoch;

/**
 * Enters as a gap what a ring overwrites while older footage of the same stream stands on another volume: a stream that
 * was written elsewhere while its volume had failed, or whose volume was changed. Rings of several volumes come round at
 * different paces, so such a span vanishes from the middle. Confined to the keeper's thread.
 */
final class Overwritten {
    private final FootageStore store;
    private final StreamBook streams;
    private final Index index;

    /** Epochs below this hold nothing of the stream: each is looked into once, not at each clearing. */
    private final Map<Integer, Long> emptyBelow = new HashMap<>();

    /** What goes of one stream, in spans that abut. */
    private record Going(Moment first, Coverage spans) {}

    Overwritten(FootageStore store, StreamBook streams, Index index) {
        this.store = store;
        this.streams = streams;
        this.index = index;
    }

    /** Before the reel's clearing is entered: whoever finds the one finds the other. */
    void enter(ClearedRows rows, String volume) throws IOException {
        if (store.volumes().size() == 1 && !store.held().footage.isAnythingHeld()) {
            return; // one ring that passes over no reel overwrites its streams in their order
        }
        Map<StreamState, Going> goes = new LinkedHashMap<>();
        rows.forEach(index, streams, (stream, row) -> {
            for (FragmentRef ref : rows.lost(row)) {
                Moment start = streams.moment(row, ref);
                goes.computeIfAbsent(stream, s -> new Going(start, new Coverage()))
                        .spans
                        .add(start, start.plusMicros(ref.durationMicros()));
            }
        });
        for (Map.Entry<StreamState, Going> entry : goes.entrySet()) {
            StreamState stream = entry.getKey();
            if (hasOlder(stream, entry.getValue().first, rows)) {
                for (Coverage.Span span : entry.getValue().spans.spans()) {
                    stream.gap(span.from(), span.to(), GapCause.OVERWRITTEN, "overwritten in its turn on " + volume);
                }
            }
        }
    }

    /** Before an epoch is erased: its spans of those streams of which something older is left. */
    void enterErased(Epoch epoch, String why) throws IOException {
        for (StreamState stream : streams.all()) {
            Coverage spans = new Coverage();
            List<Segment> rows = rows(epoch, stream);
            boolean isKept = store.held().footage.isAnythingHeld()
                    && rows.stream()
                            .anyMatch(
                                    row -> store.held().showing().heldPart(row).isPresent());
            if (isKept || hasOlderEpoch(stream, epoch)) {
                rows.forEach(row -> store.held().rows.addUnheld(spans, row));
            }
            for (Coverage.Span span : spans.spans()) {
                stream.gap(span.from(), span.to(), GapCause.ERASED, why);
            }
        }
    }

    private boolean hasOlderEpoch(StreamState stream, Epoch than) throws IOException {
        long from = emptyBelow.getOrDefault(stream.number, 0L);
        for (Epoch epoch : store.held().epochs.epochs()) {
            if (epoch.number() >= than.number()) {
                break;
            }
            boolean looks = epoch.number() >= from && store.held().epochs.opens(epoch.number(), stream.number);
            if (looks && !rows(epoch, stream).isEmpty()) {
                return true;
            }
            emptyBelow.merge(stream.number, epoch.number(), Math::max);
        }
        return false;
    }

    private List<Segment> rows(Epoch epoch, StreamState stream) throws IOException {
        return store.segments(epoch.number(), stream, java.time.Instant.MIN, java.time.Instant.MAX).stream()
                .filter(store::isOnReel)
                .toList();
    }

    /** Whether something of the stream is left that is older than this. */
    private boolean hasOlder(StreamState stream, Moment than, ClearedRows going) throws IOException {
        long from = emptyBelow.getOrDefault(stream.number, 0L);
        for (Epoch epoch : store.held().epochs.epochs()) {
            if (epoch.number() < from) {
                continue;
            }
            for (Segment row : store.segments(epoch.number(), stream, java.time.Instant.MIN, java.time.Instant.MAX)) {
                boolean stays = store.isReadable(row)
                        && going.lost(row).size() < row.fragments().size();
                if (stays) {
                    emptyBelow.put(stream.number, epoch.number());
                    return streams.moment(row, row.fragments().get(0)).isBefore(than);
                }
            }
        }
        return false;
    }
}
