// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How fast all cameras together may be called: calls are handed moments at least {@link #SPACING_NANOS} apart. Without it
 * 2,000 cameras calling in one instant on a cold machine lost footage; over 6 s they did not. Any thread.
 */
final class ConnectBudget {
    /** 333 calls a second: 2,000 cameras in 6 s. */
    static final long SPACING_NANOS = 3_000_000;

    private final AtomicLong nextMonoNanos;

    ConnectBudget(long monoNanos) {
        nextMonoNanos = new AtomicLong(monoNanos);
    }

    /** Takes the next free moment; how long from now until it comes. */
    long delayNanos(long monoNanos) {
        long slot = nextMonoNanos.getAndUpdate(next -> Math.max(next, monoNanos) + SPACING_NANOS);
        return Math.max(0, slot - monoNanos);
    }
}
