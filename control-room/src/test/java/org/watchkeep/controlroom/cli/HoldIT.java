// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCameras;

/** Holds over a recorder that runs, and on its store when it has stopped. */
@Timeout(120)
class HoldIT {
    @TempDir
    private Path folder;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private static String day(int ahead) {
        return LocalDate.now(ZoneOffset.UTC).plusDays(ahead).toString();
    }

    private int run(ServedSite site, TestShell shell, String... words) {
        String[] all = java.util.Arrays.copyOf(words, words.length + 2);
        all[words.length] = "--data";
        all[words.length + 1] = site.data().toString();
        return shell.run(all);
    }

    @Test
    void hold_isPlacedReviewedAndReleased_besideTheRecorderAndAfterIt() throws Exception {
        try (SimulatedCameras cameras = SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                CameraClock.system(),
                List.of(SimulatedCamera.drawn(1, "Gate")))) {
            ServedSite site = new ServedSite(folder, "unused");
            site.camera("gate", cameras.urls().get(0).toString(), RealPeer.Transport.TCP, "");
            site.init(0);
            site.serve(threads);
            String id;
            try {
                Program.await("two seconds", 60, () -> site.seconds("gate") > 2, () -> "");
                JsonNode placed = site.ask(
                        "hold",
                        "place",
                        "--camera",
                        "gate",
                        "--from",
                        "-1h",
                        "--to",
                        "now",
                        "--ground",
                        "crime",
                        "--review",
                        day(20));
                id = placed.path("hold").path("hold").asText();
                assertThat(placed.path("hold").path("state").asText()).isEqualTo("secured");
                assertThat(site.ask("store", "ls", "--camera", "gate")
                                .path("held")
                                .path(0)
                                .path("hold")
                                .asText())
                        .isEqualTo(id);
                TestShell shell = new TestShell();
                assertThat(run(
                                site,
                                shell,
                                "hold",
                                "place",
                                "--camera",
                                "gate",
                                "--from",
                                "-1h",
                                "--to",
                                "now",
                                "--ground",
                                "crime",
                                "--review",
                                day(-1)))
                        .isEqualTo(2);
                assertThat(shell.err()).contains("date of review");
            } finally {
                site.stop();
            }
            assertThat(site.ask("hold", "review", id, "--review", day(30))
                            .path("hold")
                            .path("review")
                            .asText())
                    .startsWith(day(29).substring(0, 4));
            assertThat(site.ask("hold", "ls").path("holds")).hasSize(1);
            assertThat(site.ask("hold", "ls", "--due").path("holds")).isEmpty();
            assertThat(site.ask("hold", "release", id).path("hold").path("ends").isTextual())
                    .isTrue();
            JsonNode released = site.ask("hold", "release", id, "--approved-by", "staff/4", "--reason", "not needed");
            assertThat(released.path("hold").path("state").asText()).isEqualTo("released");
            assertThat(site.ask("hold", "ls").path("holds")).isEmpty();
            assertThat(site.ask("audit", "verify").path("good").asBoolean()).isTrue();
        }
    }

    @Test
    void incident_setsFootageAside_thatOnlyItsOwnExtractsShow() throws Exception {
        try (SimulatedCameras cameras = SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                CameraClock.system(),
                List.of(SimulatedCamera.drawn(1, "Gate")))) {
            ServedSite site = new ServedSite(folder, "unused");
            site.camera("gate", cameras.urls().get(0).toString(), RealPeer.Transport.TCP, "");
            site.init(0);
            site.serve(threads);
            String id;
            try {
                Program.await("three seconds", 60, () -> site.seconds("gate") > 3, () -> "");
                JsonNode opened = site.ask(
                        "hold",
                        "incident",
                        "open",
                        "--camera",
                        "gate",
                        "--from",
                        "-1h",
                        "--to",
                        "now",
                        "--ground",
                        "incident",
                        "--review",
                        day(20));
                id = opened.path("incident").path("incident").asText();
                assertThat(opened.path("incident").path("open").asBoolean()).isTrue();
                assertThat(opened.path("incident").path("holds")).hasSize(1);
                TestShell ordinary = new TestShell();
                assertThat(run(site, ordinary, extract("ordinary.mp4", "--to", "-1s")))
                        .isEqualTo(1);
                assertThat(ordinary.out()).contains("\"quarantined\"").contains(id);
                assertThat(folder.resolve("ordinary.mp4")).doesNotExist();
            } finally {
                site.stop();
            }
            TestShell unknown = new TestShell();
            assertThat(run(site, unknown, extract("unknown.mp4", "--incident", "I-2026-000099")))
                    .isEqualTo(2);
            assertThat(unknown.out()).contains("no open incident I-2026-000099");
            TestShell own = new TestShell();
            assertThat(run(site, own, extract("own.mp4", "--incident", id)))
                    .as(own.err())
                    .isZero();
            assertThat(folder.resolve("own.mp4")).isNotEmptyFile();
            assertThat(site.ask("hold", "incident", "ls").path("incidents")).hasSize(1);
            JsonNode closed = site.ask("hold", "incident", "close", id, "--outcome", "resolved");
            assertThat(closed.path("incident").path("outcome").asText()).isEqualTo("resolved");
            assertThat(closed.path("incident")
                            .path("holds")
                            .path(0)
                            .path("ends")
                            .isTextual())
                    .isTrue();
            assertThat(site.ask("hold", "incident", "ls").path("incidents")).isEmpty();
            TestShell after = new TestShell();
            assertThat(run(site, after, extract("after.mp4"))).as(after.err()).isZero();
            Path entries = folder.resolve("entries");
            site.ask("audit", "export", "--from", "-1h", "--to", "now", "--out", entries.toString());
            assertThat(Files.readAllLines(entries.resolve("entries.jsonl")))
                    .filteredOn(entry -> entry.contains("\"footage.extracted\""))
                    .filteredOn(entry -> entry.contains("\"incident\""))
                    .singleElement()
                    .asString()
                    .contains("\"incident\":\"" + id + "\"");
            assertThat(site.ask("audit", "verify").path("good").asBoolean()).isTrue();
        }
    }

    private String[] extract(String out, String... more) {
        List<String> words = new java.util.ArrayList<>(List.of(
                "store",
                "extract",
                "--json",
                "--camera",
                "gate",
                "--purpose",
                "crime-investigation",
                "--out",
                folder.resolve(out).toString()));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }
}
