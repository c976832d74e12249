// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

/**
 * Places one run's media time on the recorder's clock. Durations are the camera's; position is ours:
 *
 * <ul>
 *   <li>The first picture's arrival is the anchor. A camera that begins with old pictures sends them faster than they were
 *       taken; so the anchor is lowered while that burst lasts, and is fixed ("settled") when it is over.
 *   <li>After that each fragment starts where the one before it ended, moved by at most {@link #SLEW_PPM} of its length
 *       toward where pictures arrive. What counts is the least delay within ten seconds: jitter never moves anything. Only a
 *       run that was placed too late, so that pictures would come before they were taken, is moved faster.
 * </ul>
 *
 * Confined to its event loop.
 */
final class RunClock {
    /** A fragment takes a second to fill, so waiting that long before its place is fixed costs no durability. */
    static final long SETTLE_NANOS = 1_000_000_000L;

    /** The burst is over when the anchor has not been lowered for so long. */
    static final long QUIET_NANOS = 300_000_000L;

    /** A burst that lasts longer than this is no burst. */
    static final long LONGEST_BURST_NANOS = 5_000_000_000L;

    /** Lowering by less than half a picture's time is jitter. */
    private static final long NOTABLE_NANOS = 20_000_000L;

    /** Twice the worst crystal; RTP clocks are within 200 ppm of ours. */
    static final long SLEW_PPM = 500;

    /**
     * No picture arrives before it was taken: where one seems to, so far that no hesitation of an RTP clock explains it, the
     * run was placed too late. Its first pictures had been held up, or were a longer burst than we wait for.
     */
    static final long AHEAD_NANOS = 100_000_000L;

    /** That is put right by at most one part in twenty of each fragment: a second within twenty. */
    static final long CATCH_UP_PARTS = 20;

    private static final long WINDOW_NANOS = 10_000_000_000L;

    /** The error of a window is worked off in a minute: 200 ppm stand at an error of 12 ms. */
    private static final long CORRECTION_NANOS = 60_000_000_000L;

    private final long notBeforeMonoNanos;

    private boolean isStarted;
    private boolean isSettled;
    private long originTicks;
    private long anchorNanos;
    private long notableNanos;
    private long firstArrivalNanos;
    private long lastLoweredNanos;
    private long utcLessMonoMicros;

    /** Where the next fragment starts: media time and our time. */
    private long nextTicks;

    private long nextMonoNanos;
    private long slewPpb;
    private long windowStartNanos;
    private long windowLeastNanos;
    /** Of the pictures since the last fragment was placed. */
    private long leastSincePlacedNanos = Long.MAX_VALUE;

    private long lastDelayNanos;
    private long lastWindowLeastNanos;
    /** Of the window before that. */
    private long windowBeforeLeastNanos = Long.MIN_VALUE;

    private boolean hasWindow;

    /** Where a fragment stands on our clock. */
    record Placed(long startMonoNanos, long startUtcMicros, long durationMicros) {}

    /** @param notBeforeMonoNanos the run starts no earlier, for that time is taken */
    RunClock(long notBeforeMonoNanos) {
        this.notBeforeMonoNanos = notBeforeMonoNanos;
    }

    /** A picture of this media time has arrived. */
    void onPicture(long ticks, long monoNanos, long utcMicros) {
        if (!isStarted) {
            isStarted = true;
            originTicks = ticks;
            nextTicks = ticks;
            anchorNanos = monoNanos;
            notableNanos = monoNanos;
            firstArrivalNanos = monoNanos;
            lastLoweredNanos = monoNanos;
            utcLessMonoMicros = utcMicros - Math.floorDiv(monoNanos, 1_000L);
        } else if (!isSettled) {
            anchorNanos = Math.min(anchorNanos, monoNanos - MediaTime.nanos(ticks - originTicks));
            if (notableNanos - anchorNanos > NOTABLE_NANOS) {
                notableNanos = anchorNanos;
                lastLoweredNanos = monoNanos;
            }
        } else {
            observe(delayNanos(ticks, monoNanos), monoNanos);
        }
    }

    private void observe(long delayNanos, long monoNanos) {
        if (delayNanos - lastDelayNanos > WINDOW_NANOS / 2) {
            // What was held up for so long comes all at once now: a window with that in it measures the network.
            openWindow(monoNanos);
        }
        lastDelayNanos = delayNanos;
        windowLeastNanos = Math.min(windowLeastNanos, delayNanos);
        leastSincePlacedNanos = Math.min(leastSincePlacedNanos, delayNanos);
        if (monoNanos - windowStartNanos >= WINDOW_NANOS) {
            windowBeforeLeastNanos = hasWindow ? lastWindowLeastNanos : Long.MIN_VALUE;
            hasWindow = true;
            lastWindowLeastNanos = windowLeastNanos;
            long wanted = windowLeastNanos / (CORRECTION_NANOS / MediaTime.NANOS_PER_SECOND);
            slewPpb = Math.max(-SLEW_PPM * 1_000, Math.min(SLEW_PPM * 1_000, wanted));
            openWindow(monoNanos);
        }
    }

    private void openWindow(long monoNanos) {
        windowStartNanos = monoNanos;
        windowLeastNanos = Long.MAX_VALUE;
    }

    /** Whether the anchor is to be fixed now. */
    boolean isSettlingOver(long monoNanos) {
        long age = monoNanos - firstArrivalNanos;
        return isStarted
                && !isSettled
                && age >= SETTLE_NANOS
                && (monoNanos - lastLoweredNanos >= QUIET_NANOS || age >= LONGEST_BURST_NANOS);
    }

    boolean isSettled() {
        return isSettled;
    }

    /** Fixes the anchor. */
    void settle(long monoNanos) {
        if (!isSettled) {
            isSettled = true;
            nextMonoNanos = Math.max(anchorNanos, notBeforeMonoNanos);
            openWindow(monoNanos);
        }
    }

    /** How long after its own time, by this clock, a picture arrived; below zero is before. */
    long delayNanos(long ticks, long monoNanos) {
        return isSettled
                ? monoNanos - nextMonoNanos - MediaTime.nanos(ticks - nextTicks)
                : monoNanos - anchorNanos - MediaTime.nanos(ticks - originTicks);
    }

    /** Where media time stands on our monotonic clock. Settled clocks only. */
    long monoNanosAt(long ticks) {
        return nextMonoNanos + MediaTime.nanos(ticks - nextTicks);
    }

    /** The least delay of the last whole window; 0 before there was one. */
    long leastDelayNanos() {
        return lastWindowLeastNanos;
    }

    /**
     * Whether pictures come this long and more before their time, and no later than a window ago: then media time goes faster
     * than {@link #CATCH_UP_PARTS} can make up for. A run that was placed too late is put right meanwhile.
     */
    boolean isOutrun(long aheadNanos) {
        return lastWindowLeastNanos < -aheadNanos && lastWindowLeastNanos <= windowBeforeLeastNanos;
    }

    /** Our UTC less our monotonic clock at the run's first picture. */
    long utcLessMonoMicros() {
        return utcLessMonoMicros;
    }

    /** Where the run has come to on our clock. */
    long endMonoNanos() {
        return isSettled ? nextMonoNanos : Math.max(anchorNanos, notBeforeMonoNanos);
    }

    /**
     * Places the next fragment. It starts where the one before ended, even where pictures are missing between them: within a
     * run there is no hole.
     */
    Placed place(long endTicks) {
        long end = Math.max(nextTicks, endTicks);
        long micros = MediaTime.micros(end - originTicks) - MediaTime.micros(nextTicks - originTicks);
        Placed placed = new Placed(nextMonoNanos, utcMicros(nextMonoNanos), micros);
        long nanos = micros * 1_000;
        nextMonoNanos += nanos + Math.floorDiv(nanos / 1_000 * slewPpb, 1_000_000L) - catchUpNanos(nanos);
        nextTicks = end;
        return placed;
    }

    /** By how much less than its length the clock goes on behind a fragment, for it is ahead. */
    private long catchUpNanos(long fragmentNanos) {
        long ahead = leastSincePlacedNanos == Long.MAX_VALUE ? 0 : -leastSincePlacedNanos;
        leastSincePlacedNanos = Long.MAX_VALUE;
        return ahead > AHEAD_NANOS ? Math.min(ahead, fragmentNanos / CATCH_UP_PARTS) : 0;
    }

    /** Our UTC at a time of our monotonic clock. */
    long utcMicros(long monoNanos) {
        return Math.floorDiv(monoNanos, 1_000L) + utcLessMonoMicros;
    }
}
