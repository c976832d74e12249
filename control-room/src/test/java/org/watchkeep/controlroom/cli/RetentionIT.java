// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules and keys by command, on a folder that nobody owns at the moment. */
class RetentionIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private Path site;

    @BeforeEach
    void init() throws IOException {
        Path passphrase = Files.writeString(folder.resolve("passphrase"), "a long enough passphrase\n");
        passphrase.toFile().setReadable(false, false);
        passphrase.toFile().setReadable(true, true);
        site = folder.resolve("site.yaml");
        writeSite(31);
        run(0, "init", "--simulated");
    }

    private void writeSite(int days) throws IOException {
        Files.writeString(site, """
            site: {name: Test Town, timeZone: Europe/London}
            volumes:
              - {id: v1, path: v1, size: 256MiB}
            keys: {keystore: keys/m.p12, passphraseFile: passphrase, homes: [keys/a, homes/b]}
            classes:
              - {id: town, days: %d, reason: "Requests reach us within that time."}
            cameras:
              - {id: high-street, number: 7, name: High Street, url: "rtsp://127.0.0.1:1/x", enabled: false}
            """.formatted(days));
    }

    private JsonNode run(int exit, String... command) throws IOException {
        List<String> args = new ArrayList<>(List.of(command));
        args.addAll(List.of("--json", "--data", folder.resolve("data").toString(), "--config", site.toString()));
        TestShell shell = new TestShell();
        assertThat(shell.run(args.toArray(String[]::new)))
                .as("%s: %s %s", args, shell.out(), shell.err())
                .isEqualTo(exit);
        return JSON.readTree(shell.out());
    }

    @Test
    void fewerDays_waitForTwoPeople() throws IOException {
        JsonNode status = run(0, "retention", "status").path("classes").get(0);
        assertThat(status.path("id").asText()).isEqualTo("town");
        assertThat(status.path("days").asInt()).isEqualTo(31);
        assertThat(run(0, "retention", "status")
                        .path("scrub")
                        .path("today")
                        .path("replayableReason")
                        .asText())
                .isEqualTo("nothing was read again that day");
        writeSite(7);
        assertThat(run(1, "retention", "status")
                        .path("classes")
                        .get(0)
                        .path("days")
                        .asInt())
                .isEqualTo(31);
        JsonNode effect = run(0, "retention", "effect", "--class", "town", "--days", "7");
        assertThat(effect.path("daysNow").asInt()).isEqualTo(31);
        assertThat(effect.path("epochs").asInt()).isZero();
        assertThat(effect.path("erases")).isEmpty();
        run(2, "retention", "effect", "--class", "town", "--days", "0");
        run(2, "retention", "effect", "--class", "town", "--days", "-3");
        run(2, "retention", "lower", "--class", "town", "--days", "7", "--as", "1001", "--approved-by", "1001");
        run(2, "retention", "lower", "--class", "town", "--days", "5", "--as", "1001", "--approved-by", "1002");
        run(0, "retention", "lower", "--class", "town", "--days", "7", "--as", "1001", "--approved-by", "1002");
        assertThat(run(0, "retention", "status")
                        .path("classes")
                        .get(0)
                        .path("days")
                        .asInt())
                .isEqualTo(7);
        run(2, "retention", "confirm-clock", "--as", "1001");
    }

    @Test
    void singleStream_isErasedByTwoPeopleWithACause() throws IOException {
        eraseStream("staff/17", "staff/17", "court-order", "two people");
        eraseStream("staff/17", "staff/4", "because", "expected: one of court-order");
        eraseStream("Smith", "staff/4", "court-order", "staff/N");
        eraseStream("staff/17", "staff/4", "court-order", "high-street/main");
    }

    private void eraseStream(String by, String second, String cause, String refusal) throws IOException {
        String[] who = {"--as", by, "--approved-by", second, "--cause", cause};
        List<String> command = new ArrayList<>(List.of("retention", "erase-stream", "--camera", "7"));
        command.addAll(List.of("--from", "-2h", "--to", "-1h"));
        command.addAll(List.of(who));
        assertThat(run(2, command.toArray(String[]::new)).toString()).contains(refusal);
    }

    @Test
    void master_isBackedUp_rotated_andComesBack() throws IOException {
        Path keystore = folder.resolve("keys/m.p12");
        Path copy = folder.resolve("copy.p12");
        JsonNode backup = run(0, "keys", "backup", "--out", copy.toString(), "--medium", "disc 4, safe");
        run(3, "keys", "backup", "--out", copy.toString(), "--medium", "disc 4, safe");
        run(3, "keys", "restore", "--from", copy.toString());
        JsonNode rotated = run(0, "keys", "rotate-master");
        assertThat(rotated.path("from")).isEqualTo(backup.path("master"));
        assertThat(rotated.path("destroy").toString()).contains("disc 4, safe");
        Path next = folder.resolve("next.p12");
        run(0, "keys", "backup", "--out", next.toString(), "--medium", "disc 5, safe");
        Files.delete(keystore);
        run(3, "keys", "restore", "--from", copy.toString());
        assertThat(keystore).as("a voided copy is not taken").doesNotExist();
        assertThat(run(0, "keys", "restore", "--from", next.toString()).path("master"))
                .isEqualTo(rotated.path("to"));
        run(0, "retention", "status");
    }
}
