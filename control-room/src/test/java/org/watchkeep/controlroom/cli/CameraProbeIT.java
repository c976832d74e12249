// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.FileFootage;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCameras;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.MountAccess;

/** What a probe says of cameras whose truth is known. */
@Timeout(120)
class CameraProbeIT {
    @TempDir
    private Path folder;

    private JsonNode probe(int expectedExit, String... args) throws IOException {
        TestShell test = new TestShell();
        List<String> all = new ArrayList<>(List.of("camera", "probe", "--json"));
        all.addAll(List.of(args));
        assertThat(test.run(all.toArray(String[]::new)))
                .as("%s: %s%s", all, test.out(), test.err())
                .isEqualTo(expectedExit);
        return new ObjectMapper().readTree(test.out());
    }

    @Test
    void probe_drawnCameraWithDigest_saysWhatItIs() throws IOException {
        MountAccess digest =
                new MountAccess(MountAccess.Scheme.DIGEST, "camera", new Credentials("recorder", "secret 1"));
        Path password = Files.writeString(folder.resolve("password"), "secret 1\n");
        try (SimulatedCameras cameras = SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                CameraClock.system(),
                List.of(SimulatedCamera.drawn(1, "High Street").withAccess(digest)))) {
            String url = cameras.urls().get(0).toString();
            JsonNode report = probe(
                    Refusal.GOOD, url, "--for", "6s", "--user", "recorder", "--password-file", password.toString());
            assertThat(report.path("schema").asText()).isEqualTo("watchkeep/camera-probe/1");
            assertThat(report.path("codec").asText()).isEqualTo("h264");
            assertThat(report.path("width").asInt()).isEqualTo(640);
            assertThat(report.path("height").asInt()).isEqualTo(360);
            assertThat(report.path("fps").asDouble()).isCloseTo(12.5, within(0.3));
            assertThat(report.path("gopSeconds").asDouble()).isCloseTo(2, within(0.1));
            assertThat(report.path("bitrate").asLong()).isPositive();
            assertThat(report.path("auth").asText()).startsWith("digest-");
            assertThat(report.path("transports").toString()).contains("tcp");
            assertThat(report.path("keepalive")).isNotEmpty();
            assertThat(report.path("senderReports").asLong()).isPositive();
            assertThat(report.path("clockOffsetMs").asDouble()).isCloseTo(0, within(2_000.0));
            assertEveryNullHasItsReason(report);

            JsonNode refused = probe(Refusal.FOUND, url);
            assertThat(refused.path("codec").isNull()).isTrue();
            assertThat(refused.path("reasons").path("codec").asText()).contains("login");
            assertThat(refused.path("auth").asText()).as("what it asks for").startsWith("digest-");
            assertEveryNullHasItsReason(refused);

            TestShell people = new TestShell();
            assertThat(people.run("camera", "probe", url)).isEqualTo(Refusal.FOUND);
            assertThat(people.out()).contains("give --user and --password-file");
            assertThat(people.out().split("asks for a login", -1))
                    .as("said once")
                    .hasSize(2);
        }
    }

    /** A rate is the distance of two pictures: of one it would be a guess, and look like a figure. */
    @Test
    void probe_onePictureOnly_measuresNoRate() throws Exception {
        Assumptions.assumeTrue(Program.isThere("ffmpeg"), "ffmpeg is not installed: test skipped");
        PeerClip clip = PeerClip.make(folder.resolve("one.mp4"), "h264", 1, "-frames:v", "1");
        try (SimulatedCameras cameras = SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                CameraClock.system(),
                List.of(SimulatedCamera.fromFile(
                        1,
                        FileFootage.read(clip.file()),
                        SimulatedCamera.Play.ONCE,
                        SimulatedCamera.Begin.WITH_FIRST_CLIENT)))) {
            JsonNode report =
                    probe(Refusal.GOOD, cameras.urls().get(0).toString(), "--for", "5s", "--transport", "tcp");
            assertThat(report.path("width").asInt()).isEqualTo(PeerClip.WIDTH);
            for (String field : List.of("fps", "bitrate", "gopSeconds")) {
                assertThat(report.path(field).isNull()).as(field).isTrue();
            }
            assertEveryNullHasItsReason(report);
        }
    }

    private static void assertEveryNullHasItsReason(JsonNode report) {
        report.properties().forEach(field -> {
            if (field.getValue().isNull()) {
                assertThat(report.path("reasons").path(field.getKey()).asText())
                        .as("reason for %s", field.getKey())
                        .isNotBlank();
            }
        });
    }

    @Test
    void probe_nobodyThere_isExitThreeWithReasons() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        JsonNode report = probe(Refusal.ENVIRONMENT, "rtsp://127.0.0.1:" + port + "/x");
        assertThat(report.path("fps").isNull()).isTrue();
        assertEveryNullHasItsReason(report);
    }

    @Test
    void probe_badInput_isExitTwo() throws IOException {
        probe(Refusal.BAD_INPUT, "http://127.0.0.1/x");
        probe(Refusal.BAD_INPUT, "rtsp://a:b@127.0.0.1/x");
        probe(Refusal.BAD_INPUT, "rtsp://127.0.0.1/x", "--transport", "pigeon");
        probe(Refusal.BAD_INPUT, "rtsps://127.0.0.1/x", "--transport", "udp");
        probe(Refusal.BAD_INPUT, "rtsp://127.0.0.1/x", "--user", "u");
        probe(Refusal.BAD_INPUT, "rtsp://127.0.0.1/x", "--for", "99h");
    }
}
