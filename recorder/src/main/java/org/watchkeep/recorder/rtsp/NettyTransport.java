// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.function.Function;

/** How sockets are driven: the kernel's epoll where its native library is there, the JDK's selector otherwise. */
public enum NettyTransport {
    EPOLL(EpollSocketChannel.class, EpollServerSocketChannel.class, EpollDatagramChannel::new),
    NIO(NioSocketChannel.class, NioServerSocketChannel.class, NioDatagramChannel::new);

    /** How to have Netty look for buffers that nobody gives back: as Netty's own documentation has it. */
    private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

    private final Class<? extends SocketChannel> socket;
    private final Class<? extends ServerSocketChannel> serverSocket;

    @SuppressWarnings("ImmutableEnumChecker") // constructors
    private final Function<SocketProtocolFamily, DatagramChannel> datagrams;

    NettyTransport(
            Class<? extends SocketChannel> socket,
            Class<? extends ServerSocketChannel> serverSocket,
            Function<SocketProtocolFamily, DatagramChannel> datagrams) {
        this.socket = socket;
        this.serverSocket = serverSocket;
        this.datagrams = datagrams;
    }

    static {
        // By default Netty wraps one buffer in 128 in another class, to see whether it is given back. A packet's bytes
        // are read
        // one by one through the buffer: with two classes of it each of these reads is a call (decision 045).
        if (System.getProperty(LEAK_DETECTION) == null) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        }
    }

    /** The best this machine has. */
    public static NettyTransport best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    /** Event loops of this kind; daemon threads named {@code threadName-1-…}. The caller shuts them down. */
    public EventLoopGroup loops(int count, String threadName) {
        return new MultiThreadIoEventLoopGroup(
                count,
                new DefaultThreadFactory(threadName, true),
                this == EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    public Class<? extends SocketChannel> socket() {
        return socket;
    }

    public Class<? extends ServerSocketChannel> serverSocket() {
        return serverSocket;
    }

    /** A new one, not yet registered or bound. */
    DatagramChannel datagrams(SocketProtocolFamily family) {
        return datagrams.apply(family);
    }
}
