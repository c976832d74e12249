// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

/** The recorder's two clocks. Any thread. */
public interface ArrivalClock {
    /** Microseconds since 1970 UTC: an annotation, may be stepped. */
    long utcMicros();

    /** Only ever forward: what order and durations are made of. */
    long monoNanos();
}
