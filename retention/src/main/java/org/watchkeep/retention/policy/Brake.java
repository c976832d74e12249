// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.policy;

import java.util.concurrent.TimeUnit;

/**
 * Stops an erasure that neither time nor a confirmed rule explains. As time passes, the edge behind which footage is
 * erased moves on just as fast; an edge that moves faster than half as fast again was moved by something else: a limit
 * that nobody confirmed, or a fault. Pure.
 */
public final class Brake {
    /** The defaults' brake of 1.5, in tenths. */
    private static final long MOST_TENTHS = 15;

    /** An edge that is late by a round or an epoch catches up at once. */
    private static final long SLACK_MICROS = TimeUnit.HOURS.toMicros(1);

    private Brake() {}

    /**
     * How far the edge had come.
     *
     * @param spentMicros {@link RetentionClock.State#spentMicros} then
     * @param limitMicros the limit then
     */
    public record Mark(long spentMicros, long limitMicros) {
        /** The limit then, as the rule says it. */
        public int limitDays() {
            return (int) TimeUnit.MICROSECONDS.toDays(limitMicros);
        }

        long edgeMicros() {
            return spentMicros - limitMicros;
        }
    }

    /** Whether the time between explains how far the edge has moved. */
    public static boolean allows(Mark before, Mark now) {
        long spent = Math.max(0, now.spentMicros - before.spentMicros);
        long moved = now.edgeMicros() - before.edgeMicros();
        return moved <= spent * MOST_TENTHS / 10 + SLACK_MICROS;
    }
}
