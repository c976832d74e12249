// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.policy;

/** Somebody besides the system clock who knows the time: NTP in sync, the clock chip, most cameras. */
@FunctionalInterface
public interface TimeWitness {
    /** Nobody to ask: every doubt waits for a person. */
    TimeWitness NONE = utcMicros -> false;

    /** Whether it says that UTC is within {@link RetentionClock#TOLERANCE_MICROS} of this. One that cannot tell disagrees. */
    boolean agrees(long utcMicros);
}
