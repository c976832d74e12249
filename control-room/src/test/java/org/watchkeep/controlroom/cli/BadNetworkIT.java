// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.FileFootage;
import org.watchkeep.recorder.camera.PictureProbe;
import org.watchkeep.recorder.camera.PictureReport;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCameras;
import org.watchkeep.retention.Campaign;

/**
 * {@code serve} in a network namespace of its own, two minutes behind a wire that loses one RTP packet in a hundred, lets one
 * be overtaken and brings one twice: each loss is counted, what it damaged is flagged, and nothing stops. The wire counts
 * what it did, and knows nothing of us.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@Tag("alone")
class BadNetworkIT {
    /** RFC 2544: for tests of networks, and routed nowhere. */
    private static final String CAMERAS = "198.18.71.1";

    private static final String RECORDER = "198.18.71.2";
    private static final String DRAWN = "drawn";
    private static final String CLIP = "clip";
    private static final double PICTURES_PER_SECOND = 12.5;
    private static final int BAD_SECONDS = Math.max(60, Campaign.of(120));
    private static final String SHARE = "0.01";

    /** The last losses are seen by what comes behind them. */
    private static final int GOOD_SECONDS = 5;

    /** Up to the first key picture that came whole. */
    private static final int BLURRED_AT_START = 7;

    /** For a start, and for all to be on disk. */
    private static final int LATE_SECONDS = 40;

    @TempDir
    private Path folder;

    @Test
    @Tag("campaign")
    void serve_behindABadNetworkForMinutes_countsEachLossAndGoesOn() throws Exception {
        Assumptions.assumeTrue(Program.isRoot(), "not root: no network namespace can be made: test skipped");
        Assumptions.assumeTrue(Program.isThere("ip"), "iproute2 is not installed: test skipped");
        Assumptions.assumeTrue(
                Files.exists(Path.of("/dev/net/tun")), "this system has no TUN devices (/dev/net/tun): test skipped");
        try (Wire wire = new Wire();
                SimulatedCameras fleet = SimulatedCameras.start(
                        new InetSocketAddress(InetAddress.getByName(CAMERAS), 0),
                        CameraClock.system(),
                        List.of(
                                SimulatedCamera.drawn(1, "Bad network"),
                                SimulatedCamera.fromFile(
                                        2,
                                        FileFootage.streetInH265(),
                                        SimulatedCamera.Play.LOOPING,
                                        SimulatedCamera.Begin.AT_ONCE)))) {
            ServedSite site = new ServedSite(folder, "none");
            site.camera(DRAWN, fleet.urls().get(0).toString(), RealPeer.Transport.UDP, "");
            site.camera(CLIP, fleet.urls().get(1).toString(), RealPeer.Transport.UDP, "");
            site.init(Program.freePort());
            JsonNode served = serve(site, wire);
            assertCounted(served, wire.end());
            assertWhole(site);
        }
    }

    private JsonNode serve(ServedSite site, Wire wire) throws Exception {
        Path said = folder.resolve("serve.out");
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", wire.namespace));
        command.addAll(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-cp"));
        command.addAll(List.of(System.getProperty("java.class.path"), "org.watchkeep.controlroom.cli.Main"));
        command.addAll(List.of("serve", "--json", "--data", site.data().toString()));
        Process serve = new ProcessBuilder(command)
                .redirectOutput(said.toFile())
                .redirectError(folder.resolve("serve.err").toFile())
                .start();
        try {
            awaitSeconds(site, serve, BAD_SECONDS, BAD_SECONDS + LATE_SECONDS);
            wire.clean();
            awaitSeconds(site, serve, BAD_SECONDS + GOOD_SECONDS, LATE_SECONDS);
            serve.destroy();
            assertThat(serve.waitFor(60, TimeUnit.SECONDS))
                    .as(text("serve.err"))
                    .isTrue();
            assertThat(serve.exitValue()).as(text("serve.err")).isZero();
        } finally {
            serve.destroyForcibly().waitFor();
        }
        return new ObjectMapper().readTree(Files.readString(said));
    }

    private void awaitSeconds(ServedSite site, Process serve, int seconds, int within) throws IOException {
        Program.await(
                seconds + " s on disk",
                within,
                () -> {
                    assertThat(serve.isAlive()).as(text("serve.err")).isTrue();
                    return Files.exists(site.data().resolve("control.sock"))
                            && site.seconds(DRAWN) >= seconds
                            && site.seconds(CLIP) >= seconds;
                },
                () -> text("serve.err"));
    }

    private String text(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static void assertCounted(JsonNode served, JsonNode wire) {
        System.out.println("serve: " + served.path("cameras"));
        System.out.println("wire: " + wire);
        long lost = 0;
        for (JsonNode camera : served.path("cameras")) {
            assertThat(camera.path("transport").asText()).isEqualTo("udp");
            assertThat(camera.path("damagedPictures").asLong()).isPositive();
            lost += camera.path("lostPackets").asLong();
        }
        long sent = wire.path("sent").asLong();
        // So that nothing is proved by a wire that was not bad.
        assertThat(sent).isGreaterThan(BAD_SECONDS * 20L);
        assertThat(wire.path("lost").asDouble()).isCloseTo(sent * Double.parseDouble(SHARE), within(sent * 0.005));
        assertThat(wire.path("overtaken").asLong()).isPositive();
        assertThat(wire.path("twice").asLong()).isPositive();
        // By the cameras' own word in their last reports, which are up to five seconds old.
        assertThat(wire.path("cameraSaysSent").asDouble()).isBetween(sent * 0.9, (double) sent);
        assertThat(lost).isEqualTo(wire.path("lost").asLong());
    }

    private static void assertWhole(ServedSite site) throws IOException {
        for (String camera : List.of(DRAWN, CLIP)) {
            JsonNode listed = site.list(camera);
            // Nothing between the start and the stop; what the stop leaves can be of no length.
            assertThat(listed.path("gaps").findValuesAsText("cause")).isSubsetOf("connecting", "recorder-stopped");
            long damaged = 0;
            for (JsonNode segment : listed.path("segments")) {
                damaged += segment.path("damagedFragments").asLong();
            }
            assertThat(damaged).as(camera).isPositive();
            JsonNode extracted = site.extracted(camera);
            PictureReport report =
                    PictureProbe.read(Path.of(extracted.path("file").asText()));
            System.out.println(camera + ": " + damaged + " fragments with damage, " + extracted.path("pictures")
                    + " pictures kept, decoded: " + report);
            double pictures = PICTURES_PER_SECOND * (BAD_SECONDS + GOOD_SECONDS);
            // Some pictures are of one packet: those that lost it are wholly gone.
            assertThat(extracted.path("pictures").asDouble()).isGreaterThan(0.95 * pictures);
            // A loss can blur what follows up to the next key picture, or hide it: two seconds at most, and never all.
            assertThat((double) report.pictures()).isGreaterThan(0.7 * pictures);
            assertThat((double) report.withBarCode()).isGreaterThan(0.4 * pictures);
        }
        PictureReport drawn = PictureProbe.read(site.data().resolveSibling(DRAWN + "-extract.mp4"));
        long span =
                drawn.last().orElseThrow().frame() - drawn.first().orElseThrow().frame();
        // The first pictures may be among those that a loss has blurred; GOPs are two seconds, and three in a row are
        // rare.
        assertThat((double) span).isGreaterThan(PICTURES_PER_SECOND * (BAD_SECONDS + GOOD_SECONDS - BLURRED_AT_START));
        JsonNode check = site.ask("store", "check", "--deep");
        System.out.println("store check --deep: " + check);
        assertThat(check.path("unexplained").asInt(-1)).isZero();
    }

    /** The wire's process. */
    private final class Wire implements AutoCloseable {
        final String namespace = "wk" + ProcessHandle.current().pid();
        private final Process process;
        private final BufferedReader out;

        Wire() throws IOException {
            long seed = new Random().nextInt(Integer.MAX_VALUE);
            System.out.println("bad network, seed " + seed);
            Path script =
                    Path.of(System.getProperty("watchkeep.root"), "control-room/src/test/resources/peers/bad_wire.py");
            Path log = folder.resolve("wire.log");
            process = new ProcessBuilder(
                            "/usr/bin/python3",
                            script.toString(),
                            namespace,
                            CAMERAS,
                            RECORDER,
                            SHARE,
                            Long.toString(seed))
                    .redirectError(log.toFile())
                    .start();
            out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String line = out.readLine();
            Assumptions.assumeTrue(
                    "ready".equals(line), () -> "no network namespace can be made: test skipped. " + text("wire.log"));
        }

        /** It loses nothing any more. */
        void clean() throws IOException {
            process.getOutputStream().write("clean\n".getBytes(StandardCharsets.US_ASCII));
            process.getOutputStream().flush();
        }

        /** Takes it down; what it has done. */
        JsonNode end() throws IOException {
            process.getOutputStream().close();
            return new ObjectMapper().readTree(out.readLine());
        }

        @Override
        public void close() throws Exception {
            process.getOutputStream().close();
            // It removes the namespace at its end, and would leave it if it were killed.
            if (!process.waitFor(LATE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }
}
