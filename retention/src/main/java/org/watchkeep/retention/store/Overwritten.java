// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
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
        if (store.volumes().size() == 1 && !isAnyAway() && !store.held().footage.isAnythingHeld()) {
            return; // one ring that passes over no reel overwrites its streams in their order
        }
        Map<StreamState, Going> goes = going(rows);
        for (Map.Entry<StreamState, Going> entry : goes.entrySet()) {
            StreamState stream = entry.getKey();
            if (hasOlder(stream, entry.getValue().first, rows)) {
                for (Coverage.Span span : entry.getValue().spans.spans()) {
                    stream.gap(span.from(), span.to(), GapCause.OVERWRITTEN, "overwritten in its turn on " + volume);
                }
            }
        }
    }

    /** What is lost: by the index, by memory, which has what is not in it yet, and by the reel where both know too little. */
    private Map<StreamState, Going> going(ClearedRows rows) throws IOException {
        Map<StreamState, Going> goes = new LinkedHashMap<>();
        Map<StreamState, Set<SegmentBuilder.Key>> seen = new HashMap<>();
        ClearedRows.Use use = (stream, row) -> {
            if (seen.computeIfAbsent(stream, s -> new HashSet<>()).add(SegmentBuilder.Key.of(row))) {
                List<FragmentRef> copied = copied(row);
                for (FragmentRef ref : rows.lost(row)) {
                    if (copied.contains(ref)) {
                        continue; // it is not gone: it stands in the vault, also while that is away
                    }
                    add(goes, stream, streams.moment(row, ref), ref.durationMicros());
                }
            }
        };
        rows.forEach(index, streams, use);
        for (StreamState stream : streams.all()) {
            for (Segment segment : stream.unindexed()) {
                if (rows.isHere(segment)) {
                    use.row(stream, segment);
                }
            }
        }
        if (!store.isIndexWhole()) {
            for (RecordHeader header : rows.fragments()) {
                StreamState stream = streams.ofNumber(header.stream()).orElse(null);
                // What was erased is accounted for already.
                if (stream != null
                        && !seen.getOrDefault(stream, Set.of()).contains(SegmentBuilder.Key.of(header))
                        && store.held().epochs.opens(header.epoch(), header.stream())
                        && !isCopied(stream, header)) {
                    add(goes, stream, streams.moment(header), header.durationMicros());
                }
            }
        }
        return goes;
    }

    private List<FragmentRef> copied(Segment row) {
        HeldFootage footage = store.held().footage;
        return footage.copied().isEmpty()
                ? List.of()
                : Showing.part(row, (start, end) -> footage.isCopied(row.stream(), start, end))
                        .map(Segment::fragments)
                        .orElse(List.of());
    }

    private boolean isCopied(StreamState stream, RecordHeader header) {
        long end = header.startUtcMicros() + header.durationMicros();
        return store.held()
                .footage
                .isCopied(stream.id, StreamState.instant(header.startUtcMicros()), StreamState.instant(end));
    }

    private static void add(Map<StreamState, Going> goes, StreamState stream, Moment start, long durationMicros) {
        goes.computeIfAbsent(stream, s -> new Going(start, new Coverage()))
                .spans
                .add(start, start.plusMicros(durationMicros));
    }

    /** Before an epoch is erased: its spans of those streams of which something older is left. */
    void enterErased(Epoch epoch, String why) throws IOException {
        List<Epoch> older = store.held().epochs.epochs().stream()
                .filter(known -> known.number() < epoch.number())
                .toList();
        Optional<HeldEpochs.Window> window = store.held().epochs.window(epoch.number());
        for (StreamState stream : streams.all()) {
            boolean hasOlder = hasOlderEpoch(stream, epoch.number(), older);
            if (!hasOlder && !mayBeKept(stream, window)) {
                continue; // it goes in its order, as almost all do: its rows need not be read
            }
            Coverage spans = new Coverage();
            List<Segment> rows = all(epoch, stream);
            boolean isKept = rows.stream()
                    .anyMatch(row -> store.held().showing().heldPart(row).isPresent());
            if (isKept || hasOlder) {
                rows.forEach(row -> store.held().rows.addUnheld(spans, row));
            }
            for (Coverage.Span span : spans.spans()) {
                stream.gap(span.from(), span.to(), GapCause.ERASED, why);
            }
        }
    }

    private boolean mayBeKept(StreamState stream, Optional<HeldEpochs.Window> window) {
        HeldFootage footage = store.held().footage;
        return footage.isAnythingHeld()
                && (window.isEmpty()
                        || footage.isHeld(
                                stream.id, window.get().from(), window.get().to()));
    }

    /** @param older those before it, ascending */
    private boolean hasOlderEpoch(StreamState stream, long than, List<Epoch> older) throws IOException {
        if (!store.isIndexWhole()
                || unindexed(stream).anyMatch(segment -> segment.epoch() < than && store.isOnReel(segment))) {
            return true; // nothing is learnt from an index that misses rows: what was said once stays said
        }
        long from = emptyBelow.getOrDefault(stream.number, 0L);
        for (Epoch epoch : older) {
            boolean looks = epoch.number() >= from && store.held().epochs.opens(epoch.number(), stream.number);
            // What is held may be on a volume that is away, and an index that was made anew has no row of it.
            boolean mayBeAway = isAnyAway() && store.held().epochs.isKept(epoch.number(), stream.number);
            if (looks && (mayBeAway || hasRows(epoch, stream))) {
                return true;
            }
            emptyBelow.merge(stream.number, epoch.number(), Math::max);
        }
        return false;
    }

    private boolean hasRows(Epoch epoch, StreamState stream) throws IOException {
        Optional<Segment> newest = index.before(epoch.number(), stream.number, stream.id, Long.MAX_VALUE);
        return newest.isPresent()
                && (store.finder.isOnReelOrAway(newest.get())
                        || !rows(epoch, stream).isEmpty());
    }

    /** Those that have no row yet. */
    private Stream<Segment> unindexed(StreamState stream) {
        return stream.unindexed().stream().filter(segment -> store.held().epochs.opens(segment.epoch(), stream.number));
    }

    /** Of the index. */
    private List<Segment> rows(Epoch epoch, StreamState stream) throws IOException {
        return store.segments(epoch.number(), stream, java.time.Instant.MIN, java.time.Instant.MAX).stream()
                .filter(store.finder::isOnReelOrAway)
                .toList();
    }

    private boolean isAnyAway() {
        return streams.knowsVolumeBeside(store.volumes().keySet());
    }

    /** Of the index and of memory, where a start without an index has them all. */
    private List<Segment> all(Epoch epoch, StreamState stream) throws IOException {
        Map<SegmentBuilder.Key, Segment> all = new LinkedHashMap<>();
        rows(epoch, stream).forEach(row -> all.put(SegmentBuilder.Key.of(row), row));
        unindexed(stream)
                .filter(segment -> segment.epoch() == epoch.number() && store.isOnReel(segment))
                .forEach(segment -> all.putIfAbsent(SegmentBuilder.Key.of(segment), segment));
        return List.copyOf(all.values());
    }

    /** Also what is shown to nobody for as long as holds cannot be told: their keys are kept. */
    private boolean isLeft(StreamState stream, Segment segment) {
        boolean mayBeHeld =
                !store.held().footage.isReadable() && store.held().epochs.isKept(segment.epoch(), stream.number);
        return store.finder.isOnReelOrAway(segment)
                && (mayBeHeld || store.held().showing().shown(segment).isPresent());
    }

    /** Whether something of the stream is left that is older than this. */
    private boolean hasOlder(StreamState stream, Moment than, ClearedRows going) throws IOException {
        boolean mayBeAway = isAnyAway()
                && store.held().epochs.epochs().stream()
                        .anyMatch(epoch -> store.held().epochs.isKept(epoch.number(), stream.number));
        if (!store.isIndexWhole() || mayBeAway) {
            return true; // it may be, and that this was overwritten is true in any case
        }
        long lowest = Long.MAX_VALUE;
        for (Segment segment : unindexed(stream).toList()) {
            boolean stays = isLeft(stream, segment)
                    && going.lost(segment).size() < segment.fragments().size();
            if (stays && streams.moment(segment, segment.fragments().get(0)).isBefore(than)) {
                return true;
            }
            lowest = Math.min(lowest, segment.epoch());
        }
        long from = emptyBelow.getOrDefault(stream.number, 0L);
        for (Epoch epoch : store.held().epochs.epochs()) {
            if (epoch.number() < from) {
                continue;
            }
            for (Segment row : store.segments(epoch.number(), stream, java.time.Instant.MIN, java.time.Instant.MAX)) {
                boolean stays = isLeft(stream, row)
                        && going.lost(row).size() < row.fragments().size();
                if (stays) {
                    if (store.held().footage.isReadable()) {
                        emptyBelow.put(stream.number, Math.min(epoch.number(), lowest));
                    }
                    return streams.moment(row, row.fragments().get(0)).isBefore(than);
                }
            }
        }
        return false;
    }
}
