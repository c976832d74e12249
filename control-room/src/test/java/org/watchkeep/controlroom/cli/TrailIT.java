// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCameras;

/** A site that records enters what it does; its trail verifies while it runs and after it has stopped. */
@Timeout(120)
class TrailIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private int exports;

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private List<JsonNode> entries(ServedSite site) throws IOException {
        Path out = folder.resolve("export-" + exports++);
        site.ask("audit", "export", "--from", "-1h", "--to", "now", "--out", out.toString());
        List<JsonNode> entries = new ArrayList<>();
        for (String line : Files.readAllLines(out.resolve("entries.jsonl"))) {
            entries.add(JSON.readTree(line));
        }
        return entries;
    }

    private static List<String> acts(List<JsonNode> entries) {
        return entries.stream().map(entry -> entry.path("act").asText()).toList();
    }

    private static void record(ServedSite site) throws IOException {
        double before = site.seconds("gate");
        Program.await("two seconds more", 60, () -> site.seconds("gate") > before + 2, () -> "");
    }

    private static void deleteTree(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void site_thatRecords_entersWhatItDoes() throws Exception {
        try (SimulatedCameras cameras = SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                CameraClock.system(),
                List.of(SimulatedCamera.drawn(1, "Gate")))) {
            ServedSite site = new ServedSite(folder, "unused");
            site.camera("gate", cameras.urls().get(0).toString(), RealPeer.Transport.TCP, "");
            site.init(0);
            site.guardByFewRounds();
            site.serve(threads);
            try {
                record(site);
                assertThat(site.ask("audit", "verify").path("good").asBoolean())
                        .as("beside the recorder")
                        .isTrue();
                site.ask(
                        "store",
                        "extract",
                        "--camera",
                        "gate",
                        "--purpose",
                        "crime",
                        "--out",
                        folder.resolve("x.mp4").toString());
                TestShell other = new TestShell();
                int exit = other.run(
                        "store",
                        "extract",
                        "--json",
                        "--data",
                        site.data().toString(),
                        "--camera",
                        "gate",
                        "--purpose",
                        "curiosity",
                        "--out",
                        folder.resolve("y.mp4").toString());
                assertThat(exit).isEqualTo(Refusal.BAD_INPUT);
                assertThat(other.out()).contains("\"code\":\"bad-purpose\"", "subject-request");
                assertThat(folder.resolve("y.mp4")).doesNotExist();
            } finally {
                site.stop();
            }
            Path kept = Files.copy(site.data().resolve("trail/checkpoint"), folder.resolve("kept"));
            List<JsonNode> first = entries(site);
            assertThat(acts(first))
                    .containsSubsequence(
                            "trail.begun",
                            "policy.changed",
                            "machine.started",
                            "site.configured",
                            "camera.changed",
                            "footage.extracted",
                            "footage.root",
                            "machine.stopped");
            JsonNode root = first.stream()
                    .filter(entry -> entry.path("act").asText().equals("footage.root"))
                    .reduce((one, next) -> next)
                    .orElseThrow();
            assertThat(root.path("data").path("segments").asInt()).isPositive();
            assertThat(first.toString()).contains("\"purpose\":\"crime\"").doesNotContain("Gate", "curiosity");

            ServedSite next = new ServedSite(folder, "unused");
            next.serve(threads);
            record(next);
            next.stop();
            List<String> all = acts(entries(site));
            List<String> second = all.subList(first.size(), all.size());
            assertThat(second)
                    .contains("trail.exported", "machine.started", "footage.root", "machine.stopped")
                    .doesNotContain("site.configured", "camera.changed", "machine.unclean", "policy.changed");
            JsonNode report = site.ask("audit", "verify", "--checkpoint", kept.toString());
            assertThat(report.path("good").asBoolean()).isTrue();
            assertThat(site.ask("store", "check", "--deep").path("unexplained").asInt())
                    .isZero();
        }
    }

    @Test
    void trailThatIsGone_recordsAndRefusesWhatMustBeEntered() throws Exception {
        ServedSite site = new ServedSite(folder, "unused");
        site.camera("gate", "rtsp://127.0.0.1:1/x", RealPeer.Transport.TCP, "");
        site.init(0);
        site.guardByFewRounds();
        deleteTree(site.data().resolve("trail"));
        site.ask("volume", "ls");
        TestShell shell = new TestShell();
        int exit = shell.run(
                "keys",
                "backup",
                "--medium",
                "stick",
                "--out",
                folder.resolve("b.p12").toString(),
                "--data",
                site.data().toString());
        assertThat(exit).as(shell.err()).isEqualTo(3);
        assertThat(folder.resolve("b.p12")).doesNotExist();
        assertThat(shell.err()).contains("the trail is gone");
    }
}
