// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** Reads records of segments that readers may have: within their limit, and beyond it what a hold keeps. Any thread. */
final class SegmentReader {
    private final RecordReader records;
    private final StoreHolds held;
    private final StreamBook streams;

    SegmentReader(RecordReader records, StoreHolds held, StreamBook streams) {
        this.records = records;
        this.held = held;
        this.streams = streams;
    }

    RecordCipher.Opened opened(Segment segment, FragmentRef ref, RecordHeader.Kind kind) throws IOException {
        boolean isShown = held.showing().mayRead(segment, ref, kind);
        StreamState state = shown(segment.stream(), segment.start(), isShown);
        return records.read(ref, new RecordReader.Expected(kind, state.number, segment.run(), segment.number()));
    }

    Optional<Digest> digest(SegmentSummary segment) throws IOException {
        if (segment.seal().isEmpty()) {
            return Optional.empty();
        }
        // Of what only a hold keeps in part no summary has a seal.
        boolean isShown = held.showing().isWithinLimit(segment.stream(), segment.epoch(), segment.start())
                || held.showing().isTouchedByHold(segment.stream(), segment.epoch(), segment.start(), segment.end());
        StreamState state = shown(segment.stream(), segment.start(), isShown);
        RecordReader.Expected seal =
                new RecordReader.Expected(RecordHeader.Kind.SEAL, state.number, segment.run(), segment.number());
        return Optional.of(records.read(segment.seal().get().toRef(), seal).digest());
    }

    private StreamState shown(StreamId stream, Instant start, boolean isShown) throws FragmentGoneException {
        if (!isShown) {
            throw new FragmentGoneException("past its limit: " + stream + " from " + start);
        }
        return streams.of(stream).orElseThrow(() -> new FragmentGoneException("stream is not known: " + stream));
    }
}
