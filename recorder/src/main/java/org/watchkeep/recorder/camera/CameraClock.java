// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.time.Clock;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * The two clocks of a simulated camera: what time it is, and what pace is made of. Immutable.
 *
 * @param utc wall time
 * @param monoNanos monotonic nanoseconds
 */
public record CameraClock(Clock utc, LongSupplier monoNanos) {
    /** The machine's own clocks. */
    public static CameraClock system() {
        return new CameraClock(Clock.systemUTC(), System::nanoTime);
    }

    /** For how far apart a picture's packets left: the machine's time, whatever clock the camera goes by. */
    static long machineNanos() {
        return System.nanoTime();
    }

    long utcMicros() {
        Instant now = utc.instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
    }

    long nanos() {
        return monoNanos.getAsLong();
    }
}
