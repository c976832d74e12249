// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

/**
 * The picture sizes of one simulated stream: groups of one large key picture and small ones, together at a fixed rate.
 * Immutable.
 *
 * @param bitsPerSecond payload of the stream (NAL units; RTP and RTSP framing come on top)
 * @param picturesPerSecond pictures in a second
 * @param groupPictures pictures from one key picture to the next
 */
public record StreamPattern(long bitsPerSecond, int picturesPerSecond, int groupPictures) {
    /** What was measured on street cameras: a key picture takes about ten times what the others do. */
    private static final int KEY_TO_OTHER = 10;

    /** Sizes vary by this much about their mean, in 1/256: nothing moves in step. */
    private static final int SPREAD_256THS = 64;

    public StreamPattern {
        if (bitsPerSecond < 10_000 || bitsPerSecond > 200_000_000) {
            throw new IllegalArgumentException("bit rate: " + bitsPerSecond + " (expected: 10k to 200M bit/s)");
        }
        if (picturesPerSecond < 1 || picturesPerSecond > 120) {
            throw new IllegalArgumentException("pictures a second: " + picturesPerSecond + " (expected: 1 to 120)");
        }
        if (groupPictures < 1 || groupPictures > 100_000) {
            throw new IllegalArgumentException("pictures a group: " + groupPictures + " (expected: 1 to 100000)");
        }
    }

    /** Whether this picture is a key picture. */
    boolean isKey(long picture) {
        return picture % groupPictures == 0;
    }

    /** Bytes of the picture's slice; over a group they add up to the bit rate but for the spread. */
    int sizeBytes(long picture) {
        double groupBytes = bitsPerSecond / 8.0 * groupPictures / picturesPerSecond;
        double other = groupBytes / (groupPictures - 1 + KEY_TO_OTHER);
        double mean = isKey(picture) ? other * KEY_TO_OTHER : other;
        // A cheap hash: the same for each run, and its mean over many pictures is nought.
        long mixed = (picture + 1) * 0x9E3779B97F4A7C15L;
        int spread = (int) (mixed >>> 48) % (2 * SPREAD_256THS + 1) - SPREAD_256THS;
        return Math.max(16, (int) (mean * (256 + spread) / 256));
    }

    public long pictureNanos() {
        return 1_000_000_000L / picturesPerSecond;
    }
}
