// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What the recorder hands the store: up to a second of one stream as opaque bytes (a CMAF {@code moof}+{@code mdat}).
 *
 * <p><b>Owner:</b> {@link StreamAppender#append} takes the pieces over; they must not change until {@code release} has
 * run, which the store does exactly once, on the appender's own thread, as soon as it has encrypted or dropped them.
 *
 * @param pieces the payload in order, each between its position and limit (direct buffers are fastest); not modified
 * @param startUtcMicros start on the recorder's clock, microseconds since 1970 UTC: an annotation
 * @param startMonoNanos start on the recorder's monotonic clock: what order and gaps are made of
 * @param durationMicros length from the camera's media ticks
 * @param flags a sum of the constants of {@link FragmentFlags}
 * @param cameraOffsetMicros camera clock less recorder clock at the start; {@link #OFFSET_UNKNOWN} where unknown
 * @param release gives the pieces back; run once
 */
public record Fragment(
        List<ByteBuffer> pieces,
        long startUtcMicros,
        long startMonoNanos,
        long durationMicros,
        int flags,
        long cameraOffsetMicros,
        Runnable release) {

    /** No sender report and no other word about the camera's clock. */
    public static final long OFFSET_UNKNOWN = Long.MIN_VALUE;

    /** 32 MiB: about 12 s of the fattest camera in the profiles; anything longer is a fault, not footage. */
    public static final int MAX_BYTES = 32 << 20;

    public Fragment {
        pieces = List.copyOf(pieces);
        if (durationMicros < 0) {
            throw new IllegalArgumentException("durationMicros: " + durationMicros + " (expected: >= 0)");
        }
        long total = 0;
        for (ByteBuffer piece : pieces) {
            total += piece.remaining();
        }
        if (total == 0 || total > MAX_BYTES) {
            throw new IllegalArgumentException("fragment bytes: " + total + " (expected: 1 to " + MAX_BYTES + ")");
        }
    }

    /** Payload length in bytes. */
    public int sizeBytes() {
        int total = 0;
        for (ByteBuffer piece : pieces) {
            total += piece.remaining();
        }
        return total;
    }

    /** End on the recorder's monotonic clock, nanoseconds. */
    public long endMonoNanos() {
        return startMonoNanos + durationMicros * 1_000;
    }
}
