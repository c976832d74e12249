// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pairs of ports from a range that a firewall lets through. */
class UdpPortsIT {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    private final EventLoopGroup loops = NettyTransport.best().loops(1, "ports");
    private final EventLoop loop = loops.next();

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private UdpPorts open(UdpPortRange range) throws Exception {
        return loop.submit(() -> UdpPorts.open(NettyTransport.best(), loop, HERE, range, new Nobody()))
                .get();
    }

    /** Two pairs that were free a moment ago. */
    private static UdpPortRange twoPairs() throws IOException {
        for (int even = 40_000; even < 60_000; even += 4) {
            List<DatagramSocket> taken = new ArrayList<>();
            try {
                for (int port = even; port < even + 4; port++) {
                    taken.add(new DatagramSocket(new InetSocketAddress(HERE, port)));
                }
                return UdpPortRange.parse(even + "-" + (even + 3));
            } catch (IOException e) {
                // One of them is somebody's: the next four.
            } finally {
                taken.forEach(DatagramSocket::close);
            }
        }
        throw new IOException("no four free ports in a row");
    }

    @Test
    void open_inARange_takesItsPairsAndSaysWhenNoneIsFree() throws Exception {
        UdpPortRange range = twoPairs();
        assertThat(range.pairs()).isEqualTo(2);
        int first = open(range).rtpPort();
        int second = open(range).rtpPort();
        assertThat(first).isEven();
        assertThat(Math.abs(second - first)).isEqualTo(2);
        assertThat(range.toString()).startsWith(Math.min(first, second) + "-");
        assertThatThrownBy(() -> open(range))
                .hasRootCauseInstanceOf(IOException.class)
                .hasMessageContaining("no free pair of UDP ports among the 2 of " + range)
                .hasMessageContaining("network.udpPorts");
    }

    @Test
    void close_inARange_givesThePairBack() throws Exception {
        UdpPortRange range = twoPairs();
        UdpPorts first = open(range);
        int port = first.rtpPort();
        open(range);
        loop.submit(first::close).get();
        Await.until("the port has rested", () -> isOpened(range, port), () -> range);
    }

    private boolean isOpened(UdpPortRange range, int port) {
        try {
            return open(range).rtpPort() == port;
        } catch (Exception e) {
            assertThat(e).hasMessageContaining("no free pair");
            return false;
        }
    }

    @Test
    void open_pairHalfTaken_isPassedOver() throws Exception {
        UdpPortRange range = twoPairs();
        int odd = Integer.parseInt(range.toString().split("-", 2)[0]) + 1;
        try (DatagramSocket other = new DatagramSocket(new InetSocketAddress(HERE, odd))) {
            assertThat(open(range).rtpPort()).isEqualTo(other.getLocalPort() + 1);
        }
    }

    @Test
    void open_anywhere_isAnEvenPort() throws Exception {
        assertThat(open(UdpPortRange.ANY).rtpPort()).isEven();
    }

    private static final class Nobody implements PortPair.Receiver {
        @Override
        public void onBytes() {}

        @Override
        public void onRtp(ByteBuf packet, InetSocketAddress from) {}

        @Override
        public void onRtcp(ByteBuf packet, InetSocketAddress from) {}
    }
}
