// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.recorder.camera.SimulatedCamera.Coding;
import org.watchkeep.recorder.rtsp.Peer;

/** A drawn camera that sends JPEG, played by other people's programs. */
class JpegCameraIT {
    @TempDir
    Path folder;

    private SimulatedCameras fleet;

    @BeforeEach
    void start() throws IOException {
        fleet = SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                CameraClock.system(),
                List.of(SimulatedCamera.drawn(4, "Harbour", Coding.MJPEG)));
    }

    @AfterEach
    void stop() throws IOException {
        fleet.close();
    }

    @Test
    void describe_jpegCamera_hasTheStaticPayloadType() throws Exception {
        try (PlainClient client = new PlainClient(fleet.urls().get(0))) {
            assertThat(client.describe())
                    .contains("m=video 0 RTP/AVP 26\r\n", "a=rtpmap:26 JPEG/90000\r\n")
                    .doesNotContain("fmtp");
        }
    }

    @Test
    @Tag("alone")
    void drawn_recordedByFfmpeg_hasAnUnbrokenBarCode() throws Exception {
        Peer.assumeProgram("ffmpeg");
        Path copy = folder.resolve("copy.mp4");

        Peer.Result result = Peer.run(List.of(
                "ffmpeg",
                "-v",
                "error",
                "-analyzeduration",
                "500000",
                "-rtsp_transport",
                "tcp",
                "-i",
                fleet.urls().get(0).toString(),
                "-t",
                "4",
                "-c",
                "copy",
                copy.toString()));

        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output()).isEmpty();
        PictureReport report = PictureProbe.read(copy);
        assertThat(report.pictures()).isBetween(48L, 54L);
        assertThat(report.isUnbroken()).as(report.toString()).isTrue();
    }

    @Test
    @Tag("alone")
    void drawn_playedByGStreamer_decodes() throws Exception {
        Peer.assumeProgram("gst-launch-1.0");

        Peer.Result result = Peer.run(List.of(
                "gst-launch-1.0",
                "-q",
                "rtspsrc",
                "location=" + fleet.urls().get(0),
                "protocols=tcp",
                "!",
                "rtpjpegdepay",
                "!",
                "jpegdec",
                "max-errors=0",
                "!",
                "identity",
                "eos-after=50",
                "!",
                "fakesink",
                "sync=false"));

        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output()).isEmpty();
    }
}
