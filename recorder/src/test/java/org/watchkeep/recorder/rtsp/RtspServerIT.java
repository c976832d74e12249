// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Our server against clients that behave badly, byte by byte. */
class RtspServerIT {
    private static final int READ_LIMIT_MILLIS = 30_000;
    /** Large, so that a flood is many bytes and few buffers: leak detection at its sharpest takes its time over each. */
    private static final int PACKET_BYTES = 16_000;

    /** So many looks without a byte taken, and nothing more will be. */
    private static final int STILL_LOOKS = 100;

    private static final int SMALL_BUFFER_BYTES = 16_384;

    private final NettyTransport transport = NettyTransport.best();
    private final Flood flood = new Flood();
    private EventLoopGroup loops;
    private RtspServer server;

    /** Sends whenever it may, and counts what happens to it. */
    private static final class Flood implements MediaSource {
        final AtomicInteger playing = new AtomicInteger();
        final AtomicInteger pauses = new AtomicInteger();
        final AtomicInteger resumptions = new AtomicInteger();
        final AtomicLong packets = new AtomicLong();

        @Override
        public String sdp() {
            return ScriptedCamera.SDP;
        }

        @Override
        public MediaSubscription subscribe(MediaSink sink) {
            playing.incrementAndGet();
            pump(sink);
            return new MediaSubscription() {
                @Override
                public void onWritable() {
                    resumptions.incrementAndGet();
                    pump(sink);
                }

                @Override
                public void stop() {
                    playing.decrementAndGet();
                }
            };
        }

        private void pump(MediaSink sink) {
            while (sink.isWritable()) {
                sink.sendRtp(0, Unpooled.wrappedBuffer(new byte[PACKET_BYTES]));
                packets.incrementAndGet();
            }
            pauses.incrementAndGet();
            sink.flush();
        }
    }

    /** A client that says what the test says. */
    private final class Client implements AutoCloseable {
        final Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
        final InputStream in = socket.getInputStream();

        Client() throws IOException {
            socket.setSoTimeout(READ_LIMIT_MILLIS);
        }

        void say(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        /** The head of the next response. */
        String head() throws IOException {
            StringBuilder head = new StringBuilder();
            while (!head.toString().endsWith("\r\n\r\n")) {
                int b = in.read();
                if (b < 0) {
                    return head + "(closed)";
                }
                head.append((char) b);
            }
            return head.toString();
        }

        String ask(String request) throws IOException {
            say(request);
            return head();
        }

        void play() throws IOException {
            assertThat(ask("SETUP rtsp://h/cam1/trackID=1 RTSP/1.0\r\n"
                            + "CSeq: 1\r\n"
                            + "Transport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n"))
                    .startsWith("RTSP/1.0 200 ");
            assertThat(ask("PLAY rtsp://h/cam1/ RTSP/1.0\r\nCSeq: 2\r\n\r\n")).startsWith("RTSP/1.0 200 ");
        }

        /** Reads until the other end closes. */
        void drain() {
            byte[] into = new byte[65_536];
            try {
                while (in.read(into) >= 0) {
                    // Only the end matters.
                }
            } catch (java.net.SocketException reset) {
                // An end too.
                return;
            } catch (IOException e) {
                throw new AssertionError("the connection was not closed", e);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @BeforeEach
    void start() throws IOException {
        loops = transport.loops(1, "test-server");
        server = server(RtspServerSettings.DEFAULT_SESSION_TIMEOUT_SECONDS);
        server.mount("cam1/", flood);
    }

    private RtspServer server(int sessionTimeoutSeconds) throws IOException {
        return new RtspServer(
                new RtspServerSettings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), "test", sessionTimeoutSeconds),
                transport,
                loops,
                new SecureRandom(),
                System::nanoTime);
    }

    @AfterEach
    void stop() {
        server.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        assertThat(flood.playing).as("subscriptions left behind").hasValue(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OPTIONS * RTSP/1.0\\r\\nCSeq: 1 | 200",
                "OPTIONS * RTSP/1.0 | 400",
                "DESCRIBE rtsp://h/nowhere RTSP/1.0\\r\\nCSeq: 1 | 404",
                "DESCRIBE rtsp://h/cam10 RTSP/1.0\\r\\nCSeq: 1 | 404",
                "DESCRIBE rtsp://h/cam1?from=now RTSP/1.0\\r\\nCSeq: 1 | 200",
                "SETUP rtsp://h/cam1/trackID=1 RTSP/1.0\\r"
                        + "\\n"
                        + "CSeq: 1\\r"
                        + "\\n"
                        + "Transport: RTP/AVP;multicast;port=4000-4001 | 461",
                "SETUP rtsp://h/cam1/trackID=1 RTSP/1.0\\r\\nCSeq: 1 | 461",
                "SETUP rtsp://h/cam1/trackID=9 RTSP/1.0\\r\\nCSeq: 1\\r\\nTransport: RTP/AVP/TCP | 404",
                "SETUP rtsp://h/cam1/trackID=2 RTSP/1.0\\r\\nCSeq: 1\\r\\nTransport: RTP/AVP/TCP | 200",
                "PLAY rtsp://h/cam1 RTSP/1.0\\r\\nCSeq: 1 | 454",
                "TEARDOWN rtsp://h/cam1 RTSP/1.0\\r\\nCSeq: 1 | 454",
                "GET_PARAMETER rtsp://h/cam1 RTSP/1.0\\r\\nCSeq: 1 | 200",
                "RECORD rtsp://h/cam1 RTSP/1.0\\r\\nCSeq: 1 | 501"
            })
    void request_alone_isAnsweredAsTheStandardSays(String request, int status) throws IOException {
        try (Client client = new Client()) {
            String head = client.ask(request.replace("\\r\\n", "\r\n") + "\r\n\r\n");
            assertThat(head).startsWith("RTSP/1.0 " + status + " ");
            if (request.contains("CSeq")) {
                assertThat(head).contains("CSeq: 1\r\n");
            }
        }
    }

    @Test
    void request_junk_isAnswered400AndClosed() throws IOException {
        try (Client client = new Client()) {
            assertThat(client.ask("\0\0\0")).startsWith("RTSP/1.0 400 ");
            assertThat(client.head()).isEqualTo("(closed)");
        }
    }

    @Test
    void setUp_channelsOfAnotherTrack_isRefused() throws IOException {
        try (Client client = new Client()) {
            String transportLine = "CSeq: 1\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n";
            assertThat(client.ask("SETUP rtsp://h/cam1/trackID=1 RTSP/1.0\r\n" + transportLine))
                    .contains(" 200 ");
            assertThat(client.ask("SETUP rtsp://h/cam1/trackID=2 RTSP/1.0\r\n" + transportLine))
                    .contains(" 400 ");
        }
    }

    @Test
    void play_otherSessionId_isNotFound() throws IOException {
        try (Client client = new Client()) {
            client.ask("SETUP rtsp://h/cam1/trackID=1 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP\r\n\r\n");
            assertThat(client.ask("PLAY rtsp://h/cam1 RTSP/1.0\r\nCSeq: 2\r\nSession: 1234\r\n\r\n"))
                    .contains(" 454 ");
        }
    }

    /** A client that does not read: the source is not asked for more than the marks allow, and is asked again later. */
    @Test
    void play_clientReadsSlowly_sourceWaitsAndResumes() throws IOException {
        try (Client client = new Client()) {
            client.play();
            Await.until("the source has been told to wait", () -> flood.pauses.get() > 0, flood.packets::get);
            byte[] into = new byte[65_536];
            int before = flood.resumptions.get();
            do {
                assertThat(client.in.read(into)).isPositive();
            } while (flood.resumptions.get() < before + 3);
        }
        Await.until("the subscription is stopped", () -> flood.playing.get() == 0, flood.playing::get);
    }

    @Test
    void teardown_whilePlaying_stopsTheSource() throws IOException {
        try (Client client = new Client()) {
            client.play();
            client.say("TEARDOWN rtsp://h/cam1 RTSP/1.0\r\nCSeq: 3\r\n\r\n");
            // The answer comes behind what is under way.
            byte[] into = new byte[65_536];
            while (flood.playing.get() > 0) {
                assertThat(client.in.read(into)).isPositive();
            }
        }
    }

    @Test
    void pause_thenPlay_subscribesAnew() throws IOException {
        Quiet quiet = new Quiet();
        server.mount("quiet", quiet);
        try (Client client = new Client()) {
            client.ask("SETUP rtsp://h/quiet/trackID=1 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP\r\n\r\n");
            for (int i = 0; i < 2; i++) {
                assertThat(client.ask("PLAY rtsp://h/quiet RTSP/1.0\r\nCSeq: 2\r\n\r\n"))
                        .contains(" 200 ");
                assertThat(client.ask("PLAY rtsp://h/quiet RTSP/1.0\r\nCSeq: 3\r\n\r\n"))
                        .contains(" 200 ");
                assertThat(client.ask("PAUSE rtsp://h/quiet RTSP/1.0\r\nCSeq: 4\r\n\r\n"))
                        .contains(" 200 ");
            }
        }
        assertThat(quiet.subscriptions).hasValue(2);
        assertThat(quiet.stops).hasValue(2);
    }

    /** Says nothing. */
    private static final class Quiet implements MediaSource {
        final AtomicInteger subscriptions = new AtomicInteger();
        final AtomicInteger stops = new AtomicInteger();

        @Override
        public String sdp() {
            return ScriptedCamera.SDP;
        }

        @Override
        public MediaSubscription subscribe(MediaSink sink) {
            subscriptions.incrementAndGet();
            return new MediaSubscription() {
                @Override
                public void onWritable() {}

                @Override
                public void stop() {
                    stops.incrementAndGet();
                }
            };
        }
    }

    @Test
    void silence_beyondTheSessionTimeout_closesTheConnection() throws IOException {
        server.close();
        server = server(1);
        Quiet quiet = new Quiet();
        server.mount("quiet", quiet);
        try (Client client = new Client()) {
            client.ask("SETUP rtsp://h/quiet/trackID=1 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP\r\n\r\n");
            client.ask("PLAY rtsp://h/quiet RTSP/1.0\r\nCSeq: 2\r\n\r\n");
            client.drain();
        }
        Await.until("the subscription is stopped", () -> quiet.stops.get() == 1, quiet.stops::get);
    }

    @Test
    void unmount_whilePlaying_closesThePlayersAndAnswers404() throws IOException {
        try (Client client = new Client()) {
            client.play();
            server.unmount("/cam1");
            client.drain();
        }
        try (Client client = new Client()) {
            assertThat(client.ask("DESCRIBE rtsp://h/cam1 RTSP/1.0\r\nCSeq: 1\r\n\r\n"))
                    .contains(" 404 ");
        }
    }

    @Test
    void disconnect_bySource_resetsTheConnection() throws IOException {
        AtomicInteger stops = new AtomicInteger();
        server.mount("dying", new MediaSource() {
            @Override
            public String sdp() {
                return ScriptedCamera.SDP;
            }

            @Override
            public MediaSubscription subscribe(MediaSink sink) {
                sink.disconnect();
                return new MediaSubscription() {
                    @Override
                    public void onWritable() {}

                    @Override
                    public void stop() {
                        stops.incrementAndGet();
                    }
                };
            }
        });
        try (Client client = new Client()) {
            client.ask("SETUP rtsp://h/dying/trackID=1 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP\r\n\r\n");
            client.say("PLAY rtsp://h/dying RTSP/1.0\r\nCSeq: 2\r\n\r\n");
            client.drain();
        }
        Await.until("the subscription is stopped", () -> stops.get() == 1, stops::get);
    }

    @Test
    void new_portInUse_saysSo() {
        assertThatThrownBy(() -> new RtspServer(
                        RtspServerSettings.on(server.address()),
                        transport,
                        loops,
                        new SecureRandom(),
                        System::nanoTime))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("cannot listen on")
                .hasMessageContaining(Integer.toString(server.address().getPort()));
    }

    /** Cut, flip, reorder, drop, nonsense: the server answers or closes, and goes on serving. */
    @Test
    void request_nonsense_neverDisturbsTheNextClient() throws IOException {
        long seed = new SecureRandom().nextLong();
        System.out.println("RtspServerIT nonsense seed " + seed);
        Random random = new Random(seed);
        String good = "OPTIONS * RTSP/1.0\r\n"
                + "CSeq: 1\r\n\r\n"
                + "$\1\0\4abcdDESCRIBE rtsp://h/cam1 RTSP/1.0\r\n"
                + "CSeq: 2\r\n\r\n"
                + "SETUP rtsp://h/cam1/trackID=1 RTSP/1.0\r\n"
                + "CSeq: 3\r\n"
                + "Transport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n"
                + "PLAY rtsp://h/cam1 RTSP/1.0\r\n"
                + "CSeq: 4\r\n"
                + "Content-Length: 3\r\n\r\n"
                + "abc";
        for (int i = 0; i < 200; i++) {
            byte[] bytes = Nonsense.damage(good.getBytes(StandardCharsets.ISO_8859_1), i % 5, random);
            try (Client client = new Client()) {
                client.say(new String(bytes, StandardCharsets.ISO_8859_1));
            }
        }
        try (Client client = new Client()) {
            assertThat(client.ask("OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n")).contains(" 200 ", "CSeq: 9");
        }
        Await.until("every subscription is stopped", () -> flood.playing.get() == 0, flood.playing::get);
    }

    @Test
    void client_asksAndTakesNoAnswer_isNotReadAnyFurther() throws Exception {
        byte[] questions = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n".repeat(2_000).getBytes(StandardCharsets.US_ASCII);
        // More than both kernels' buffers hold; a server that reads on would take it all, and hold all its answers.
        long most = 256L << 20;
        long taken = 0;
        try (SocketChannel client = SocketChannel.open()) {
            client.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_BUFFER_BYTES);
            client.setOption(StandardSocketOptions.SO_SNDBUF, SMALL_BUFFER_BYTES);
            client.connect(server.address());
            client.configureBlocking(false);
            int stillFor = 0;
            while (taken < most && stillFor < STILL_LOOKS) {
                int written = client.write(ByteBuffer.wrap(questions));
                // A request cut in two is still none that is refused: the cut part is sent on.
                while (written > 0 && written % questions.length != 0 && stillFor < STILL_LOOKS) {
                    int more = client.write(ByteBuffer.wrap(questions, written, questions.length - written));
                    stillFor = more == 0 ? stillFor + 1 : 0;
                    written += more;
                    pauseIf(more == 0);
                }
                taken += written;
                stillFor = written == 0 ? stillFor + 1 : 0;
                pauseIf(written == 0);
            }
        }
        assertThat(taken).isLessThan(most);
    }

    private static void pauseIf(boolean isStill) {
        if (isStill) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    @ParameterizedTest
    @CsvSource({"rtsp://h/, 400", "rtsp://h/cam1/, 400"})
    void client_asksForAnEndlessAddress_isRefusedWithoutLooking(String begin, int status) throws IOException {
        try (Client client = new Client()) {
            assertThat(client.ask("DESCRIBE " + begin + "a/".repeat(3_000) + " RTSP/1.0\r\nCSeq: 1\r\n\r\n"))
                    .startsWith("RTSP/1.0 " + status);
        }
    }

    @Test
    void client_asksFarBelowAMount_findsNothing() throws IOException {
        try (Client client = new Client()) {
            assertThat(client.ask("DESCRIBE rtsp://h/cam1/" + "a/".repeat(100) + " RTSP/1.0\r\nCSeq: 1\r\n\r\n"))
                    .startsWith("RTSP/1.0 404");
        }
    }
}
