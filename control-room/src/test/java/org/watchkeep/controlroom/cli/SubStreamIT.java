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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCameras;

/** A camera whose main and sub streams are recorded: two streams in the store, one camera for people. */
@Timeout(120)
class SubStreamIT {
    @TempDir
    private Path folder;

    private JsonNode run(int expectedExit, String... args) throws IOException {
        TestShell test = new TestShell();
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--data", folder.resolve("data").toString(), "--json"));
        assertThat(test.run(all.toArray(String[]::new)))
                .as("%s: %s%s", all, test.out(), test.err())
                .isEqualTo(expectedExit);
        return new ObjectMapper().readTree(test.out());
    }

    private int fragments(String stream) throws IOException {
        int fragments = 0;
        for (JsonNode segment : run(Refusal.GOOD, "store", "ls", "--camera", "7", "--stream", stream)
                .path("segments")) {
            fragments += segment.path("fragments").asInt();
        }
        return fragments;
    }

    @Test
    void serve_mainAndSub_areTwoStreamsOfOneCamera() throws Exception {
        try (SimulatedCameras cameras = SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                CameraClock.system(),
                List.of(SimulatedCamera.drawn(1, "High Street"), SimulatedCamera.drawn(2, "High Street, small")))) {
            Files.writeString(folder.resolve("passphrase"), "a long enough passphrase\n");
            Path config = folder.resolve("site.yaml");
            Files.writeString(
                    config, """
                    site: {name: Test Town}
                    volumes:
                      - {id: v1, path: volume, size: 256MiB}
                    keys: {keystore: keys/m.p12, passphraseFile: passphrase, homes: [keys/a, keys/b]}
                    classes:
                      - {id: town, days: 31, reason: Requests reach us within that time}
                    cameras:
                      - {id: high-street, number: 7, name: High Street, url: "%s", streams: {main: true, sub: "%s"}}
                    """.formatted(cameras.urls().get(0), cameras.urls().get(1)));
            run(Refusal.GOOD, "init", "--simulated", "--config", config.toString());
            TestShell test = new TestShell();
            CompletableFuture<Integer> serving = CompletableFuture.supplyAsync(() ->
                    test.run("serve", "--json", "--data", folder.resolve("data").toString()));
            while (!Files.exists(folder.resolve("data/control.sock"))
                    || fragments("main") < 2
                    || fragments("sub") < 2) {
                assertThat(serving).as("serve goes on: " + test.err()).isNotDone();
                TestShell.lookAgainSoon();
            }
            test.stop.request();
            assertThat(serving.get(60, TimeUnit.SECONDS)).as(test.err()).isEqualTo(Refusal.GOOD);

            JsonNode served = new ObjectMapper().readTree(test.out());
            assertThat(served.path("cameras")).hasSize(1);
            JsonNode camera = served.path("cameras").get(0);
            assertThat(camera.path("acknowledgedSeconds").asDouble()).isPositive();
            assertThat(camera.path("sub").path("acknowledgedSeconds").asDouble())
                    .isPositive();
            assertThat(camera.path("sub").path("codec").asText()).isEqualTo("h264");
        }
        JsonNode main = run(Refusal.GOOD, "store", "ls", "--camera", "high-street");
        JsonNode sub = run(Refusal.GOOD, "store", "ls", "--camera", "high-street", "--stream", "sub");
        assertThat(main.path("stream").asText()).isEqualTo("main");
        assertThat(sub.path("stream").asText()).isEqualTo("sub");
        assertThat(sub.path("segments").get(0).path("digest").asText())
                .isNotEqualTo(main.path("segments").get(0).path("digest").asText());
        assertThat(sub.path("gaps")
                        .get(sub.path("gaps").size() - 1)
                        .path("cause")
                        .asText())
                .isEqualTo("recorder-stopped");
        JsonNode check = run(Refusal.GOOD, "store", "check", "--deep");
        assertThat(check.path("unexplained").asInt()).isZero();
        run(Refusal.BAD_INPUT, "store", "ls", "--camera", "7", "--stream", "audio");
        Path out = folder.resolve("sub.mp4");
        run(Refusal.GOOD, "store", "extract", "--camera", "7", "--stream", "sub", "--out", out.toString());
        assertThat(out).isNotEmptyFile();
    }
}
