// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * The ports of ours that one track of one client is served from. Immutable; opened on the connection's event loop.
 *
 * @param lane where its packets go
 * @param ports ours
 */
record ServerDatagrams(ServerLane lane, TransportHeader.Ports ports) {
    /**
     * Datagrams go to the client that asked, whatever destination it names: or anybody could have anybody flooded.
     *
     * @param range where our ports are taken from
     * @param client is told what comes back
     */
    static ServerDatagrams open(
            NettyTransport transport,
            Channel connection,
            TransportHeader.Ports asked,
            UdpPortRange range,
            Client client)
            throws IOException {
        InetAddress address = ((InetSocketAddress) connection.remoteAddress()).getAddress();
        InetAddress own = ((InetSocketAddress) connection.localAddress()).getAddress();
        PortPair pair = UdpPorts.open(transport, connection.eventLoop(), own, range, new SignsOfLife(address, client));
        ServerLane lane = new ServerLane.Datagrams(
                pair, new InetSocketAddress(address, asked.rtp()), new InetSocketAddress(address, asked.rtcp()));
        return new ServerDatagrams(lane, new TransportHeader.Ports(pair.rtpPort(), pair.rtpPort() + 1));
    }

    /** Who is told what the client sends. On the connection's event loop. */
    interface Client {
        /** Something came: receiver reports, or packets that open its NAT. */
        void onHeard();

        /** A receiver report among it. */
        void onReport();

        /** Our ports take packets again. */
        void onWritable();
    }

    private record SignsOfLife(InetAddress address, Client client) implements PortPair.Receiver {
        @Override
        public void onBytes() {}

        @Override
        public void onRtp(ByteBuf packet, InetSocketAddress from) {
            if (from.getAddress().equals(address)) {
                client.onHeard();
            }
        }

        @Override
        public void onRtcp(ByteBuf packet, InetSocketAddress from) {
            if (from.getAddress().equals(address)) {
                client.onHeard();
                client.onReport();
            }
        }

        @Override
        public void onWritable() {
            client.onWritable();
        }
    }
}
