// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import org.watchkeep.recorder.rtp.StreamOrigin;

/**
 * What a track must know before its first packet. Immutable but for the pool, which is the event loop's.
 *
 * @param origin for errors
 * @param payloadType of the packets to be recorded, from the SDP
 * @param clockRate ticks a second of their timestamps, from the SDP: 90000
 * @param spropParameterSets the fmtp value as it came; empty where there is none
 * @param slabs the pool of the event loop that the track runs on
 * @param notBeforeMonoNanos where this stream's footage ended last, on the recorder's monotonic clock: a camera that sends
 *     old pictures first does not reach behind it; {@link Long#MIN_VALUE} where there is none
 */
public record H264TrackSettings(
        StreamOrigin origin,
        int payloadType,
        int clockRate,
        String spropParameterSets,
        SlabPool slabs,
        long notBeforeMonoNanos) {
    public H264TrackSettings {
        if (payloadType < 0 || payloadType > 127) {
            throw new IllegalArgumentException("payload type: " + payloadType + " (expected: 0 to 127)");
        }
        if (clockRate <= 0) {
            throw new IllegalArgumentException("clock rate: " + clockRate + " (expected: above 0)");
        }
    }
}
