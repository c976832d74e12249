// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import org.watchkeep.retention.policy.TimeWitness;

/** The recorder's two clocks. Any thread. Tests move both by hand. */
public interface StoreClock {
    /** Wall time, microseconds since 1970 UTC: an annotation, it may step. */
    long utcMicros();

    /** Monotonic time in nanoseconds, comparable within one {@link #bootId}. */
    long monoNanos();

    /** Who else knows the time; asked when UTC and monotonic time disagree. */
    default TimeWitness witness() {
        return TimeWitness.NONE;
    }

    /** Names the boot that {@link #monoNanos} counts from. */
    String bootId();
}
