// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import java.util.concurrent.TimeUnit;

/**
 * The picture sizes and times of one simulated stream: groups of one large key picture and small ones, together at a fixed
 * rate, or at two rates in turn. Immutable.
 *
 * @param bitsPerSecond payload of the stream (NAL units; RTP and RTSP framing come on top)
 * @param picturesPerSecond pictures in a second
 * @param groupPictures pictures from one key picture to the next
 * @param rush the times when more happens before the camera; {@link Rush#NEVER} for most
 */
public record StreamPattern(long bitsPerSecond, int picturesPerSecond, int groupPictures, Rush rush) {
    /** What was measured on street cameras: a key picture takes about ten times what the others do. */
    private static final int KEY_TO_OTHER = 10;

    /** Sizes vary by this much about their mean, in 1/256: nothing moves in step. */
    private static final int SPREAD_256THS = 64;

    /**
     * A static scene, then a busy one, in turn: a smart codec sends few small pictures, then many large ones.
     *
     * @param quietSeconds at the pattern's own rate, then {@code seconds} at this one; 0 for never
     */
    public record Rush(long bitsPerSecond, int picturesPerSecond, int quietSeconds, int seconds) {
        public static final Rush NEVER = new Rush(0, 0, 0, 0);

        /** A day: longer than any run. */
        private static final int MOST_SECONDS = 86_400;

        public Rush {
            if (seconds != 0) {
                requireRate(bitsPerSecond, picturesPerSecond);
                if (quietSeconds < 1 || quietSeconds > MOST_SECONDS || seconds < 0 || seconds > MOST_SECONDS) {
                    throw new IllegalArgumentException("rush: " + seconds + " s after " + quietSeconds
                            + " s (expected: 1 to " + MOST_SECONDS + " each)");
                }
            }
        }

        boolean isNever() {
            return seconds == 0;
        }
    }

    public StreamPattern {
        requireRate(bitsPerSecond, picturesPerSecond);
        if (groupPictures < 1 || groupPictures > 100_000) {
            throw new IllegalArgumentException("pictures a group: " + groupPictures + " (expected: 1 to 100000)");
        }
    }

    /** At one rate. */
    public StreamPattern(long bitsPerSecond, int picturesPerSecond, int groupPictures) {
        this(bitsPerSecond, picturesPerSecond, groupPictures, Rush.NEVER);
    }

    private static void requireRate(long bitsPerSecond, int picturesPerSecond) {
        if (bitsPerSecond < 10_000 || bitsPerSecond > 200_000_000) {
            throw new IllegalArgumentException("bit rate: " + bitsPerSecond + " (expected: 10k to 200M bit/s)");
        }
        if (picturesPerSecond < 1 || picturesPerSecond > 120) {
            throw new IllegalArgumentException("pictures a second: " + picturesPerSecond + " (expected: 1 to 120)");
        }
    }

    /** Whether this picture is a key picture. */
    boolean isKey(long picture) {
        return picture % groupPictures == 0;
    }

    /** Bytes of the picture's slice; over a group they add up to the bit rate but for the spread. */
    int sizeBytes(long picture) {
        boolean rushing = isInRush(picture);
        double bits = rushing ? rush.bitsPerSecond : bitsPerSecond;
        double groupBytes = bits / 8.0 * groupPictures / (rushing ? rush.picturesPerSecond : picturesPerSecond);
        double other = groupBytes / (groupPictures - 1 + KEY_TO_OTHER);
        double mean = isKey(picture) ? other * KEY_TO_OTHER : other;
        // A cheap hash: the same for each run, and its mean over many pictures is nought.
        long mixed = (picture + 1) * 0x9E3779B97F4A7C15L;
        int spread = (int) (mixed >>> 48) % (2 * SPREAD_256THS + 1) - SPREAD_256THS;
        return Math.max(16, (int) (mean * (256 + spread) / 256));
    }

    /** Of a picture outside a rush. */
    public long pictureNanos() {
        return 1_000_000_000L / picturesPerSecond;
    }

    /** Of the picture that is shown longest. */
    public long longestPictureNanos() {
        return rush.isNever() ? pictureNanos() : Math.max(pictureNanos(), 1_000_000_000L / rush.picturesPerSecond);
    }

    /** Whether all its pictures are shown for the same time. */
    public boolean isEven() {
        return rush.isNever() || rush.picturesPerSecond == picturesPerSecond;
    }

    private long quietPictures() {
        return (long) rush.quietSeconds * picturesPerSecond;
    }

    private boolean isInRush(long picture) {
        return !rush.isNever() && picture % roundPictures() >= quietPictures();
    }

    private long roundPictures() {
        return quietPictures() + (long) rush.seconds * rush.picturesPerSecond;
    }

    /** When a picture is due, from the stream's beginning. */
    long atNanos(long picture) {
        if (rush.isNever()) {
            return picture * pictureNanos();
        }
        long rounds = picture / roundPictures();
        long within = picture % roundPictures();
        long round = rounds * TimeUnit.SECONDS.toNanos(rush.quietSeconds + rush.seconds);
        return within < quietPictures()
                ? round + within * pictureNanos()
                : round
                        + TimeUnit.SECONDS.toNanos(rush.quietSeconds)
                        + (within - quietPictures()) * (1_000_000_000L / rush.picturesPerSecond);
    }

    /** For how long a picture is shown. */
    long nanos(long picture) {
        return atNanos(picture + 1) - atNanos(picture);
    }

    /** At most so many bits in a second, averaged over seconds. */
    public long peakBitsPerSecond() {
        return rush.isNever() ? bitsPerSecond : Math.max(bitsPerSecond, rush.bitsPerSecond);
    }
}
