// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The kernel really gathers, and really gives the rest. */
class ReadPaceIT {
    private static final int PACKET_BYTES = 1_400;
    private static final int PACKETS = 3_000;

    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger reads = new AtomicInteger();
    private final CountDownLatch all = new CountDownLatch(1);

    private final class Counting extends ChannelInboundHandlerAdapter {
        @SuppressWarnings("NullAway.Init") // by channelActive
        private ReadPace pace;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            Channel channel = ctx.channel();
            pace = ReadPace.of(Timers.of(channel.eventLoop()), channel);
            pace.onMedia();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf read = (ByteBuf) message;
            pace.onRead(read.readableBytes());
            reads.incrementAndGet();
            if (bytes.addAndGet(read.readableBytes()) == (long) PACKETS * PACKET_BYTES) {
                all.countDown();
            }
            read.release();
        }
    }

    @Test
    void camera_sendsEachPacketByItself_isReadManyAtATimeAndToTheLastByte() throws Exception {
        assumeThat(NettyTransport.best()).isEqualTo(NettyTransport.EPOLL);
        EventLoopGroup loops = NettyTransport.EPOLL.loops(1, "pace");
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            new Bootstrap()
                    .group(loops)
                    .channel(NettyTransport.EPOLL.socket())
                    .option(
                            ChannelOption.RECVBUF_ALLOCATOR,
                            new FixedRecvByteBufAllocator(TcpConnector.READ_BUFFER_BYTES))
                    .handler(new Counting())
                    .connect(server.getLocalSocketAddress())
                    .sync();
            try (Socket camera = server.accept()) {
                camera.setTcpNoDelay(true);
                OutputStream out = camera.getOutputStream();
                for (int i = 0; i < PACKETS; i++) {
                    out.write(new byte[PACKET_BYTES]);
                    // A packet a millisecond is a camera of 11 Mbit/s.
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                }
                // The connection stays open and nothing more comes: what was held back must come all the same.
                assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
            }
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
        assertThat(reads.get()).isLessThan(PACKETS / 4);
    }
}
