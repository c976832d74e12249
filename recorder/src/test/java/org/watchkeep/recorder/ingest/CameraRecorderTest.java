// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.ScriptedCamera;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.FragmentFlags;

/** Supervision over hours in a moment: the camera is in memory, the test moves the time. */
class CameraRecorderTest extends CameraRigs {
    @Test
    void start_cameraPlays_isRecordedInFragmentsOfASecond() {
        Rig rig = new Rig("cam-1").start();
        rig.play(10_000);

        assertThat(rig.state()).isEqualTo(CameraState.RECORDING);
        assertThat(rig.footage.said).containsExactly("run avc1");
        assertThat(rig.footage.fragments.size()).isBetween(9, 10);
        CameraStatus status = rig.recorder.status();
        assertThat(status.terms()).contains(new CameraStatus.Terms("tcp", "h264", "none"));
        assertThat(status.sessions()).isEqualTo(1);
        assertThat(status.packets()).isGreaterThan(250);
        assertThat(status.lostPackets()).isZero();
        assertThat(status.acknowledgedSeconds()).isBetween(9.0, 10.0);
    }

    @Test
    void lostPackets_overSeveralSessions_areAddedUp() {
        Rig rig = new Rig("cam-1").start();
        for (int session = 0; session < 2; session++) {
            rig.play(2_000);
            rig.video.lose(3);
            rig.play(2_000);
            rig.camera.hangUp();
            rig.video = new TestVideo();
            rig.untilNextDial();
        }
        rig.play(2_000);
        assertThat(rig.recorder.status().lostPackets()).isEqualTo(6);
        assertThat(rig.recorder.status().sessions()).isEqualTo(3);
        assertThat(rig.recorder.status().damagedAccessUnits()).isPositive();
    }

    @Test
    void hangUp_whileRecording_flushesSaysConnectionLostAndCallsAgainAtOnce() {
        Rig rig = new Rig("cam-1").start();
        rig.play(12_500);
        int before = rig.footage.fragments.size();
        rig.camera.hangUp();

        assertThat(rig.footage.fragments).hasSize(before + 1);
        assertThat(rig.footage.last()).isEqualTo("end connection-lost");
        assertThat(rig.state()).isEqualTo(CameraState.WAITING);
        assertThat(rig.untilNextDial()).isBetween(500L, 760L);
        rig.video = new TestVideo();
        rig.play(3_000);
        assertThat(rig.footage.said).containsExactly("run avc1", "end connection-lost", "run avc1");
        assertOrdered(rig.footage.fragments);
    }

    private static void assertOrdered(List<Fragment> fragments) {
        for (int i = 1; i < fragments.size(); i++) {
            assertThat(fragments.get(i).startMonoNanos())
                    .isGreaterThanOrEqualTo(fragments.get(i - 1).endMonoNanos());
        }
    }

    /** The watchdog: the connection stands, nothing comes. */
    @Test
    void tick_mediaStops_endsTheSessionAfterFiveSeconds() {
        Rig rig = new Rig("cam-1").start();
        rig.play(3_000);
        rig.run(4_900);
        assertThat(rig.state()).isEqualTo(CameraState.RECORDING);
        rig.run(440);
        assertThat(rig.footage.last()).isEqualTo("end no-media");
        assertThat(rig.camera.methods()).endsWith("TEARDOWN");
        assertThat(rig.state()).isEqualTo(CameraState.WAITING);
        // The open fragment was cut by the timer, before the session ended.
        assertThat(rig.footage.status().acknowledgedMicros()).isBetween(2_900_000L, 3_200_000L);
    }

    @Test
    void tick_mediaNeverComes_saysNoMedia() {
        Rig rig = new Rig("cam-1").start();
        rig.run(6_000);
        assertThat(rig.footage.said).containsExactly("gap no-media");
        rig.play(4_000);
        assertThat(rig.footage.last()).isEqualTo("run avc1");
    }

    @Test
    void start_unreachableForAnHour_callsAtMostEveryThirtySeconds() {
        Rig rig = new Rig("cam-1");
        rig.camera.unreachable("Connection refused");
        rig.start();
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 130; i++) {
            waits.add(rig.untilNextDial());
        }
        assertThat(waits.get(0)).isBetween(500L, 760L);
        assertThat(waits.subList(8, waits.size())).allMatch(w -> w >= 14_990 && w <= 30_010);
        assertThat(waits.subList(8, waits.size()).stream().distinct().count()).isGreaterThan(50);
        assertThat(rig.footage.said).allMatch("gap camera-unreachable"::equals);
        assertThat(rig.recorder.status().detail()).contains("Connection refused");

        rig.camera.reachable();
        rig.untilNextDial();
        rig.play(2_000);
        assertThat(rig.state()).isEqualTo(CameraState.RECORDING);
    }

    @Test
    void hangUp_againAndAgainAtOnce_waitsLongerEachTime() {
        Rig rig = new Rig("cam-1").start();
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            rig.video = new TestVideo();
            rig.play(1_000);
            rig.camera.hangUp();
            waits.add(rig.untilNextDial());
        }
        assertThat(waits.get(7)).isGreaterThan(14_000);

        // A session that lasts makes the next failure a first one.
        rig.video = new TestVideo();
        rig.play(11_000);
        rig.camera.hangUp();
        assertThat(rig.untilNextDial()).isBetween(500L, 760L);
    }

    @Test
    void start_wrongPasswordForADay_raisesOneAlarmAndTriesSeldom() {
        Rig rig = new Rig("cam-1");
        refuseLogin(rig.camera);
        rig.start();
        assertThat(rig.state()).isEqualTo(CameraState.LOGIN_REFUSED);
        assertThat(rig.untilNextDial()).isBetween(300_000L, 331_000L);
        assertThat(rig.untilNextDial()).isBetween(600_000L, 661_000L);
        for (int i = 0; i < 24; i++) {
            assertThat(rig.untilNextDial()).isLessThan(3_601_000L);
        }
        assertThat(rig.alarms).containsExactly("raise LOGIN_REFUSED");
        assertThat(rig.footage.said).allMatch("gap login-refused"::equals);
        // Two requests a try: without the login and with it.
        assertThat(rig.camera.requests().stream()
                        .filter(r -> r.method().equals("DESCRIBE"))
                        .count())
                .isEqualTo(2L * rig.dialledAtMillis.size());

        acceptLogin(rig.camera);
        rig.untilNextDial();
        rig.play(2_000);
        assertThat(rig.alarms).containsExactly("raise LOGIN_REFUSED", "clear LOGIN_REFUSED");
        assertThat(rig.recorder.status().terms().orElseThrow().auth()).isEqualTo("digest-md5");
    }

    @Test
    void start_passwordMissing_isSaidOnceAndCalledWhenItIsThere() {
        AtomicReference<@Nullable Credentials> password = new AtomicReference<>();
        AwaitedLogin awaited = new AwaitedLogin() {
            @Override
            public Optional<Credentials> found() {
                return Optional.ofNullable(password.get());
            }

            @Override
            public String missing() {
                return "its password file keys/x is missing";
            }
        };
        Rig rig = new Rig(
                "cam-1",
                new Device("cam-1"),
                settings("cam-1", Optional.empty()).awaiting(awaited));
        acceptLogin(rig.camera);
        rig.start();
        rig.run(60_000);
        assertThat(rig.state()).isEqualTo(CameraState.LOGIN_REFUSED);
        assertThat(rig.recorder.status().detail()).contains("its password file keys/x is missing");
        assertThat(rig.alarms).containsExactly("raise LOGIN_REFUSED");
        assertThat(rig.footage.said).containsExactly("gap login-refused");
        assertThat(rig.dialledAtMillis).isEmpty();

        password.set(new Credentials("admin", "s3cret"));
        assertThat(rig.untilNextDial()).isLessThanOrEqualTo(5_010);
        rig.play(2_000);
        assertThat(rig.alarms).containsExactly("raise LOGIN_REFUSED", "clear LOGIN_REFUSED");
        assertThat(rig.recorder.status().terms().orElseThrow().auth()).isEqualTo("digest-md5");
    }

    @Test
    void wait_isSaidInWordsThatPeopleCount() {
        assertThat(Backoff.text(TimeUnit.MILLISECONDS.toNanos(309_002))).isEqualTo("5 minutes");
        assertThat(Backoff.text(TimeUnit.MILLISECONDS.toNanos(12_700))).isEqualTo("12 s");
        assertThat(Backoff.text(TimeUnit.MILLISECONDS.toNanos(640))).isEqualTo("640 ms");
    }

    /** A recorder with 32 channels and a wrong password must not see 32 failures: it would lock us out. */
    @Test
    void start_deviceOfManyStreamsWrongPassword_isTriedSeldomAndRaisesOneAlarm() {
        Device device = new Device("192.0.2.7:554");
        List<Rig> streams = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            Rig rig = new Rig("cam-" + i, device);
            refuseLogin(rig.camera);
            streams.add(rig.start());
        }
        advance(streams, 60);
        assertThat(signed(streams)).isEqualTo(LoginBreaker.MAX_REFUSALS);
        assertThat(streams).allMatch(rig -> rig.state() == CameraState.LOGIN_REFUSED);
        assertThat(streams).allMatch(rig -> rig.footage.last().equals("gap login-refused"));
        advance(streams, 3_600);
        // After 5, 10, 20 and 40 minutes.
        assertThat(signed(streams)).isBetween(4L, 6L);
        assertThat(streams.stream().mapToInt(rig -> rig.alarms.size()).sum()).isEqualTo(1);

        streams.forEach(rig -> acceptLogin(rig.camera));
        advance(streams, 3_700, () -> streams.stream().allMatch(rig -> rig.camera.isConnected()));
        advance(streams, 60);
        assertThat(streams).allMatch(rig -> rig.camera.isConnected());
    }

    /** Dahua: 401 once its connections are used up. */
    @Test
    void reconnect_dahuaRefusesALoginThatHasWorked_isTakenForBusyOnce() {
        Rig rig = new Rig("cam-1");
        acceptLogin(rig.camera);
        rig.start();
        rig.play(11_000);
        refuseLogin(rig.camera);
        rig.camera.hangUp();
        rig.untilNextDial();
        assertThat(rig.footage.last()).isEqualTo("gap camera-refused");
        assertThat(rig.alarms).isEmpty();

        assertThat(rig.untilNextDial()).isBetween(30_000L, 30_010L);
        assertThat(rig.footage.last()).isEqualTo("gap login-refused");
        assertThat(rig.alarms).containsExactly("raise LOGIN_REFUSED");
    }

    @Test
    void onRtp_garbage_endsThisSessionOnly() {
        Rig bad = new Rig("cam-1").start();
        Rig good = new Rig("cam-2").start();
        bad.play(2_000);
        good.play(2_000);
        bad.camera.send(new byte[70_000]);
        assertThat(bad.footage.last()).isEqualTo("end bad-stream");
        assertThat(bad.recorder.status().detail()).contains("bad-stream").contains("camera=cam-1");

        good.play(5_000);
        assertThat(good.state()).isEqualTo(CameraState.RECORDING);
        assertThat(good.footage.said).containsExactly("run avc1");
    }

    @Test
    void onRtp_packetsOfAnotherPayloadType_areABadStream() {
        Rig rig = new Rig("cam-1").start();
        rig.play(2_000);
        byte[] alien = rig.video.next().get(0);
        alien[1] = 100;
        for (int i = 0; i < 200 && rig.camera.isConnected(); i++) {
            rig.camera.sendFrame(0, alien);
        }
        assertThat(rig.footage.last()).isEqualTo("end bad-stream");
        assertThat(rig.recorder.status().detail())
                .contains("payload type: 100 (expected: 96)")
                .contains("camera=cam-1")
                .contains("channel=0")
                .contains("sequence=");
    }

    @Test
    void stop_whileRecording_tearsDownFlushesAndSaysRecorderStopped() {
        Rig rig = new Rig("cam-1").start();
        rig.play(2_500);
        rig.recorder.stop(() -> rig.isStopped = true);
        assertThat(rig.state()).isEqualTo(CameraState.STOPPING);
        rig.camera.answer();
        assertThat(rig.isStopped).isTrue();
        assertThat(rig.camera.methods()).endsWith("TEARDOWN");
        assertThat(rig.footage.last()).isEqualTo("end recorder-stopped");
        assertThat(rig.footage.status().acknowledgedMicros()).isBetween(2_400_000L, 2_600_000L);
        assertThat(rig.footage.isClosed).isTrue();
    }

    /** The camera was still sending the rest of it: half a picture would be damage of our own making. */
    @Test
    void stop_inTheMiddleOfAPicture_leavesThatPictureOut() {
        Rig rig = new Rig("cam-1").start();
        rig.play(2_500);
        List<byte[]> cut = rig.video.next();
        byte[] last = cut.get(cut.size() - 1);
        last[1] = (byte) (last[1] & 0x7f);
        cut.forEach(packet -> rig.camera.sendFrame(0, packet));
        rig.recorder.stop(() -> rig.isStopped = true);
        rig.camera.answer();
        assertThat(rig.recorder.status().damagedAccessUnits()).isZero();
        assertThat(rig.footage.fragments).noneMatch(fragment -> (fragment.flags() & FragmentFlags.DAMAGED) != 0);
    }

    @Test
    void stop_whileWaiting_endsAtOnceAndNeverCallsAgain() {
        Rig rig = new Rig("cam-1");
        rig.camera.unreachable("no route");
        rig.start();
        rig.recorder.stop(() -> rig.isStopped = true);
        assertThat(rig.isStopped).isTrue();
        assertThat(rig.footage.last()).isEqualTo("gap recorder-stopped");
        timers.advanceSeconds(3_600);
        assertThat(rig.dialledAtMillis).hasSize(1);
    }

    @Test
    void stop_duringTheDialogue_ends() {
        Rig rig = new Rig("cam-1");
        rig.camera.on("DESCRIBE", ScriptedCamera.silent());
        rig.start();
        rig.recorder.stop(() -> rig.isStopped = true);
        assertThat(rig.isStopped).isTrue();
        assertThat(rig.camera.isConnected()).isFalse();
    }

    @Test
    void stop_beforeStart_ends() {
        Rig rig = new Rig("cam-1");
        rig.recorder.stop(() -> rig.isStopped = true);
        assertThat(rig.isStopped).isTrue();
    }

    @Test
    void settings_loginInTheAddress_isUsedAndNeverShown() {
        CameraSettings settings = new CameraSettings(
                "cam-1", 1, "x", URI.create("rtsp://admin:p%40ss@192.0.2.7/live"), Optional.empty(), "ordinary");
        assertThat(settings.login()).contains(new Credentials("admin", "p@ss"));
        assertThat(settings).asString().doesNotContain("p%40ss").doesNotContain("p@ss");
    }

    /** Nothing of the slabs is kept once the store has let go. */
    @Test
    void stop_afterManySessions_holdsNoMoreMemoryThanOne() {
        Rig rig = new Rig("cam-1").start();
        rig.play(3_000);
        long held = slabs.allocatedBytes();
        for (int i = 0; i < 20; i++) {
            rig.camera.hangUp();
            rig.video = new TestVideo();
            rig.untilNextDial();
            rig.play(3_000);
        }
        assertThat(slabs.allocatedBytes()).isLessThanOrEqualTo(held);
    }
}
