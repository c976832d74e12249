// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import io.netty.buffer.ByteBuf;
import org.watchkeep.recorder.rtp.StreamFormatException;

/**
 * One video track of one session: RTP packets in, fragments out. {@link VideoCodec} makes the one for a codec. Confined to one
 * event loop, save {@link #statistics}.
 */
public interface VideoTrack {
    /**
     * Takes the next packet of the connection, which stays the caller's.
     *
     * @throws StreamFormatException when this is no stream we can record: too many packets in a row that are not RTP of our
     *     payload type, an access unit beyond its limit, key pictures without parameter sets. A single bad packet is only
     *     counted. What came before is kept; the session should end.
     */
    void onRtp(ByteBuf packet, long arrivalMonoNanos, long arrivalUtcMicros) throws StreamFormatException;

    /** Takes an RTCP packet. What it holds never ends a session: it is used or counted. */
    void onRtcp(ByteBuf packet, long arrivalMonoNanos, long arrivalUtcMicros);

    /** Time passes: to be called some times a second. Closes a fragment by timer when pictures have stopped coming. */
    void onTick(long monoNanos);

    /**
     * The session is over: hands on the open fragment. A picture still incomplete is kept and flagged. The run stays open for
     * the session's owner, who knows why it ended.
     */
    void close();

    /**
     * As {@link #close}, when it is us who end the session: a picture whose rest the camera was still sending is left out, for
     * half of it would look like damage.
     */
    void leave();

    /** Whether pictures have the time of their arrival at present, for the camera's clock tells none. */
    boolean isTimedByArrival();

    /** As of the newest fragment, tick or {@link #close}. Any thread. */
    TrackStatistics statistics();
}
