// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Strangers at a port that cameras push to, and a camera among them. */
class PushDoorIT {
    private static final int READ_LIMIT_MILLIS = 30_000;
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();
    private static final String LOGIN = "Authorization: Basic "
            + Base64.getEncoder().encodeToString("pusher:s3cret".getBytes(StandardCharsets.UTF_8)) + "\r\n";

    /** An announcement of nothing, by somebody who is believed: what is asked of it comes after the login. */
    private static final String TAKEN = "RTSP/1.0 400 ";

    private final EventLoopGroup loops = NettyTransport.best().loops(1, "door");
    private final List<Socket> strangers = new ArrayList<>();
    private RtspServer server = server(DoorLimits.PUBLIC);

    private RtspServer server(DoorLimits limits) {
        try {
            RtspServer opened = new RtspServer(
                    RtspServerSettings.on(new InetSocketAddress(HERE, 0)).withDoor(limits),
                    NettyTransport.best(),
                    loops,
                    new SecureRandom(),
                    System::nanoTime);
            opened.mountForPush(
                    "/gate",
                    new Nobody(),
                    new MountAccess(MountAccess.Scheme.BASIC, "r", new Credentials("pusher", "s3cret"))
                            .withHabits(MountAccess.Habits.NONE.withLockOutAfter(10)));
            return opened;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Nobody is recorded here. */
    private static final class Nobody implements MediaReceiver {
        @Override
        public boolean isTaken() {
            return false;
        }

        @Override
        public Optional<Stream> begin(RtspTrack track, Publisher publisher) {
            return Optional.empty();
        }
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket stranger : strangers) {
            stranger.close();
        }
        server.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(HERE, server.address().getPort());
        socket.setSoTimeout(READ_LIMIT_MILLIS);
        return socket;
    }

    private static String ask(Socket socket, String request, String headers) throws IOException {
        socket.getOutputStream()
                .write((request + " RTSP/1.0\r\nCSeq: 1\r\n" + headers + "\r\n").getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = socket.getInputStream().read();
            assertThat(next).as("the connection was closed").isNotNegative();
            head.append((char) next);
        }
        return head.toString();
    }

    /** Until the other end closes. */
    private static void drain(Socket socket) throws IOException {
        byte[] into = new byte[1_024];
        try {
            while (socket.getInputStream().read(into) >= 0) {
                // Only the end matters.
            }
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    @Test
    void strangers_aThousandOfOneAddress_doNotKeepACameraOut() throws Exception {
        InetAddress elsewhere = InetAddress.getByAddress(new byte[] {127, 0, 0, 2});
        for (int i = 0; i < 1_000; i++) {
            Socket stranger = new Socket();
            strangers.add(stranger);
            try {
                stranger.bind(new InetSocketAddress(elsewhere, 0));
            } catch (IOException e) {
                Assumptions.abort("no second loopback address here: " + e.getMessage());
            }
            stranger.connect(server.address());
        }
        try (Socket camera = connect()) {
            assertThat(ask(camera, "OPTIONS rtsp://h/gate", "")).startsWith("RTSP/1.0 200 ");
            assertThat(ask(camera, "ANNOUNCE rtsp://h/gate", "")).startsWith("RTSP/1.0 401 ");
            assertThat(ask(camera, "ANNOUNCE rtsp://h/gate", LOGIN)).startsWith(TAKEN);
            int limit = DoorLimits.PUBLIC.strangersOfAnAddress();
            Await.until("the rest is turned away", () -> server.strangerCount() == limit, server::strangerCount);
        }
        // Those that were let in first are those that stay.
        drain(strangers.get(strangers.size() - 1));
        assertThat(ask(strangers.get(0), "OPTIONS rtsp://h/gate", "")).startsWith("RTSP/1.0 200 ");
    }

    @Test
    void stranger_whoTalksAndNeverLogsIn_isClosedAndMakesRoom() throws Exception {
        server.close();
        server = server(new DoorLimits(1, 1, 1, 0, 0));
        Socket slow = connect();
        strangers.add(slow);
        slow.setSoTimeout(100);
        slow.getOutputStream().write("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n".getBytes(StandardCharsets.US_ASCII));
        boolean isClosed = false;
        byte[] into = new byte[1_024];
        while (!isClosed) {
            try {
                slow.getOutputStream().write("X-Slow: y\r\n".getBytes(StandardCharsets.US_ASCII));
                isClosed = slow.getInputStream().read(into) < 0;
            } catch (java.net.SocketTimeoutException e) {
                // Not yet: it goes on talking.
                isClosed = false;
            } catch (SocketException e) {
                isClosed = true;
            }
        }
        Await.until("there is room", () -> server.strangerCount() == 0, server::strangerCount);
        try (Socket camera = connect()) {
            assertThat(ask(camera, "ANNOUNCE rtsp://h/gate", LOGIN)).startsWith(TAKEN);
            // Logged in, it takes nobody's place, and is not closed for being slow.
            try (Socket next = connect()) {
                assertThat(ask(next, "ANNOUNCE rtsp://h/gate", LOGIN)).startsWith(TAKEN);
            }
        }
    }

    @Test
    void login_rightAtManyConnections_isRefusedWhereTooManyStand() throws Exception {
        int limit = DoorLimits.PUBLIC.connectionsOfALogin();
        for (int i = 0; i < limit; i++) {
            Socket one = connect();
            strangers.add(one);
            assertThat(ask(one, "ANNOUNCE rtsp://h/gate", LOGIN)).startsWith(TAKEN);
        }
        try (Socket late = connect()) {
            assertThat(ask(late, "ANNOUNCE rtsp://h/gate", LOGIN)).startsWith("RTSP/1.0 503 ");
            assertThat(server.strangerCount()).isOne();
            strangers.get(0).close();
            Await.until("there is room", () -> isTaken(late), server::strangerCount);
            assertThat(ask(strangers.get(1), "ANNOUNCE rtsp://h/gate", LOGIN)).startsWith(TAKEN);
        }
    }

    private static boolean isTaken(Socket socket) {
        try {
            return ask(socket, "ANNOUNCE rtsp://h/gate", LOGIN).startsWith(TAKEN);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** One camera's password must not take the ports of all cameras of the site. */
    @Test
    void setUp_morePairsOfPortsThanAPublisherNeeds_areRefused() throws Exception {
        StringBuilder sdp = new StringBuilder(ScriptedCamera.SDP);
        for (int track = 3; track <= PublisherPorts.MAX_PAIRS + 1; track++) {
            sdp.append("m=audio 0 RTP/AVP 0\r\na=control:trackID=")
                    .append(track)
                    .append("\r\n");
        }
        String announced = LOGIN + "Content-Length: " + sdp.length() + "\r\n\r\n" + sdp;
        String asked = LOGIN + "Transport: RTP/AVP;unicast;client_port=5000-5001;mode=record\r\n";
        try (Socket camera = connect()) {
            assertThat(ask(camera, "ANNOUNCE rtsp://h/gate", announced)).startsWith("RTSP/1.0 200 ");
            for (int track = 1; track <= PublisherPorts.MAX_PAIRS; track++) {
                assertThat(ask(camera, "SETUP rtsp://h/gate/trackID=" + track, asked))
                        .startsWith("RTSP/1.0 200 ");
            }
            String oneMore = "SETUP rtsp://h/gate/trackID=" + (PublisherPorts.MAX_PAIRS + 1);
            assertThat(ask(camera, oneMore, asked)).startsWith("RTSP/1.0 503 ");
            assertThat(ask(camera, oneMore, LOGIN + "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"))
                    .startsWith("RTSP/1.0 200 ");
        }
    }

    /** Ports rest when their session is over, and then count no more. */
    @Test
    void setUp_againAndAgainAtManyConnections_isRefusedUntilPortsHaveRested() throws Exception {
        String announced = LOGIN + "Content-Length: " + ScriptedCamera.SDP.length() + "\r\n\r\n" + ScriptedCamera.SDP;
        String asked = LOGIN + "Transport: RTP/AVP;unicast;client_port=5000-5001;mode=record\r\n";
        String setUp = "SETUP rtsp://h/gate/trackID=1";
        for (int i = 0; i < 2; i++) {
            Socket camera = connect();
            strangers.add(camera);
            assertThat(ask(camera, "ANNOUNCE rtsp://h/gate", announced)).startsWith("RTSP/1.0 200 ");
        }
        for (int i = 0; i < PublisherPorts.MAX_PAIRS; i++) {
            assertThat(ask(strangers.get(i % 2), setUp, asked)).startsWith("RTSP/1.0 200 ");
        }
        assertThat(ask(strangers.get(0), setUp, asked)).startsWith("RTSP/1.0 503 ");
        for (int i = 0; i < 3; i++) {
            Await.until("ports have rested", () -> isSetUp(setUp, asked), server::strangerCount);
        }
    }

    private boolean isSetUp(String setUp, String asked) {
        try {
            return ask(strangers.get(0), setUp, asked).startsWith("RTSP/1.0 200 ");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void login_wrongAtManyConnections_shutsTheAddressOutAndNobodyElse() throws Exception {
        server.close();
        server = server(new DoorLimits(32, 512, 15, 5, 0));
        String wrong = LOGIN.replace("Basic ", "Basic x");
        for (int i = 0; i < 5; i++) {
            try (Socket guess = connect()) {
                assertThat(ask(guess, "ANNOUNCE rtsp://h/gate", wrong)).startsWith("RTSP/1.0 401 ");
            }
        }
        try (Socket right = connect()) {
            assertThat(ask(right, "ANNOUNCE rtsp://h/gate", LOGIN)).startsWith("RTSP/1.0 401 ");
        }
        try (Socket other = new Socket()) {
            other.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 3}), 0));
            other.setSoTimeout(READ_LIMIT_MILLIS);
            other.connect(server.address());
            assertThat(ask(other, "ANNOUNCE rtsp://h/gate", LOGIN)).startsWith(TAKEN);
        }
        assertThat(server.tally().refusedLogins()).isEqualTo(5);
        assertThat(server.tally().lockOuts()).isOne();
    }
}
