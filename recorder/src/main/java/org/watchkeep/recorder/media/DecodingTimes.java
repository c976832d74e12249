// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.Arrays;

/**
 * When each of a run's pictures is decoded, by when it is shown. Decoding times ascend, begin with the first picture's own,
 * and advance as the pictures shown do:
 *
 * <pre>
 * sent    I0  P4  B2  b1  b3  P8  B6 …     two pictures are sent before one that is shown earlier: depth 2
 * decoded  0   1   2   3   4   5   6 …     shown times in ascending order, the one two back, two pictures' time later
 * offset   0  +3   0  -2  -1  +3   0 …
 * </pre>
 *
 * So offsets may be below zero, and no picture is decoded more than depth pictures' time after it is shown: a player that
 * lags by that much never waits. The time shown at the k-th place can no longer change once depth more pictures are there.
 *
 * <p>Confined to its event loop.
 */
final class DecodingTimes {
    /** H.264 A.3.1, H.265 A.4.2: pictures that a decoder may hold back. */
    static final int MAX_DEPTH = 16;

    private long pictureTicks;
    private final boolean isPictureTimeKnown;
    private boolean isLearned;
    private int depth;
    /** The latest shown times, ascending. */
    private final long[] latest = new long[MAX_DEPTH + 1];

    private int count;
    private long firstTicks;
    private long newestTicks;
    private boolean hasLearned;

    /**
     * @param depth pictures sent before one that is shown earlier, as far as is known
     * @param pictureTicks a picture's length, or what is usual
     * @param isPictureTimeKnown whether that is the camera's own word
     */
    DecodingTimes(int depth, long pictureTicks, boolean isPictureTimeKnown) {
        this.depth = Math.max(0, Math.min(depth, MAX_DEPTH));
        this.pictureTicks = pictureTicks;
        this.isPictureTimeKnown = isPictureTimeKnown;
    }

    /** From the first picture again, with all that has been learned. */
    DecodingTimes again() {
        DecodingTimes again = new DecodingTimes(depth, pictureTicks, isPictureTimeKnown);
        again.isLearned = isLearned;
        return again;
    }

    /** Whether the newest picture has shown that those before it would better have had other times. */
    boolean hasLearned() {
        return hasLearned;
    }

    /** What has been declared or seen so far. */
    int depth() {
        return depth;
    }

    /** The next picture's decoding time. */
    long next(long shownTicks) {
        if (count == 0) {
            count = 1;
            latest[0] = shownTicks;
            firstTicks = shownTicks;
            newestTicks = shownTicks;
            return shownTicks;
        }
        learn(insert(shownTicks));
        // Before as many pictures are there, the first one's time and steps of the usual length stand for what is
        // missing.
        long ticks = count > depth
                ? latest[count - 1 - depth] + depth * pictureTicks
                : firstTicks + (count - 1) * pictureTicks;
        newestTicks = Math.max(newestTicks + 1, ticks);
        return newestTicks;
    }

    private void learn(int later) {
        hasLearned = later > depth && depth < MAX_DEPTH;
        depth = Math.max(depth, Math.min(later, MAX_DEPTH));
        if (!isPictureTimeKnown && depth > 0 && count < latest.length) {
            learnPictureTime();
        }
    }

    /** The least time between two shown, while the first pictures come: later ones must not move what is decided. */
    private void learnPictureTime() {
        long least = Long.MAX_VALUE;
        for (int i = 1; i < count; i++) {
            long step = latest[i] - latest[i - 1];
            least = step > 0 ? Math.min(least, step) : least;
        }
        if (least != Long.MAX_VALUE && (least < pictureTicks || !isLearned)) {
            hasLearned |= least != pictureTicks;
            isLearned = true;
            pictureTicks = least;
        }
    }

    /** Returns how many of the latest are shown after this one. */
    private int insert(long shownTicks) {
        int at = Arrays.binarySearch(latest, 0, count, shownTicks);
        int place = at < 0 ? -at - 1 : at + 1;
        int later = count - place;
        if (count < latest.length) {
            System.arraycopy(latest, place, latest, place + 1, later);
            latest[place] = shownTicks;
            count++;
        } else if (place > 0) {
            System.arraycopy(latest, 1, latest, 0, place - 1);
            latest[place - 1] = shownTicks;
        }
        return later;
    }
}
