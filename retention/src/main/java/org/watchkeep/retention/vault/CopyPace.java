// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.vault;

import java.util.concurrent.TimeUnit;

/**
 * How fast footage is copied: what admission reckons with. Copies come to their end several at once, so it is measured over some
 * time and not from one to the next. Told by the vault's thread; asked by any.
 */
final class CopyPace {
    /** Until it was measured: a spinning disk that records beside it reads and writes more than that. */
    static final long UNMEASURED_BYTES_PER_SECOND = 20_000_000;

    /** Longer than a batch takes on a fast disk. */
    private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private volatile long bytesPerSecond = UNMEASURED_BYTES_PER_SECOND;
    private long sinceNanos;
    private long bytes;

    long bytesPerSecond() {
        return bytesPerSecond;
    }

    /** Copying begins: what came before it was no copying. */
    void begin(long nowNanos) {
        sinceNanos = nowNanos;
        bytes = 0;
    }

    /** So much more is copied. */
    void copied(long moreBytes, long nowNanos) {
        bytes += moreBytes;
        if (nowNanos - sinceNanos >= LEAST_NANOS) {
            measure(nowNanos);
        }
    }

    /** Copying pauses. A moment of it says nothing. */
    void pause(long nowNanos) {
        if (nowNanos - sinceNanos >= LEAST_NANOS / 4) {
            measure(nowNanos);
        }
    }

    /** The newer counts for more: how fast it goes depends on what is recorded beside it. */
    private void measure(long nowNanos) {
        if (bytes > 0) {
            double now = bytes * 1e9 / (nowNanos - sinceNanos);
            bytesPerSecond = Math.max(1, (long) ((bytesPerSecond * 3.0 + now) / 4));
        }
        begin(nowNanos);
    }
}
