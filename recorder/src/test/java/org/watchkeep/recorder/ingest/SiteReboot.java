// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.FileFootage;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCameras;
import org.watchkeep.recorder.rtsp.Await;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.MountAccess;
import org.watchkeep.recorder.rtsp.Peer;
import org.watchkeep.retention.store.Gap;
import org.watchkeep.retention.store.StreamId;

/**
 * A site whose switch is restarted: every camera is gone at once and comes back at once. The cameras ask for a Digest login
 * and lock out whoever fails five times.
 */
final class SiteReboot {
    private static final Duration OUTAGE = Duration.ofSeconds(5);
    private static final int LOCK_OUT_AFTER = 5;
    private static final Credentials WHO = new Credentials("recorder", "s3cret");

    private SiteReboot() {}

    /** Five small pictures a second: it is the calls that are tested. */
    private static FileFootage footage(Path folder) throws Exception {
        Peer.assumeProgram("ffmpeg");
        Path file = folder.resolve("small.mp4");
        Peer.Result made = Peer.run(List.of(
                "ffmpeg",
                "-v",
                "error",
                "-f",
                "lavfi",
                "-i",
                "testsrc2=size=160x90:rate=5",
                "-t",
                "10",
                "-c:v",
                "libx264",
                "-preset",
                "ultrafast",
                "-bf",
                "0",
                "-g",
                "5",
                file.toString()));
        Assumptions.assumeTrue(made.exit() == 0, "ffmpeg has no libx264: test skipped. " + made.output());
        return FileFootage.read(file);
    }

    /** Asserts what must hold of calls and logins; prints how long it took. */
    static void run(Path folder, int count, ConnectLimits limits) throws Exception {
        FileFootage footage = footage(folder);
        MountAccess access = new MountAccess(MountAccess.Scheme.DIGEST_SHA256, "camera", WHO)
                .withHabits(MountAccess.Habits.NONE.withLockOutAfter(LOCK_OUT_AFTER));
        List<SimulatedCamera> cameras = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            cameras.add(
                    SimulatedCamera.fromFile(i, footage, SimulatedCamera.Play.LOOPING, SimulatedCamera.Begin.AT_ONCE)
                            .withAccess(access));
        }
        InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (TestStore store = new TestStore(folder);
                SimulatedCameras fleet = SimulatedCameras.start(here, CameraClock.system(), cameras)) {
            reboot(store, fleet, limits);
        }
    }

    private static void reboot(TestStore store, SimulatedCameras fleet, ConnectLimits limits) throws Exception {
        List<Alarm> alarms = new CopyOnWriteArrayList<>();
        try (RecorderTier tier = new RecorderTier(
                RecorderSettings.ofThisMachine().with(limits),
                store.store,
                store.clock,
                new SecureRandom(),
                new AlarmSink() {
                    @Override
                    public void raise(Alarm alarm) {
                        alarms.add(alarm);
                    }

                    @Override
                    public void clear(Alarm alarm) {}
                })) {
            List<URI> urls = fleet.urls();
            tier.start(settings(urls));
            awaitSessions(tier, 1);
            int mostAtStart = fleet.tally().mostInDialogue();
            Instant off = Instant.ofEpochSecond(0, store.clock.utcMicros() * 1_000);
            fleet.reboot(OUTAGE);
            awaitSessions(tier, 2);

            assertThat(tier.stop()).succeedsWithin(30, TimeUnit.SECONDS);
            store.store.close();
            Instant back = off;
            for (int i = 1; i <= urls.size(); i++) {
                Instant end = lastGapEnd(store, StreamId.main("cam-" + i), off);
                back = end.isAfter(back) ? end : back;
            }
            System.out.printf(
                    "%d cameras rebooted at once, %d s out: the last was back %.1f s after they went;"
                            + " at most %d called at a time at the start, %d in all (budget %d), seen by the cameras%n",
                    urls.size(),
                    OUTAGE.toSeconds(),
                    Duration.between(off, back).toMillis() / 1_000.0,
                    mostAtStart,
                    fleet.tally().mostInDialogue(),
                    limits.together());
            assertThat(fleet.tally().mostInDialogue()).isBetween(2, limits.together());
            assertThat(tier.connectLoad().mostConnecting()).isLessThanOrEqualTo(limits.together());
            assertThat(fleet.tally().refusedLogins()).isZero();
            assertThat(fleet.tally().lockOuts()).isZero();
            assertThat(alarms).isEmpty();
            assertThat(tier.statuses()).allSatisfy(s -> {
                assertThat(s.lostPackets()).isZero();
                assertThat(s.terms().orElseThrow().auth()).isEqualTo("digest-sha256");
            });
        }
    }

    private static List<CameraSettings> settings(List<URI> urls) {
        List<CameraSettings> settings = new ArrayList<>();
        for (int i = 1; i <= urls.size(); i++) {
            settings.add(new CameraSettings(
                    "cam-" + i, i, "Camera " + i, urls.get(i - 1), Optional.of(WHO), TestStore.CLASS));
        }
        return settings;
    }

    private static void awaitSessions(RecorderTier tier, int sessions) {
        Await.until(
                "every camera is recorded in session " + sessions,
                () -> tier.statuses().stream()
                        .allMatch(s -> s.state() == CameraState.RECORDING && s.sessions() == sessions),
                () -> tier.connectLoad() + " " + tier.statuses());
    }

    /** The gap that the outage left, which has ended. */
    private static Instant lastGapEnd(TestStore store, StreamId stream, Instant off) {
        List<Gap> outage = store.store.gaps(stream, off, Instant.MAX).stream()
                .filter(gap -> gap.to().isPresent())
                .toList();
        assertThat(outage).as("gaps of %s", stream).isNotEmpty();
        return outage.get(outage.size() - 1).to().orElseThrow();
    }
}
