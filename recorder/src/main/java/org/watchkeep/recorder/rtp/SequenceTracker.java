// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

/**
 * Follows the 16-bit sequence numbers of one source and tells loss from lateness (RFC 3550 A.1). Over TCP nothing is put
 * back in order: a number lower than expected is a duplicate (seen on Geovision) or came too late to be used. A gap over TCP
 * is normal: the camera's own queue overran. Confined to its event loop.
 */
public final class SequenceTracker {
    /** RFC 3550 A.1: a step further than this is another numbering, not loss. */
    static final int MAX_DROPOUT = 3_000;

    /** RFC 3550 A.1: a packet older than this is another numbering, not lateness. */
    static final int MAX_MISORDER = 100;

    /** What a packet is to those before it. */
    public enum Verdict {
        /** The one expected, or the first of all. */
        NEXT,
        /** Later than expected: {@link SequenceTracker#lastLoss} packets are missing before it. */
        AFTER_LOSS,
        /** A duplicate, or too late: not to be used. */
        LATE,
        /** The source numbers anew: what was lost is not known. */
        RESTART
    }

    private boolean started;
    private long highest;
    private int lastLoss;
    private int lateInRow;

    /** Takes the next packet's number into account. */
    public Verdict accept(int sequence) {
        if (!started) {
            started = true;
            highest = sequence & 0xffff;
            return Verdict.NEXT;
        }
        int step = (short) (sequence - (int) highest);
        if (step == 1) {
            highest++;
            lateInRow = 0;
            return Verdict.NEXT;
        }
        if (step > 1 && step < MAX_DROPOUT) {
            lastLoss = step - 1;
            highest += step;
            lateInRow = 0;
            return Verdict.AFTER_LOSS;
        }
        // As many late packets in a row as could be late at all: the camera has stepped its numbers back, or froze
        // them.
        if (step <= 0 && step > -MAX_MISORDER && ++lateInRow < MAX_MISORDER) {
            return Verdict.LATE;
        }
        lateInRow = 0;
        // Continue upwards, so that the 64-bit number never repeats.
        highest = (((highest >> 16) + 1) << 16) | (sequence & 0xffff);
        return Verdict.RESTART;
    }

    /** Packets missing before the last one, after {@link Verdict#AFTER_LOSS}. */
    public int lastLoss() {
        return lastLoss;
    }

    /** The highest number so far, extended to 64 bits. */
    public long highest() {
        return highest;
    }
}
