// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.OptionalSslHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one RTSP server: simulated cameras are mounted on it, and replay is. Serves interleaved, over UDP and inside
 * TLS, whichever a mount's source offers; asked for another transport it answers 461, whereupon players ask for the next.
 *
 * <p>Any thread. The event loops belong to the caller, who shuts them down after {@link #close}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close or write that fails shows in the pipeline: channelInactive,
// exceptionCaught
public final class RtspServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RtspServer.class);

    /** A fleet of 2,000 cameras on one server, each with a recorder and a viewer; a connection costs some 2 kB. */
    static final int MAX_CONNECTIONS = 4_096;

    /**
     * A client that has fallen 1 MiB behind (2 s of a 4 Mbit/s camera) is sent nothing more until half of it is gone. Bounds
     * memory per client to this and one picture.
     */
    private static final WriteBufferWaterMark WATER_MARKS = new WriteBufferWaterMark(512 << 10, 1 << 20);

    private static final int BACKLOG = 1_024;

    /** 64 random bits: not to be guessed, and no dash in it, which some clients refuse. */
    private static final int SESSION_ID_BYTES = 8;

    /** A source and who may see it. */
    record Mount(String path, MediaSource source, MountAccess access) {}

    /**
     * A receiver and who may push to it.
     *
     * @param pairs of UDP ports that are open for those who do; all their event loops
     */
    record PushMount(String path, MediaReceiver receiver, MountAccess access, AtomicInteger pairs) {}

    private final RtspServerSettings settings;
    private final NettyTransport transport;
    private final @Nullable SslContext tls;
    private final boolean isTlsTooOld;
    private final RandomGenerator random;
    private final LongSupplier monoNanos;
    private final ServerTally tally;
    private final LoginGuard guard;
    private final Door door;
    private final LogThrottle strangers;
    private final Map<String, Mount> mounts = new ConcurrentHashMap<>();
    private final Map<String, PushMount> pushMounts = new ConcurrentHashMap<>();
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel listening;

    /**
     * Binds the port; mounts may be added before or after.
     *
     * @param random for session ids and nonces; used by several threads at once, so {@link java.security.SecureRandom}
     * @throws IOException when the port cannot be had
     */
    public RtspServer(
            RtspServerSettings settings,
            NettyTransport transport,
            EventLoopGroup loops,
            RandomGenerator random,
            LongSupplier monoNanos)
            throws IOException {
        this(settings, transport, loops, random, monoNanos, new ServerTally());
    }

    /** @param tally counts on where an earlier server's count stood, or begins */
    public RtspServer(
            RtspServerSettings settings,
            NettyTransport transport,
            EventLoopGroup loops,
            RandomGenerator random,
            LongSupplier monoNanos,
            ServerTally tally)
            throws IOException {
        this.tally = tally;
        this.guard = new LoginGuard(tally, settings.door().refusalsOfAnAddress());
        this.door = new Door(settings.door());
        this.strangers = new LogThrottle(monoNanos, LOG::info);
        this.settings = settings;
        this.transport = transport;
        this.random = random;
        this.monoNanos = monoNanos;
        this.isTlsTooOld = settings.isOldTlsOnly() && !TlsContexts.isOldTlsPossible();
        this.tls = settings.certificate().isEmpty() || isTlsTooOld ? null : context(settings);
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(transport.serverSocket())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel);
                    }
                })
                .bind(settings.address())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            BindException refused = new BindException("RTSP server cannot listen on " + settings.address() + ": "
                    + bound.cause().getMessage());
            refused.initCause(bound.cause());
            throw refused;
        }
        this.listening = bound.channel();
    }

    private static SslContext context(RtspServerSettings settings) throws IOException {
        ServerCertificate certificate = settings.certificate().orElseThrow();
        return settings.isOldTlsOnly() ? TlsContexts.oldServer(certificate) : TlsContexts.server(certificate);
    }

    private void accept(Channel channel) {
        if (channel.remoteAddress() == null) {
            // Gone before we could ask who it was.
            channel.close();
            return;
        }
        boolean isFull = connections.size() >= MAX_CONNECTIONS;
        Optional<Door.Place> place = isFull ? Optional.empty() : door.enter(channel.remoteAddress());
        if (place.isEmpty()) {
            String many = isFull ? "too many connections" : "too many connections that have not logged in";
            strangers.note(channel.remoteAddress(), "not let in: " + many);
            channel.close();
            return;
        }
        channel.closeFuture().addListener(closed -> place.get().leave());
        connections.add(channel);
        if (tls != null) {
            // What begins like TLS is TLS; the rest is RTSP in clear.
            channel.pipeline().addLast(new OptionalSslHandler(tls));
        } else if (isTlsTooOld) {
            channel.pipeline().addLast(new TlsRefusal());
        }
        channel.pipeline().addLast(new ServerConnection(this, channel, place.get()));
    }

    /** Where it listens; the port that was found when 0 was asked. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    /** Serves this source, to anybody, at {@code rtsp://…/path}. */
    public void mount(String path, MediaSource source) {
        mount(path, source, MountAccess.OPEN);
    }

    /** Serves this source at {@code rtsp://…/path}; what stood there before is unmounted. */
    public void mount(String path, MediaSource source, MountAccess access) {
        String normal = normal(path);
        unmount(normal);
        mounts.put(normal, new Mount(normal, source, access));
    }

    /** Takes what is pushed to {@code rtsp://…/path}; nothing is served there. */
    public void mountForPush(String path, MediaReceiver receiver, MountAccess access) {
        String normal = normal(path);
        pushMounts.put(normal, new PushMount(normal, receiver, access, new AtomicInteger()));
    }

    /** Answers 404 at this path from now on and closes the connections that play it. */
    public void unmount(String path) {
        Mount gone = mounts.remove(normal(path));
        if (gone != null) {
            for (Channel channel : connections) {
                ServerConnection connection = channel.pipeline().get(ServerConnection.class);
                if (connection != null) {
                    channel.eventLoop().execute(() -> connection.onUnmounted(gone));
                }
            }
        }
    }

    /** Stops listening and closes every connection. The port is free when this returns, unless it is called on an event loop. */
    @Override
    public void close() {
        ChannelFuture closing = listening.close();
        mounts.clear();
        connections.close();
        if (!listening.eventLoop().inEventLoop()) {
            closing.awaitUninterruptibly();
        }
    }

    /** What it has seen of its clients. */
    public ServerTally tally() {
        return tally;
    }

    LoginGuard guard() {
        return guard;
    }

    /** What clients do that have not logged in is told of here, and nowhere else. */
    LogThrottle strangers() {
        return strangers;
    }

    /** Connections that have not logged in. */
    int strangerCount() {
        return door.strangers();
    }

    RtspServerSettings settings() {
        return settings;
    }

    NettyTransport transport() {
        return transport;
    }

    RandomGenerator random() {
        return random;
    }

    String newSessionId() {
        byte[] id = new byte[SESSION_ID_BYTES];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    /** Says which session this answer is about, and how long it lives without a word. */
    RtspResponse withSession(String id, RtspResponse response) {
        return response.with(RtspHeaders.SESSION, id + ";timeout=" + settings.sessionTimeoutSeconds());
    }

    long monoNanos() {
        return monoNanos.getAsLong();
    }

    /** The mount whose path this address names or lies below; the query does not count. */
    Optional<Mount> mountAt(String uri) {
        return find(mounts, uri);
    }

    /** As {@link #mountAt}, of those that are pushed to. */
    Optional<PushMount> pushMountAt(String uri) {
        return find(pushMounts, uri);
    }

    /** {@code /cam1/trackID=0} is one below; what somebody writes to have us look long is not looked for. */
    private static final int MAX_BELOW_MOUNT = 8;

    private static <T> Optional<T> find(Map<String, T> from, String uri) {
        String path = RtspUrl.pathOf(uri);
        int query = path.indexOf('?');
        String rest = normal(query < 0 ? path : path.substring(0, query));
        for (int below = 0; below <= MAX_BELOW_MOUNT && !from.isEmpty(); below++) {
            T mount = from.get(rest);
            if (mount != null) {
                return Optional.of(mount);
            }
            int slash = rest.lastIndexOf('/');
            if (slash < 0) {
                return Optional.empty();
            }
            rest = rest.substring(0, slash);
        }
        return Optional.empty();
    }

    /** One slash before, none behind: {@code /cam1}. */
    private static String normal(String path) {
        String trimmed = RtspUrl.withoutSlashesBehind(path);
        return trimmed.isEmpty() || trimmed.startsWith("/") ? trimmed : "/" + trimmed;
    }
}
