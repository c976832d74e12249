// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.Fault;
import org.watchkeep.recorder.camera.FileFootage;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCameras;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.MediaTransport;
import org.watchkeep.recorder.rtsp.MountAccess;
import org.watchkeep.recorder.rtsp.MountAccess.Scheme;

/** {@code camera probe} of our own camera by each transport, codec and login, whose truth is known: each figure is right. */
@Timeout(120)
@Tag("campaign")
@Tag("alone")
class CameraProbeTruthIT {
    private static final String USER = "recorder";
    private static final String PASSWORD = "secret 1";
    private static final double PICTURES_PER_SECOND = 12.5;
    private static final double SECONDS_BETWEEN_KEY_PICTURES = 2;
    private static final int JUMP_SECONDS = 3600;
    private static final List<String> BOTH = List.of("tcp", "udp");

    @TempDir
    private Path folder;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Truth> truths = new ArrayList<>();

    /** A camera, and what a probe has to say of it. */
    private record Truth(
            SimulatedCamera camera, String codec, String auth, List<String> transports, int clockSeconds) {}

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private int next() {
        return truths.size() + 1;
    }

    private static MountAccess login(Scheme scheme) {
        return scheme == Scheme.NONE
                ? MountAccess.OPEN
                : new MountAccess(scheme, "camera", new Credentials(USER, PASSWORD));
    }

    /** Of the clip, which costs nothing to play: a machine that draws a dozen streets is late, and so are its reports. */
    private SimulatedCamera playing(String name) throws IOException {
        return SimulatedCamera.fromFile(
                        next(), FileFootage.streetInH265(), SimulatedCamera.Play.LOOPING, SimulatedCamera.Begin.AT_ONCE)
                .withName(name);
    }

    private void login(Scheme scheme, String auth) throws IOException {
        SimulatedCamera camera = playing("Login " + scheme).withAccess(login(scheme));
        truths.add(new Truth(camera, "h265", auth, BOTH, 0));
    }

    private void transports(Set<MediaTransport> served, List<String> seen) throws IOException {
        SimulatedCamera camera = playing("By " + seen).withTransports(served).withAccess(login(Scheme.DIGEST));
        truths.add(new Truth(camera, "h265", "digest-md5", seen, 0));
    }

    private void drawn(String codec, SimulatedCamera.Coding coding) {
        SimulatedCamera camera =
                SimulatedCamera.drawn(next(), "Drawn " + coding, coding).withAccess(login(Scheme.DIGEST_SHA256));
        truths.add(new Truth(camera, codec, "digest-sha256", BOTH, 0));
    }

    @TestFactory
    Stream<DynamicTest> probe_eachTransportCodecAndLogin_saysTheTruth() throws Exception {
        login(Scheme.NONE, "none");
        login(Scheme.BASIC, "basic");
        login(Scheme.DIGEST, "digest-md5");
        login(Scheme.DIGEST_MD5_SESS, "digest-md5-sess");
        login(Scheme.DIGEST_SHA256, "digest-sha256");
        login(Scheme.DIGEST_SHA512_256, "digest-sha512-256");
        login(Scheme.SEVERAL, "digest-sha256");
        transports(Set.of(MediaTransport.TCP), List.of("tcp"));
        transports(Set.of(MediaTransport.UDP), List.of("udp"));
        transports(Set.of(MediaTransport.RTSPS), List.of("rtsps"));
        drawn("h264", SimulatedCamera.Coding.H264);
        drawn("mjpeg", SimulatedCamera.Coding.MJPEG);
        SimulatedCamera ahead =
                playing("An hour ahead").withFaults(List.of(Fault.parse("jump:" + JUMP_SECONDS + "s@0s")));
        truths.add(new Truth(ahead, "h265", "none", BOTH, JUMP_SECONDS));
        return looked();
    }

    /** Looks at all of them at once; then one test says of each what was seen. */
    private Stream<DynamicTest> looked() throws Exception {
        Files.writeString(folder.resolve("password"), PASSWORD + "\n");
        List<SimulatedCamera> cameras = truths.stream().map(Truth::camera).toList();
        List<DynamicTest> tests = new ArrayList<>();
        try (SimulatedCameras fleet = SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), CameraClock.system(), cameras)) {
            List<CompletableFuture<JsonNode>> looking = new ArrayList<>();
            for (int i = 0; i < cameras.size(); i++) {
                URI url = fleet.urls().get(i);
                Truth truth = truths.get(i);
                looking.add(CompletableFuture.supplyAsync(() -> probe(url, truth, fleet.certificateSha256()), threads));
            }
            for (int i = 0; i < cameras.size(); i++) {
                JsonNode seen = looking.get(i).get(60, TimeUnit.SECONDS);
                Truth truth = truths.get(i);
                System.out.println(truth.camera().name() + ": probe " + seen);
                tests.add(DynamicTest.dynamicTest(truth.camera().name(), () -> assertTrueOf(truth, seen)));
            }
        }
        return tests.stream();
    }

    private JsonNode probe(URI url, Truth truth, String certificate) {
        TestShell test = new TestShell();
        List<String> command = new ArrayList<>(List.of("camera", "probe", "--json", "--for", "12s", url.toString()));
        if (url.getScheme().equals("rtsps")) {
            command.addAll(List.of("--pin", certificate));
        }
        if (!truth.auth().equals("none")) {
            command.addAll(List.of(
                    "--user",
                    USER,
                    "--login",
                    "any",
                    "--password-file",
                    folder.resolve("password").toString()));
        }
        int exit = test.run(command.toArray(String[]::new));
        assertThat(exit).as("%s: %s%s", command, test.out(), test.err()).isZero();
        try {
            return new ObjectMapper().readTree(test.out());
        } catch (IOException e) {
            throw new AssertionError(test.out(), e);
        }
    }

    private static void assertTrueOf(Truth truth, JsonNode seen) {
        boolean isEachKey = truth.codec().equals("mjpeg");
        assertThat(seen.path("codec").asText()).isEqualTo(truth.codec());
        assertThat(seen.path("width").asInt()).isEqualTo(640);
        assertThat(seen.path("height").asInt()).isEqualTo(360);
        assertThat(seen.path("fps").asDouble()).isCloseTo(PICTURES_PER_SECOND, within(0.2));
        assertThat(seen.path("gopSeconds").asDouble())
                .isCloseTo(isEachKey ? 1 / PICTURES_PER_SECOND : SECONDS_BETWEEN_KEY_PICTURES, within(0.01));
        assertThat(seen.path("bitrate").asLong()).isBetween(50_000L, 20_000_000L);
        assertThat(seen.path("auth").asText()).isEqualTo(truth.auth());
        List<String> transports = new ArrayList<>();
        seen.path("transports").forEach(transport -> transports.add(transport.asText()));
        assertThat(transports).containsExactlyInAnyOrderElementsOf(truth.transports());
        assertThat(seen.path("sessionTimeout").asInt()).isEqualTo(60);
        assertThat(seen.path("keepalive").path(0).asText()).isEqualTo("GET_PARAMETER");
        // One each five seconds; the first of them comes while a cold machine is still late with everything.
        assertThat(seen.path("senderReports").asLong()).isBetween(2L, 4L);
        assertThat(seen.path("clockOffsetMs").asDouble()).isCloseTo(truth.clockSeconds() * 1e3, within(1_000.0));
        assertThat(seen.path("reasons")).isEmpty();
    }
}
