// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

/** Whether pictures are kept of the packets that come. Confined to its session. */
final class PictureWatch {
    /** What a tick has found. */
    enum Found {
        UNCHANGED,
        /** Pictures are kept, and were not before. */
        BEGAN,
        /** Packets have come for too long, and no picture was kept of them. */
        MISSED
    }

    private final long limitNanos;
    private long kept;
    private boolean isKeeping;
    private boolean isMissed;
    /** A packet has come since the last picture was kept, the first at this time. */
    private boolean isWaiting;

    private long waitingSinceNanos;

    PictureWatch(long limitNanos) {
        this.limitNanos = limitNanos;
    }

    void onPacket(long monoNanos) {
        if (!isWaiting) {
            isWaiting = true;
            waitingSinceNanos = monoNanos;
        }
    }

    /**
     * @param keptPictures so far
     * @param lastPacketNanos counts from the first packet without a picture to the last: silence is another's care
     */
    Found onTick(long keptPictures, long lastPacketNanos) {
        if (keptPictures > kept) {
            kept = keptPictures;
            isWaiting = false;
            isMissed = false;
            Found found = isKeeping ? Found.UNCHANGED : Found.BEGAN;
            isKeeping = true;
            return found;
        }
        if (!isMissed && isWaiting && lastPacketNanos - waitingSinceNanos >= limitNanos) {
            isMissed = true;
            isKeeping = false;
            return Found.MISSED;
        }
        return Found.UNCHANGED;
    }
}
