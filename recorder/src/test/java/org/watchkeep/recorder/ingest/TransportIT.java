// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.Fault;
import org.watchkeep.recorder.camera.PictureProbe;
import org.watchkeep.recorder.camera.PictureReport;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCameras;
import org.watchkeep.recorder.camera.WireTally;
import org.watchkeep.recorder.rtsp.Await;
import org.watchkeep.recorder.rtsp.MediaTransport;
import org.watchkeep.recorder.rtsp.NettyTransport;
import org.watchkeep.recorder.rtsp.Peer;
import org.watchkeep.recorder.rtsp.TlsTrust;
import org.watchkeep.recorder.rtsp.TransportChoice;
import org.watchkeep.retention.store.FragmentFlags;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.StreamId;

/** Simulated cameras recorded over UDP on a bad network, and inside TLS. */
class TransportIT {
    private static final double PICTURES_PER_SECOND = 12.5;

    @TempDir
    Path folder;

    private TestStore store;
    private RecorderTier tier;

    @BeforeEach
    void start() throws IOException {
        store = new TestStore(folder);
        AlarmSink sink = new AlarmSink() {
            @Override
            public void raise(Alarm alarm) {}

            @Override
            public void clear(Alarm alarm) {}
        };
        tier = new RecorderTier(
                new RecorderSettings(NettyTransport.best(), 1, "Watchkeep-test"),
                store.store,
                store.clock,
                new SecureRandom(),
                sink);
    }

    @AfterEach
    void stop() throws IOException {
        assertThat(tier.stop()).succeedsWithin(10, TimeUnit.SECONDS);
        store.close();
        tier.close();
    }

    private static SimulatedCameras cameras(SimulatedCamera camera) throws IOException {
        return SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), CameraClock.system(), List.of(camera));
    }

    private static CameraSettings settings(URI url, TransportChoice transport, TlsTrust trust) {
        return new CameraSettings("cam", 1, "Camera 1", url, Optional.empty(), TestStore.CLASS, transport, trust);
    }

    private CameraStatus status() {
        return tier.statuses().get(0);
    }

    private void assertPlays(boolean isClean) throws Exception {
        assertThat(tier.stop()).succeedsWithin(10, TimeUnit.SECONDS);
        Path file = store.extract(StreamId.main("cam"), folder.resolve("cam.mp4"));
        Peer.Result result = Peer.run(List.of("ffmpeg", "-v", "warning", "-i", file.toString(), "-f", "null", "-"));
        assertThat(result.exit()).isZero();
        if (isClean) {
            assertThat(result.output()).isEmpty();
        }
    }

    @Test
    @Tag("alone")
    void udp_lossReorderAndDuplicates_areCountedExactly() throws Exception {
        recordOnABadNetwork("5%", 4);
    }

    /** One packet in a hundred, as asked for; long enough for some sixty losses. */
    @Test
    @Tag("alone")
    @Tag("campaign")
    void udp_onePercentForTwoMinutes_isCountedExactly() throws Exception {
        recordOnABadNetwork("1%", 120);
    }

    /** The wire is good again at the end, so that the last losses are seen by the packets behind them. */
    private void recordOnABadNetwork(String share, int seconds) throws Exception {
        SimulatedCamera camera = SimulatedCamera.drawn(1, "Bad network")
                .withFaults(List.of(
                        Fault.parse("lose:" + share + ",seed=11@1s"),
                        Fault.parse("reorder:" + share + ",seed=12@1s"),
                        Fault.parse("duplicate:" + share + ",seed=13@1s"),
                        Fault.parse("lose:0%@" + (1 + seconds) + "s")));
        try (SimulatedCameras fleet = cameras(camera)) {
            tier.start(List.of(settings(fleet.urls().get(0), TransportChoice.UDP, TlsTrust.SYSTEM)));
            Await.until(
                    "it is recorded past the losses",
                    Duration.ofSeconds(seconds + 30),
                    () -> status().acknowledgedSeconds() >= seconds + 3,
                    tier::statuses);
            WireTally wire = fleet.wireTallies().get(0);
            assertThat(wire.lost()).isPositive();
            assertThat(wire.reordered()).isPositive();
            assertThat(wire.duplicated()).isPositive();
            assertThat(status().lostPackets()).isEqualTo(wire.lost());
            assertThat(status().datagrams().reordered()).isPositive();
            assertThat(status().datagrams().duplicates()).isPositive();
            assertThat(status().damagedAccessUnits()).isPositive();
            assertThat(status().sessions()).isOne();
            assertThat(status().state()).isEqualTo(CameraState.RECORDING);
            assertPlays(false);
        }
        assertThat(store.gapCauses(StreamId.main("cam")))
                .containsExactly(GapCause.CONNECTING, GapCause.RECORDER_STOPPED);
        assertThat(store.flags(StreamId.main("cam"))).anyMatch(flags -> (flags & FragmentFlags.DAMAGED) != 0);
        PictureReport seen = PictureProbe.read(folder.resolve("cam.mp4"));
        long span =
                seen.last().orElseThrow().frame() - seen.first().orElseThrow().frame();
        assertThat((double) span).as("%s", seen).isGreaterThan((seconds + 1) * PICTURES_PER_SECOND);
    }

    @Test
    void rtsps_pinnedCertificate_isRecorded() throws Exception {
        SimulatedCamera camera = SimulatedCamera.drawn(1, "Inside TLS").withTransports(Set.of(MediaTransport.RTSPS));
        try (SimulatedCameras fleet = cameras(camera)) {
            URI url = fleet.urls().get(0);
            assertThat(url.getScheme()).isEqualTo("rtsps");
            tier.start(List.of(settings(url, TransportChoice.AUTO, TlsTrust.pinned(fleet.certificateSha256()))));
            Await.until("it is recorded", () -> status().acknowledgedSeconds() >= 2, tier::statuses);
            assertThat(status().terms().orElseThrow().transport()).isEqualTo("rtsps");
            assertThat(status().lostPackets()).isZero();
            assertPlays(true);
        }
    }

    @Test
    void rtsps_unknownCertificate_isRefusedAndSaysWhatToPin() throws Exception {
        SimulatedCamera camera = SimulatedCamera.drawn(1, "Inside TLS");
        try (SimulatedCameras fleet = cameras(camera)) {
            URI url = URI.create(fleet.urls().get(0).toString().replace("rtsp:", "rtsps:"));
            tier.start(List.of(settings(url, TransportChoice.AUTO, TlsTrust.SYSTEM)));
            Await.until("it has failed", () -> !status().detail().isEmpty(), tier::statuses);
            assertThat(status().detail()).contains("not believed").contains(fleet.certificateSha256());
        }
    }

    @Test
    void rtsps_onlyInsideTls_isRefusedInClear() throws Exception {
        SimulatedCamera camera = SimulatedCamera.drawn(1, "Inside TLS").withTransports(Set.of(MediaTransport.RTSPS));
        try (SimulatedCameras fleet = cameras(camera)) {
            URI url = URI.create(fleet.urls().get(0).toString().replace("rtsps:", "rtsp:"));
            tier.start(List.of(settings(url, TransportChoice.AUTO, TlsTrust.SYSTEM)));
            Await.until("it has failed", () -> !status().detail().isEmpty(), tier::statuses);
            assertThat(status().detail()).contains("403");
        }
    }
}
