// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention;

import java.util.Random;

/**
 * How much of each campaign is run: all of it, or with {@code -Dcampaign.share=4} a fourth, which is what {@code .ci/run} has the time
 * for. Which steps of a life belong to the share is drawn anew each time, so that many runs meet them all.
 */
public final class Campaign {
    /** One part in so many; at least 1, which is the whole. */
    public static final int SHARE = Math.max(1, Integer.getInteger("campaign.share", 1));

    private Campaign() {}

    /** Of so many kills, rounds or lives those of the share, at least one. */
    public static int of(int whole) {
        return Math.max(1, whole / SHARE);
    }

    /** From one power cut to the next, where a whole campaign has them so many steps apart. */
    public static int stride(int whole) {
        return whole * SHARE;
    }

    /** Where the first power cut is, from 1; said, so that what fails can be run again. */
    public static int firstStep(int stride) {
        int first = 1 + (SHARE == 1 ? 0 : new Random().nextInt(stride));
        System.out.println("power cuts from step " + first + ", every " + stride);
        return first;
    }
}
