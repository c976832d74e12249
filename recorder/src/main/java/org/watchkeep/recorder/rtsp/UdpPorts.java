// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A {@link PortPair} of the system's sockets. Opened, used and closed on one event loop. */
@SuppressWarnings("FutureReturnValueIgnored") // a datagram that cannot be sent is as lost as any other
final class UdpPorts implements PortPair {
    private static final Logger LOG = LoggerFactory.getLogger(UdpPorts.class);

    /**
     * Half of all ports are even, so a few tries always find a pair unless nearly all ports are taken. Each is some calls of the
     * system, and the event loop has other streams.
     */
    private static final int MAX_TRIES = 64;

    /** The longest there is; Tapo sends pictures in datagrams of some 10,000 bytes. */
    private static final int MAX_DATAGRAM_BYTES = 64 << 10;

    /** Datagrams read by one call of the system (recvmmsg), where it has such. */
    private static final int DATAGRAMS_PER_READ = 8;

    /**
     * What may wait in the system while the event loop is busy elsewhere: a second of 32 Mbit/s, or two key pictures of a
     * 4K camera. The system grants what {@code net.core.rmem_max} allows.
     */
    static final int RECEIVE_BUFFER_BYTES = 4 << 20;

    /** Said once for the whole recorder: each camera would say the same. */
    private static final AtomicBoolean SMALL_BUFFER_TOLD = new AtomicBoolean();

    /** So long without a packet, and the sender has heard the end. */
    private static final long QUIET_MILLIS = 500;

    /** The commonest session timeout: no camera goes on longer without a sign of life. */
    private static final int MAX_QUIET_WAITS = 120;

    private final EventLoop loop;
    private final DatagramChannel rtp;
    private final DatagramChannel rtcp;
    private final Receiver receiver;
    private boolean closed;
    private boolean hasHeard;

    private UdpPorts(EventLoop loop, DatagramChannel rtp, DatagramChannel rtcp, Receiver receiver) {
        this.loop = loop;
        this.rtp = rtp;
        this.rtcp = rtcp;
        this.receiver = receiver;
        rtp.pipeline().addLast(new Reader(true));
        rtcp.pipeline().addLast(new Reader(false));
    }

    /**
     * Opens a pair at this address of ours. On the event loop, where registering and binding are done when they return.
     *
     * @throws IOException when no pair can be had
     */
    static UdpPorts open(
            NettyTransport transport, EventLoop loop, InetAddress at, UdpPortRange range, Receiver receiver)
            throws IOException {
        return range.isAny() ? openAny(transport, loop, at, receiver) : openIn(range, transport, loop, at, receiver);
    }

    private static UdpPorts openIn(
            UdpPortRange range, NettyTransport transport, EventLoop loop, InetAddress at, Receiver receiver)
            throws IOException {
        IOException last = new IOException("all are taken by streams of ours");
        int most = Math.min(range.pairs(), MAX_TRIES);
        for (int i = 0; i < most; i++) {
            OptionalInt even = range.take();
            if (even.isEmpty()) {
                break;
            }
            boolean isOpened = false;
            try {
                UdpPorts opened = openAt(even.getAsInt(), transport, loop, at, receiver);
                isOpened = true;
                opened.whenClosed(() -> range.giveBack(even.getAsInt()));
                return opened;
            } catch (IOException e) {
                // Somebody else's: the next.
                last = e;
            } finally {
                if (!isOpened) {
                    range.giveBack(even.getAsInt());
                }
            }
        }
        throw new IOException(
                "no free pair of UDP ports among the " + (most < range.pairs() ? most + " tried of the " : "")
                        + range.pairs() + " of " + range
                        + " (expected: a pair for each stream, and some that rest; widen network.udpPorts)",
                last);
    }

    private static UdpPorts openAt(
            int even, NettyTransport transport, EventLoop loop, InetAddress at, Receiver receiver) throws IOException {
        DatagramChannel rtp = bound(transport, loop, at, even);
        try {
            return new UdpPorts(loop, rtp, bound(transport, loop, at, even + 1), receiver);
        } catch (IOException e) {
            rtp.close();
            throw e;
        }
    }

    private static UdpPorts openAny(NettyTransport transport, EventLoop loop, InetAddress at, Receiver receiver)
            throws IOException {
        IOException last = new IOException("no pair of UDP ports");
        for (int i = 0; i < MAX_TRIES; i++) {
            DatagramChannel any = bound(transport, loop, at, 0);
            int port = any.localAddress().getPort();
            try {
                DatagramChannel other = bound(transport, loop, at, port ^ 1);
                return (port & 1) == 0
                        ? new UdpPorts(loop, any, other, receiver)
                        : new UdpPorts(loop, other, any, receiver);
            } catch (IOException e) {
                any.close();
                last = e;
            }
        }
        throw new IOException("no pair of UDP ports at " + at.getHostAddress() + " in " + MAX_TRIES + " tries", last);
    }

    private static DatagramChannel bound(NettyTransport transport, EventLoop loop, InetAddress at, int port)
            throws IOException {
        DatagramChannel channel = null;
        boolean isBound = false;
        try {
            channel = transport.datagrams(
                    at instanceof Inet6Address ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET);
            configure(channel, transport);
            requireDone(loop.register(channel), "register");
            requireDone(channel.bind(new InetSocketAddress(at, port)), "bind " + at.getHostAddress() + ":" + port);
            isBound = true;
            return channel;
        } catch (ChannelException e) {
            // No socket left for this process, say.
            throw new IOException("a UDP socket: " + e.getMessage(), e);
        } finally {
            if (channel != null && !isBound) {
                channel.close();
            }
        }
    }

    private static void configure(DatagramChannel channel, NettyTransport transport) {
        boolean isEpoll = transport == NettyTransport.EPOLL;
        if (isEpoll) {
            channel.config().setOption(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, MAX_DATAGRAM_BYTES);
        }
        int bytes = isEpoll ? DATAGRAMS_PER_READ * MAX_DATAGRAM_BYTES : MAX_DATAGRAM_BYTES;
        channel.config().setOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(bytes));
        channel.config().setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
        int granted = channel.config().getReceiveBufferSize();
        if (granted < RECEIVE_BUFFER_BYTES && SMALL_BUFFER_TOLD.compareAndSet(false, true)) {
            LOG.warn(
                    "UDP: the system grants {} bytes of receive buffer of {}; to lose no packets under load, set"
                            + " net.core.rmem_max={}",
                    granted,
                    RECEIVE_BUFFER_BYTES,
                    RECEIVE_BUFFER_BYTES);
        }
    }

    private static void requireDone(ChannelFuture step, String what) throws IOException {
        if (!step.isDone() || !step.isSuccess()) {
            Throwable cause = step.cause();
            throw new IOException(what + ": " + (cause == null ? "not done at once" : cause.getMessage()), cause);
        }
    }

    /** Both ports are the system's again: some time after {@link #close}. On the event loop. */
    void whenClosed(Runnable then) {
        rtcp.closeFuture().addListener(closed -> then.run());
    }

    @Override
    public int rtpPort() {
        return rtp.localAddress().getPort();
    }

    @Override
    public boolean isWritable() {
        return rtp.isWritable();
    }

    @Override
    public void sendRtp(ByteBuf packet, InetSocketAddress to) {
        rtp.write(new DatagramPacket(packet, to), rtp.voidPromise());
    }

    @Override
    public void sendRtcp(ByteBuf packet, InetSocketAddress to) {
        rtcp.write(new DatagramPacket(packet, to), rtcp.voidPromise());
    }

    @Override
    public void flush() {
        rtp.flush();
        rtcp.flush();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            flush();
            hasHeard = false;
            waitForQuiet(1);
        }
    }

    private void waitForQuiet(int waits) {
        loop.schedule(
                () -> {
                    if (hasHeard && waits < MAX_QUIET_WAITS) {
                        hasHeard = false;
                        waitForQuiet(waits + 1);
                    } else {
                        rtp.close();
                        rtcp.close();
                    }
                },
                QUIET_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** Of one of the two sockets. */
    private final class Reader extends ChannelInboundHandlerAdapter {
        private final boolean isRtp;
        private boolean isReading;

        Reader(boolean isRtp) {
            this.isRtp = isRtp;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object read) {
            DatagramPacket packet = (DatagramPacket) read;
            try {
                hasHeard = true;
                if (!closed) {
                    handOn(packet);
                }
            } finally {
                packet.release();
            }
        }

        private void handOn(DatagramPacket packet) {
            if (!isReading) {
                isReading = true;
                receiver.onBytes();
            }
            if (isRtp) {
                receiver.onRtp(packet.content(), packet.sender());
            } else {
                receiver.onRtcp(packet.content(), packet.sender());
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            isReading = false;
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (isRtp && !closed && ctx.channel().isWritable()) {
                receiver.onWritable();
            }
        }

        /** "Port unreachable" and the like: UDP promises nothing, and the media watchdog sees silence. */
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (cause instanceof IOException) {
                LOG.debug("UDP port {}: {}", rtp.localAddress().getPort(), cause.getMessage());
            } else {
                LOG.error("UDP port {}", rtp.localAddress().getPort(), cause);
            }
        }
    }
}
