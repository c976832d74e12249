// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.Closeable;
import java.io.IOException;

/** Where a simulated camera's pictures come from, in decoding order. Confined to the pacing thread. */
interface PictureSource extends Closeable {
    int CLOCK_RATE = 90_000;

    /** A picture and its time of presentation on the source's own timeline. */
    record Timed(Picture picture, long ticks90k) {}

    ParameterSets parameterSets();

    /** Whether the last picture has been taken. */
    boolean isOver();

    /** When the next picture is to be sent, nanoseconds on the source's timeline, which begins at 0. */
    long dueNanos();

    /** Takes the next picture. {@code utcMillis} is what the camera's clock shows at its due time. */
    Timed next(long utcMillis) throws IOException;

    /** Someone has begun to watch: where the source can, its next picture is a key picture. */
    void requestKeyPicture();

    static long nanosOf(long ticks90k) {
        // 90 kHz to nanoseconds is 100,000 / 9; whole seconds apart so that no product overflows in a camera's life.
        return ticks90k / CLOCK_RATE * 1_000_000_000 + ticks90k % CLOCK_RATE * 100_000 / 9;
    }

    static long ticksOf(long nanos) {
        return Math.floorDiv(nanos, 1_000_000_000L) * CLOCK_RATE + Math.floorMod(nanos, 1_000_000_000L) * 9 / 100_000;
    }
}
