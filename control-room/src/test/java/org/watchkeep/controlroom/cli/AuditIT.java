// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.audit.Hash;
import org.watchkeep.retention.audit.TlogProof;
import org.watchkeep.retention.audit.Trail;
import org.watchkeep.retention.audit.TrailKey;
import org.watchkeep.retention.audit.TrailSettings;
import org.watchkeep.retention.audit.VerifierKey;
import org.watchkeep.retention.disk.RealDisk;

/** The audit trail of an installation, by command, on a folder that nobody owns at the moment. */
class AuditIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String PASSPHRASE = "a long enough passphrase";

    @TempDir
    private Path folder;

    @BeforeEach
    void init() throws IOException {
        Path passphrase = Files.writeString(folder.resolve("passphrase"), PASSPHRASE + "\n");
        Files.setPosixFilePermissions(passphrase, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(folder.resolve("site.yaml"), """
            site: {name: Test Town, timeZone: Europe/London}
            volumes:
              - {id: v1, path: v1, size: 256MiB}
            keys: {keystore: keys/m.p12, passphraseFile: passphrase, homes: [keys/a, homes/b]}
            classes:
              - {id: town, days: 31, reason: "Requests reach us within that time."}
            cameras:
              - {id: high-street, number: 7, name: High Street, url: "rtsp://127.0.0.1:1/x", enabled: false}
            """);
        run(0, "init", "--simulated");
        FewRounds.in(folder.resolve("keys/m.p12"), PASSPHRASE);
        // The first to own the folder enters the rule of its class, and the backup is entered before it is made.
        run(0, "keys", "backup", "--medium", "a stick in the safe", "--out", folder + "/backup.p12");
    }

    private JsonNode run(int exit, String... command) throws IOException {
        List<String> args = new ArrayList<>(List.of(command));
        args.addAll(List.of("--json", "--data", folder.resolve("data").toString()));
        args.addAll(List.of("--config", folder.resolve("site.yaml").toString()));
        TestShell shell = new TestShell();
        assertThat(shell.run(args.toArray(String[]::new)))
                .as("%s: %s %s", args, shell.out(), shell.err())
                .isEqualTo(exit);
        return JSON.readTree(shell.out());
    }

    private Path trail() {
        return folder.resolve("data/trail");
    }

    @Test
    void verify_soundThenChangedInEachWayThenShort_saysWhich() throws IOException {
        JsonNode sound = run(0, "audit", "verify");
        assertThat(sound.path("entries").asInt()).isEqualTo(3);
        assertThat(sound.path("finding").isNull()).isTrue();
        assertThat(sound.path("notExcludedSince").asText()).endsWith("Z");
        Path kept = folder.resolve("kept");
        Files.copy(trail().resolve("checkpoint"), kept);
        assertThat(run(0, "audit", "verify", "--checkpoint", kept.toString())
                        .path("good")
                        .asBoolean())
                .isTrue();

        Path journal = trail().resolve("journal/00000000000000000000");
        String good = Files.readString(journal);
        assertDeletedReorderedInsertedAreNamed(journal());
        Files.writeString(journal, good.replace("\"days\":31", "\"days\":30"));
        JsonNode edited = run(1, "audit", "verify").path("finding");
        assertThat(edited.path("kind").asText()).isEqualTo("edited");
        assertThat(edited.path("firstBad").asInt()).isEqualTo(1);

        Files.writeString(journal, good.substring(0, good.indexOf('\n', good.indexOf("policy.changed")) + 1));
        Files.delete(trail().resolve("checkpoint"));
        run(0, "audit", "verify");
        JsonNode cut =
                run(1, "audit", "verify", "--checkpoint", kept.toString()).path("finding");
        assertThat(cut.path("kind").asText()).isEqualTo("truncated");
        assertThat(cut.path("firstBad").asInt()).isEqualTo(2);
    }

    @Test
    void report_ofAGoodTrail_isEmpty() throws IOException {
        JsonNode report = run(0, "audit", "report");
        assertThat(report.path("good").asBoolean()).isTrue();
        assertThat(report.path("entries").asInt()).isEqualTo(3);
        assertThat(report.path("reports")).hasSize(3);
        assertThat(report.path("reports")).allMatch(of -> of.path("findings").isEmpty());
    }

    @Test
    void checkpoint_isALineForPaper_andSaysWhoHasNotWitnessedIt() throws IOException {
        JsonNode checkpoint = run(0, "audit", "checkpoint");
        assertThat(checkpoint.path("line").asText())
                .endsWith(" " + checkpoint.path("size").asInt() + " "
                        + checkpoint.path("root").asText() + " "
                        + checkpoint.path("origin").asText());
        assertThat(checkpoint.path("witnesses")).isEmpty();
        String key = new VerifierKey("w.example/w1", VerifierKey.COSIGNATURE, Hash.ZERO).toString();
        JsonNode named = run(1, "audit", "checkpoint", "--witness", key);
        assertThat(named.path("witnesses").get(0).path("name").asText()).isEqualTo("w.example/w1");
        assertThat(named.path("witnesses").get(0).path("at").isNull()).isTrue();
        run(2, "audit", "checkpoint", "--witness", "nonsense");
    }

    @Test
    void proofAndExport_standAlone() throws IOException {
        Path one = folder.resolve("one");
        JsonNode proved = run(0, "audit", "proof", "1", "--out", one.toString());
        TlogProof proof = TlogProof.parse(Files.readAllBytes(folder.resolve("one.tlog-proof")));
        VerifierKey key = VerifierKey.parse(proved.path("key").asText());
        assertThat(proof.proves(Files.readAllBytes(folder.resolve("one.entry")), key))
                .isTrue();
        run(2, "audit", "proof", "99");
        run(2, "audit", "proof", "1", "--out", one.toString());

        Path out = folder.resolve("export");
        JsonNode export = run(
                0,
                "audit",
                "export",
                "--from",
                "-1h",
                "--to",
                "now",
                "--filter",
                "act=policy.",
                "--out",
                out.toString());
        assertThat(export.path("given").asInt()).isEqualTo(1);
        assertThat(export.path("left").asInt()).isEqualTo(2);
        assertThat(Files.readString(out.resolve("statement.txt"))).contains("stated, not proved");
        assertThat(new String(Files.readAllBytes(out.resolve("entries.csv")), UTF_8))
                .contains("policy.changed");
        run(2, "audit", "export", "--from", "-1h", "--to", "now", "--out", out.toString());
        run(2, "audit", "export", "--from", "-1h", "--to", "now", "--filter", "colour=red", "--out", out + "2");
    }

    /** The journal's first line and one a line for entries 0, 1 and 2. */
    private List<String> journal() throws IOException {
        return new ArrayList<>(Files.readAllLines(trail().resolve("journal/00000000000000000000")));
    }

    private JsonNode finding(List<String> journal) throws IOException {
        Files.writeString(trail().resolve("journal/00000000000000000000"), String.join("\n", journal) + "\n");
        return run(1, "audit", "verify").path("finding");
    }

    private void assertDeletedReorderedInsertedAreNamed(List<String> good) throws IOException {
        assertThat(good).hasSize(4);

        JsonNode deleted = finding(List.of(good.get(0), good.get(1), good.get(3)));
        assertThat(deleted.path("kind").asText()).isEqualTo("deleted");
        assertThat(deleted.path("firstBad").asInt()).isEqualTo(1);

        JsonNode reordered = finding(List.of(good.get(0), good.get(1), good.get(3), good.get(2)));
        assertThat(reordered.path("kind").asText()).isEqualTo("reordered");
        assertThat(reordered.path("firstBad").asInt()).isEqualTo(1);

        JsonNode inserted = finding(List.of(good.get(0), good.get(1), good.get(2), good.get(2), good.get(3)));
        assertThat(inserted.path("kind").asText()).isEqualTo("inserted");
        assertThat(inserted.path("firstBad").asInt()).isEqualTo(1);
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    private static void deleteTree(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private void backUp(int exit, String name) throws IOException {
        String out = folder.resolve(name).toString();
        run(exit, "keys", "backup", "--medium", "another stick", "--out", out);
    }

    /** An old copy of the trail is put back and gone on from: the key homes know better, and so does who kept a checkpoint. */
    @Test
    void oldCopyPutBack_isRefused_andAForkAndASecondSignerAreNamedByAKeptCheckpoint() throws IOException {
        Path old = folder.resolve("old");
        copyTree(trail(), old);
        backUp(0, "second.p12");
        Path kept = Files.copy(trail().resolve("checkpoint"), folder.resolve("kept"));
        deleteTree(trail());
        copyTree(old, trail());
        backUp(3, "third.p12");
        assertThat(folder.resolve("third.p12")).doesNotExist();

        Files.delete(folder.resolve("keys/a/trail.checkpoint"));
        Files.delete(folder.resolve("homes/b/trail.checkpoint"));
        backUp(0, "fourth.p12");
        assertThat(run(0, "audit", "verify").path("good").asBoolean()).isTrue();
        JsonNode forked = run(1, "audit", "verify", "--checkpoint", kept.toString());
        assertThat(forked.path("finding").path("kind").asText()).isEqualTo("forked");

        TrailKey thief = TrailKey.random();
        deleteTree(trail());
        TrailSettings settings = new TrailSettings(trail(), thief, Instant::now, alarm -> {});
        try (Trail anew = Trail.create(new RealDisk(), settings, Trail.DEFAULT_NAME)) {
            anew.lastOfAll();
        }
        assertThat(run(0, "audit", "verify").path("good").asBoolean()).isTrue();
        JsonNode resigned = run(1, "audit", "verify", "--checkpoint", kept.toString());
        assertThat(resigned.path("finding").path("kind").asText()).isEqualTo("resigned");
    }

    /** As versions before the trail left it: no folder, and no key for it in the keystore. */
    @Test
    void folderFromBeforeTrails_getsItsTrailWithTheNextCommand() throws IOException {
        deleteTree(trail());
        Files.delete(folder.resolve("keys/a/trail.checkpoint"));
        Files.delete(folder.resolve("homes/b/trail.checkpoint"));
        FewRounds.keep(folder.resolve("keys/m.p12"), PASSPHRASE, alias -> !alias.startsWith("watchkeep-trail-"));
        run(3, "audit", "verify");
        run(0, "volume", "ls");
        JsonNode report = run(0, "audit", "verify");
        assertThat(report.path("entries").asInt()).isEqualTo(1);
        run(0, "volume", "ls");
        assertThat(run(0, "audit", "verify").path("origin")).isEqualTo(report.path("origin"));
    }
}
