// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.policy;

/** Somebody besides the system clock who knows the time: NTP in sync, the clock chip, most cameras. */
@FunctionalInterface
public interface TimeWitness {
    /** Nobody to ask: every doubt waits for a person. */
    TimeWitness NONE = utcMicros -> false;

    /** Whether it says that UTC is within {@link RetentionClock#TOLERANCE_MICROS} of this. One that cannot tell disagrees. */
    boolean agrees(long utcMicros);

    /**
     * Whether its word is enough for time that nobody saw pass.
     *
     * @param unseenMicros by how much UTC has gone on further than was seen to elapse; negative where it went back
     */
    default boolean vouches(long utcMicros, long unseenMicros) {
        return agrees(utcMicros);
    }
}
