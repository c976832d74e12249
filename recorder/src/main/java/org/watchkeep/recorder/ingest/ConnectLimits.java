// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

/**
 * How many cameras may be called at a time, counted from dialling until media comes or the call fails. Immutable.
 *
 * @param together on the whole site
 * @param perDevice of one device's streams
 */
public record ConnectLimits(int together, int perDevice) {
    /**
     * 32: a camera takes a fraction of a second to a second from dialling to its first picture, so 200 that come back after a
     * switch was restarted take seconds; and a site whose cameras all answer at once costs us 32 key pictures, not 200.
     */
    public static final int DEFAULT_TOGETHER = 32;

    /** 4: recorders with 16 and more channels answer slowly, or with 401, when many of these are opened at once. */
    public static final int DEFAULT_PER_DEVICE = 4;

    public static final ConnectLimits DEFAULT = new ConnectLimits(DEFAULT_TOGETHER, DEFAULT_PER_DEVICE);

    public ConnectLimits {
        if (together < 1 || perDevice < 1) {
            throw new IllegalArgumentException(
                    "together: " + together + ", perDevice: " + perDevice + " (expected: each at least 1)");
        }
    }

    /** How many of all places cameras may hold that have long not answered: some are always left for those that do. */
    int forAbsent() {
        return Math.max(1, together / 2);
    }
}
