// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCameras;
import org.watchkeep.retention.Campaign;

/**
 * {@code kill -9} of {@code serve} at random moments while real cameras record: everything the acknowledgement log names
 * is there, by its digest; the rest is a gap with a cause.
 */
@Tag("alone")
class KillIT {
    private static final int CAMERAS = 3;
    private static final int CAMPAIGN_KILLS = Campaign.of(20);
    private static final int EVERYDAY_KILLS = 2;
    private static final long MOST_MILLIS_TO_KILL = 3_000;

    @TempDir
    private Path folder;

    @Test
    void kill_twice_nothingAcknowledgedIsMissing() throws Exception {
        kill(EVERYDAY_KILLS, false);
    }

    @Test
    @Tag("campaign")
    void kill_manyTimes_nothingAcknowledgedIsMissing() throws Exception {
        kill(CAMPAIGN_KILLS, false);
    }

    @Test
    @Tag("campaign")
    void kill_manyTimesAndTheIndexDeletedBetween_nothingAcknowledgedIsMissing() throws Exception {
        kill(CAMPAIGN_KILLS, true);
    }

    private void kill(int times, boolean deleteIndex) throws Exception {
        long seed = new Random().nextLong();
        System.out.println("kill campaign, seed " + seed);
        Random random = new Random(seed);
        Path log = folder.resolve("acknowledged.log");
        List<SimulatedCamera> fleet = IntStream.rangeClosed(1, CAMERAS)
                .mapToObj(n -> SimulatedCamera.drawn(n, "Kill " + n))
                .toList();
        try (SimulatedCameras cameras = SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), CameraClock.system(), fleet)) {
            writeSite(cameras);
            assertThat(run("init", "--data", data(), "--config", site()).exit).isZero();
            for (int i = 0; i < times; i++) {
                serveAndKill(log, random.nextLong(MOST_MILLIS_TO_KILL), lines(log));
                if (deleteIndex) {
                    delete(folder.resolve("data/index"));
                }
            }
        }
        Run check = run("store", "check", "--deep", "--against", log.toString(), "--data", data(), "--json");
        JsonNode report = new ObjectMapper().readTree(check.out);
        System.out.println(lines(log) + " acknowledged, " + report);
        assertThat(report.path("damaged").asLong(-1)).as(check.out).isZero();
        assertThat(report.path("missing").asLong(-1)).as(check.out).isZero();
        assertThat(report.path("unexplained").asLong(-1)).as(check.out).isZero();
        assertThat(report.path("fragments").asLong()).isGreaterThanOrEqualTo(lines(log) - times);
        assertThat(report.path("gaps").asLong()).isPositive();
        assertThat(check.exit).isZero();
        assertTrailHolds(times);
    }

    /** No kill tears what was entered; each life after the first says that the one before did not end in order. */
    private void assertTrailHolds(int times) throws Exception {
        Run verify = run("audit", "verify", "--data", data(), "--json");
        JsonNode report = new ObjectMapper().readTree(verify.out);
        assertThat(report.path("good").asBoolean()).as(verify.out).isTrue();
        assertThat(verify.exit).isZero();
        Path out = folder.resolve("entries");
        Run export = run("audit", "export", "--from", "-1h", "--to", "now", "--out", out.toString(), "--data", data());
        assertThat(export.exit).as(export.out).isZero();
        List<String> entries = Files.readAllLines(out.resolve("entries.jsonl"));
        assertThat(entries)
                .filteredOn(entry -> entry.contains("\"machine.started\""))
                .hasSize(times);
        assertThat(entries)
                .filteredOn(entry -> entry.contains("\"machine.unclean\""))
                .hasSize(times - 1);
    }

    /** Kills so many milliseconds after the first fragment of this life was acknowledged, for that is when it can hurt. */
    private void serveAndKill(Path log, long afterMillis, long linesBefore) throws Exception {
        Path said = folder.resolve("serve.out");
        Process serve = start(said, "serve", "--data", data(), "--ack-log", log.toString());
        try {
            for (int i = 0; lines(log) <= linesBefore; i++) {
                assertThat(serve.isAlive()).as(Files.readString(said)).isTrue();
                assertThat(i)
                        .as("no fragment was acknowledged: " + Files.readString(said))
                        .isLessThan(6_000);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(afterMillis));
        } finally {
            serve.destroyForcibly().waitFor();
        }
    }

    private static long lines(Path log) throws IOException {
        if (!Files.exists(log)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(log)) {
            return lines.count();
        }
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    // ---- the command line -----------------------------------------------------------------------------------------

    private String data() {
        return folder.resolve("data").toString();
    }

    private String site() {
        return folder.resolve("site.yaml").toString();
    }

    private void writeSite(SimulatedCameras cameras) throws IOException {
        Path passphrase = folder.resolve("passphrase");
        Files.writeString(passphrase, "correct horse battery staple\n");
        Files.setPosixFilePermissions(passphrase, PosixFilePermissions.fromString("rw-------"));
        StringBuilder yaml = new StringBuilder("""
                site: {name: Kill, timeZone: Europe/London}
                volumes:
                  - {id: v1, path: %1$s/v1, size: 2G}
                keys:
                  keystore: %1$s/keys/master.p12
                  passphraseFile: %1$s/passphrase
                  homes: [%1$s/keys/a, %1$s/keys/b]
                classes:
                  - {id: town, days: 31, reason: Requests reach us within that time}
                schemes:
                  - {id: town-centre, name: Town centre, purposes: [crime]}
                cameras:
                """.formatted(folder));
        for (int i = 0; i < CAMERAS; i++) {
            yaml.append("  - {id: kill-%d, number: %d, name: Kill %d, scheme: town-centre, class: town, url: '%s'}%n"
                    .formatted(i + 1, i + 1, i + 1, cameras.urls().get(i)));
        }
        Files.writeString(folder.resolve("site.yaml"), yaml);
    }

    private record Run(int exit, String out) {}

    private Run run(String... arguments) throws Exception {
        Path out = folder.resolve("out");
        Process process = start(out, arguments);
        assertThat(process.waitFor(5, TimeUnit.MINUTES))
                .as(String.join(" ", arguments))
                .isTrue();
        return new Run(process.exitValue(), Files.readString(out, UTF_8));
    }

    private Process start(Path out, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                "org.watchkeep.controlroom.cli.Main"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
    }
}
