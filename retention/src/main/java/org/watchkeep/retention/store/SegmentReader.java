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
        if (held.vault.isPresent() && ref.volume().equals(EvidenceVault.ID)) {
            return copied(segment, ref, kind);
        }
        try {
            return fromRing(segment, ref, kind);
        } catch (IOException e) {
            return held.instead(segment, ref, kind, e);
        }
    }

    private RecordCipher.Opened copied(Segment copy, FragmentRef ref, RecordHeader.Kind kind) throws IOException {
        EvidenceVault vault =
                held.vault.orElseThrow(() -> new FragmentGoneException("the store was opened without its vault"));
        StreamState state = shown(copy.stream(), copy.start(), held.showing().mayReadCopy(copy, ref, kind));
        return vault.open(copy, state.number, ref, kind);
    }

    /** For the copier: what the ring has, whether readers may have it or not. */
    RecordCipher.Opened ring(Segment segment, FragmentRef ref, RecordHeader.Kind kind) throws IOException {
        StreamState state = shown(segment.stream(), segment.start(), true);
        return records.read(ref, new RecordReader.Expected(kind, state.number, segment.run(), segment.number()));
    }

    private RecordCipher.Opened fromRing(Segment segment, FragmentRef ref, RecordHeader.Kind kind) throws IOException {
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
        if (segment.volume().equals(EvidenceVault.ID) && held.vault.isPresent()) {
            for (VaultCopy copy :
                    held.vault.get().copies(state.number, new SegmentBuilder.Key(segment.run(), segment.number()))) {
                if (copy.segment().seal().map(SegmentSummary.Seal::of).equals(segment.seal())) {
                    return Optional.of(
                            opened(copy.segment(), copy.segment().seal().orElseThrow(), RecordHeader.Kind.SEAL)
                                    .digest());
                }
            }
            return Optional.empty();
        }
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
