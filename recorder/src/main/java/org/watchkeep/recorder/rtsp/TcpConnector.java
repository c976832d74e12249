// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
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

    /** A small camera computes for a second or two. */
    private static final int HANDSHAKE_TIMEOUT_MILLIS = 10_000;

    /**
     * 128 KiB: what the kernel gathers before it wakes us ({@link ReadPace#MOST_BYTES}) and the pictures that come with it, in one
     * read; half of a large key picture.
     */
    static final int READ_BUFFER_BYTES = 128 << 10;

    private final Bootstrap bootstrap;
    private final NettyTransport transport;
    private final EventLoop loop;
    private final Executor nameLookups;
    private final UdpPortRange udpPorts;

    /** @param nameLookups runs the system's name lookups, which block; never an event loop */
    public TcpConnector(NettyTransport transport, EventLoop loop, Executor nameLookups) {
        this(transport, loop, nameLookups, UdpPortRange.ANY);
    }

    /** @param udpPorts where ports for media in datagrams are taken from */
    public TcpConnector(NettyTransport transport, EventLoop loop, Executor nameLookups, UdpPortRange udpPorts) {
        this.udpPorts = udpPorts;
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
        connect(to, TlsTrust.SYSTEM, handler, onFailure);
    }

    @Override
    public Connector trusting(TlsTrust trust) {
        return new Connector() {
            @Override
            public void connect(RtspUrl to, ChannelHandler handler, Consumer<IOException> onFailure) {
                TcpConnector.this.connect(to, trust, handler, onFailure);
            }

            @Override
            public PortPair openPorts(@Nullable SocketAddress localEnd, PortPair.Receiver receiver) throws IOException {
                return TcpConnector.this.openPorts(localEnd, receiver);
            }
        };
    }

    private void connect(RtspUrl to, TlsTrust trust, ChannelHandler handler, Consumer<IOException> onFailure) {
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(to.host());
        if (literal != null && !to.isTls()) {
            try {
                dial(new InetSocketAddress(InetAddress.getByAddress(literal), to.port()), handler, onFailure);
            } catch (UnknownHostException e) {
                throw new IllegalStateException("an address of " + literal.length + " bytes", e);
            }
            return;
        }
        // Names are looked up and certificates read elsewhere: both block.
        nameLookups.execute(() -> {
            try {
                InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(to.host()), to.port());
                ChannelHandler first = to.isTls() ? withTls(to, trust, handler, onFailure) : handler;
                loop.execute(() -> dial(address, first, onFailure));
            } catch (IOException e) {
                loop.execute(() -> onFailure.accept(e));
            }
        });
    }

    /** Made anew for each connection: an authority's file may have been replaced since the last. */
    private static ChannelHandler withTls(
            RtspUrl to, TlsTrust trust, ChannelHandler handler, Consumer<IOException> onFailure) throws IOException {
        SslContext context = TlsContexts.client(trust);
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                SslHandler tls = context.newHandler(channel.alloc(), to.host(), to.port());
                tls.setHandshakeTimeoutMillis(HANDSHAKE_TIMEOUT_MILLIS);
                channel.pipeline().addLast(tls, new TlsGate(handler, onFailure));
            }
        };
    }

    @Override
    public PortPair openPorts(@Nullable SocketAddress localEnd, PortPair.Receiver receiver) throws IOException {
        if (!(localEnd instanceof InetSocketAddress local)) {
            throw new IOException("no UDP ports beside " + localEnd + " (expected: an address of the internet)");
        }
        return UdpPorts.open(transport, loop, local.getAddress(), udpPorts, receiver);
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
