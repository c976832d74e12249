// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.described;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.ok;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.silent;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.status;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client's dialogue with cameras that behave as makers' cameras have been seen to. */
class RtspSessionTest {
    private static final byte[] RTP = ByteBufUtil.decodeHexDump("80e00001000000010000002a65aabbcc");
    private static final byte[] RTCP = ByteBufUtil.decodeHexDump("80c9000100000001");
    private static final Credentials WHO = new Credentials("admin", "s3cret", LoginPreference.ANY);

    /** Writes down what it is told. */
    private static final class Notes implements RtspSession.Listener {
        final List<String> seen = new ArrayList<>();
        Optional<SessionEnd> end = Optional.empty();
        Optional<RtspTrack> track = Optional.empty();
        boolean refuse;

        @Override
        public void onTrack(RtspTrack setUp) {
            track = Optional.of(setUp);
        }

        @Override
        public void onPlaying() {
            seen.add("playing");
        }

        @Override
        public void onBytes() {}

        @Override
        public void onRtp(ByteBuf packet) throws IOException {
            if (refuse) {
                throw new IOException("not a stream");
            }
            seen.add("rtp " + packet.readableBytes());
        }

        @Override
        public void onRtcp(ByteBuf packet) {
            seen.add("rtcp " + packet.readableBytes());
        }

        @Override
        public void onEnd(SessionEnd how) {
            assertThat(end).isEmpty();
            end = Optional.of(how);
        }

        SessionEnd.Reason reason() {
            return end.orElseThrow(() -> new AssertionError("the session has not ended"))
                    .reason();
        }

        String detail() {
            return end.orElseThrow(() -> new AssertionError("the session has not ended"))
                    .detail();
        }
    }

    private final ScriptedCamera camera = new ScriptedCamera();
    private final FakeTimers timers = new FakeTimers();
    private final SessionMemory memory = new SessionMemory();
    private final Notes notes = new Notes();

    @AfterEach
    void release() {
        camera.release();
    }

    private RtspSession session(String url, Optional<Credentials> who) {
        return new RtspSession(
                new RtspSessionSettings("cam-1", RtspUrl.parse(url), who, "Watchkeep-test"),
                camera,
                timers,
                new Random(1),
                memory,
                notes);
    }

    private RtspSession played() {
        return played(Optional.empty());
    }

    private RtspSession played(Optional<Credentials> who) {
        RtspSession session = session("rtsp://192.0.2.7/live", who);
        session.start();
        camera.answer();
        return session;
    }

    private void assertPlaying() {
        assertThat(notes.end).isEmpty();
        assertThat(notes.seen).contains("playing");
    }

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

    @ParameterizedTest
    @ValueSource(strings = {"", "Content-Type: application/sdp\r\n", "Content-Type: text/plain; charset=x\r\n"})
    void describe_contentTypeAbsentOrOdd_isTakenAsSdp(String line) {
        camera.on("DESCRIBE", r -> described(r, line, ScriptedCamera.SDP));
        played();
        assertPlaying();
    }

    @Test
    void describe_redirectToAnotherHost_isFollowedWithoutTheLogin() {
        camera.on(
                "DESCRIBE",
                r -> r.uri().contains("192.0.2.7")
                        ? status(302, "Location: rtsp://192.0.2.99:8554/other\r\n")
                                .apply(r)
                        : status(401, "WWW-Authenticate: Basic realm=\"x\"\r\n").apply(r));
        played(Optional.of(WHO));
        assertThat(camera.dialled())
                .extracting(RtspUrl::toString)
                .containsExactly("rtsp://192.0.2.7/live", "rtsp://192.0.2.99:8554/other");
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.LOGIN_REFUSED);
        assertThat(camera.requests())
                .noneMatch(r -> r.headers().first("Authorization").isPresent());
    }

    @Test
    void describe_redirectOnTheSameHost_keepsTheLogin() {
        camera.on("DESCRIBE", r -> {
            if (r.uri().endsWith("/live")) {
                return status(301, "Location: rtsp://192.0.2.7/other\r\n").apply(r);
            }
            return r.headers().first("Authorization").isEmpty()
                    ? status(401, "WWW-Authenticate: Basic realm=\"x\"\r\n").apply(r)
                    : described(r, "", ScriptedCamera.SDP);
        });
        played(Optional.of(WHO));
        assertPlaying();
        assertThat(camera.last("SETUP").uri()).isEqualTo("rtsp://192.0.2.7/other/trackID=1");
    }

    @Test
    void describe_redirectsInACircleOrNowhere_isRefused() {
        camera.on("DESCRIBE", status(302, "Location: rtsp://192.0.2.7/live\r\n"));
        played();
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.REFUSED);
        assertThat(camera.dialled()).hasSize(1 + RtspSession.MAX_REDIRECTS);
    }

    @Test
    void describe_redirectWithoutLocation_isRefused() {
        camera.on("DESCRIBE", status(302, ""));
        played();
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.REFUSED);
        assertThat(notes.detail()).contains("redirect");
    }

    /** A Reolink doorbell answers 400 to PLAY unless the address is the plain one. */
    @Test
    void play_reolinkDoorbellRefusesTheAggregate_triesTheBase() {
        camera.on("DESCRIBE", r -> described(r, "Content-Base: rtsp://10.0.0.1/live/\r\n", ScriptedCamera.SDP));
        camera.on("PLAY", r -> r.uri().endsWith("/") ? status(400, "").apply(r) : ok("").apply(r));
        RtspSession session = played();
        assertPlaying();
        assertThat(camera.last("PLAY").uri()).isEqualTo("rtsp://192.0.2.7/live");
        session.close("stop");
        camera.answer();
        assertThat(camera.last("TEARDOWN").uri()).isEqualTo("rtsp://192.0.2.7/live");
    }

    @Test
    void setUp_cameraResolvesControlsByTheRfc_isFoundAtTheSecondTry() {
        camera.on(
                "SETUP",
                r -> r.uri().equals("rtsp://192.0.2.7/trackID=1")
                        ? ok("Transport: RTP/AVP/TCP;interleaved=0-1\r\nSession: 1\r\n")
                                .apply(r)
                        : status(404, "").apply(r));
        played();
        assertPlaying();
    }

    // ---- SETUP

    @Test
    void setUp_serverChangesChannels_usesTheServers() {
        camera.on("SETUP", ok("Transport: RTP/AVP/TCP;unicast;interleaved=4-5\r\nSession: 1\r\n"));
        played();
        camera.sendFrame(4, RTP);
        camera.sendFrame(5, RTCP);
        camera.sendFrame(0, RTP);
        assertThat(notes.seen).containsExactly("playing", "rtp 16", "rtcp 8");
        assertThat(notes.track.orElseThrow().channel()).isEqualTo(4);
    }

    @Test
    void setUp_transportAbsent_usesWhatWasAsked() {
        camera.on("SETUP", ok("Session: 1\r\n"));
        played();
        camera.sendFrame(0, RTP);
        assertThat(notes.seen).containsExactly("playing", "rtp 16");
    }

    /** Hikvision: hexadecimal, several blanks. Any: missing in the PLAY reply. */
    @Test
    void setUp_hikvisionSessionId_isAnOpaqueWordAndKept() {
        camera.on("SETUP", ok("Session:        1A2B-3C;timeout=60\r\n"));
        camera.on("PLAY", ok(""));
        RtspSession session = played();
        assertThat(camera.last("PLAY").headers().first("Session")).contains("1A2B-3C");
        session.close("stop");
        camera.answer();
        assertThat(camera.last("TEARDOWN").headers().first("Session")).contains("1A2B-3C");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RTP-Info: url=trackID=1;seq=1;rtptime=2\r\n", // Reolink, Dahua: relative
                "RTP-Info: url=rtsp://wrong/x;seq=0;rtptime=-1;\r\n", // GW Security, OMNY, Laureii
                "RTP-Info: url=a;seq=1,url=never-set-up;session=9\r\n",
                "RTP-Info: ,;=\r\n",
                ""
            })
    void play_anyRtpInfo_plays(String line) {
        camera.on("PLAY", ok(line));
        played();
        assertPlaying();
    }

    @Test
    void onFrame_rtcpOnTheRtpChannel_isRtcp() {
        played();
        camera.sendFrame(0, RTCP);
        assertThat(notes.seen).containsExactly("playing", "rtcp 8");
    }

    @Test
    void describe_noKnownVideo_isRefusedAndSaysSo() {
        camera.on("DESCRIBE", r -> described(r, "", "m=video 0 RTP/AVP 33\r\nm=audio 0 RTP/AVP 0\r\n"));
        played();
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.REFUSED);
        assertThat(notes.detail()).isEqualTo("DESCRIBE: no H.264, H.265 or JPEG video among 2 media");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "26 |  | JPEG",
                "96 | a=rtpmap:96 h265/90000 | H265",
                "97 96 | a=rtpmap:96 H264/90000 | H264",
                "96 26 | a=rtpmap:96 H265/90000 | H265"
            })
    void describe_knownVideo_isSetUp(String payloadTypes, String rtpmap, String codec) {
        String sdp = "m=video 0 RTP/AVP " + payloadTypes + "\r\n" + (rtpmap == null ? "" : rtpmap + "\r\n");
        camera.on("DESCRIBE", r -> described(r, "", sdp));
        played();
        assertPlaying();
        assertThat(notes.track.orElseThrow().format().encodingName()).isEqualTo(codec);
    }

    @Test
    void describe_notAnSdp_isABadStream() {
        camera.on("DESCRIBE", r -> described(r, "", "<html>"));
        played();
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.BAD_STREAM);
        assertThat(notes.detail()).contains("camera=cam-1").contains("offset=");
    }

    // ---- login

    private void demandDigest(String realm) {
        for (String method : List.of("DESCRIBE", "SETUP", "PLAY", "GET_PARAMETER", "TEARDOWN")) {
            ServerAuth server = new ServerAuth(new Random(method.hashCode()));
            MountAccess access = new MountAccess(MountAccess.Scheme.DIGEST, realm, WHO);
            camera.on(method, r -> {
                ServerAuth.Verdict verdict = server.check(access, r);
                if (verdict != ServerAuth.Verdict.ACCEPTED) {
                    String challenge = server.challenge(access, verdict)
                            .headers()
                            .first("WWW-Authenticate")
                            .orElseThrow();
                    return status(401, "WWW-Authenticate: " + challenge + "\r\n")
                            .apply(r);
                }
                return switch (method) {
                    case "DESCRIBE" -> described(r, "", ScriptedCamera.SDP);
                    case "SETUP" -> ok("Session: 1;timeout=10\r\n").apply(r);
                    default -> ok("").apply(r);
                };
            });
        }
    }

    @Test
    void start_digest_signsEveryRequestWithItsFullAddress() {
        demandDigest("cam");
        RtspSession session = played(Optional.of(WHO));
        assertPlaying();
        assertThat(session.authLabel()).isEqualTo("digest-md5");
        assertThat(camera.last("PLAY").headers().first("Authorization").orElse(""))
                .contains("uri=\"rtsp://192.0.2.7/live\"");
    }

    @Test
    void start_wrongPassword_isRefusedAfterOneTry() {
        demandDigest("cam");
        played(Optional.of(new Credentials("admin", "guess")));
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.LOGIN_REFUSED);
        assertThat(notes.detail()).contains("digest-md5").doesNotContain("guess");
        assertThat(camera.methods()).isEqualTo("OPTIONS DESCRIBE DESCRIBE");
    }

    @Test
    void start_loginWantedAndNoneConfigured_saysSo() {
        demandDigest("cam");
        played();
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.LOGIN_REFUSED);
        assertThat(notes.detail()).contains("none is configured");
        assertThat(camera.methods()).isEqualTo("OPTIONS DESCRIBE");
    }

    @Test
    void start_alwaysStale_isGivenUp() {
        camera.on(
                "DESCRIBE",
                r -> status(
                                401,
                                "WWW-Authenticate: Digest realm=\"x\", nonce=\""
                                        + r.headers().cseq() + "\", stale=true\r\n")
                        .apply(r));
        played(Optional.of(WHO));
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.LOGIN_REFUSED);
        assertThat(camera.methods()).isEqualTo("OPTIONS DESCRIBE DESCRIBE DESCRIBE");
    }

    @Test
    void keepalive_nonceGrownOld_isSignedAnew() {
        demandDigest("cam");
        played(Optional.of(WHO));
        for (int i = 0; i < 2; i++) {
            timers.advanceSeconds(5);
            camera.answer();
        }
        assertThat(camera.methods()).endsWith("GET_PARAMETER GET_PARAMETER GET_PARAMETER");
        assertPlaying();
    }

    // ---- keepalive

    @ParameterizedTest
    @CsvSource({
        "Session: 1;timeout=60, 30",
        "Session: 1;timeout=20, 10",
        "Session: 1; Timeout=20 , 10",
        "Session: 1, 30",
        "Session: 1;timeout=3600, 30",
        "Session: 1;timeout=0, 2",
        "Session: 1;timeout=-5, 30"
    })
    void keepalive_interval_isHalfTheTimeoutAndAtMostThirtySeconds(String line, int seconds) {
        camera.on("SETUP", ok(line + "\r\n"));
        camera.on("PLAY", ok(""));
        played();
        timers.advanceMillis(seconds * 1_000L - 1);
        camera.answer();
        assertThat(camera.methods()).isEqualTo("OPTIONS DESCRIBE SETUP PLAY");
        timers.advanceMillis(1);
        camera.answer();
        assertThat(camera.methods()).endsWith("PLAY GET_PARAMETER");
        assertThat(camera.last("GET_PARAMETER").uri()).isEqualTo("rtsp://192.0.2.7/live");
        assertThat(camera.last("GET_PARAMETER").headers().first("Session")).contains("1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OPTIONS, DESCRIBE, GET_PARAMETER, SET_PARAMETER | GET_PARAMETER",
                "OPTIONS,SET_PARAMETER | SET_PARAMETER",
                "options, get_parameter | GET_PARAMETER",
                "OPTIONS, DESCRIBE, SETUP, PLAY | OPTIONS",
                "'' | OPTIONS"
            })
    void keepalive_method_isOneThatIsAdvertised(String advertised, String method) {
        camera.on("OPTIONS", ok("Public: " + advertised + "\r\n"));
        played();
        timers.advanceSeconds(30);
        camera.answer();
        assertThat(camera.methods()).endsWith("PLAY " + method);
    }

    @Test
    void keepalive_neverAnswered_isNotFatal() {
        camera.on("GET_PARAMETER", silent());
        camera.on(
                "OPTIONS",
                r -> r.headers().cseq() == 1 ? ok("Public: GET_PARAMETER\r\n").apply(r) : "");
        played();
        for (int i = 0; i < 50; i++) {
            timers.advanceSeconds(30);
            camera.answer();
            camera.sendFrame(0, RTP);
        }
        assertPlaying();
    }

    /** Thingino: 454 to each GET_PARAMETER. */
    @Test
    void keepalive_thinginoRefusesTheMethod_changesIt() {
        camera.on("GET_PARAMETER", status(454, ""));
        played();
        timers.advanceSeconds(30);
        camera.answer();
        timers.advanceSeconds(30);
        camera.answer();
        assertThat(camera.methods()).endsWith("GET_PARAMETER OPTIONS");
        assertPlaying();
    }

    /** GW Security: GET_PARAMETER is left unanswered and the connection dropped; SET_PARAMETER works. */
    @Test
    void keepalive_gwSecurityDropsUponGetParameter_asksDifferentlyNextTime() {
        camera.on("OPTIONS", ok("Public: GET_PARAMETER, SET_PARAMETER\r\n"));
        camera.on("GET_PARAMETER", silent());
        played();
        timers.advanceSeconds(30);
        camera.answer();
        timers.advanceSeconds(10);
        camera.hangUp();
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.LOST);

        notes.end = Optional.empty();
        played();
        timers.advanceSeconds(30);
        camera.answer();
        assertThat(camera.methods()).endsWith("PLAY SET_PARAMETER");
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
