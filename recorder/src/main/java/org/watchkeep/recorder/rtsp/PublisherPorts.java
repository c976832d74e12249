// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * The pairs of UDP ports that one connection has for what it pushes: a few, so that nobody takes those of a whole site.
 * Confined to the connection's event loop.
 */
final class PublisherPorts implements PortPair.Opener {
    /** For video, audio and metadata; and the same once more, for the ports of a session that is over rest for a while. */
    static final int MAX_PAIRS = 6;

    private final RtspServer server;
    private final Channel connection;
    private int pairs;

    PublisherPorts(RtspServer server, Channel connection) {
        this.server = server;
        this.connection = connection;
    }

    @Override
    public PortPair open(PortPair.Receiver receiver) throws IOException {
        if (pairs >= MAX_PAIRS) {
            throw new IOException("a publisher asks for more pairs of UDP ports than the " + pairs
                    + " it has (expected: up to " + MAX_PAIRS + ", those that rest among them)");
        }
        InetAddress own = ((InetSocketAddress) connection.localAddress()).getAddress();
        UdpPorts opened = UdpPorts.open(
                server.transport(),
                connection.eventLoop(),
                own,
                server.settings().udpPorts(),
                receiver);
        pairs++;
        opened.whenClosed(() -> pairs--);
        return opened;
    }
}
