// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.Set;

/** Where a {@link MediaSource} sends packets for one client. Confined to {@link #loop}, except that method itself. */
public interface MediaSink {
    /** The connection's event loop: every other call is made on it. */
    EventLoop loop();

    /** Indices of the SDP's media sections that the client has set up. */
    Set<Integer> tracks();

    /**
     * Whether the connection takes more. When false, stop sending until {@link MediaSubscription#onWritable}: a client that
     * reads slowly must not fill our memory.
     */
    boolean isWritable();

    /** Takes ownership. A packet for a track that was not set up, or after the end, is released and forgotten. */
    void sendRtp(int track, ByteBuf packet);

    /** As {@link #sendRtp}. */
    void sendRtcp(int track, ByteBuf packet);

    /** Sends what was given so far: once a picture is a good measure. */
    void flush();

    /** Sends bytes that are no packet and no reply, between two packets. Takes ownership. For scripted faults only. */
    void sendRaw(ByteBuf bytes);

    /**
     * Says that nothing more comes: the sending half of the connection is closed once everything given so far has been
     * sent, the rest when the client closes. So a client that reads slowly still gets the last byte.
     */
    void end();

    /** Breaks the connection as a camera that loses power does: nothing more is said. */
    void disconnect();
}
