// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.store.Digest;
import org.watchkeep.retention.store.FragmentRef;
import org.watchkeep.retention.store.Segment;

/** A fragment that was handed to the store, as the harness knows it. One thread. */
final class Recorded {
    final long fromTrueMicros;
    final long toTrueMicros;
    final long fromUtcMicros;
    final Digest digest;

    /** Where a reader once found it: kept to try again when it should be gone. */
    private @Nullable Place place;

    /** Of which counters it was said already: each second counts once. */
    private boolean toldBeyond;

    private boolean toldEarly;
    private boolean toldLost;

    record Place(Segment segment, FragmentRef fragment) {}

    Recorded(long fromTrueMicros, long toTrueMicros, long fromUtcMicros, Digest digest) {
        this.fromTrueMicros = fromTrueMicros;
        this.toTrueMicros = toTrueMicros;
        this.fromUtcMicros = fromUtcMicros;
        this.digest = digest;
    }

    long micros() {
        return toTrueMicros - fromTrueMicros;
    }

    Instant fromUtc() {
        return SimulatedTime.instant(fromUtcMicros);
    }

    Instant toUtc() {
        return SimulatedTime.instant(fromUtcMicros + micros());
    }

    @Nullable
    Place place() {
        return place;
    }

    void found(Segment segment, FragmentRef fragment) {
        place = new Place(segment, fragment);
    }

    /** Nobody asks for it any more. */
    void forgetPlace() {
        place = null;
    }

    /** True the first time. */
    boolean tellBeyond() {
        boolean first = !toldBeyond;
        toldBeyond = true;
        return first;
    }

    /** True the first time. */
    boolean tellEarly() {
        boolean first = !toldEarly;
        toldEarly = true;
        return first;
    }

    /** True the first time. */
    boolean tellLost() {
        boolean first = !toldLost;
        toldLost = true;
        return first;
    }
}
