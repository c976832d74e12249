// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

/**
 * Makes 64-bit media time of 32-bit RTP timestamps, which wrap every 13 h 15 min at 90 kHz. Each timestamp is taken for the
 * one nearest to the last, so a step of either sign up to half the range is followed. Confined to its event loop.
 */
public final class TimestampExtender {
    private boolean started;
    private long last;

    /** The timestamp in 64 bits; becomes the one that the next is measured from. */
    public long extend(int timestamp) {
        last = nearest(timestamp);
        started = true;
        return last;
    }

    /** The timestamp in 64 bits, as a sender report needs it: the state stays. */
    public long nearest(int timestamp) {
        // The first starts at its own value, so that a lower one that follows stays its neighbour below zero if need
        // be.
        return started ? last + (timestamp - (int) last) : timestamp & 0xffff_ffffL;
    }

    public boolean isStarted() {
        return started;
    }
}
