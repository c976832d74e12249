// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.watchkeep.controlroom.control.Refusal;

/** An installation of a test's cameras, recorded by {@code serve}, and asked as any other command asks it. One thread. */
final class ServedSite {
    private static final String PASSPHRASE = "a long enough passphrase";

    private final Path folder;
    private final Path data;
    private final List<String> cameras = new ArrayList<>();
    private final TestShell serving = new TestShell();
    private CompletableFuture<Integer> exit = CompletableFuture.completedFuture(Refusal.GOOD);

    /** @param password of every camera that wants a login */
    ServedSite(Path folder, String password) throws IOException {
        this.folder = folder;
        this.data = folder.resolve("data");
        secret("passphrase", PASSPHRASE);
        secret("password", password);
    }

    private void secret(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    Path data() {
        return data;
    }

    Path config() {
        return folder.resolve("site.yaml");
    }

    Path passwordFile() {
        return folder.resolve("password");
    }

    /** @param user empty where no login is asked for */
    void camera(String id, String url, RealPeer.Transport transport, String user) {
        String login = user.isEmpty() ? "" : ", credentials: {user: " + user + ", passwordFile: password}";
        String asked = url.startsWith("push:") ? "" : ", transport: " + transport.word();
        cameras.add("  - {id: %s, number: %d, name: %s, url: \"%s\"%s%s}"
                .formatted(id, cameras.size() + 1, id, url, asked, login));
    }

    /** Writes the configuration and makes the installation. */
    void init(int pushPort) throws IOException {
        Path config = config();
        Files.writeString(config, """
                site: {name: Test Town}
                volumes:
                  - {id: v1, path: volume, size: 512MiB}
                keys: {keystore: keys/m.p12, passphraseFile: passphrase, homes: [keys/a, keys/b]}
                classes:
                  - {id: town, days: 31, reason: Requests reach us within that time}
                push: {listen: "127.0.0.1:%d"}
                cameras:
                %s
                """.formatted(pushPort, String.join("\n", cameras)));
        ask("init", "--simulated", "--config", config.toString());
    }

    /** For tests that open the installation again and again. */
    void guardByFewRounds() throws IOException {
        FewRounds.in(folder.resolve("keys/m.p12"), PASSPHRASE);
    }

    /** One command that is to succeed, as JSON. */
    JsonNode ask(String... args) throws IOException {
        TestShell test = new TestShell();
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--data", data.toString(), "--json"));
        int code = test.run(all.toArray(String[]::new));
        assertThat(code).as("%s: %s%s", all, test.out(), test.err()).isEqualTo(Refusal.GOOD);
        return new ObjectMapper().readTree(test.out());
    }

    /** Begins to record; done when the control socket is there. */
    void serve(ExecutorService threads, String... more) throws IOException {
        List<String> all = new ArrayList<>(List.of("serve", "--json", "--data", data.toString()));
        all.addAll(List.of(more));
        exit = CompletableFuture.supplyAsync(() -> serving.run(all.toArray(String[]::new)), threads);
        Program.await(
                "serve listens",
                60,
                () -> {
                    assertThat(exit).as("serve goes on: " + serving.err()).isNotDone();
                    return Files.exists(data.resolve("control.sock"));
                },
                serving::err);
    }

    JsonNode list(String camera) throws IOException {
        return ask("store", "ls", "--camera", camera);
    }

    /** Media time of a camera on disk. */
    double seconds(String camera) throws IOException {
        double seconds = 0;
        for (JsonNode segment : list(camera).path("segments")) {
            Instant start = Instant.parse(segment.path("start").asText());
            seconds += Duration.between(start, Instant.parse(segment.path("end").asText()))
                            .toMillis()
                    / 1e3;
        }
        return seconds;
    }

    /** What serve says when it has stopped. */
    JsonNode stop() throws Exception {
        serving.stop.request();
        assertThat(exit.get(60, TimeUnit.SECONDS)).as(serving.err()).isEqualTo(Refusal.GOOD);
        return new ObjectMapper().readTree(serving.out());
    }

    /** Ends what a failing test has left running. */
    void abandon() {
        serving.stop.request();
        exit.handle((code, failure) -> code).orTimeout(60, TimeUnit.SECONDS).join();
    }

    /** All footage of a camera, which is to be of one run. */
    Path extract(String camera) throws IOException {
        return Path.of(extracted(camera).path("file").asText());
    }

    /** As {@link #extract}, with what the command says of the file. */
    JsonNode extracted(String camera) throws IOException {
        Path out = folder.resolve(camera + "-extract.mp4");
        JsonNode files = ask("store", "extract", "--force", "--camera", camera, "--out", out.toString())
                .path("files");
        assertThat(files).as("%s: one run, one file: %s", camera, files).hasSize(1);
        return files.get(0);
    }
}
