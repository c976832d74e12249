// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import org.watchkeep.recorder.rtp.ReorderBuffer;

/**
 * What became of datagrams that did not come as they should. Immutable.
 *
 * @param reordered came after a later one and were put before it
 * @param duplicates came again, and were used once
 * @param late came when they had been given up; they are among the lost
 * @param refused were not the peer's, or no RTP of the track: nothing was made of them
 */
public record DatagramCounts(long reordered, long duplicates, long late, long refused) {
    /** Where media come in the connection. */
    public static final DatagramCounts NONE = new DatagramCounts(0, 0, 0, 0);

    static DatagramCounts of(ReorderBuffer.Statistics taken, long refused) {
        return new DatagramCounts(taken.reordered(), taken.duplicates(), taken.late(), refused);
    }

    /** Both together. */
    public DatagramCounts plus(DatagramCounts other) {
        return new DatagramCounts(
                reordered + other.reordered, duplicates + other.duplicates, late + other.late, refused + other.refused);
    }
}
