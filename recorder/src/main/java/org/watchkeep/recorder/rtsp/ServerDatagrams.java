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
     * @param onHeard the client has sent something: receiver reports, or packets that open its NAT
     * @param onWritable the ports take packets again
     */
    static ServerDatagrams open(
            NettyTransport transport,
            Channel connection,
            TransportHeader.Ports asked,
            Runnable onHeard,
            Runnable onWritable)
            throws IOException {
        InetAddress client = ((InetSocketAddress) connection.remoteAddress()).getAddress();
        InetAddress own = ((InetSocketAddress) connection.localAddress()).getAddress();
        PortPair pair =
                UdpPorts.open(transport, connection.eventLoop(), own, new SignsOfLife(client, onHeard, onWritable));
        ServerLane lane = new ServerLane.Datagrams(
                pair, new InetSocketAddress(client, asked.rtp()), new InetSocketAddress(client, asked.rtcp()));
        return new ServerDatagrams(lane, new TransportHeader.Ports(pair.rtpPort(), pair.rtpPort() + 1));
    }

    private record SignsOfLife(InetAddress client, Runnable onHeard, Runnable whenWritable)
            implements PortPair.Receiver {
        @Override
        public void onBytes() {}

        @Override
        public void onRtp(ByteBuf packet, InetSocketAddress from) {
            if (from.getAddress().equals(client)) {
                onHeard.run();
            }
        }

        @Override
        public void onRtcp(ByteBuf packet, InetSocketAddress from) {
            onRtp(packet, from);
        }

        @Override
        public void onWritable() {
            whenWritable.run();
        }
    }
}
