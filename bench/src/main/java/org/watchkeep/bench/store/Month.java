// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * When the segments of a fleet begin and how long they last, newest first up to a number of them: all cameras' segments begin
 * anew at each full minute since the last break, and a break is a UTC hour (a new key epoch) or a new reel. Immutable.
 */
final class Month {
    /** Reels are full a little earlier than their size says: header, record list, padding. */
    private static final double REEL_USED = 0.999;

    private static final long SEGMENT_SECONDS = 60;
    private static final long HOUR_SECONDS = 3_600;

    /**
     * One segment of each camera.
     *
     * @param reel counted from 0, oldest first
     * @param reelStartSecond when the reel was begun
     */
    record Step(long startSecond, int seconds, long reel, long reelStartSecond) {
        long hour() {
            return Math.floorDiv(startSecond, HOUR_SECONDS);
        }
    }

    private final List<Step> steps;
    private final int firstCameras;
    private final long reels;

    private Month(List<Step> steps, int firstCameras, long reels) {
        this.steps = List.copyOf(steps);
        this.firstCameras = firstCameras;
        this.reels = reels;
    }

    /**
     * @param endMicros no segment reaches beyond it
     * @param reelBytes size of a reel
     * @param bytesPerSecond of all cameras together
     */
    static Month before(long endMicros, long segments, int cameras, long reelBytes, long bytesPerSecond) {
        long reelSeconds = Math.max(1, (long) (reelBytes * REEL_USED / bytesPerSecond));
        long wanted = (segments + cameras - 1) / cameras;
        List<Step> backwards = new ArrayList<>();
        long end = Math.floorDiv(endMicros, TimeUnit.SECONDS.toMicros(1));
        for (long reel = 0; backwards.size() < wanted; reel++) {
            long reelEnd = end - reel * reelSeconds;
            addReel(backwards, reelEnd - reelSeconds, reelEnd, reel);
        }
        List<Step> newest = backwards.subList(0, Math.toIntExact(wanted));
        long reels = newest.get(newest.size() - 1).reel + 1;
        List<Step> steps = new ArrayList<>();
        newest.forEach(step ->
                steps.add(new Step(step.startSecond, step.seconds, reels - 1 - step.reel, step.reelStartSecond)));
        Collections.reverse(steps);
        return new Month(steps, Math.toIntExact(segments - (wanted - 1) * cameras), reels);
    }

    /** The steps of one reel, newest first. */
    private static void addReel(List<Step> backwards, long from, long to, long reel) {
        List<Step> forwards = new ArrayList<>();
        long at = from;
        long breakAt = from;
        while (at < to) {
            if (at % HOUR_SECONDS == 0) {
                breakAt = at;
            }
            long next = breakAt + ((at - breakAt) / SEGMENT_SECONDS + 1) * SEGMENT_SECONDS;
            long hour = (Math.floorDiv(at, HOUR_SECONDS) + 1) * HOUR_SECONDS;
            long stepEnd = Math.min(to, Math.min(next, hour));
            forwards.add(new Step(at, (int) (stepEnd - at), reel, from));
            at = stepEnd;
        }
        Collections.reverse(forwards);
        backwards.addAll(forwards);
    }

    /** Oldest first. */
    List<Step> steps() {
        return steps;
    }

    /** How many cameras have a segment in the oldest step; in all others each has. */
    int firstCameras() {
        return firstCameras;
    }

    long reels() {
        return reels;
    }

    long startMicros() {
        return TimeUnit.SECONDS.toMicros(steps.get(0).startSecond);
    }

    double days() {
        Step last = steps.get(steps.size() - 1);
        return (last.startSecond + last.seconds - steps.get(0).startSecond) / (double) TimeUnit.DAYS.toSeconds(1);
    }
}
