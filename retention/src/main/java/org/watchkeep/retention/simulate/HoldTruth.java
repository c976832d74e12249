// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import java.time.Instant;
import java.util.Set;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.store.StreamId;

/** A hold that was placed, as whoever placed it knows it. Immutable. */
record HoldTruth(HoldId id, Set<StreamId> streams, Instant from, Instant to, long releaseAtTrueMicros) {
    HoldTruth {
        streams = Set.copyOf(streams);
    }

    boolean keeps(StreamId stream, Recorded fragment) {
        return streams.contains(stream)
                && fragment.fromUtc().isBefore(to)
                && fragment.toUtc().isAfter(from);
    }
}
