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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.PictureProbe;
import org.watchkeep.recorder.camera.PictureReport;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCameras;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.MountAccess;

/** An installation from init to extract, with drawn cameras: what an engineer types, in this order and in wrong ones. */
@Timeout(120)
class ServeIT {
    private static final String USER = "recorder";

    @TempDir
    private Path folder;

    private Path data;
    private Path config;
    private SimulatedCameras cameras;

    @BeforeEach
    void makeSite() throws IOException {
        data = folder.resolve("data");
        config = folder.resolve("site.yaml");
        MountAccess digest =
                new MountAccess(MountAccess.Scheme.DIGEST, "camera", new Credentials(USER, "right password"));
        cameras = SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                CameraClock.system(),
                List.of(
                        SimulatedCamera.drawn(1, "High Street"),
                        SimulatedCamera.drawn(2, "Mill Lane").withAccess(digest)));
        Files.writeString(folder.resolve("passphrase"), "a long enough passphrase\n");
        Files.writeString(folder.resolve("camera-2.password"), "right password\n");
        writeSite("volume");
    }

    private void writeSite(String volume) throws IOException {
        List<URI> urls = cameras.urls();
        Files.writeString(config, """
                site: {name: Test Town, timeZone: Europe/London}
                volumes:
                  - {id: v1, path: %s, size: 256MiB}
                keys: {keystore: keys/m.p12, passphraseFile: passphrase, homes: [keys/a, keys/b]}
                classes:
                  - {id: town, days: 31, reason: Requests reach us within that time}
                cameras:
                  - {id: high-street, number: 7, name: High Street, url: "%s"}
                  - {id: mill-lane, number: 8, name: Mill Lane, url: "%s",
                     credentials: {user: recorder, passwordFile: camera-2.password}}
                """.formatted(volume, urls.get(0), urls.get(1)));
    }

    @AfterEach
    void stopCameras() throws IOException {
        cameras.close();
    }

    /** One command, with its data folder and as JSON. */
    private JsonNode run(int expectedExit, String... args) throws IOException {
        TestShell test = new TestShell();
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--data", data.toString(), "--json"));
        int exit = test.run(all.toArray(String[]::new));
        assertThat(exit).as("%s: %s%s", all, test.out(), test.err()).isEqualTo(expectedExit);
        assertThat(test.out().lines()).hasSize(1);
        return new ObjectMapper().readTree(test.out());
    }

    private JsonNode refused(String code, int exit, String... args) throws IOException {
        JsonNode error = run(exit, args).path("error");
        assertThat(error.path("code").asText()).as("%s", error).isEqualTo(code);
        return error;
    }

    private void init() throws IOException {
        run(Refusal.GOOD, "init", "--simulated", "--config", config.toString());
    }

    /** A serve in this process, until it is told to stop. */
    private final class Serving implements AutoCloseable {
        final TestShell test = new TestShell();
        final CompletableFuture<Integer> exit;

        Serving(String... more) {
            List<String> args = new ArrayList<>(List.of("serve", "--json", "--data", data.toString()));
            args.addAll(List.of(more));
            exit = CompletableFuture.supplyAsync(() -> test.run(args.toArray(String[]::new)));
        }

        /** Until each camera has this many fragments on disk, as another command sees it. */
        void awaitFragments(String camera, int least) throws IOException {
            int fragments = 0;
            while (fragments < least) {
                assertThat(exit).as("serve goes on: " + test.err()).isNotDone();
                if (Files.exists(data.resolve("control.sock"))) {
                    fragments = 0;
                    for (JsonNode segment :
                            run(Refusal.GOOD, "store", "ls", "--camera", camera).path("segments")) {
                        fragments += segment.path("fragments").asInt();
                    }
                }
                TestShell.lookAgainSoon();
            }
        }

        JsonNode stop() throws Exception {
            test.stop.request();
            assertThat(exit.get(60, TimeUnit.SECONDS)).as(test.err()).isEqualTo(Refusal.GOOD);
            return new ObjectMapper().readTree(test.out());
        }

        @Override
        public void close() throws Exception {
            stop();
        }
    }

    @Test
    void serve_twoCameras_areListedExtractedAndCheckedWhileItRunsAndAfterwards() throws Exception {
        init();
        Path acknowledged = folder.resolve("acknowledged");
        Path during = folder.resolve("during.mp4");
        JsonNode stopped;
        try (Serving serving = new Serving("--ack-log", acknowledged.toString())) {
            serving.awaitFragments("high-street", 4);
            serving.awaitFragments("8", 4);
            JsonNode extracted = run(Refusal.GOOD, "store", "extract", "--camera", "7", "--out", during.toString());
            assertThat(extracted.path("files")).hasSize(1);
            assertThat(Path.of(extracted.path("files").get(0).path("file").asText()))
                    .isEqualTo(during);
            refused("in-use", Refusal.ENVIRONMENT, "volume", "enrol", "v1");
            refused("recording", Refusal.ENVIRONMENT, "store", "rebuild-index");
            run(Refusal.GOOD, "store", "check", "--deep");
            assertThat(run(Refusal.GOOD, "volume", "ls")
                            .path("volumes")
                            .get(0)
                            .path("writing")
                            .asInt())
                    .isEqualTo(1);
            stopped = serving.stop();
        }
        assertUnbroken(during);
        assertThat(stopped.path("cameras")).hasSize(2);
        assertThat(stopped.path("cameras").get(1).path("auth").asText()).isEqualTo("digest-md5");
        assertThat(data.resolve("control.sock")).doesNotExist();

        JsonNode check = run(Refusal.GOOD, "store", "check", "--deep", "--against", acknowledged.toString());
        assertThat(check.path("fragments").asLong())
                .isEqualTo(Files.readAllLines(acknowledged).size());
        Path after = folder.resolve("after.mp4");
        JsonNode extracted = run(Refusal.GOOD, "store", "extract", "--camera", "mill-lane", "--out", after.toString());
        PictureReport report = assertUnbroken(after);
        JsonNode file = extracted.path("files").get(0);
        assertThat(file.path("pictures").asLong()).isEqualTo(report.pictures());
        double seconds =
                stopped.path("cameras").get(1).path("acknowledgedSeconds").asDouble();
        assertThat(file.path("seconds").asDouble()).isCloseTo(seconds, within(0.001));
        refused("exists", Refusal.BAD_INPUT, "store", "extract", "--camera", "8", "--out", after.toString());
        run(Refusal.GOOD, "store", "extract", "--camera", "8", "--out", after.toString(), "--force");
        assertNothingLeftBeside(after);
    }

    private static PictureReport assertUnbroken(Path file) throws IOException {
        PictureReport report = PictureProbe.read(file);
        assertThat(report.isUnbroken()).as("%s", report).isTrue();
        return report;
    }

    private void assertNothingLeftBeside(Path file) throws IOException {
        try (Stream<Path> all = Files.list(file.toAbsolutePath().getParent())) {
            assertThat(all.filter(path -> path.toString().endsWith(".part"))).isEmpty();
        }
    }

    @Test
    void serve_twice_givesTwoRunsAFileEachAndTheGapBetween() throws Exception {
        init();
        for (int round = 0; round < 2; round++) {
            try (Serving serving = new Serving()) {
                int before = round * 2;
                serving.awaitFragments("7", before + 3);
                serving.stop();
            }
        }
        Path out = folder.resolve("x.mp4");
        JsonNode document = run(Refusal.GOOD, "store", "extract", "--camera", "7", "--out", out.toString());
        assertThat(document.path("files")).hasSize(2);
        assertUnbroken(folder.resolve("x-1.mp4"));
        assertUnbroken(folder.resolve("x-2.mp4"));
        assertThat(out).doesNotExist();
        assertThat(document.path("gaps"))
                .anyMatch(gap -> gap.path("cause").asText().equals("recorder-stopped"));
        String month = document.path("files").get(0).path("start").asText().substring(0, 7);
        JsonNode ledger = run(Refusal.GOOD, "store", "ledger", "--camera", "7", "--month", month);
        assertThat(ledger.path("footageSeconds").asDouble()).isGreaterThan(1);

        long fragments = run(Refusal.GOOD, "store", "check").path("fragments").asLong();
        assertThat(run(Refusal.GOOD, "store", "rebuild-index").path("fragments").asLong())
                .isEqualTo(fragments);
    }

    @Test
    void extract_exactSpan_hasNoPictureOutsideAndWidenedHasThemAll() throws Exception {
        init();
        try (Serving serving = new Serving()) {
            serving.awaitFragments("7", 9);
            serving.stop();
        }
        JsonNode all = run(Refusal.GOOD, "store", "ls", "--camera", "7")
                .path("segments")
                .get(0);
        Instant start = Instant.parse(all.path("start").asText());
        String from = start.plusMillis(2500).toString();
        String to = start.plusMillis(5500).toString();
        Path exact = folder.resolve("exact.mp4");
        Path widened = folder.resolve("widened.mp4");
        JsonNode cut = run(
                        Refusal.GOOD,
                        "store",
                        "extract",
                        "--camera",
                        "7",
                        "--from",
                        from,
                        "--to",
                        to,
                        "--exact",
                        "--out",
                        exact.toString())
                .path("files")
                .get(0);
        JsonNode whole = run(
                        Refusal.GOOD,
                        "store",
                        "extract",
                        "--camera",
                        "7",
                        "--from",
                        from,
                        "--to",
                        to,
                        "--out",
                        widened.toString())
                .path("files")
                .get(0);
        assertUnbroken(exact);
        assertUnbroken(widened);
        assertThat(cut.path("start").asText()).isGreaterThanOrEqualTo(from.substring(0, 19));
        assertThat(cut.path("seconds").asDouble()).isLessThanOrEqualTo(3.0);
        assertThat(whole.path("seconds").asDouble()).isGreaterThanOrEqualTo(3.0);
        assertThat(Instant.parse(whole.path("start").asText())).isBeforeOrEqualTo(from);
        assertThat(Instant.parse(whole.path("end").asText())).isAfterOrEqualTo(to);

        JsonNode none = run(
                Refusal.FOUND,
                "store",
                "extract",
                "--camera",
                "7",
                "--to",
                start.minusSeconds(900).toString(),
                "--out",
                folder.resolve("none.mp4").toString());
        assertThat(none.path("files")).isEmpty();
    }

    @Test
    void serve_wrongCameraPassword_isAGapWithItsCauseAndTheOtherCameraRecords() throws Exception {
        Files.writeString(folder.resolve("camera-2.password"), "wrong\n");
        init();
        try (Serving serving = new Serving()) {
            serving.awaitFragments("7", 3);
            String cause = "";
            while (!cause.equals("login-refused")) {
                JsonNode gaps =
                        run(Refusal.GOOD, "store", "ls", "--camera", "8").path("gaps");
                cause = gaps.isEmpty()
                        ? ""
                        : gaps.get(gaps.size() - 1).path("cause").asText();
            }
            serving.stop();
        }
    }

    @Test
    void open_wrongSurroundings_isOneSentenceAndExitThree() throws Exception {
        refused("not-initialised", Refusal.ENVIRONMENT, "store", "ls", "--camera", "7", "--config", config.toString());
        init();
        refused("initialised", Refusal.BAD_INPUT, "init", "--config", config.toString());

        Files.writeString(folder.resolve("passphrase"), "another passphrase\n");
        refused("keystore", Refusal.ENVIRONMENT, "serve");
        Files.delete(folder.resolve("passphrase"));
        refused("no-passphrase", Refusal.ENVIRONMENT, "serve");
        Files.writeString(folder.resolve("passphrase"), "a long enough passphrase\n");

        Files.move(folder.resolve("keys/m.p12"), folder.resolve("keys/gone.p12"));
        refused("keystore", Refusal.ENVIRONMENT, "serve");
        Files.move(folder.resolve("keys/gone.p12"), folder.resolve("keys/m.p12"));

        writeSite("elsewhere");
        JsonNode error = refused("store", Refusal.ENVIRONMENT, "serve");
        assertThat(error.path("message").asText()).contains("v1");
        assertThat(folder.resolve("elsewhere")).doesNotExist();
        writeSite("volume");
        run(Refusal.GOOD, "store", "check");
    }

    @Test
    void enrol_secondVolume_isThereAfterwards() throws Exception {
        init();
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("size: 256MiB}", "size: 256MiB}\n  - {id: v2, path: second, size: 256MiB}"));
        refused("store", Refusal.ENVIRONMENT, "volume", "ls");
        run(Refusal.GOOD, "volume", "enrol", "v2", "--zero");
        assertThat(run(Refusal.GOOD, "volume", "ls").path("volumes")).hasSize(2);
        refused("store", Refusal.ENVIRONMENT, "volume", "enrol", "v2");
        refused("store", Refusal.ENVIRONMENT, "volume", "enrol", "v9");
    }
}
