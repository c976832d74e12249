// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCameras;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.MountAccess;

/** What {@code serve} tells the people who run it when something is not as it ought to be. */
@Timeout(120)
class ServeSaysIT {
    @TempDir
    private Path folder;

    private SimulatedCameras cameras;

    @BeforeEach
    void startCameras() throws IOException {
        MountAccess digest =
                new MountAccess(MountAccess.Scheme.DIGEST, "camera", new Credentials("recorder", "right password"));
        cameras = SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                CameraClock.system(),
                List.of(
                        SimulatedCamera.drawn(1, "High Street"),
                        SimulatedCamera.drawn(2, "Mill Lane").withAccess(digest)));
        Files.writeString(folder.resolve("passphrase"), "a long enough passphrase\n");
    }

    @AfterEach
    void stopCameras() throws IOException {
        cameras.close();
    }

    private void writeSite(String size) throws IOException {
        List<URI> urls = cameras.urls();
        Files.writeString(folder.resolve("site.yaml"), """
                site: {name: Test Town}
                volumes:
                  - {id: v1, path: volume, size: %s}
                keys: {keystore: keys/m.p12, passphraseFile: passphrase, homes: [keys/a, keys/b]}
                classes:
                  - {id: town, days: 31, reason: Requests reach us within that time}
                cameras:
                  - {id: high-street, number: 7, name: High Street, url: "%s"}
                  - {id: mill-lane, number: 8, name: Mill Lane, url: "%s",
                     credentials: {user: recorder, passwordFile: camera-2.password}}
                """.formatted(size, urls.get(0), urls.get(1)));
    }

    private TestShell command(String... args) {
        TestShell shell = new TestShell();
        int exit = shell.run(args);
        assertThat(exit).as(shell.err()).isEqualTo(Refusal.GOOD);
        return shell;
    }

    private JsonNode listed(String camera) throws IOException {
        TestShell shell = command("store", "ls", "--camera", camera, "--data", data(), "--json");
        return new ObjectMapper().readTree(shell.out());
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private CompletableFuture<Integer> serve(TestShell shell) {
        return CompletableFuture.supplyAsync(() -> shell.run(
                "serve",
                "--data",
                data(),
                "--config",
                folder.resolve("site.yaml").toString()));
    }

    private void awaitFootage(String camera, CompletableFuture<Integer> serving, TestShell shell) throws IOException {
        boolean recorded = false;
        while (!recorded) {
            assertThat(serving).as("serve goes on: " + shell.err()).isNotDone();
            recorded = Files.exists(Path.of(data(), "control.sock"))
                    && !listed(camera).path("segments").isEmpty();
            TestShell.lookAgainSoon();
        }
    }

    private static void stop(CompletableFuture<Integer> serving, TestShell shell) throws Exception {
        shell.stop.request();
        assertThat(serving.get(60, TimeUnit.SECONDS)).as(shell.err()).isEqualTo(Refusal.GOOD);
    }

    @Test
    void serve_passwordMissingAndVolumeOfAnotherSize_bothAreSaidAndThePasswordIsTakenWhenItComes() throws Exception {
        writeSite("256MiB");
        command(
                "init",
                "--simulated",
                "--data",
                data(),
                "--config",
                folder.resolve("site.yaml").toString());
        writeSite("320MiB");

        TestShell first = new TestShell();
        CompletableFuture<Integer> serving = serve(first);
        awaitFootage("high-street", serving, first);
        stop(serving, first);
        assertThat(first.err())
                .contains("volume v1: the configuration says 336 MB, it was made with 268 MB")
                .doesNotContain("did not end cleanly");
        assertThat(first.out())
                .contains("1 of 2 cameras recorded", "mill-lane: login-refused: its password cannot be had: no file");
        assertThat(listed("mill-lane").path("gaps").toString()).contains("its password cannot be had: no file");

        writeSite("256MiB");
        TestShell second = new TestShell();
        serving = serve(second);
        awaitFootage("high-street", serving, second);
        Files.writeString(folder.resolve("camera-2.password"), "right password\n");
        awaitFootage("mill-lane", serving, second);
        stop(serving, second);
        assertThat(second.err()).doesNotContain("warning: volume");
        assertThat(second.out()).contains("Stopped cleanly: 2 cameras, ");
    }
}
