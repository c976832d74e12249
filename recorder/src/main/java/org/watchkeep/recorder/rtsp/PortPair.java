// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * Two UDP ports of ours, an even one for RTP and the next for RTCP (RFC 3550 11): {@link UdpPorts}, or a test's own.
 * Confined to one event loop.
 */
public interface PortPair {
    /** Who is told what comes, on the event loop. Nothing more comes after {@link PortPair#close}. */
    interface Receiver {
        /** Datagrams were read; they follow. */
        void onBytes();

        /** The packet is the pair's: valid during the call. */
        void onRtp(ByteBuf packet, InetSocketAddress from);

        /** As {@link #onRtp}. */
        void onRtcp(ByteBuf packet, InetSocketAddress from);

        /** The socket takes packets again, after {@link PortPair#isWritable} had said no. */
        default void onWritable() {}
    }

    /** Opens a pair at an address that is known to it. On the event loop. */
    interface Opener {
        PortPair open(Receiver receiver) throws IOException;
    }

    /** The even one; that for RTCP is the next. */
    int rtpPort();

    /** Whether more may be sent now. */
    boolean isWritable();

    /** Takes ownership. Sent with the next {@link #flush}; what the network loses is lost. */
    void sendRtp(ByteBuf packet, InetSocketAddress to);

    /** As {@link #sendRtp}. */
    void sendRtcp(ByteBuf packet, InetSocketAddress to);

    void flush();

    /**
     * Sends what was given, then gives the ports back, once nothing has come for a while: a peer that has not heard the end
     * goes on sending, and the next who is given these ports must not get it.
     */
    void close();
}
