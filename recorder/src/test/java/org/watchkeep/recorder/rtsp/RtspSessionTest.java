// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.described;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.ok;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.silent;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.status;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client's session with cameras that behave as makers' cameras have been seen to, from the call to the end. */
class RtspSessionTest extends RtspSessionRig {
    @Test
    void start_plainCamera_asksInOrderAndDeliversPackets() {
        played();
        camera.sendFrame(0, RTP);
        camera.sendFrame(1, RTCP);

        assertThat(camera.methods()).isEqualTo("OPTIONS DESCRIBE SETUP PLAY");
        assertThat(notes.seen).containsExactly("playing", "rtp 16", "rtcp 8");
        assertThat(notes.track.orElseThrow().format().payloadType()).isEqualTo(96);
        assertThat(camera.last("SETUP").uri()).isEqualTo("rtsp://192.0.2.7/live/trackID=1");
        assertThat(camera.last("SETUP").headers().first("Transport")).contains("RTP/AVP/TCP;unicast;interleaved=0-1");
        assertThat(camera.last("PLAY").uri()).isEqualTo("rtsp://192.0.2.7/live");
        assertThat(camera.last("PLAY").headers().first("Session")).contains("12345678");
        assertThat(camera.requests())
                .allMatch(r -> r.headers().first("User-Agent").orElse("").equals("Watchkeep-test"));
    }

    /** The audio track of the description is not even set up. */
    @Test
    void start_cameraWithAudio_setsUpVideoOnly() {
        played();
        assertThat(camera.requests().stream().filter(r -> r.method().equals("SETUP")))
                .hasSize(1);
    }

    @Test
    void close_whilePlaying_tearsDownThenEnds() {
        RtspSession session = played();
        session.close("stop");
        assertThat(notes.end).isEmpty();
        camera.sendFrame(0, RTP);
        camera.answer();
        assertThat(camera.last("TEARDOWN").headers().first("Session")).contains("12345678");
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.CLOSED);
        assertThat(notes.seen).doesNotContain("rtp 16");
        assertThat(camera.isConnected()).isFalse();
        assertThat(timers.untilNextNanos()).isNegative();
    }

    @Test
    void close_cameraDoesNotAnswerTeardown_endsAfterASecond() {
        camera.on("TEARDOWN", silent());
        RtspSession session = played();
        session.close("stop");
        camera.answer();
        timers.advanceMillis(999);
        assertThat(notes.end).isEmpty();
        timers.advanceMillis(1);
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.CLOSED);
    }

    @Test
    void close_duringDialogue_endsAtOnce() {
        RtspSession session = session("rtsp://192.0.2.7/live", Optional.empty());
        session.start();
        session.close("stop");
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.CLOSED);
        assertThat(camera.isConnected()).isFalse();
    }

    @Test
    void start_nobodyThere_isUnreachable() {
        camera.unreachable("Connection refused");
        played();
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.UNREACHABLE);
        assertThat(notes.detail()).contains("192.0.2.7").contains("Connection refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPTIONS", "DESCRIBE", "SETUP", "PLAY"})
    void start_cameraSilentAtAnyStep_isUnreachableAfterTenSeconds(String method) {
        camera.on(method, silent());
        played();
        timers.advanceMillis(9_999);
        assertThat(notes.end).isEmpty();
        timers.advanceMillis(1);
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.UNREACHABLE);
        assertThat(notes.detail()).isEqualTo(method + ": no answer");
    }

    @ParameterizedTest
    @CsvSource({"DESCRIBE,404", "DESCRIBE,503", "SETUP,453", "SETUP,461", "PLAY,500"})
    void start_cameraRefusesAStep_saysWhichAndWhy(String method, int status) {
        camera.on(method, status(status, ""));
        played();
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.REFUSED);
        assertThat(notes.detail()).contains(method).contains(Integer.toString(status));
    }

    @Test
    void start_optionsNotImplemented_goesOn() {
        camera.on("OPTIONS", status(501, ""));
        played();
        assertPlaying();
    }

    @Test
    void hangUp_whilePlaying_isLost() {
        played();
        camera.hangUp();
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.LOST);
        assertThat(timers.untilNextNanos()).isNegative();
    }

    @Test
    void onRtp_trackCannotUnderstand_endsAsBadStream() {
        played();
        notes.refuse = true;
        camera.sendFrame(0, RTP);
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.BAD_STREAM);
        assertThat(notes.detail()).isEqualTo("not a stream");
        assertThat(camera.isConnected()).isFalse();
    }

    @Test
    void start_webServer_isABadStreamNamingCameraConnectionAndOffset() {
        camera.on("OPTIONS", r -> "HTTP/1.1 400 Bad Request\r\n\r\n");
        played();
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.BAD_STREAM);
        assertThat(notes.detail())
                .contains("HTTP/1.1 400 Bad Request")
                .contains("camera=cam-1")
                .contains("connection=192.0.2.7")
                .contains("offset=");
    }

    // ---- messages and connection

    /** Newer Reolink: a sender report before the answer to PLAY. v4l2rtspserver: RTP before it. */
    @Test
    void play_reolinkAndV4l2rtspserverMediaBeforeReply_isTaken() {
        camera.on("PLAY", r -> {
            camera.sendFrame(1, RTCP);
            camera.sendFrame(0, RTP);
            return ok("Session: 12345678\r\n").apply(r);
        });
        played();
        assertThat(notes.seen).containsExactly("rtcp 8", "rtp 16", "playing");
    }

    /** Reolink RLC-410: media of a dead session on a new connection, long before PLAY. */
    @Test
    void describe_reolinkMediaOfADeadSession_isDropped() {
        camera.on("DESCRIBE", r -> {
            camera.sendFrame(0, RTP);
            return described(r, "", ScriptedCamera.SDP);
        });
        RtspSession session = played();
        assertPlaying();
        assertThat(notes.seen).doesNotContain("rtp 16");
        assertThat(session.strayFrames()).isEqualTo(1);
    }

    @Test
    void connect_reolinkLive555AfterAnAbruptEnd_tearsTheOldSessionDownFirst() {
        String sdp = ScriptedCamera.SDP.replace("t=0 0", "t=0 0\r\na=tool:LIVE555 Streaming Media v2013.04.08");
        camera.on("DESCRIBE", r -> described(r, "", sdp));
        camera.on("TEARDOWN", status(500, "")); // Hikvision: the session belongs to the other connection
        played();
        camera.hangUp();
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.LOST);

        notes.end = Optional.empty();
        camera.requests().clear();
        played();
        assertThat(camera.methods()).isEqualTo("OPTIONS DESCRIBE TEARDOWN SETUP PLAY");
        assertThat(camera.last("TEARDOWN").headers().first("Session")).contains("12345678");
        assertThat(camera.last("SETUP").headers().first("Session")).isEmpty();
        assertPlaying();
    }

    @Test
    void onFrame_channelNeverSetUp_isCountedOnly() {
        RtspSession session = played();
        camera.sendFrame(7, RTP);
        assertThat(session.strayFrames()).isEqualTo(1);
        assertThat(notes.seen).containsExactly("playing");
    }

    @Test
    void onRequest_serverAsksOptions_isAnswered200WithItsNumber() {
        played();
        camera.send("OPTIONS rtsp://192.0.2.7/live RTSP/1.0\r\nCSeq: 42\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        camera.answer();
        assertThat(camera.responses()).hasSize(1);
        assertThat(camera.responses().get(0).status()).isEqualTo(200);
        assertThat(camera.responses().get(0).headers().cseq()).isEqualTo(42);
        assertPlaying();
    }

    @Test
    void onRequest_serverDismissesUs_isLost() {
        played();
        camera.send("TEARDOWN rtsp://192.0.2.7/live RTSP/1.0\r\nCSeq: 1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.LOST);
    }

    /** Longse: a blank behind CSeq. H264DVR: Cseq. Any: no reason phrase, no CSeq at all, a negative length. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "RTSP/1.0 200 OK\r\nCSeq: %d \r\n\r\n",
                "RTSP/1.0 200 OK\r\nCseq: %d\r\n\r\n",
                "RTSP/1.0 200\r\nCSeq: %d\r\n\r\n",
                "RTSP/1.0 200 OK\r\n\r\n",
                "RTSP/1.0 200 OK\nCSeq: %d\n\n",
                "RTSP/1.0 200 OK\r\nCSeq: %d\r\nContent-Length: -1\r\n\r\n",
                "RTSP/1.0 200 OK\r\nCSeq:%d\r\nno colon here\r\n X-Folded: no\r\n\r\n",
                "\r\n\r\nRTSP/1.0 200 OK\r\nCSeq: %d\r\n\r\n",
                "RTSP/1.0 100 Continue\r\nCSeq: %1$d\r\n\r\nRTSP/1.0 200 OK\r\nCSeq: %1$d\r\n\r\n",
                "RTSP/1.0 404 Late\r\nCSeq: 999\r\n\r\nRTSP/1.0 200 OK\r\nCSeq: %d\r\n\r\n"
            })
    void onResponse_messageForms_areUnderstood(String form) {
        camera.on("OPTIONS", r -> String.format(form, r.headers().cseq()));
        played();
        assertPlaying();
    }

    /** Whatever bytes a camera sends, and whenever: the session plays on or ends once, with a reason. */
    @Property(tries = 300)
    void anyStep_nonsense_endsTheSessionAtMostOnce(
            @ForAll long seed, @ForAll @IntRange(max = 4) int damage, @ForAll @IntRange(max = 3) int step) {
        RtspSessionTest fresh = new RtspSessionTest();
        try {
            fresh.playNonsense(new Random(seed), damage, step);
        } finally {
            fresh.release();
        }
    }

    private void playNonsense(Random random, int damage, int step) {
        String method = List.of("OPTIONS", "DESCRIBE", "SETUP", "PLAY").get(step);
        String good = step == 1
                ? "RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Base: rtsp://10.0.0.1/live/\r\nContent-Length: "
                        + ScriptedCamera.SDP.length() + "\r\n\r\n" + ScriptedCamera.SDP
                : "RTSP/1.0 200 OK\r\nCSeq: " + (step + 1)
                        + "\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\nSession: 12;timeout=30\r\n\r\n";
        camera.on(
                method,
                r -> new String(
                        Nonsense.damage(good.getBytes(StandardCharsets.ISO_8859_1), damage, random),
                        StandardCharsets.ISO_8859_1));
        RtspSession session = played();
        camera.sendFrame(0, RTP);
        timers.advanceSeconds(40);
        camera.answer();
        session.close("stop");
        camera.answer();
        timers.advanceSeconds(2);
        assertThat(notes.end).isPresent();
        assertThat(timers.untilNextNanos()).isNegative();
    }
}
