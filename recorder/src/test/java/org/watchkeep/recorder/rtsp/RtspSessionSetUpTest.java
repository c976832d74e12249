// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.described;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.ok;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.status;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How addresses, descriptions and transports are read that makers write in their own ways. */
class RtspSessionSetUpTest extends RtspSessionRig {
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
}
