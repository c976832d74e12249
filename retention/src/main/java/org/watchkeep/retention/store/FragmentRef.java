// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.time.Instant;

/**
 * Where one stored fragment lies and what is said of it. Immutable.
 *
 * @param reelSerial generation of the reel it was written in: once the reel is reused the fragment is gone
 * @param offset first byte of its record in the reel
 * @param recordBytes length of the whole record
 * @param sequence number within the run, from 0
 * @param start recorder UTC
 * @param durationMicros from media ticks
 * @param flags see {@link FragmentFlags}
 */
public record FragmentRef(
        String volume,
        long reelSerial,
        long offset,
        int recordBytes,
        long sequence,
        Instant start,
        long durationMicros,
        int flags) {

    public boolean isKeyPicture() {
        return (flags & FragmentFlags.KEY_PICTURE) != 0;
    }

    /** Whether packets of a picture in it are missing, or may be. */
    public boolean isDamaged() {
        return (flags & FragmentFlags.DAMAGED) != 0;
    }

    /** Whether its record lies in this generation. */
    boolean isIn(String ofVolume, long serial) {
        return reelSerial == serial && volume.equals(ofVolume);
    }

    RingPosition position() {
        return new RingPosition(reelSerial, offset);
    }

    public Instant end() {
        return start.plusNanos(durationMicros * 1_000);
    }
}
