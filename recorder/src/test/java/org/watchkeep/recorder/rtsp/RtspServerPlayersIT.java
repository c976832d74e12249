// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Other people's players against our server. */
@Tag("alone")
class RtspServerPlayersIT {
    private static final Credentials WHO = new Credentials("admin", "pa:ss w@rd");

    /** A quick camera: what players must show is so many pictures. */
    private static final int PICTURES_PER_SECOND = 100;

    @TempDir
    Path folder;

    private final NettyTransport transport = NettyTransport.best();
    private EventLoopGroup loops;
    private RtspServer server;

    @BeforeEach
    void start() throws Exception {
        loops = transport.loops(1, "test-server");
        server = new RtspServer(
                RtspServerSettings.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                transport,
                loops,
                new SecureRandom(),
                System::nanoTime);
    }

    @AfterEach
    void stop() {
        server.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private ElementaryStreamSource source() throws Exception {
        return new ElementaryStreamSource(Peer.elementaryStream(folder, PICTURES_PER_SECOND), PICTURES_PER_SECOND);
    }

    private String url(String userInfo) {
        return "rtsp://" + userInfo + "127.0.0.1:" + server.address().getPort() + "/cam1";
    }

    /** FFmpeg 5.1 knows MD5 and MD5-sess; it knows no SHA-256, and gives up where that is the last of several challenges. */
    @ParameterizedTest
    @EnumSource(
            value = MountAccess.Scheme.class,
            names = {"NONE", "BASIC", "DIGEST", "DIGEST_QOP_AUTH", "DIGEST_MD5_SESS"})
    void play_ffmpegOverTcpWithEveryLogin_decodes(MountAccess.Scheme scheme) throws Exception {
        ElementaryStreamSource source = source();
        server.mount("/cam1", source, new MountAccess(scheme, "test camera", WHO));

        Peer.Result result = Peer.run(List.of(
                "ffmpeg",
                "-v",
                "error",
                "-rtsp_transport",
                "tcp",
                "-i",
                url("admin:pa%3Ass%20w%40rd@"),
                "-frames:v",
                "60",
                "-f",
                "null",
                "-"));

        assertThat(result.output()).isEmpty();
        assertThat(result.exit()).isZero();
    }

    @Test
    void play_ffmpegWithWrongPassword_isRefused() throws Exception {
        ElementaryStreamSource source = source();
        server.mount("/cam1", source, new MountAccess(MountAccess.Scheme.DIGEST, "test camera", WHO));

        Peer.Result result = Peer.run(List.of(
                "ffmpeg",
                "-v",
                "error",
                "-rtsp_transport",
                "tcp",
                "-i",
                url("admin:wrong@"),
                "-frames:v",
                "1",
                "-f",
                "null",
                "-"));

        assertThat(result.output()).contains("401");
        assertThat(result.exit()).isNotZero();
    }

    /** No transport named: ffprobe asks for UDP first, is refused with 461, and takes TCP. */
    @Test
    void play_ffprobeWithoutTransport_fallsBackToTcp() throws Exception {
        Peer.assumeProgram("ffprobe");
        ElementaryStreamSource source = source();
        server.mount("/cam1", source);

        Peer.Result result = Peer.run(List.of(
                "ffprobe",
                "-v",
                "error",
                "-count_frames",
                "-read_intervals",
                "%+4",
                "-show_entries",
                "stream=codec_name,width,height",
                "-of",
                "csv",
                url("")));

        assertThat(result.output()).contains("stream,h264,640,360");
        assertThat(result.exit()).isZero();
    }

    /** GStreamer 1.22 knows MD5 only. */
    @ParameterizedTest
    @EnumSource(
            value = MountAccess.Scheme.class,
            names = {"NONE", "DIGEST", "DIGEST_QOP_AUTH"})
    void play_gstreamerOverTcp_decodesAHundredPictures(MountAccess.Scheme scheme) throws Exception {
        Peer.assumeProgram("gst-launch-1.0");
        ElementaryStreamSource source = source();
        server.mount("/cam1", source, new MountAccess(scheme, "test camera", WHO));

        Peer.Result result = Peer.run(List.of(
                "gst-launch-1.0",
                "-q",
                "rtspsrc",
                "location=" + url(""),
                "protocols=tcp",
                "user-id=admin",
                "user-pw=pa:ss w@rd",
                "!",
                "rtph264depay",
                "!",
                "avdec_h264",
                "!",
                "identity",
                "eos-after=100",
                "!",
                "fakesink",
                "sync=false"));

        assertThat(result.output()).doesNotContain("ERROR");
        assertThat(result.exit()).isZero();
    }
}
