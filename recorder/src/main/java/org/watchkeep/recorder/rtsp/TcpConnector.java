// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Dials cameras over TCP for one event loop. Any thread. */
public final class TcpConnector implements Connector {
    /** A camera on its network answers in milliseconds; one that is starting drops the first packet, sent again after 1 s. */
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

    /** 64 KiB: with bursts of pictures more never fills, and less costs reads (measured: 16, 64 and 256 KiB). */
    private static final int READ_BUFFER_BYTES = 64 << 10;

    private final Bootstrap bootstrap;
    private final NettyTransport transport;
    private final EventLoop loop;
    private final Executor nameLookups;

    /** @param nameLookups runs the system's name lookups, which block; never an event loop */
    public TcpConnector(NettyTransport transport, EventLoop loop, Executor nameLookups) {
        this.transport = transport;
        this.loop = loop;
        this.nameLookups = nameLookups;
        this.bootstrap = new Bootstrap()
                .group(loop)
                .channel(transport.socket())
                .disableResolver()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BUFFER_BYTES));
    }

    @Override
    public void connect(RtspUrl to, ChannelHandler handler, Consumer<IOException> onFailure) {
        if (to.isTls()) {
            loop.execute(() -> onFailure.accept(new IOException("rtsps is not built yet")));
            return;
        }
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(to.host());
        if (literal != null) {
            try {
                dial(new InetSocketAddress(InetAddress.getByAddress(literal), to.port()), handler, onFailure);
            } catch (UnknownHostException e) {
                throw new IllegalStateException("an address of " + literal.length + " bytes", e);
            }
            return;
        }
        nameLookups.execute(() -> {
            try {
                InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(to.host()), to.port());
                loop.execute(() -> dial(address, handler, onFailure));
            } catch (UnknownHostException e) {
                loop.execute(() -> onFailure.accept(e));
            }
        });
    }

    @Override
    public PortPair openPorts(@Nullable SocketAddress localEnd, PortPair.Receiver receiver) throws IOException {
        if (!(localEnd instanceof InetSocketAddress local)) {
            throw new IOException("no UDP ports beside " + localEnd + " (expected: an address of the internet)");
        }
        return UdpPorts.open(transport, loop, local.getAddress(), receiver);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the listener is told
    private void dial(InetSocketAddress address, ChannelHandler handler, Consumer<IOException> onFailure) {
        bootstrap.clone().handler(handler).connect(address).addListener(connected -> {
            Throwable cause = connected.cause();
            if (cause != null) {
                onFailure.accept(cause instanceof IOException e ? e : new IOException(cause));
            }
        });
    }
}
