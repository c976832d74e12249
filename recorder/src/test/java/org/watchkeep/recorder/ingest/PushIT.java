// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.watchkeep.recorder.media.VideoCodec;
import org.watchkeep.recorder.rtsp.Await;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.Peer;
import org.watchkeep.recorder.rtsp.ServerCertificate;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.StreamId;

/** Other people's programs push to our address: what they sent is what was recorded, picture by picture. */
@Tag("alone")
class PushIT {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();
    private static final Credentials WHO = new Credentials("pusher", "s3cret");
    private static final StreamId STREAM = StreamId.main("pushed");

    @TempDir
    Path folder;

    private TestStore store;
    private RecorderTier tier;

    @BeforeEach
    void start() throws Exception {
        store = new TestStore(folder);
        ServerCertificate own = ServerCertificate.selfSigned("Recorder", HERE.getHostAddress(), Instant.now());
        AlarmSink nobody = new AlarmSink() {
            @Override
            public void raise(Alarm alarm) {}

            @Override
            public void clear(Alarm alarm) {}
        };
        RecorderSettings settings = RecorderSettings.ofThisMachine()
                .withPush(new RecorderSettings.Push(new InetSocketAddress(HERE, 0), Optional.of(own)));
        tier = new RecorderTier(settings, store.store, store.clock, new SecureRandom(), nobody);
        tier.start(List.of(new CameraSettings(
                "pushed", 1, "Pushed", URI.create("push:yard/gate"), Optional.of(WHO), TestStore.CLASS)));
    }

    @AfterEach
    void stop() throws IOException {
        assertThat(tier.stop()).succeedsWithin(10, TimeUnit.SECONDS);
        store.close();
        tier.close();
    }

    private int port() {
        return tier.pushAddress().orElseThrow().getPort();
    }

    private String url(String userInfo, String path) {
        return url("rtsp", userInfo, path);
    }

    private String url(String scheme, String userInfo, String path) {
        return scheme + "://" + userInfo + "127.0.0.1:" + port() + path;
    }

    private CameraStatus status() {
        return tier.statuses().get(0);
    }

    private static final int PICTURES = 100;
    private static final int PICTURES_PER_SECOND = 25;

    /** From the end of the session to the end of the program. */
    private static final int GSTREAMER_ENDS_SECONDS = 5;

    /** What packetisers repeat and drop. */
    private static final String H264_REPEATED = "6|7|8|9";

    /** A key picture among 25, parameter sets in band. */
    private Path clip(String encoder) throws Exception {
        return clip(encoder, PICTURES_PER_SECOND);
    }

    /** As many pictures in less time: what FFmpeg pushes it pushes at the pace of the file, from the first picture on. */
    private Path quickClip(String encoder) throws Exception {
        return clip(encoder, 2 * PICTURES_PER_SECOND);
    }

    private Path clip(String encoder, int picturesPerSecond) throws Exception {
        Peer.assumeProgram("ffmpeg");
        Assumptions.assumeTrue(
                encoder.equals("libx264") || VideoCodec.ofEncodingName("H265").isPresent(),
                "H.265 is not recorded: test skipped");
        Path file = folder.resolve(encoder + ".mp4");
        Peer.Result made = Peer.run(List.of(
                "ffmpeg",
                "-v",
                "error",
                "-f",
                "lavfi",
                "-i",
                "testsrc2=size=320x180:rate=" + picturesPerSecond,
                "-frames:v",
                Integer.toString(PICTURES),
                "-c:v",
                encoder,
                "-preset",
                "ultrafast",
                "-bf",
                "0",
                "-g",
                "25",
                file.toString()));
        Assumptions.assumeTrue(made.exit() == 0, "ffmpeg has no " + encoder + ": test skipped. " + made.output());
        return file;
    }

    private static List<String> ffmpeg(Path clip, String transport, String url) {
        return List.of(
                "ffmpeg",
                "-v",
                "error",
                "-re",
                "-i",
                clip.toString(),
                "-c",
                "copy",
                "-f",
                "rtsp",
                "-rtsp_transport",
                transport,
                url);
    }

    /** The SHA-256 of each picture, without parameter sets and delimiters, which packetisers repeat and drop. */
    private static List<String> hashes(Path file, String filtered) throws Exception {
        Peer.Result result = Peer.run(List.of(
                "ffmpeg",
                "-v",
                "error",
                "-i",
                file.toString(),
                "-map",
                "0:v",
                "-c",
                "copy",
                "-bsf:v",
                "filter_units=remove_types=" + filtered,
                "-f",
                "framehash",
                "-hash",
                "sha256",
                "-"));
        assertThat(result.exit()).as(result.output()).isZero();
        List<String> hashes = new ArrayList<>();
        for (String line : result.output().lines().toList()) {
            if (!line.startsWith("#") && line.contains(",")) {
                hashes.add(line.substring(line.lastIndexOf(',') + 1).strip());
            }
        }
        return hashes;
    }

    private void assertRecordedAsSent(Path clip, String filtered) throws Exception {
        Await.until("the push is over", () -> status().state() == CameraState.WAITING, this::status);
        assertThat(tier.stop()).succeedsWithin(10, TimeUnit.SECONDS);
        assertThat(status().lostPackets()).isZero();
        // The last fragment is handed to the store at the stop; it can be read when it is durable.
        Await.until("all is durable", () -> store.isSealed(STREAM), this::status);
        List<String> sent = hashes(clip, filtered);
        List<String> recorded = hashes(store.extract(STREAM, folder.resolve("extract.mp4")), filtered);
        // GStreamer may begin a few pictures late; from its first on nothing may be missing.
        assertThat(recorded).hasSizeGreaterThan(90).isSubsetOf(sent);
        assertThat(recorded).isEqualTo(sent.subList(sent.indexOf(recorded.get(0)), sent.size()));
        assertThat(store.gapCauses(STREAM)).containsSubsequence(GapCause.CAMERA_UNREACHABLE, GapCause.RECORDER_STOPPED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"libx264; 6|7|8|9", "libx265; 32|33|34|35|39"})
    void push_ffmpegOverTcp_isRecordedPictureByPicture(String encoder, String filtered) throws Exception {
        Path clip = quickClip(encoder);
        Peer.Result pushed = Peer.run(ffmpeg(clip, "tcp", url("pusher:s3cret@", "/yard/gate")));
        assertThat(pushed.output()).isEmpty();
        assertThat(status().terms().orElseThrow().auth()).isEqualTo("digest-md5");
        assertRecordedAsSent(clip, filtered);
    }

    /** What FFmpeg does unless it is told otherwise. */
    @Test
    void push_ffmpegOverUdp_isRecordedPictureByPicture() throws Exception {
        Path clip = quickClip("libx264");
        Peer.Result pushed = Peer.run(ffmpeg(clip, "udp", url("pusher:s3cret@", "/yard/gate")));
        assertThat(pushed.output()).isEmpty();
        assertThat(status().terms().orElseThrow().transport()).isEqualTo("udp");
        assertRecordedAsSent(clip, H264_REPEATED);
    }

    @Test
    void push_ffmpegInsideTls_isRecordedPictureByPicture() throws Exception {
        Path clip = quickClip("libx264");
        Peer.Result pushed = Peer.run(ffmpeg(clip, "tcp", url("rtsps", "pusher:s3cret@", "/yard/gate")));
        assertThat(pushed.output()).isEmpty();
        assertThat(status().terms().orElseThrow().transport()).isEqualTo("rtsps");
        assertRecordedAsSent(clip, H264_REPEATED);
    }

    @ParameterizedTest
    @Tag("campaign")
    @CsvSource(
            delimiter = ';',
            value = {
                "libx264; h264parse; rtsp; udp; udp; 6|7|8|9",
                "libx265; h265parse; rtsp; udp; udp; 32|33|34|35|39",
                "libx264; h264parse; rtsps; tcp; rtsps; 6|7|8|9"
            })
    void push_gstreamerOverUdpAndInsideTls_isRecordedPictureByPicture(
            String encoder, String parser, String scheme, String asked, String transport, String filtered)
            throws Exception {
        Path clip = clip(encoder);
        pushByGstreamer(clip, parser, url(scheme, "", "/yard/gate"), asked);
        assertThat(status().terms().orElseThrow().transport()).isEqualTo(transport);
        assertRecordedAsSent(clip, filtered);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"libx264; h264parse; 6|7|8|9", "libx265; h265parse; 32|33|34|35|39"})
    void push_gstreamerOverTcp_isRecordedPictureByPicture(String encoder, String parser, String filtered)
            throws Exception {
        Path clip = clip(encoder);
        pushByGstreamer(clip, parser, url("", "/yard/gate/"), "tcp");
        assertRecordedAsSent(clip, filtered);
    }

    /**
     * How GStreamer ends says nothing of us: one push in twenty or so of GStreamer 1.22 waits for ever for the end of its own
     * RTCP stream, or meets its own end of file when it says goodbye. What it sent is compared picture by picture all the
     * same.
     */
    private void pushByGstreamer(Path clip, String parser, String url, String transport) throws Exception {
        Peer.assumeProgram("gst-launch-1.0");
        Peer.Result there = Peer.run(List.of("gst-inspect-1.0", "--exists", "rtspclientsink"));
        Assumptions.assumeTrue(there.exit() == 0, "GStreamer has no rtspclientsink: test skipped");
        Path log = folder.resolve("gstreamer.log");
        Process pushing = new ProcessBuilder(gstreamer(clip, parser, url, transport))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            Await.until(
                    "the push is over",
                    () -> !pushing.isAlive() || (status().sessions() > 0 && status().state() == CameraState.WAITING),
                    this::status);
            if (pushing.waitFor(GSTREAMER_ENDS_SECONDS, TimeUnit.SECONDS) && pushing.exitValue() != 0) {
                assertThat(Files.readString(log)).contains("Received end-of-file");
            }
        } finally {
            pushing.destroyForcibly().waitFor();
        }
    }

    private static List<String> gstreamer(Path clip, String parser, String url, String transport) {
        return List.of(
                "gst-launch-1.0",
                "-q",
                "filesrc",
                "location=" + clip,
                "!",
                "qtdemux",
                "!",
                parser,
                "config-interval=-1",
                "!",
                "rtspclientsink",
                "location=" + url,
                "protocols=" + transport,
                // Our certificate is signed by itself.
                "tls-validation-flags=0",
                "user-id=pusher",
                "user-pw=s3cret");
    }

    @Test
    void push_wrongPasswordOrUnknownPath_isRefused() throws Exception {
        Path clip = clip("libx264");
        assertThat(Peer.run(ffmpeg(clip, "tcp", url("pusher:guess@", "/yard/gate")))
                        .output())
                .contains("401");
        assertThat(Peer.run(ffmpeg(clip, "tcp", url("pusher:s3cret@", "/elsewhere")))
                        .output())
                .contains("404");
        assertThat(Peer.run(ffmpeg(clip, "tcp", url("pusher:s3cret@", "/yard"))).output())
                .contains("404");
        assertThat(status().packets()).isZero();
        assertThat(store.gapCauses(STREAM)).last().isEqualTo(GapCause.CAMERA_UNREACHABLE);
    }

    @Test
    void push_secondPublisher_isRefusedWhileTheFirstLives() throws Exception {
        Path clip = clip("libx264");
        Process first = new ProcessBuilder(ffmpeg(clip, "tcp", url("pusher:s3cret@", "/yard/gate")))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("first.log").toFile())
                .start();
        Await.until("the first is recorded", () -> status().packets() > 0, this::status);
        assertThat(Peer.run(ffmpeg(clip, "tcp", url("pusher:s3cret@", "/yard/gate")))
                        .output())
                .contains("455");
        assertThat(first.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(folder.resolve("first.log"))).isEmpty();
        assertThat(status().sessions()).isEqualTo(1);
        Await.until("the first is gone", () -> status().state() == CameraState.WAITING, this::status);

        Peer.Result third = Peer.run(ffmpeg(clip, "tcp", url("pusher:s3cret@", "/yard/gate")));
        assertThat(third.output()).isEmpty();
        assertThat(status().sessions()).isEqualTo(2);
    }

    /** Whoever has not logged in learns nothing, whatever is asked and in whatever order. */
    @Test
    void push_requestsWithoutLoginOrOutOfOrder_areRefused() throws Exception {
        for (String method : List.of("ANNOUNCE", "SETUP", "RECORD", "TEARDOWN", "DESCRIBE", "PLAY")) {
            assertThat(ask(method, "/yard/gate")).as(method).startsWith("RTSP/1.0 401 ");
            assertThat(ask(method, "/elsewhere")).as(method).startsWith("RTSP/1.0 404 ");
        }
        assertThat(status().state()).isEqualTo(CameraState.WAITING);
    }

    private String ask(String method, String path) throws IOException {
        try (Socket socket = new Socket(HERE, port())) {
            socket.getOutputStream()
                    .write((method + " " + url("", path) + " RTSP/1.0\r\nCSeq: 1\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }
}
