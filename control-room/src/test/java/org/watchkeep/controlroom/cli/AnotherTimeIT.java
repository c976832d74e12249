// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.config.SiteConfigReader;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCameras;
import org.watchkeep.retention.store.AcknowledgementListener;
import org.watchkeep.retention.store.FragmentRef;
import org.watchkeep.retention.store.Segment;
import org.watchkeep.retention.store.StreamId;
import org.watchkeep.retention.store.SystemStoreClock;

/** {@code --at}: forty days after a hold, on the command line. */
class AnotherTimeIT {
    @TempDir
    private Path folder;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private static int run(ServedSite site, TestShell shell, String... words) {
        String[] all = Arrays.copyOf(words, words.length + 2);
        all[words.length] = "--data";
        all[words.length + 1] = site.data().toString();
        return shell.run(all);
    }

    @Test
    void heldSpan_fortyDaysLater_isAsItWasRecorded_andNothingBesideItOpens() throws Exception {
        try (SimulatedCameras cameras = SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                CameraClock.system(),
                List.of(SimulatedCamera.drawn(1, "Gate"), SimulatedCamera.drawn(2, "Square")))) {
            ServedSite site = new ServedSite(folder, "unused");
            site.camera("gate", cameras.urls().get(0).toString(), RealPeer.Transport.TCP, "");
            site.camera("square", cameras.urls().get(1).toString(), RealPeer.Transport.TCP, "");
            site.init(0);
            site.guardByFewRounds();
            Path receipts = folder.resolve("receipts");
            site.serve(threads, "--ack-log", receipts.toString());
            String now = Instant.now().toString();
            try {
                Program.await(
                        "eight seconds", 60, () -> site.seconds("gate") > 8 && site.seconds("square") > 8, () -> "");
                TestShell shell = new TestShell();
                assertThat(run(site, shell, "store", "ls", "--camera", "gate", "--at", now))
                        .isEqualTo(2);
                assertThat(shell.err()).contains("a recorder is running");
            } finally {
                site.stop();
            }
            Instant start = Instant.parse(
                    site.list("gate").path("segments").path(0).path("start").asText());
            Instant from = start.plusSeconds(3);
            Instant to = start.plusSeconds(5);
            JsonNode placed = site.ask(
                    "hold",
                    "place",
                    "--camera",
                    "gate",
                    "--from",
                    from.toString(),
                    "--to",
                    to.toString(),
                    "--ground",
                    "crime",
                    "--review",
                    Instant.now()
                            .atOffset(ZoneOffset.UTC)
                            .toLocalDate()
                            .plusDays(20)
                            .toString());
            assertThat(placed.path("hold").path("state").asText()).isEqualTo("secured");
            Instant later = Instant.now().plus(Duration.ofDays(40));

            assertHeldAndNothingElse(site, later, from, to);
            assertDigestsAreThoseOfTheReceipts(site, later, from, to, receipts);
            assertLiveFolderRefuses(site, later);
        }
    }

    /** Two people have an hour of one camera erased before its limit, by command; the other camera of the same reel stays. */
    @Test
    void oneStreamErasedAlone_twoHoursLater_theOtherStays() throws Exception {
        try (SimulatedCameras cameras = SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                CameraClock.system(),
                List.of(SimulatedCamera.drawn(1, "Gate"), SimulatedCamera.drawn(2, "Square")))) {
            ServedSite site = new ServedSite(folder, "unused");
            site.camera("gate", cameras.urls().get(0).toString(), RealPeer.Transport.TCP, "");
            site.camera("square", cameras.urls().get(1).toString(), RealPeer.Transport.TCP, "");
            site.init(0);
            site.guardByFewRounds();
            site.serve(threads);
            try {
                Program.await(
                        "three seconds", 60, () -> site.seconds("gate") > 3 && site.seconds("square") > 3, () -> "");
            } finally {
                site.stop();
            }
            // The hour that was recorded ends when another program opens the store.
            String before = Instant.now().plus(Duration.ofHours(1)).toString();
            assertThat(site.ask("store", "ls", "--camera", "gate", "--at", before)
                            .path("segments"))
                    .isNotEmpty();
            String at = Instant.now().plus(Duration.ofHours(2)).toString();
            JsonNode erased = site.ask(
                    "retention",
                    "erase-stream",
                    "--camera",
                    "gate",
                    "--from",
                    "-3h",
                    "--to",
                    "-1h",
                    "--cause",
                    "court-order",
                    "--as",
                    "staff/17",
                    "--approved-by",
                    "staff/4",
                    "--at",
                    at);
            assertThat(erased.path("stream").asText()).isEqualTo("gate/main");
            assertThat(erased.path("epochs")).isNotEmpty();
            assertThat(erased.path("epochs").path(0).path("segments").asInt()).isPositive();
            assertThat(site.ask("store", "ls", "--camera", "gate", "--at", at).path("segments"))
                    .isEmpty();
            assertThat(site.ask("store", "ls", "--camera", "square", "--at", at).path("segments"))
                    .isNotEmpty();
            site.ask(
                    "store",
                    "extract",
                    "--camera",
                    "square",
                    "--out",
                    folder.resolve("square.mp4").toString(),
                    "--at",
                    at);
            assertThat(folder.resolve("square.mp4")).isNotEmptyFile();
        }
    }

    private void assertHeldAndNothingElse(ServedSite site, Instant later, Instant from, Instant to) throws Exception {
        String at = later.toString();
        Path out = folder.resolve("held.mp4");
        JsonNode extracted = site.ask(
                "store",
                "extract",
                "--camera",
                "gate",
                "--from",
                from.toString(),
                "--to",
                to.toString(),
                "--out",
                out.toString(),
                "--at",
                at);
        assertThat(extracted.path("files")).hasSize(1);
        assertThat(out).isNotEmptyFile();
        assertThat(site.ask("store", "ls", "--camera", "square", "--at", at).path("segments"))
                .isEmpty();
        for (JsonNode segment :
                site.ask("store", "ls", "--camera", "gate", "--at", at).path("segments")) {
            // From the key picture before the span, which these cameras send each two seconds, to the fragment's end.
            assertThat(Instant.parse(segment.path("start").asText())).isAfter(from.minusMillis(2_100));
            assertThat(Instant.parse(segment.path("end").asText())).isBefore(to.plusMillis(2_100));
        }
        for (List<String> beside : List.of(
                List.of("square", from.toString(), to.toString()),
                List.of("gate", to.plusSeconds(3).toString(), to.plusSeconds(5).toString()))) {
            TestShell shell = new TestShell();
            int code = run(
                    site,
                    shell,
                    "store",
                    "extract",
                    "--camera",
                    beside.get(0),
                    "--from",
                    beside.get(1),
                    "--to",
                    beside.get(2),
                    "--exact",
                    "--out",
                    folder.resolve("beside.mp4").toString(),
                    "--at",
                    at);
            assertThat(code).as(shell.out() + shell.err()).isNotZero();
            assertThat(folder.resolve("beside.mp4")).doesNotExist();
        }
    }

    private static void assertDigestsAreThoseOfTheReceipts(
            ServedSite site, Instant later, Instant from, Instant to, Path receipts) throws Exception {
        Set<String> lines = Files.readAllLines(receipts).stream().collect(Collectors.toSet());
        List<String> inside = new ArrayList<>();
        try (ControlRoom room = ControlRoom.open(
                site.data(),
                SiteConfigReader.read(site.config()),
                new ClockAt(later, new SystemStoreClock()),
                AcknowledgementListener.NONE)) {
            StreamId gate = StreamId.main("gate");
            for (Segment segment : room.store().segments(gate, from, to)) {
                for (FragmentRef ref : segment.fragments()) {
                    ByteBuffer payload = room.store().read(segment, ref);
                    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
                    sha256.update(payload);
                    inside.add(gate + " " + segment.run() + " " + ref.sequence() + " "
                            + HexFormat.of().formatHex(sha256.digest()));
                }
            }
        }
        assertThat(inside).hasSizeBetween(2, 8);
        assertThat(lines).containsAll(inside);
    }

    private static void assertLiveFolderRefuses(ServedSite site, Instant later) throws Exception {
        Path kind = site.data().resolve("installation.json");
        Files.writeString(kind, Files.readString(kind).replace("\"simulated\"", "\"live\""));
        TestShell shell = new TestShell();
        assertThat(run(site, shell, "store", "ls", "--camera", "gate", "--at", later.toString()))
                .isEqualTo(2);
        assertThat(shell.err()).contains("is live (expected: a folder made with init --simulated)");
    }
}
