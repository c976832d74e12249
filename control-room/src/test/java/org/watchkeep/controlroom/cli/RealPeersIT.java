// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.controlroom.cli.RealPeer.Transport;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.FileFootage;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCameras;

/**
 * Other people's programs as cameras of one installation, side by side, and our own camera playing clips of each kind: what
 * was recorded is what they played, picture by picture. While they are recorded each is called by {@code camera probe} too,
 * as an engineer would.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
@Tag("alone")
class RealPeersIT {
    /** Of a clip that is played over and over: both forms go round several times. */
    private static final int CLIP_SECONDS = 4;

    /** How long a push outlasts what is asked of it: the last picture's length is a guess. */
    private static final int MORE_SECONDS = 1;

    /** Until everything has started on a busy machine, and what VLC plays before anybody calls it. */
    private static final int LATE_SECONDS = 40;

    private static final int CLOCK_APART_MILLIS = 500;

    @TempDir
    private Path folder;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<RealPeer> peers = new ArrayList<>();
    private final Map<String, String> missing = new HashMap<>();
    private final Map<String, PeerClip> clips = new LinkedHashMap<>();
    private final Map<String, JsonNode> probes = new HashMap<>();
    private Optional<SimulatedCameras> own = Optional.empty();
    private Optional<ServedSite> site = Optional.empty();

    @AfterEach
    void stop() throws Exception {
        site.ifPresent(ServedSite::abandon);
        for (RealPeer peer : peers) {
            peer.close();
        }
        if (own.isPresent()) {
            own.get().close();
        }
        threads.shutdownNow();
    }

    @TestFactory
    @Tag("campaign")
    Stream<DynamicTest> serve_realPeersForAMinuteEach_recordsEveryPictureTheyPlayed() throws Exception {
        return recorded(60);
    }

    /** Records all of them; then one test says of each how that went. */
    private Stream<DynamicTest> recorded(int seconds) throws Exception {
        Assumptions.assumeTrue(
                Program.isThere("ffmpeg") && Program.isThere("ffprobe"), "ffmpeg is not installed: test skipped");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        startPeers(seconds);
        startOwnCameras();
        for (RealPeer peer : peers) {
            peer.awaitReady();
        }
        ServedSite served = new ServedSite(folder, RealPeer.PASSWORD);
        site = Optional.of(served);
        for (RealPeer peer : peers) {
            served.camera(peer.id, peer.configuredUrl(), peer.transport, peer.wantsLogin() ? RealPeer.USER : "");
        }
        List<String> names = List.copyOf(clips.keySet());
        for (int i = 0; i < names.size(); i++) {
            String url = own.orElseThrow().urls().get(i).toString();
            served.camera(names.get(i), url, Transport.AUTO, "");
        }
        JsonNode stopped = record(served, seconds);
        List<DynamicTest> tests = new ArrayList<>();
        for (RealPeer peer : peers) {
            tests.add(DynamicTest.dynamicTest(peer.id, () -> {
                assertRecorded(served, stopped, peer, seconds);
                if (!peer.isPushing()) {
                    assertProbed(peer, probes.getOrDefault(peer.id, MissingNode.getInstance()));
                }
            }));
        }
        missing.forEach((peer, why) -> tests.add(DynamicTest.dynamicTest(peer, () -> Assumptions.abort(why))));
        clips.forEach((name, clip) -> tests.add(DynamicTest.dynamicTest(name, () -> assertSame(served, name, clip))));
        tests.add(DynamicTest.dynamicTest("store check", () -> assertGood(served.ask("store", "check", "--deep"))));
        return tests.stream();
    }

    // ---- who is recorded ------------------------------------------------------------------------------------------

    private void startPeers(int seconds) throws Exception {
        PeerClip h264 = PeerClip.make(folder.resolve("peer-h264.mp4"), "h264", CLIP_SECONDS);
        PeerClip h265 = PeerClip.make(folder.resolve("peer-h265.mp4"), "h265", CLIP_SECONDS);
        Optional<String> noGStreamer = RealPeer.withoutGStreamer();
        for (PeerClip clip : List.of(h264, h265)) {
            assertThat(clip.isTellingApart()).isTrue();
            for (Transport transport : List.of(Transport.TCP, Transport.UDP)) {
                if (noGStreamer.isEmpty()) {
                    peers.add(RealPeer.gstreamer(clip, transport, folder));
                } else {
                    missing.put("gst-" + clip.codec() + "-" + transport.word(), noGStreamer.get());
                }
            }
        }
        peers.add(RealPeer.ffmpeg(h264, Transport.AUTO, folder));
        peers.add(RealPeer.ffmpeg(h264, Transport.TCP, folder));
        peers.add(RealPeer.ffmpeg(h265, Transport.TCP, folder));
        Optional<String> noVlc = RealPeer.withoutVlc();
        if (noVlc.isEmpty()) {
            int rounds = (seconds + LATE_SECONDS) / CLIP_SECONDS;
            Path file = h264.repeated(folder.resolve("vlc.mp4"), rounds);
            peers.add(RealPeer.vlc(h264, file, folder));
        } else {
            missing.put("vlc-h264-udp", noVlc.get());
        }
    }

    /** Clips of the kinds that are hard on a recorder, each played once: the folder's that is named, or made ones. */
    private void startOwnCameras() throws Exception {
        String footage = System.getProperty("watchkeep.footage", "");
        if (footage.isEmpty()) {
            ownClip("own-b-frames", "h264", "-preset", "veryfast", "-bf", "3", "-g", "50");
            ownClip("own-one-key-picture", "h264", "-g", "10000", "-sc_threshold", "0");
            ownClip("own-h265-b-frames", "h265", "-bf", "3", "-g", "50");
        } else {
            clips.put("own-b-frames", PeerClip.of(Path.of(footage, "town-1080p25-h264-bframes.mp4"), "h264"));
            clips.put("own-one-key-picture", PeerClip.of(Path.of(footage, "town-720p25-h264-longgop.mp4"), "h264"));
            clips.put("own-h265-b-frames", PeerClip.of(Path.of(footage, "town-1080p25-h265.mp4"), "h265"));
            clips.put("own-plain", PeerClip.of(Path.of(footage, "town-1080p25-h264.mp4"), "h264"));
        }
        List<SimulatedCamera> cameras = new ArrayList<>();
        for (PeerClip clip : clips.values()) {
            cameras.add(SimulatedCamera.fromFile(
                    cameras.size() + 1,
                    FileFootage.read(clip.file()),
                    SimulatedCamera.Play.ONCE,
                    SimulatedCamera.Begin.WITH_FIRST_CLIENT));
        }
        own = Optional.of(SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), CameraClock.system(), cameras));
    }

    private void ownClip(String name, String codec, String... options) throws Exception {
        clips.put(name, PeerClip.make(folder.resolve(name + ".mp4"), codec, CLIP_SECONDS, options));
    }

    // ---- recording ------------------------------------------------------------------------------------------------

    private JsonNode record(ServedSite served, int seconds) throws Exception {
        int pushPort = Program.freePort();
        served.init(pushPort);
        served.serve(threads);
        Map<String, CompletableFuture<JsonNode>> looking = new HashMap<>();
        for (RealPeer peer : peers) {
            if (peer.isPushing()) {
                peer.push(pushPort, seconds + MORE_SECONDS);
            } else {
                looking.put(peer.id, CompletableFuture.supplyAsync(() -> probe(peer, served.passwordFile()), threads));
            }
        }
        for (RealPeer peer : peers) {
            if (peer.isPushing()) {
                peer.awaitEnd(seconds + LATE_SECONDS);
            }
        }
        own.orElseThrow().ended().get(seconds + LATE_SECONDS, TimeUnit.SECONDS);
        for (Map.Entry<String, PeerClip> clip : clips.entrySet()) {
            awaitOrGoOn(served, clip.getKey(), clip.getValue().seconds() - 0.1);
        }
        for (RealPeer peer : peers) {
            awaitOrGoOn(served, peer.id, seconds);
        }
        for (Map.Entry<String, CompletableFuture<JsonNode>> probe : looking.entrySet()) {
            probes.put(probe.getKey(), probe.getValue().get(LATE_SECONDS, TimeUnit.SECONDS));
        }
        return served.stop();
    }

    /** One that does not come so far fails its own test, not its neighbours'. */
    private static void awaitOrGoOn(ServedSite served, String id, double seconds) throws IOException {
        try {
            Program.await(id, LATE_SECONDS, () -> served.seconds(id) >= seconds, () -> "");
        } catch (AssertionError tooSlow) {
            System.out.println(id + ": " + served.list(id));
        }
    }

    /** For as long as an engineer would, and by every transport. */
    private JsonNode probe(RealPeer peer, Path passwordFile) {
        TestShell test = new TestShell();
        List<String> command = new ArrayList<>(List.of("camera", "probe", "--json", "--for", "10s"));
        if (peer.wantsLogin()) {
            command.addAll(List.of("--user", RealPeer.USER, "--password-file", passwordFile.toString()));
        }
        command.add(peer.url().orElseThrow());
        int exit = test.run(command.toArray(String[]::new));
        assertThat(exit).as("%s: %s%s", command, test.out(), test.err()).isEqualTo(Refusal.GOOD);
        try {
            return new ObjectMapper().readTree(test.out());
        } catch (IOException e) {
            throw new AssertionError(test.out(), e);
        }
    }

    // ---- what came of it ------------------------------------------------------------------------------------------

    private void assertRecorded(ServedSite served, JsonNode stopped, RealPeer peer, int seconds) throws Exception {
        JsonNode row = StreamSupport.stream(stopped.path("cameras").spliterator(), false)
                .filter(camera -> camera.path("id").asText().equals(peer.id))
                .findFirst()
                .orElseThrow();
        System.out.println(peer.id + ": " + row + " " + notes(served.list(peer.id)));
        System.out.println(peer.id + ": probe " + probes.get(peer.id));
        assertThat(row.path("codec").asText()).as(peer.said()).isEqualTo(peer.clip.codec());
        assertThat(row.path("auth").asText()).isEqualTo(peer.traits.auth());
        assertThat(row.path("lostPackets").asLong()).isZero();
        String transport = row.path("transport").asText();
        assertThat(peer.traits.transports()).contains(transport);
        if (peer.transport != Transport.AUTO) {
            assertThat(transport).isEqualTo(peer.transport.word());
        }
        Path extract = served.extract(peer.id);
        List<String> recorded = peer.clip.picturesOf(extract);
        int piece = peer.clip.piece(recorded);
        System.out.println(
                peer.id + ": " + recorded.size() + " pictures, " + piece + " of them one piece of the source");
        assertThat(piece).isEqualTo(recorded.size());
        assertThat(recorded).hasSizeGreaterThanOrEqualTo((seconds - 1) * PeerClip.PICTURES_PER_SECOND);
        assertThat(PeerClip.warnings(extract)).isEmpty();
        List<String> gaps = served.list(peer.id).path("gaps").findValuesAsText("cause");
        assertThat(gaps)
                .isSubsetOf(
                        peer.isPushing()
                                ? List.of("connecting", "camera-unreachable", "connection-lost", "recorder-stopped")
                                : List.of("connecting", "recorder-stopped"));
    }

    private static String notes(JsonNode listed) {
        return "gaps " + listed.path("gaps").findValuesAsText("cause") + ", notes "
                + listed.path("segments").path(0).path("notes");
    }

    /** What the clip is, the probe has to have seen. */
    private static void assertProbed(RealPeer peer, JsonNode seen) throws Exception {
        assertThat(seen.path("codec").asText()).isEqualTo(peer.clip.codec());
        assertThat(seen.path("width").asInt()).isEqualTo(PeerClip.WIDTH);
        assertThat(seen.path("height").asInt()).isEqualTo(PeerClip.HEIGHT);
        assertThat(seen.path("fps").asDouble()).isCloseTo(PeerClip.PICTURES_PER_SECOND, within(0.5));
        assertThat(seen.path("gopSeconds").asDouble()).isCloseTo(1, within(0.02));
        double bitrate = Files.size(peer.clip.file()) * 8.0 / peer.clip.seconds();
        assertThat(seen.path("bitrate").asDouble()).isCloseTo(bitrate, within(0.3 * bitrate));
        assertThat(seen.path("auth").asText()).isEqualTo(peer.traits.auth());
        List<String> transports = new ArrayList<>();
        seen.path("transports").forEach(transport -> transports.add(transport.asText()));
        assertThat(transports).containsExactlyInAnyOrderElementsOf(peer.traits.transports());
        // GStreamer says nothing of its timeout, for it is the standard's.
        if (peer.traits.isTimeoutSaid()) {
            assertThat(seen.path("sessionTimeout").asInt()).isEqualTo(60);
        } else {
            assertThat(seen.path("sessionTimeout").isNull()).isTrue();
            assertThat(seen.path("reasons").path("sessionTimeout").asText()).contains("names none");
        }
        assertThat(seen.path("keepalive")).isNotEmpty();
        // By its reports, which come every five seconds or so.
        assertThat(seen.path("clockOffsetMs").asDouble()).isCloseTo(0, within((double) CLOCK_APART_MILLIS));
    }

    private static void assertSame(ServedSite served, String name, PeerClip clip) throws Exception {
        Path extract = served.extract(name);
        List<String> recorded = clip.picturesOf(extract);
        System.out.println(name + ": " + recorded.size() + " pictures of "
                + clip.file().getFileName() + " " + notes(served.list(name)));
        assertThat(recorded).isEqualTo(clip.pictures());
        assertThat(PeerClip.warnings(extract)).isEmpty();
    }

    private static void assertGood(JsonNode check) {
        System.out.println("store check --deep: " + check);
        for (String bad : List.of("damaged", "missing", "unexplained")) {
            assertThat(check.path(bad).asLong(-1)).as(bad).isZero();
        }
    }
}
