// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.MediaSink;
import org.watchkeep.recorder.rtsp.MediaSource;
import org.watchkeep.recorder.rtsp.MediaSubscription;
import org.watchkeep.recorder.rtsp.MediaTransport;
import org.watchkeep.recorder.rtsp.MountAccess;
import org.watchkeep.recorder.rtsp.NettyTransport;
import org.watchkeep.recorder.rtsp.RtspServer;
import org.watchkeep.recorder.rtsp.RtspServerSettings;
import org.watchkeep.recorder.rtsp.ServerCertificate;

/** Serves the cameras of a plan at {@code /cam1}, {@code /cam1/sub} and so on. Used by one thread at a time; closed once. */
public final class Fleet implements AutoCloseable {
    /** What cameras that want a login take: they are on a test network. */
    static final String USER = "bench";

    static final String PASSWORD = "not-a-secret";

    private static final int CLOSE_SECONDS = 5;

    /**
     * A recorder calls a few streams of one device (an address and a port) at a time, and is to call these cameras as it
     * would those of a site.
     */
    private static final int DEVICES = 16;

    /** Cameras begin spread over at most this: a group of a smart codec is minutes long, and nobody waits so long. */
    private static final long MOST_SPREAD_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Longer than any picture is under way on its packets' times. */
    private static final long LAST_PICTURE_MILLIS = 400;

    private final FleetPlan plan;
    private final FleetCounters counters = new FleetCounters();
    private final List<CameraTally> tallies = new ArrayList<>();
    private final Map<EventLoop, StreamPacer> pacers = new ConcurrentHashMap<>();
    private final NettyTransport transport;
    private final EventLoopGroup loops;
    private final LongSupplier monoNanos;
    private final Optional<ServerCertificate> certificate;
    private List<RtspServer> servers;
    private volatile boolean over;

    /**
     * @param address where it listens; port 0 takes any free ones
     * @param clock dates the certificate, where cameras inside TLS are wanted
     * @throws IOException when the port cannot be had
     */
    public Fleet(InetSocketAddress address, FleetPlan plan, LongSupplier monoNanos, Clock clock) throws IOException {
        this.plan = plan;
        this.monoNanos = monoNanos;
        boolean isTls = plan.groups().stream().anyMatch(g -> g.transport() == MediaTransport.RTSPS);
        certificate = isTls
                ? Optional.of(ServerCertificate.selfSigned(
                        "bench", address.getAddress().getHostAddress(), clock.instant()))
                : Optional.empty();
        for (int i = 0; i < plan.cameras(); i++) {
            tallies.add(new CameraTally());
        }
        transport = NettyTransport.best();
        loops = transport.loops(Runtime.getRuntime().availableProcessors(), "fleet");
        servers = serve(Collections.nCopies(Math.min(DEVICES, plan.cameras()), address));
    }

    private List<RtspServer> serve(List<InetSocketAddress> addresses) throws IOException {
        List<RtspServer> started = new ArrayList<>();
        try {
            for (InetSocketAddress address : addresses) {
                started.add(serve(address, started.size(), addresses.size()));
            }
        } catch (IOException e) {
            started.forEach(RtspServer::close);
            throw e;
        }
        return started;
    }

    /** Every so-manieth camera, from this one on. */
    private RtspServer serve(InetSocketAddress address, int from, int step) throws IOException {
        RtspServerSettings settings = new RtspServerSettings(
                address, "Watchkeep bench", RtspServerSettings.DEFAULT_SESSION_TIMEOUT_SECONDS, certificate);
        RtspServer started = new RtspServer(settings, transport, loops, new SecureRandom(), monoNanos);
        List<CameraGroup> groups = plan.groupOfEach();
        for (int i = from; i < groups.size(); i += step) {
            CameraGroup group = groups.get(i);
            MountAccess access = group.login()
                    ? new MountAccess(MountAccess.Scheme.DIGEST_QOP_AUTH, "bench", new Credentials(USER, PASSWORD))
                    : MountAccess.OPEN;
            started.mount("/cam" + (i + 1), new Camera(i, group, 0, tallies.get(i)), access);
            if (group.streams().size() > 1) {
                started.mount("/cam" + (i + 1) + "/sub", new Camera(i, group, 1, new CameraTally()), access);
            }
        }
        return started;
    }

    /** Camera i, counted from 0, is at the port i modulo their number. */
    public List<Integer> ports() {
        return servers.stream().map(server -> server.address().getPort()).toList();
    }

    /** SHA-256 of the certificate that cameras inside TLS show. */
    public Optional<String> certificateSha256() {
        return certificate.map(ServerCertificate::sha256);
    }

    public FleetFigures figures() {
        return counters.figures();
    }

    /** What each camera's main stream has sent, in the order of their numbers. */
    public List<SentByCamera> sentByCamera() {
        List<SentByCamera> sent = new ArrayList<>();
        for (CameraTally tally : tallies) {
            sent.add(new SentByCamera(
                    sent.size() + 1, tally.pictures.sum(), tally.bytes.sum(), tally.mediaNanos.sum() / 1_000));
        }
        return sent;
    }

    /** Every stream ends with the picture it is sending; the connections stay. */
    public void endStreams() {
        over = true;
    }

    /**
     * A switch that starts anew: all streams end with the picture they are sending (so that what is missing afterwards was
     * lost by the recorder, not by this), then all connections break and the port refuses for a time.
     */
    public void breakFor(int seconds) throws IOException, InterruptedException {
        over = true;
        TimeUnit.MILLISECONDS.sleep(LAST_PICTURE_MILLIS);
        List<InetSocketAddress> addresses =
                servers.stream().map(RtspServer::address).toList();
        servers.forEach(RtspServer::close);
        TimeUnit.SECONDS.sleep(seconds);
        over = false;
        servers = serve(addresses);
    }

    @Override
    public void close() {
        over = true;
        servers.forEach(RtspServer::close);
        loops.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** One stream of one camera; each player gets a stream of its own. Any thread. */
    private final class Camera implements MediaSource {
        private final int index;
        private final CameraGroup group;
        private final int track;
        private final CameraTally tally;
        private final String sdp;

        Camera(int index, CameraGroup group, int track, CameraTally tally) {
            this.index = index;
            this.group = group;
            this.track = track;
            this.tally = tally;
            this.sdp = String.join(
                    "\r\n",
                    "v=0",
                    "o=- " + (index + 1) + " 1 IN IP4 127.0.0.1",
                    "s=bench camera " + (index + 1),
                    "t=0 0",
                    "a=control:*",
                    group.kind().mediaSection() + "a=control:trackID=0",
                    "");
        }

        @Override
        public String sdp() {
            return sdp;
        }

        @Override
        public Set<MediaTransport> transports() {
            return EnumSet.of(group.transport());
        }

        /** Cameras begin spread over a group of pictures, or all key pictures would come at once. */
        @Override
        public MediaSubscription subscribe(MediaSink sink) {
            StreamPattern pattern = group.streams().get(track);
            long spread = Math.min(MOST_SPREAD_NANOS, pattern.pictureNanos() * pattern.groupPictures());
            long start = monoNanos.getAsLong() + spread * index / plan.cameras();
            PacedStream.Shape shape = new PacedStream.Shape(
                    group.kind(), pattern, plan.arrival(), group.transport(), group.wire(), 2 * index + track + 1);
            PacedStream stream = new PacedStream(shape, sink, counters, tally, () -> over, start);
            pacers.computeIfAbsent(sink.loop(), loop -> new StreamPacer(loop, monoNanos))
                    .add(stream);
            return stream;
        }
    }
}
