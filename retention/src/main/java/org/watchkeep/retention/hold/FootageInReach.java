// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.watchkeep.retention.keys.HeldKey;
import org.watchkeep.retention.store.StreamId;

/** What holds ask of the store. Any thread but event loops. */
public interface FootageInReach {
    /** Whether the store has ever known the stream. */
    boolean knows(StreamId stream);

    /** What of the stream can still be held in {@code [from, to)}, whole GOPs. */
    Left left(StreamId stream, Instant from, Instant to) throws IOException;

    /** What a kept key opens; empty when the store cannot tell, and then the key stays. */
    Optional<Extent> extent(HeldKey key) throws IOException;

    /**
     * What is left of a span of one stream.
     *
     * @param keys of the epochs it lies in; none: nothing is left
     * @param reels that hold it
     * @param gone when the first of it was erased and by which rule, where it was
     */
    record Left(List<HeldKey> keys, List<Admission.HeldReel> reels, Optional<Gone> gone) {
        public Left {
            keys = List.copyOf(keys);
            reels = List.copyOf(reels);
        }

        public static Left nothing(Optional<Gone> gone) {
            return new Left(List.of(), List.of(), gone);
        }
    }

    /** When footage was erased, and by which rule. */
    record Gone(Instant at, String rule) {}

    /** Footage of one stream that a key opens. */
    record Extent(StreamId stream, Instant from, Instant to) {}
}
