// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import java.time.Instant;
import java.util.Set;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.store.StreamId;

/** A hold that was placed, as whoever placed it knows it: its span in UTC, what is done with it in true time. Immutable. */
record HoldTruth(
        HoldId id, Set<StreamId> streams, Instant from, Instant to, long placedAtTrueMicros, long releaseAtTrueMicros) {
    HoldTruth {
        streams = Set.copyOf(streams);
    }

    /** What was past its limit when the hold was placed (a wrong UTC had given it that time) is not held. */
    boolean keeps(CameraTruth camera, Recorded fragment) {
        return streams.contains(camera.stream)
                && !camera.isPast(fragment, placedAtTrueMicros)
                && fragment.fromUtc().isBefore(to)
                && fragment.toUtc().isAfter(from);
    }
}
