// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

/**
 * How many runs a session may begin for one reason: each costs an entry in the ledger for as long as footage is kept, and
 * some cameras would begin one with every picture. Confined to its event loop.
 */
final class RunAllowance {
    /** An evening of settings being tried, or a clock being set, takes a handful at once. */
    static final int AT_ONCE = 12;

    /** And one more after each of these: 1,440 a day at most. */
    static final long REGAINED_NANOS = 60 * MediaTime.NANOS_PER_SECOND;

    private final int atOnce;
    private int left;
    private long regainedAtNanos;

    /** @param atOnce so many before any is regained */
    RunAllowance(int atOnce) {
        this.atOnce = atOnce;
        this.left = atOnce;
    }

    /** Whether another run may begin at this time. */
    boolean has(long monoNanos) {
        if (left == atOnce) {
            regainedAtNanos = monoNanos;
        }
        while (left < atOnce && monoNanos - regainedAtNanos >= REGAINED_NANOS) {
            left++;
            regainedAtNanos += REGAINED_NANOS;
        }
        return left > 0;
    }

    /** Takes one; returns whether there was one to take. */
    boolean take(long monoNanos) {
        boolean has = has(monoNanos);
        left -= has ? 1 : 0;
        return has;
    }
}
