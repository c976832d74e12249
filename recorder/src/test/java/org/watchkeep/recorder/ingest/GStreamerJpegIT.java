// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.recorder.rtsp.Await;
import org.watchkeep.recorder.rtsp.Peer;
import org.watchkeep.retention.store.StreamId;

/** GStreamer's RTSP server as an MJPEG camera, from the socket to the store: its pictures, in its order, to the pixel. */
@Tag("alone")
class GStreamerJpegIT {
    private static final String PYTHON = "/usr/bin/python3";
    private static final StreamId STREAM = StreamId.main("gst");

    private static final AlarmSink NO_ALARMS = new AlarmSink() {
        @Override
        public void raise(Alarm alarm) {
            throw new AssertionError(alarm.toString());
        }

        @Override
        public void clear(Alarm alarm) {}
    };

    @TempDir
    Path folder;

    @Test
    void record_gstreamerJpegServer_keepsEveryPicture() throws Exception {
        assumePeers();
        TestStore store = new TestStore(folder);
        RecorderTier tier = new RecorderTier(
                RecorderSettings.ofThisMachine(), store.store, store.clock, new SecureRandom(), NO_ALARMS);
        Process peer = peer();
        CameraStatus status;
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(peer.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            assertThat(line)
                    .as("the peer's answer; it says %s", Files.readString(folder.resolve("gst.log")))
                    .startsWith("port ");
            tier.start(List.of(new CameraSettings(
                    "gst",
                    1,
                    "GStreamer",
                    URI.create("rtsp://127.0.0.1:" + line.substring("port ".length()) + "/cam"),
                    Optional.empty(),
                    TestStore.CLASS)));
            Await.until("recorded", () -> status(tier).acknowledgedSeconds() >= 3, () -> status(tier));
            status = status(tier);
            assertThat(tier.stop()).succeedsWithin(10, TimeUnit.SECONDS);
        } finally {
            peer.getOutputStream().close();
            peer.destroy();
        }
        assertThat(status.lostPackets()).isZero();
        Path file = store.extract(STREAM, folder.resolve("gst.mp4"));
        store.close();
        tier.close();
        assertPlays(file);
    }

    private static CameraStatus status(RecorderTier tier) {
        return tier.statuses().get(0);
    }

    private static void assumePeers() throws Exception {
        Peer.assumeProgram("ffmpeg");
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of(PYTHON))
                        && Peer.run(List.of(
                                                PYTHON,
                                                "-c",
                                                "import gi; gi.require_version('GstRtspServer', '1.0'); "
                                                        + "from gi.repository import GstRtspServer"))
                                        .exit()
                                == 0,
                "GStreamer's RTSP server for Python is not installed: test skipped");
    }

    private Process peer() throws IOException {
        Path script = folder.resolve("gst_jpeg_camera.py");
        try (InputStream text = GStreamerJpegIT.class.getResourceAsStream("/peers/gst_jpeg_camera.py")) {
            Files.copy(text, script);
        }
        return new ProcessBuilder(PYTHON, script.toString(), folder.toString())
                .redirectError(folder.resolve("gst.log").toFile())
                .start();
    }

    /** FFmpeg plays it without a word; what it copies out is the source's pictures, each after the one before. */
    private void assertPlays(Path file) throws Exception {
        Path out = Files.createDirectory(folder.resolve("out"));
        Peer.Result copied = Peer.run(List.of(
                "ffmpeg", "-v", "warning", "-i", file.toString(), "-c", "copy", "-f", "image2", out + "/%04d.jpg"));
        assertThat(copied.output()).isEmpty();
        assertThat(copied.exit()).isZero();
        List<int[]> sent = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            sent.add(pixels(folder.resolve(String.format("%03d.jpg", i))));
        }
        File[] recorded = out.toFile().listFiles();
        assertThat(recorded).hasSizeGreaterThanOrEqualTo(70);
        Arrays.sort(recorded);
        int[] first = pixels(recorded[0].toPath());
        int number = 0;
        while (number < sent.size() && !Arrays.equals(sent.get(number), first)) {
            number++;
        }
        for (File picture : recorded) {
            assertThat(Arrays.equals(pixels(picture.toPath()), sent.get(number % sent.size())))
                    .as("%s is picture %d", picture.getName(), number)
                    .isTrue();
            number++;
        }
    }

    private static int[] pixels(Path jpeg) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(Files.readAllBytes(jpeg)));
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }
}
