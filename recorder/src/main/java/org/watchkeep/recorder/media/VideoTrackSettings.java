// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.watchkeep.recorder.rtp.StreamOrigin;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * What a track must know before its first packet. Immutable but for the pool and the tolerances, which are the event loop's.
 *
 * @param origin for errors
 * @param payloadType of the packets to be recorded, from the SDP
 * @param clockRate ticks a second of their timestamps, from the SDP: 90000
 * @param parameters the SDP's format parameters, names in lower case, values as they came
 * @param slabs the pool of the event loop that the track runs on
 * @param notBeforeMonoNanos where this stream's footage ended last, on the recorder's monotonic clock: a camera that sends
 *     old pictures first does not reach behind it; {@link Long#MIN_VALUE} where there is none
 * @param tolerances departures from the standards that the session has put up with; the track adds its own
 */
public record VideoTrackSettings(
        StreamOrigin origin,
        int payloadType,
        int clockRate,
        Map<String, String> parameters,
        SlabPool slabs,
        long notBeforeMonoNanos,
        Set<Tolerance> tolerances) {
    /** Of a session that has put up with nothing. */
    public VideoTrackSettings(
            StreamOrigin origin,
            int payloadType,
            int clockRate,
            Map<String, String> parameters,
            SlabPool slabs,
            long notBeforeMonoNanos) {
        this(origin, payloadType, clockRate, parameters, slabs, notBeforeMonoNanos, EnumSet.noneOf(Tolerance.class));
    }

    public VideoTrackSettings {
        if (payloadType < 0 || payloadType > 127) {
            throw new IllegalArgumentException("payload type: " + payloadType + " (expected: 0 to 127)");
        }
        parameters = Map.copyOf(parameters);
        if (clockRate <= 0) {
            throw new IllegalArgumentException("clock rate: " + clockRate + " (expected: above 0)");
        }
    }
}
