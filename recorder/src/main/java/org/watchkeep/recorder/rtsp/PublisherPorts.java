// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The pairs of UDP ports that those have who push to one path: a few, so that one camera's password takes no more of a site's.
 * Confined to the connection's event loop, save the count, which all connections at the path share.
 */
final class PublisherPorts implements PortPair.Opener {
    /** For video, audio and metadata of five sessions: the ports of one that is over rest, for up to a minute. */
    static final int MAX_PAIRS = 16;

    private final RtspServer server;
    private final Channel connection;
    private final AtomicInteger pairs;

    /** @param pairs that are open at the path */
    PublisherPorts(RtspServer server, Channel connection, AtomicInteger pairs) {
        this.server = server;
        this.connection = connection;
        this.pairs = pairs;
    }

    @Override
    public PortPair open(PortPair.Receiver receiver) throws IOException {
        if (pairs.incrementAndGet() > MAX_PAIRS) {
            pairs.decrementAndGet();
            throw new IOException("publishers at one path ask for more pairs of UDP ports than the " + MAX_PAIRS
                    + " they have (expected: fewer, those that rest among them)");
        }
        boolean isOpened = false;
        try {
            InetAddress own = ((InetSocketAddress) connection.localAddress()).getAddress();
            UdpPorts opened = UdpPorts.open(
                    server.transport(),
                    connection.eventLoop(),
                    own,
                    server.settings().udpPorts(),
                    receiver);
            isOpened = true;
            opened.whenClosed(pairs::decrementAndGet);
            return opened;
        } finally {
            if (!isOpened) {
                pairs.decrementAndGet();
            }
        }
    }
}
