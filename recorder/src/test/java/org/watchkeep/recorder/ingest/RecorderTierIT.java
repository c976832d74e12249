// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.watchkeep.recorder.rtsp.Await;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.ElementaryStreamSource;
import org.watchkeep.recorder.rtsp.LoginPreference;
import org.watchkeep.recorder.rtsp.MediaSink;
import org.watchkeep.recorder.rtsp.MediaSource;
import org.watchkeep.recorder.rtsp.MediaSubscription;
import org.watchkeep.recorder.rtsp.MediaTransport;
import org.watchkeep.recorder.rtsp.MountAccess;
import org.watchkeep.recorder.rtsp.NettyTransport;
import org.watchkeep.recorder.rtsp.Peer;
import org.watchkeep.recorder.rtsp.RtspServer;
import org.watchkeep.recorder.rtsp.RtspServerSettings;
import org.watchkeep.recorder.rtsp.TlsTrust;
import org.watchkeep.recorder.rtsp.TransportChoice;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.StreamId;

/** Sockets, event loops and a real store: cameras that behave beside cameras that do not. */
class RecorderTierIT {
    private static final Credentials WHO = new Credentials("admin", "pa:ss w@rd", LoginPreference.ANY);
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    @TempDir
    Path folder;

    private final List<Alarm> alarms = new CopyOnWriteArrayList<>();
    private EventLoopGroup serverLoops;
    private RtspServer server;
    private TestStore store;
    private RecorderTier tier;

    @BeforeEach
    void start() throws Exception {
        ElementaryStreamSource source = new ElementaryStreamSource(Peer.elementaryStream(folder));
        NettyTransport transport = NettyTransport.best();
        serverLoops = transport.loops(1, "test-server");
        server = new RtspServer(
                RtspServerSettings.on(new InetSocketAddress(HERE, 0)),
                transport,
                serverLoops,
                new SecureRandom(),
                System::nanoTime);
        server.mount("/open", source);
        server.mount("/udp-only", overUdpOnly(source));
        server.mount("/basic", source, new MountAccess(MountAccess.Scheme.BASIC, "cam", WHO));
        server.mount("/digest", source, new MountAccess(MountAccess.Scheme.DIGEST_QOP_AUTH, "cam", WHO));
        store = new TestStore(folder);
        tier = tier(NettyTransport.best());
    }

    @AfterEach
    void stop() throws IOException {
        assertThat(tier.stop()).succeedsWithin(10, TimeUnit.SECONDS);
        store.close();
        tier.close();
        server.close();
        serverLoops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private RecorderTier tier(NettyTransport transport) {
        AlarmSink sink = new AlarmSink() {
            @Override
            public void raise(Alarm alarm) {
                alarms.add(alarm);
            }

            @Override
            public void clear(Alarm alarm) {
                alarms.remove(alarm);
            }
        };
        return new RecorderTier(
                new RecorderSettings(transport, 2, "Watchkeep-test"),
                store.store,
                store.clock,
                new SecureRandom(),
                sink);
    }

    private static CameraSettings camera(int number, String id, int port, String path, Credentials who) {
        return new CameraSettings(
                id,
                number,
                "Camera " + number,
                URI.create("rtsp://127.0.0.1:" + port + "/" + path),
                Optional.of(who),
                TestStore.CLASS);
    }

    private int port() {
        return server.address().getPort();
    }

    private double acknowledgedSeconds(String id) {
        return status(id).acknowledgedSeconds();
    }

    private CameraStatus status(String id) {
        return tier.statuses().stream()
                .filter(s -> s.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(NettyTransport.class)
    void record_camerasWithEveryLogin_givesFootageThatPlays(NettyTransport transport) throws Exception {
        if (transport == NettyTransport.EPOLL && NettyTransport.best() != NettyTransport.EPOLL) {
            return;
        }
        tier.close();
        tier = tier(transport);
        tier.start(List.of(
                camera(3, "open", port(), "open", WHO),
                camera(1, "basic", port(), "basic", WHO),
                camera(2, "digest", port(), "digest", WHO)));
        for (String id : List.of("open", "basic", "digest")) {
            Await.until(id + " is recorded", () -> acknowledgedSeconds(id) >= 3, tier::statuses);
        }
        assertThat(tier.statuses()).extracting(CameraStatus::id).containsExactly("basic", "digest", "open");
        assertThat(tier.statuses())
                .extracting(s -> s.terms().orElseThrow().auth())
                .containsExactly("basic", "digest-md5", "none");
        assertThat(tier.statuses()).allSatisfy(s -> {
            assertThat(s.state()).isEqualTo(CameraState.RECORDING);
            assertThat(s.lostPackets()).isZero();
        });

        assertThat(tier.stop()).succeedsWithin(10, TimeUnit.SECONDS);
        for (String id : List.of("open", "basic", "digest")) {
            StreamId stream = StreamId.main(id);
            assertThat(store.gapCauses(stream)).first().isEqualTo(GapCause.CONNECTING);
            assertThat(store.gapCauses(stream)).last().isEqualTo(GapCause.RECORDER_STOPPED);
            assertPlays(store.extract(stream, folder.resolve(id + ".mp4")));
        }
        assertThat(alarms).isEmpty();
    }

    /** Configured; and chosen where the camera refuses TCP. */
    @ParameterizedTest
    @EnumSource(NettyTransport.class)
    void record_overUdp_givesFootageThatPlays(NettyTransport transport) throws Exception {
        if (transport == NettyTransport.EPOLL && NettyTransport.best() != NettyTransport.EPOLL) {
            return;
        }
        tier.close();
        tier = tier(transport);
        tier.start(List.of(
                camera(1, "configured", "digest", TransportChoice.UDP),
                camera(2, "chosen", "udp-only", TransportChoice.AUTO)));
        for (String id : List.of("configured", "chosen")) {
            Await.until(id + " is recorded", () -> acknowledgedSeconds(id) >= 2, tier::statuses);
        }
        assertThat(tier.statuses()).allSatisfy(s -> {
            assertThat(s.terms().orElseThrow().transport()).isEqualTo("udp");
            assertThat(s.lostPackets()).isZero();
            assertThat(s.sessions()).isOne();
        });
        assertThat(tier.stop()).succeedsWithin(10, TimeUnit.SECONDS);
        for (String id : List.of("configured", "chosen")) {
            assertPlays(store.extract(StreamId.main(id), folder.resolve(id + ".mp4")));
        }
    }

    private CameraSettings camera(int number, String id, String path, TransportChoice transport) {
        CameraSettings plain = camera(number, id, port(), path, WHO);
        return new CameraSettings(
                plain.id(),
                plain.number(),
                plain.name(),
                plain.url(),
                plain.credentials(),
                plain.classId(),
                transport,
                TlsTrust.SYSTEM);
    }

    private static MediaSource overUdpOnly(MediaSource source) {
        return new MediaSource() {
            @Override
            public String sdp() {
                return source.sdp();
            }

            @Override
            public MediaSubscription subscribe(MediaSink sink) {
                return source.subscribe(sink);
            }

            @Override
            public Set<MediaTransport> transports() {
                return Set.of(MediaTransport.UDP);
            }
        };
    }

    private static void assertPlays(Path file) throws Exception {
        Peer.Result result = Peer.run(List.of("ffmpeg", "-v", "warning", "-i", file.toString(), "-f", "null", "-"));
        assertThat(result.output()).isEmpty();
        assertThat(result.exit()).isZero();
    }

    @Test
    void record_besideBrokenCameras_isNotDisturbed() throws Exception {
        try (ServerSocket garbage = new ServerSocket(0, 50, HERE);
                ServerSocket mute = new ServerSocket(0, 50, HERE)) {
            int closedPort;
            try (ServerSocket closing = new ServerSocket(0, 1, HERE)) {
                closedPort = closing.getLocalPort();
            }
            Thread noise = new Thread(() -> sendGarbage(garbage), "garbage");
            noise.setDaemon(true);
            noise.start();
            tier.start(List.of(
                    camera(1, "good", port(), "open", WHO),
                    camera(2, "garbage", garbage.getLocalPort(), "x", WHO),
                    camera(3, "mute", mute.getLocalPort(), "x", WHO),
                    camera(4, "closed", closedPort, "x", WHO),
                    camera(5, "wrong", port(), "digest", new Credentials("admin", "guess")),
                    camera(6, "nowhere", port(), "nowhere", WHO)));
            awaitGap("garbage", GapCause.BAD_STREAM);
            awaitGap("mute", GapCause.CAMERA_UNREACHABLE);
            awaitGap("closed", GapCause.CAMERA_UNREACHABLE);
            awaitGap("wrong", GapCause.LOGIN_REFUSED);
            awaitGap("nowhere", GapCause.CAMERA_REFUSED);
            Await.until("good is recorded", () -> acknowledgedSeconds("good") >= 10, tier::statuses);

            assertThat(status("good").lostPackets()).isZero();
            assertThat(status("good").sessions()).isEqualTo(1);
            assertThat(store.gapCauses(StreamId.main("good"))).containsExactly(GapCause.CONNECTING);
            assertThat(alarms).extracting(a -> a.stream().camera()).containsExactly("wrong");
            assertThat(status("wrong").state()).isEqualTo(CameraState.LOGIN_REFUSED);
        }
    }

    private void awaitGap(String id, GapCause cause) {
        Await.until(
                id + " has a gap " + cause,
                () -> store.gapCauses(StreamId.main(id)).contains(cause),
                tier::statuses);
    }

    private static void sendGarbage(ServerSocket garbage) {
        byte[] noise = new byte[200_000];
        new Random(7).nextBytes(noise);
        while (!garbage.isClosed()) {
            try (Socket client = garbage.accept();
                    OutputStream out = client.getOutputStream()) {
                out.write(noise);
            } catch (IOException closed) {
                // By the recorder, which has had enough, or by the test's end: the next one, if any.
            }
        }
    }
}
