// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

/** Conversions between ticks of 90 kHz and the recorder's units; each rounds down, so that sums of parts never drift. */
final class MediaTime {
    static final long TICKS_PER_SECOND = Boxes.TIMESCALE;
    static final long NANOS_PER_SECOND = 1_000_000_000L;

    private MediaTime() {}

    /** 100,000 / 9 nanoseconds a tick; right for 32 years either way. */
    static long nanos(long ticks) {
        return Math.floorDiv(ticks * 100_000, 9L);
    }

    static long micros(long ticks) {
        return Math.floorDiv(ticks * 100, 9L);
    }

    static long ticks(long nanos) {
        return Math.floorDiv(nanos, 100_000L) * 9 + Math.floorMod(nanos, 100_000L) * 9 / 100_000;
    }
}
