// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles;

import org.watchkeep.profiles.Limit.Factor;

/**
 * What is to be recorded. Immutable.
 *
 * @param bitsPerSecond of one camera, all its streams together, on average
 * @param streamsPerCamera 2 where sub streams are recorded too
 */
public record Demand(int cameras, long bitsPerSecond, int days, int streamsPerCamera) {
    /** Ten times what one recorder has been measured to carry: beyond it, plan per recorder. */
    public static final int MAX_CAMERAS = 20_000;
    /** Above any camera; raw video is another product. */
    public static final long MAX_BITS_PER_SECOND = 1_000_000_000;

    public static final int MAX_DAYS = 3_660;

    public Demand {
        require(cameras >= 1 && cameras <= MAX_CAMERAS, "cameras", cameras, "1 to " + MAX_CAMERAS);
        require(
                bitsPerSecond >= 1_000 && bitsPerSecond <= MAX_BITS_PER_SECOND,
                "bitrate",
                bitsPerSecond,
                "1K to 1G, in bit/s of one camera, as in 4M");
        require(days >= 1 && days <= MAX_DAYS, "days", days, "1 to " + MAX_DAYS);
        require(streamsPerCamera == 1 || streamsPerCamera == 2, "streams", streamsPerCamera, "1 or 2 a camera");
    }

    private static void require(boolean holds, String name, long came, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + ": " + came + " (expected: " + expected + ")");
        }
    }

    public int streams() {
        return cameras * streamsPerCamera;
    }

    public double megabitsPerSecond() {
        return cameras * (bitsPerSecond / 1e6);
    }

    public double megabytesPerSecond() {
        return megabitsPerSecond() / RecorderLimits.MEGABITS_PER_MEGABYTE;
    }

    /** What cameras send in all those days. */
    public double footageTerabytes() {
        return megabytesPerSecond() * 86_400 * days / 1e6;
    }

    /** What the store takes for it. */
    public double storedTerabytes() {
        return footageTerabytes() * PlanningFigure.STORE_OVERHEAD.value();
    }

    /** What is needed of this factor, in its unit. */
    double of(Factor factor) {
        return switch (factor) {
            case NETWORK, DISK_WRITE, DISK_WORKLOAD, CPU -> megabitsPerSecond();
            case CAPACITY -> storedTerabytes();
            case MEMORY, SPINDLES -> streams();
        };
    }
}
