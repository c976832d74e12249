// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.watchkeep.recorder.rtsp.CameraHabits;
import org.watchkeep.recorder.rtsp.RtspRequest;
import org.watchkeep.recorder.rtsp.ScriptedCamera;

/** What a person must hear of, and what must not lock us out: supervision of cameras that go wrong while they play. */
class CameraFaultsTest extends CameraRigs {
    private static final int CHANNELS = 64;

    private List<Rig> channels(Device device) {
        List<Rig> streams = new ArrayList<>();
        for (int i = 0; i < CHANNELS; i++) {
            Rig rig = new Rig("cam-" + i, device);
            acceptLogin(rig.camera);
            streams.add(rig.start());
        }
        return streams;
    }

    private static long alarms(List<Rig> streams) {
        return streams.stream()
                .flatMap(rig -> rig.alarms.stream())
                .filter(text -> text.endsWith("LOGIN_REFUSED"))
                .count();
    }

    private static long signedOf(List<Rig> streams, String method) {
        return streams.stream()
                .flatMap(rig -> rig.camera.requests().stream())
                .filter(r -> r.method().equals(method))
                .filter(CameraFaultsTest::isSigned)
                .count();
    }

    private static boolean isSigned(RtspRequest request) {
        return request.headers().first("Authorization").isPresent();
    }

    /** Recorders ban whoever fails to log in five times. */
    @Test
    void reconnect_deviceOfManyStreamsPasswordChanged_failsLessThanFiveTimesAndRaisesOneAlarm() {
        List<Rig> streams = channels(new Device("192.0.2.7:554"));
        advance(streams, 60);
        assertThat(streams).allMatch(rig -> rig.state() == CameraState.RECORDING);
        long before = signed(streams);

        streams.forEach(rig -> refuseLogin(rig.camera));
        streams.forEach(rig -> rig.camera.hangUp());
        advance(streams, 280);
        assertThat(signed(streams) - before).isBetween(2L, (long) ConnectLimits.DEFAULT_PER_DEVICE);
        assertThat(alarms(streams)).isEqualTo(1);

        advance(streams, 3_600);
        // One more after 5, 15 and 35 minutes each.
        assertThat(signed(streams) - before).isLessThan(ConnectLimits.DEFAULT_PER_DEVICE + 5L);
        assertThat(alarms(streams)).isEqualTo(1);

        streams.forEach(rig -> acceptLogin(rig.camera));
        advance(streams, 3_700, () -> streams.stream().allMatch(rig -> rig.camera.isConnected()));
        advance(streams, 60);
        assertThat(streams).allMatch(rig -> rig.camera.isConnected());
        assertThat(alarms(streams)).isEqualTo(2);
    }

    /** The password is changed while all channels play on. */
    @Test
    void keepalive_deviceOfManyStreamsPasswordChanged_isSignedNoMoreAndRaisesOneAlarm() {
        Device device = new Device("192.0.2.7:554");
        List<Rig> streams = new ArrayList<>();
        for (int i = 0; i < CHANNELS; i++) {
            Rig rig = new Rig("cam-" + i, device);
            acceptLogin(rig.camera);
            streams.add(rig.start());
            playTogether(streams, 120);
        }
        long before = signedOf(streams, "GET_PARAMETER");
        for (Rig rig : streams) {
            for (String method : List.of("GET_PARAMETER", "OPTIONS", "TEARDOWN")) {
                rig.camera.on(
                        method,
                        r -> ScriptedCamera.status(
                                        401,
                                        "WWW-Authenticate: Digest realm=\"x\", nonce=\"n"
                                                + r.headers().first("CSeq").orElse("") + "\"\r\n")
                                .apply(r));
            }
        }
        playTogether(streams, 70_000);
        // One, and once more because it met a new nonce.
        assertThat(signedOf(streams, "GET_PARAMETER") - before).isEqualTo(2);
        assertThat(signedOf(streams, "OPTIONS") + signedOf(streams, "TEARDOWN")).isZero();
        assertThat(alarms(streams)).isEqualTo(1);
        assertThat(streams).allMatch(rig -> rig.state() == CameraState.RECORDING);
        assertThat(streams).allMatch(rig -> rig.footage.said.size() == 1);
    }

    private void playTogether(List<Rig> streams, long millis) {
        for (long passed = 0; passed < millis; passed += 40) {
            timers.advanceMillis(40);
            streams.forEach(rig -> rig.play(0));
        }
    }

    /** Packets come, and no picture can be kept: a decoder could begin nowhere. */
    @Test
    void tick_packetsWithoutKeyPicture_becomesAGapAndAnAlarmUntilPicturesAreKept() {
        Rig rig = new Rig("cam-1").start();
        playWithoutKey(rig, 14_000);
        assertThat(rig.alarms).isEmpty();
        playWithoutKey(rig, 2_000);
        assertThat(rig.alarms).containsExactly("raise NO_PICTURES");
        assertThat(rig.footage.said).containsExactly("gap no-media");
        assertThat(rig.state()).isEqualTo(CameraState.CONNECTING);
        assertThat(rig.recorder.status().detail()).contains("no key picture").doesNotContain("s3cret");
        playWithoutKey(rig, 60_000);
        assertThat(rig.alarms).hasSize(1);

        rig.play(2_000);
        assertThat(rig.alarms).containsExactly("raise NO_PICTURES", "clear NO_PICTURES");
        assertThat(rig.state()).isEqualTo(CameraState.RECORDING);
        assertThat(rig.recorder.status().detail()).isEmpty();
        assertThat(rig.footage.last()).isEqualTo("run avc1");
    }

    /** There was one to begin with: what is missing now is something else. */
    @Test
    void tick_packetsOfNoUseInMidSession_doesNotBlameTheFirstKeyPicture() {
        Rig rig = new Rig("cam-1").start();
        rig.play(4_000);
        for (long passed = 0; passed < 17_000; passed += 40) {
            rig.step(40);
            rig.video.nextWithoutKey().forEach(packet -> {
                packet[12] |= (byte) 0x80;
                rig.camera.sendFrame(0, packet);
            });
        }
        assertThat(rig.alarms).containsExactly("raise NO_PICTURES");
        assertThat(rig.recorder.status().detail())
                .contains("no picture was kept of what came for 15 s")
                .doesNotContain("no key picture");
    }

    /** A session that ends does not end the alarm: only pictures do. */
    @Test
    void hangUp_whileNoPicturesAreKept_keepsTheOneAlarm() {
        Rig rig = new Rig("cam-1").start();
        for (int session = 0; session < 3; session++) {
            playWithoutKey(rig, 17_000);
            rig.camera.hangUp();
            rig.video = new TestVideo();
            rig.untilNextDial();
        }
        assertThat(rig.alarms).containsExactly("raise NO_PICTURES");
        rig.play(2_000);
        assertThat(rig.alarms).containsExactly("raise NO_PICTURES", "clear NO_PICTURES");
    }

    /** The connection stood and nothing was lost by it: a firewall keeps the datagrams out. */
    @Test
    void tick_udpBringsNothing_saysNoMediaAndAsksForTcp() {
        Device device = new Device("192.0.2.7:554");
        CameraHabits asksUdp = new CameraHabits(true, Optional.empty(), OptionalInt.empty());
        Rig rig = new Rig("cam-1", device, settings("cam-1", Optional.empty()).with(asksUdp));
        rig.camera.on(
                "SETUP",
                ScriptedCamera.ok(
                        "Transport: RTP/AVP;unicast;client_port=40000-40001;server_port=6970-6971\r\nSession: 1\r\n"));
        rig.start();
        rig.run(3_400);
        assertThat(rig.footage.said).containsExactly("gap no-media");
        assertThat(rig.recorder.status().detail()).contains("no packet over UDP (a firewall?); TCP is asked for next");

        rig.camera.on("SETUP", ScriptedCamera.ok("Transport: RTP/AVP/TCP;interleaved=0-1\r\nSession: 2\r\n"));
        rig.untilNextDial();
        rig.play(2_000);
        assertThat(rig.state()).isEqualTo(CameraState.RECORDING);
        assertThat(rig.footage.said).containsExactly("gap no-media", "run avc1");
    }

    private static void playWithoutKey(Rig rig, long millis) {
        for (long passed = 0; passed < millis; passed += 40) {
            rig.step(40);
            rig.video.nextWithoutKey().forEach(packet -> rig.camera.sendFrame(0, packet));
        }
    }

    /** A time-lapse: one picture each 12 s, and a sender report each 4 s between. */
    @Test
    void tick_slowPicturesWithSenderReports_isNoSilence() {
        Rig rig = new Rig("cam-1").start();
        for (int picture = 0; picture < 6; picture++) {
            rig.video.next().forEach(packet -> rig.camera.sendFrame(0, packet));
            for (int report = 1; report <= 3; report++) {
                rig.run(4_000 - 40);
                rig.camera.sendFrame(1, rig.video.senderReport(rig.utcMicros(), report * 4_000L));
            }
            rig.video.pass(299);
        }
        assertThat(rig.dialledAtMillis).hasSize(1);
        assertThat(rig.state()).isEqualTo(CameraState.RECORDING);
        assertThat(rig.alarms).isEmpty();
    }

    @Test
    void tick_senderReportsAlone_countAsLifeForTwentySeconds() {
        Rig rig = new Rig("cam-1").start();
        rig.play(3_000);
        for (int report = 1; report <= 4; report++) {
            rig.run(4_000);
            rig.camera.sendFrame(1, rig.video.senderReport(rig.utcMicros(), report * 4_000L));
        }
        rig.run(3_000);
        assertThat(rig.state()).isEqualTo(CameraState.RECORDING);
        rig.run(1_300);
        assertThat(rig.state()).isEqualTo(CameraState.WAITING);
        assertThat(rig.footage.last()).isEqualTo("end no-media");
        assertThat(rig.recorder.status().detail()).contains("no media for 20 s");
    }

    /** The camera answers a keepalive in the pause: it lives, for five seconds more. */
    @Test
    void tick_keepaliveAnsweredInAPause_countsAsLife() {
        Rig rig = new Rig("cam-1").start();
        rig.play(27_000);
        // Asked 30 s after PLAY.
        rig.run(6_500);
        assertThat(rig.camera.methods()).endsWith("GET_PARAMETER");
        assertThat(rig.state()).isEqualTo(CameraState.RECORDING);
        rig.run(2_500);
        assertThat(rig.footage.last()).isEqualTo("end no-media");
    }
}
