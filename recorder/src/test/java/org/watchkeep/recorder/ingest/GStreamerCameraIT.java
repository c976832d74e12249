// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.watchkeep.recorder.rtsp.Await;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.LoginPreference;
import org.watchkeep.recorder.rtsp.Peer;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.StreamId;

/** Somebody else's RTSP server as a camera, from the socket to the store. */
@Tag("alone")
class GStreamerCameraIT {
    private static final String PYTHON = "/usr/bin/python3";
    private static final Credentials WHO = new Credentials("admin", "s3cret", LoginPreference.ANY);
    private static final StreamId STREAM = StreamId.main("gst");

    @TempDir
    Path folder;

    private final List<Alarm> alarms = new CopyOnWriteArrayList<>();
    private TestStore store;
    private RecorderTier tier;

    @BeforeEach
    void start() throws Exception {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of(PYTHON))
                        && Peer.run(List.of(
                                                PYTHON,
                                                "-c",
                                                "import gi; gi.require_version('GstRtspServer', '1.0'); "
                                                        + "from gi.repository import GstRtspServer"))
                                        .exit()
                                == 0,
                "GStreamer's RTSP server for Python is not installed (gir1.2-gst-rtsp-server-1.0, python3-gi): test skipped");
        Peer.assumeProgram("ffmpeg");
        store = new TestStore(folder);
        AlarmSink sink = new AlarmSink() {
            @Override
            public void raise(Alarm alarm) {
                alarms.add(alarm);
            }

            @Override
            public void clear(Alarm alarm) {
                alarms.remove(alarm);
            }
        };
        tier = new RecorderTier(RecorderSettings.ofThisMachine(), store.store, store.clock, new SecureRandom(), sink);
    }

    @AfterEach
    void stop() throws IOException {
        if (store == null) {
            return;
        }
        assertThat(tier.stop()).succeedsWithin(10, TimeUnit.SECONDS);
        store.close();
        tier.close();
    }

    /** The peer's process; ends when its standard input is closed. */
    private final class Camera implements AutoCloseable {
        private final Process process;
        final int port;

        Camera(String scheme) throws Exception {
            Peer.elementaryStream(folder);
            Path script = folder.resolve("gst_camera.py");
            try (InputStream text = GStreamerCameraIT.class.getResourceAsStream("/peers/gst_camera.py")) {
                Files.copy(text, script);
            }
            process = new ProcessBuilder(
                            PYTHON,
                            script.toString(),
                            folder.resolve("test.h264").toString(),
                            scheme,
                            WHO.user(),
                            WHO.password())
                    .redirectError(folder.resolve("gst.log").toFile())
                    .start();
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String line = out.readLine();
            if (line == null || !line.startsWith("port ")) {
                throw new AssertionError("the peer did not start: " + Files.readString(folder.resolve("gst.log")));
            }
            port = Integer.parseInt(line.substring("port ".length()));
        }

        @Override
        public void close() throws Exception {
            process.getOutputStream().close();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private void record(Camera camera, Credentials who) throws IOException {
        tier.start(List.of(new CameraSettings(
                "gst",
                1,
                "GStreamer",
                URI.create("rtsp://127.0.0.1:" + camera.port + "/cam"),
                Optional.of(who),
                TestStore.CLASS)));
    }

    private CameraStatus status() {
        return tier.statuses().get(0);
    }

    @ParameterizedTest
    @CsvSource({"none, none", "basic, basic", "digest, digest-md5"})
    void record_gstreamerServer_givesFootageThatPlays(String scheme, String auth) throws Exception {
        try (Camera camera = new Camera(scheme)) {
            record(camera, WHO);
            Await.until("recorded", () -> status().acknowledgedSeconds() >= 4, this::status);
            assertThat(status().terms().orElseThrow().auth()).isEqualTo(auth);
            assertThat(status().lostPackets()).isZero();
            assertThat(tier.stop()).succeedsWithin(10, TimeUnit.SECONDS);
        }
        assertThat(store.gapCauses(STREAM)).containsExactly(GapCause.CONNECTING, GapCause.RECORDER_STOPPED);
        Path file = store.extract(STREAM, folder.resolve("gst.mp4"));
        Peer.Result played = Peer.run(List.of("ffmpeg", "-v", "warning", "-i", file.toString(), "-f", "null", "-"));
        assertThat(played.output()).isEmpty();
        assertThat(played.exit()).isZero();
    }

    @Test
    void record_gstreamerServerWrongPassword_raisesOneAlarmAndWaits() throws Exception {
        try (Camera camera = new Camera("digest")) {
            record(camera, new Credentials("admin", "guess"));
            Await.until("refused", () -> status().state() == CameraState.LOGIN_REFUSED, this::status);
            assertThat(alarms).hasSize(1);
            assertThat(alarms.get(0).text()).contains("digest-md5").doesNotContain("guess");
            assertThat(store.gapCauses(STREAM)).last().isEqualTo(GapCause.LOGIN_REFUSED);
        }
    }

    /** The camera's power goes while it plays: the gap says so, and its return ends it. */
    @Test
    void record_gstreamerServerDies_saysConnectionLost() throws Exception {
        try (Camera camera = new Camera("none")) {
            record(camera, WHO);
            Await.until("recorded", () -> status().acknowledgedSeconds() >= 2, this::status);
        }
        Await.until(
                "gap",
                () -> store.gapCauses(STREAM).contains(GapCause.CAMERA_UNREACHABLE),
                () -> store.gapCauses(STREAM));
        assertThat(store.gapCauses(STREAM))
                .containsSubsequence(GapCause.CONNECTING, GapCause.CONNECTION_LOST, GapCause.CAMERA_UNREACHABLE);
    }
}
