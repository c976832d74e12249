// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Publishers at our server, request by request: the server is real, the connections are in memory. */
class ServerPublisherIT {
    private static final String OK = "RTSP/1.0 200 ";
    private static final String UNAUTHORIZED = "RTSP/1.0 401 ";
    private static final String SET_UP = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1;mode=record\r\n";
    private static final int WRONG_LOGINS = 5;

    private final EventLoopGroup loops = NettyTransport.best().loops(1, "publishers");
    private final Receiver receiver = new Receiver();
    private final List<EmbeddedChannel> connections = new ArrayList<>();
    private RtspServer server;

    @BeforeEach
    void start() throws IOException {
        server = new RtspServer(
                RtspServerSettings.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .withDoor(new DoorLimits(0, 0, 0, WRONG_LOGINS, 0)),
                NettyTransport.best(),
                loops,
                new SecureRandom(),
                System::nanoTime);
        server.mountForPush("/gate", receiver, access("gate"));
        server.mountForPush("/yard", new Receiver(), access("yard"));
    }

    private static MountAccess access(String password) {
        return new MountAccess(MountAccess.Scheme.BASIC, "r", new Credentials("pusher", password))
                .withHabits(MountAccess.Habits.NONE.withLockOutAfter(2 * WRONG_LOGINS));
    }

    @AfterEach
    void stop() {
        connections.forEach(EmbeddedChannel::finishAndReleaseAll);
        server.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Takes whoever comes, and keeps the handle on it. */
    private static final class Receiver implements MediaReceiver {
        final List<Publisher> publishers = new ArrayList<>();

        @Override
        public boolean isTaken() {
            return false;
        }

        @Override
        public Optional<Stream> begin(RtspTrack track, Publisher publisher) {
            publishers.add(publisher);
            return Optional.of(new Stream() {
                @Override
                public void onRtp(ByteBuf packet) {}

                @Override
                public void onRtcp(ByteBuf packet) {}

                @Override
                public void onEnd(String detail) {}
            });
        }
    }

    private EmbeddedChannel connect(String address) {
        InetAddress host = NetUtil.createInetAddressFromIpAddressString(address);
        EmbeddedChannel channel = new EmbeddedChannel() {
            @Override
            protected SocketAddress remoteAddress0() {
                return new InetSocketAddress(host, 5_000);
            }
        };
        connections.add(channel);
        Door.Place place =
                new Door(DoorLimits.NONE).enter(channel.remoteAddress()).orElseThrow();
        channel.pipeline().addLast(new ServerConnection(server, channel, place));
        channel.pipeline().fireChannelActive();
        return channel;
    }

    private static String ask(EmbeddedChannel channel, String request, String password, String headers, String body) {
        String login = "pusher:" + password;
        String all = request + " RTSP/1.0\r\nCSeq: 1\r\nAuthorization: Basic "
                + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)) + "\r\n" + headers
                + (body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n") + "\r\n" + body;
        channel.writeInbound(Unpooled.copiedBuffer(all, StandardCharsets.ISO_8859_1));
        ByteBuf answer = channel.readOutbound();
        try {
            return answer.toString(StandardCharsets.ISO_8859_1);
        } finally {
            answer.release();
        }
    }

    private static String ask(EmbeddedChannel channel, String request, String password) {
        return ask(channel, request, password, "", "");
    }

    private static void announce(EmbeddedChannel channel) {
        assertThat(ask(channel, "ANNOUNCE rtsp://h/gate", "gate", "", ScriptedCamera.SDP))
                .startsWith(OK);
    }

    /** One that records. */
    private EmbeddedChannel publisher(String address) {
        EmbeddedChannel channel = connect(address);
        announce(channel);
        assertThat(ask(channel, "SETUP rtsp://h/gate/trackID=1", "gate", SET_UP, ""))
                .startsWith(OK);
        assertThat(ask(channel, "RECORD rtsp://h/gate", "gate")).startsWith(OK);
        return channel;
    }

    /** As when more waits to be written than may. */
    private static void takeAnswers(EmbeddedChannel channel, boolean isTaking) {
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, isTaking);
        channel.runPendingTasks();
    }

    private static boolean isRead(EmbeddedChannel channel) {
        channel.runPendingTasks();
        return channel.config().isAutoRead();
    }

    @Test
    void resume_answersAreNotTaken_readsOnWhenTheyAre() {
        EmbeddedChannel channel = publisher("192.0.2.1");
        MediaReceiver.Publisher handle = receiver.publishers.get(0);
        handle.pause();
        takeAnswers(channel, false);
        handle.resume();
        assertThat(isRead(channel)).isFalse();
        takeAnswers(channel, true);
        assertThat(isRead(channel)).isTrue();
    }

    @Test
    void pause_answersAreTakenAgain_isNotUndone() {
        EmbeddedChannel channel = publisher("192.0.2.1");
        MediaReceiver.Publisher handle = receiver.publishers.get(0);
        handle.pause();
        takeAnswers(channel, false);
        takeAnswers(channel, true);
        assertThat(isRead(channel)).isFalse();
        handle.resume();
        assertThat(isRead(channel)).isTrue();
    }

    @Test
    void teardown_whilePaused_readsTheConnectionOn() {
        EmbeddedChannel channel = publisher("192.0.2.1");
        receiver.publishers.get(0).pause();
        assertThat(isRead(channel)).isFalse();
        assertThat(ask(channel, "TEARDOWN rtsp://h/gate", "gate")).startsWith(OK);
        assertThat(isRead(channel)).isTrue();
        announce(channel);
    }

    private void shutOut(String address) {
        EmbeddedChannel guessing = connect(address);
        for (int i = 0; i < WRONG_LOGINS; i++) {
            assertThat(ask(guessing, "ANNOUNCE rtsp://h/gate", "guess " + i)).startsWith(UNAUTHORIZED);
        }
        assertThat(ask(guessing, "ANNOUNCE rtsp://h/gate", "gate")).startsWith(UNAUTHORIZED);
    }

    @Test
    void keepalive_othersOfTheAddressAreShutOut_isAnsweredAndStillChecked() {
        EmbeddedChannel channel = publisher("192.0.2.1");
        shutOut("192.0.2.1");
        assertThat(ask(channel, "GET_PARAMETER rtsp://h/gate", "gate")).startsWith(OK);
        assertThat(ask(channel, "GET_PARAMETER rtsp://h/gate", "guess")).startsWith(UNAUTHORIZED);
        assertThat(ask(channel, "GET_PARAMETER rtsp://h/gate", "gate")).startsWith(OK);
    }

    /** An attacker behind the camera's address must not get ten more guesses with each of its keepalives. */
    @Test
    void keepalive_othersOfTheAddressAreShutOutOfThePath_doesNotLetThemIn() {
        server.mountForPush(
                "/door", new Receiver(), access("door").withHabits(MountAccess.Habits.NONE.withLockOutAfter(3)));
        EmbeddedChannel camera = connect("192.0.2.1");
        String announce = "ANNOUNCE rtsp://h/door";
        assertThat(ask(camera, announce, "door", "", ScriptedCamera.SDP)).startsWith(OK);
        EmbeddedChannel guessing = connect("192.0.2.1");
        for (int i = 0; i < 3; i++) {
            assertThat(ask(guessing, announce, "guess " + i)).startsWith(UNAUTHORIZED);
        }
        assertThat(ask(camera, "GET_PARAMETER rtsp://h/door", "door")).startsWith(OK);
        assertThat(ask(guessing, announce, "door")).startsWith(UNAUTHORIZED);
        assertThat(ask(connect("192.0.2.1"), announce, "door")).startsWith(UNAUTHORIZED);
    }

    /** The password of one camera opens no way to guess that of another. */
    @Test
    void login_elsewhereByOneThatIsLoggedIn_isShutOutAsAnybodys() {
        EmbeddedChannel channel = publisher("192.0.2.1");
        shutOut("192.0.2.1");
        assertThat(ask(channel, "ANNOUNCE rtsp://h/yard", "yard")).startsWith(UNAUTHORIZED);
        assertThat(ask(channel, "GET_PARAMETER rtsp://h/gate", "gate")).startsWith(OK);
    }
}
