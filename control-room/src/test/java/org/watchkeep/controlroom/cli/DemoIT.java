// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.recorder.camera.PictureProbe;
import org.watchkeep.recorder.camera.PictureReport;

/** The demo from beginning to end, a few seconds long. */
@Timeout(120)
class DemoIT {
    private static final double PICTURES_PER_SECOND = 12.5;

    /** Of the H.265 clip, whose frame numbers begin again with it. */
    private static final long CLIP_PICTURES = 200;

    /** Placed half a minute after the last camera is recorded. */
    private static final long HOLD_SECONDS = 120;

    private static final int GOP_SECONDS = 2;

    /** A machine that draws slowly fills it slowly. */
    private static final long RING_SECONDS = 600;

    @TempDir
    private Path folder;

    @Test
    void demo_eightCameras_areRecordedWholeAndCanBeExtractedAfterwards() throws Exception {
        Path data = folder.resolve("kept");
        TestShell demo = new TestShell();
        assertThat(demo.run("demo", "--for", "4s", "--json", "--data", data.toString()))
                .as(demo.err())
                .isEqualTo(Refusal.GOOD);
        JsonNode document = new ObjectMapper().readTree(demo.out());
        assertThat(document.path("schema").asText()).isEqualTo("watchkeep/demo/1");
        assertThat(document.path("cameras")).hasSize(8);
        assertThat(document.path("store").path("reels").asInt()).isPositive();
        Set<String> logins = new HashSet<>();
        Set<String> codecs = new HashSet<>();
        Set<String> transports = new HashSet<>();
        for (JsonNode camera : document.path("cameras")) {
            logins.add(camera.path("auth").asText());
            codecs.add(camera.path("codec").asText());
            transports.add(camera.path("transport").asText());
            assertThat(camera.path("lostPackets").asLong()).isZero();
            assertThat(camera.path("gaps")).isEmpty();
            assertThat(camera.path("acknowledgedSeconds").asDouble()).isGreaterThan(3);
            assertExtractedWhole(data, camera);
        }
        assertThat(logins).containsExactlyInAnyOrder("none", "basic", "digest-md5", "digest-sha256");
        assertThat(transports).containsExactlyInAnyOrder("tcp", "udp", "rtsps");
        assertThat(codecs).containsExactlyInAnyOrder("h264", "h265");
    }

    private void assertExtractedWhole(Path data, JsonNode camera) throws Exception {
        Path out = folder.resolve(camera.path("id").asText() + ".mp4");
        TestShell extract = new TestShell();
        int exit = extract.run(
                "store",
                "extract",
                "--data",
                data.toString(),
                "--camera",
                camera.path("id").asText(),
                "--out",
                out.toString());
        assertThat(exit).as(extract.err()).isEqualTo(Refusal.GOOD);
        boolean isClip = camera.path("codec").asText().equals("h265");
        PictureReport report = isClip ? PictureProbe.read(out, CLIP_PICTURES) : PictureProbe.read(out);
        assertThat(report.isUnbroken()).as("%s", report).isTrue();
        double expected = camera.path("acknowledgedSeconds").asDouble() * PICTURES_PER_SECOND;
        assertThat((double) report.pictures()).isCloseTo(expected, within(PICTURES_PER_SECOND));
    }

    /**
     * Thirty-two cameras bring the ring round in a minute or two. A machine too slow to draw them has fewer pictures in the
     * held span, never others: what the hold kept has to be what was there when it was placed, byte for byte.
     */
    @Test
    @Tag("campaign")
    @Timeout(900)
    void demo_ringComesRound_whatIsHeldStillPlays() throws Exception {
        Path data = folder.resolve("round");
        TestShell demo = new TestShell();
        CompletableFuture<Integer> ended = CompletableFuture.supplyAsync(
                () -> demo.run("demo", "--cameras", "32", "--json", "--data", data.toString()));
        JsonNode hold;
        Map<String, byte[]> atFirst;
        try {
            // Listing costs; what is waited for takes a minute.
            AtomicInteger looks = new AtomicInteger();
            Program.await(
                    "a hold is placed",
                    HOLD_SECONDS,
                    () -> ended.isDone()
                            || (looks.incrementAndGet() % 20 == 0
                                    && !firstHold(data).isMissingNode()),
                    demo::err);
            hold = firstHold(data);
            // Its last GOP may still be on its way to the disk when it is placed.
            Instant whole = Instant.parse(hold.path("to").asText()).plusSeconds(GOP_SECONDS);
            Program.await(
                    "all of what is held is recorded",
                    HOLD_SECONDS,
                    () -> ended.isDone() || (looks.incrementAndGet() % 20 == 0 && reaches(data, whole)),
                    demo::err);
            atFirst = extract(data, hold, "placed");
            Program.await(
                    "what lies behind what is held is overwritten",
                    RING_SECONDS,
                    () -> ended.isDone() || (looks.incrementAndGet() % 20 == 0 && isOverwritten(data)),
                    demo::err);
        } finally {
            demo.stop.request();
        }
        assertThat(ended.get(1, TimeUnit.MINUTES)).as(demo.err()).isEqualTo(Refusal.GOOD);
        assertThat(new ObjectMapper().readTree(demo.out()).path("holds").path(0).path("hold"))
                .isEqualTo(hold.path("hold"));
        assertThat(hold.path("streams").path(0).asText()).isEqualTo("cam-101/main");
        assertThat(isOverwritten(data)).isTrue();
        Map<String, byte[]> now = extract(data, hold, "round");
        assertThat(now.keySet()).isEqualTo(atFirst.keySet());
        now.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(atFirst.get(name)));
        long pictures = 0;
        for (String name : now.keySet()) {
            PictureReport report = PictureProbe.read(folder.resolve("round-out").resolve(name));
            assertThat(report.isUnbroken()).as("%s: %s", name, report).isTrue();
            pictures += report.pictures();
        }
        System.out.println("held: " + pictures + " pictures in " + now.keySet());
        assertThat((double) pictures).isGreaterThanOrEqualTo(PICTURES_PER_SECOND);
    }

    /** Missing while there is none, or no store yet. */
    private static JsonNode firstHold(Path data) throws IOException {
        TestShell listed = new TestShell();
        if (listed.run("hold", "ls", "--data", data.toString(), "--json") != Refusal.GOOD) {
            return MissingNode.getInstance();
        }
        return new ObjectMapper().readTree(listed.out()).path("holds").path(0);
    }

    /** Whether there is footage up to then. */
    private static boolean reaches(Path data, Instant then) throws IOException {
        for (JsonNode segment : listing(data).path("segments")) {
            if (Instant.parse(segment.path("end").asText()).isAfter(then)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOverwritten(Path data) throws IOException {
        for (JsonNode gap : listing(data).path("gaps")) {
            if (gap.path("cause").asText().equals("overwritten")) {
                return true;
            }
        }
        return false;
    }

    /** Missing while it is still beginning. */
    private static JsonNode listing(Path data) throws IOException {
        TestShell listed = new TestShell();
        int exit = listed.run("store", "ls", "--data", data.toString(), "--camera", "cam-101", "--json");
        return exit == Refusal.GOOD ? new ObjectMapper().readTree(listed.out()) : MissingNode.getInstance();
    }

    /** What a hold keeps of its camera, a file for each run, by name. */
    private Map<String, byte[]> extract(Path data, JsonNode hold, String when) throws IOException {
        Path out = Files.createDirectory(folder.resolve(when + "-out"));
        TestShell extract = new TestShell();
        int exit = extract.run(
                "store",
                "extract",
                "--data",
                data.toString(),
                "--camera",
                "cam-101",
                "--from",
                hold.path("from").asText(),
                "--to",
                hold.path("to").asText(),
                "--out",
                out.resolve("held.mp4").toString());
        assertThat(exit).as(extract.err()).isEqualTo(Refusal.GOOD);
        Map<String, byte[]> files = new TreeMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(out)) {
            for (Path file : all) {
                files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    @Test
    void demo_stoppedByHand_endsCleanlyAndLeavesNothing() throws Exception {
        TestShell demo = new TestShell();
        demo.stop.request();
        assertThat(demo.run("demo", "--cameras", "1")).as(demo.err()).isEqualTo(Refusal.GOOD);
        assertThat(demo.out()).contains("Ended cleanly");
        Matcher folderNamed = Pattern.compile("recording into (\\S+), removed").matcher(demo.err());
        assertThat(folderNamed.find()).isTrue();
        assertThat(Path.of(folderNamed.group(1))).doesNotExist();
    }
}
