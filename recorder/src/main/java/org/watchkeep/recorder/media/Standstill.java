// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import org.watchkeep.recorder.rtp.Tolerance;

/**
 * Notices an RTP clock that stands still while pictures come, and when it runs again. Meanwhile pictures have the time at
 * which they arrive ({@link Tolerance#TIMESTAMP_STANDS_STILL}): of all that is known it is the nearest to when they were
 * taken. Confined to its event loop.
 */
final class Standstill {
    /** Longer than one second, for there are clocks of whole seconds. */
    static final long NOTICED_NANOS = 2 * MediaTime.NANOS_PER_SECOND;

    /** So many of one time: two are what some cameras send now and then. */
    static final int NOTICED_PICTURES = 5;

    /** So many in a row with a time of their own: the clock runs. */
    static final int RUNNING_PICTURES = 10;

    private boolean isStarted;
    private boolean isStanding;
    private long ticks;
    private long sinceNanos;
    private int same;
    private int moved;

    /** Takes the next picture; returns whether the clock has just been found to stand, or to run again. */
    boolean turnsAt(long rtpTicks, long arrivalMonoNanos) {
        if (isStarted && rtpTicks == ticks) {
            moved = 0;
            same++;
            boolean isNoticed = same >= NOTICED_PICTURES && arrivalMonoNanos - sinceNanos >= NOTICED_NANOS;
            return isNoticed && turn(true);
        }
        isStarted = true;
        ticks = rtpTicks;
        sinceNanos = arrivalMonoNanos;
        same = 0;
        moved++;
        return moved >= RUNNING_PICTURES && turn(false);
    }

    private boolean turn(boolean standing) {
        boolean isTurned = isStanding != standing;
        isStanding = standing;
        return isTurned;
    }

    boolean isStanding() {
        return isStanding;
    }
}
