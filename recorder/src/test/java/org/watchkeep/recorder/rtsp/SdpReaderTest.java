// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Session descriptions as makers write them; each text was written for these tests after what was reported of the maker. */
class SdpReaderTest {
    private static final String VIDEO = "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=1\r\n";

    private static SessionDescription sdp(String... lines) throws RtspFormatException {
        return SessionDescription.parse(String.join("\r\n", lines));
    }

    private static MediaFormat h264(SessionDescription sdp) {
        return sdp.media().stream()
                .flatMap(m -> m.format("H264").stream())
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"RTP/SAVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVPF", "rtp/savp"})
    void read_encryptedMedia_isNotTakenForPlain(String protocol) throws RtspFormatException {
        SessionDescription sdp = sdp(
                "v=0", "m=video 0 " + protocol + " 96", "a=rtpmap:96 H264/90000", VIDEO.replace("trackID=1", "plain"));
        assertThat(sdp.media()).hasSize(2);
        assertThat(sdp.media().get(0).format("H264")).isEmpty();
        assertThat(sdp.media().get(1).format("H264")).isPresent();
    }

    @Test
    void read_axisDescribe_givesFormatParametersAndControls() throws RtspFormatException {
        SessionDescription sdp = sdp(
                "v=0",
                "o=- 1188340656180883 1 IN IP4 192.0.2.90",
                "s=Session streamed",
                "t=0 0",
                "a=tool:LIVE555 Streaming Media v2013.04.08",
                "a=control:rtsp://192.0.2.90/axis-media/media.amp",
                "m=video 0 RTP/AVP 96",
                "b=AS:50000",
                "a=framerate:30.0",
                "a=control:rtsp://192.0.2.90/axis-media/media.amp/trackID=1",
                "a=rtpmap:96 H264/90000",
                "a=fmtp:96 packetization-mode=1; profile-level-id=420029; sprop-parameter-sets=Z0IAKeKQFoHoIN4E=,aM48gA==");

        assertThat(sdp.tool()).contains("LIVE555 Streaming Media v2013.04.08");
        assertThat(sdp.control()).contains("rtsp://192.0.2.90/axis-media/media.amp");
        assertThat(h264(sdp).payloadType()).isEqualTo(96);
        assertThat(h264(sdp).clockRate()).isEqualTo(90_000);
        assertThat(h264(sdp).parameter("sprop-parameter-sets")).contains("Z0IAKeKQFoHoIN4E=,aM48gA==");
        assertThat(sdp.media().get(0).control()).contains("rtsp://192.0.2.90/axis-media/media.amp/trackID=1");
    }

    /** Lines of a session that makers write wrong. None of them may cost us the video behind it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // UDP Technology: no v=, no o=, no s=
                "s=a\r\ns=b\r\n", // two s=
                "v=0\r\n\r\n\r\ns=x\r\n", // empty lines
                "t=0 0\r\ns=late\r\nv=0\r\n", // out of order
                "o=Really Bad Server 1 1 IN IP4 192.0.2.1\r\n", // RbsLive, Amcrest: blanks in the user name
                "o=- 0x12ab 1 IN IP4 192.0.2.1\r\n", // hexadecimal
                "o=- 1700000000.123456 1 IN IP4 192.0.2.1\r\n", // decimal fraction
                "o=- -2 -1 IN IP4 192.0.2.1\r\n", // Y-CAM, AXIS 221: negative
                "o=-0 1 1 IN IP4 192.0.2.1 \r\n", // LiveReporter, IOI trk-101
                "o=- 1 1 IN IP4\r\n", // Altasec: no address
                "o=- 1 1 IN IPV4 192.0.2.1\r\n", // Vurix
                "o=- 1 1 IP IP4 192.0.2.1\r\n", // Verint
                "c=IN c=IN IP4 0.0.0.0\r\n", // Hik Media Server V3.1.3
                "c=IN \r\n", // Uniview
                "c=SM SM\r\n", // Avigilon
                "c=In IP4 0.0.0.0\r\n", // Fritz!Box
                "t=now-\r\n", // FLIR
                "r=0 0\r\n", // AJA
                "b=RR:0\r\nb=RS:0\r\nb=TIAS:x\r\nb=AS:-1\r\n",
                "no line of SDP\r\n=\r\na\r\na=\r\na=:\r\n"
            })
    void read_sessionLinesWrittenWrong_keepsTheVideo(String lines) throws RtspFormatException {
        SessionDescription sdp = SessionDescription.parse(lines + VIDEO);
        assertThat(h264(sdp).payloadType()).isEqualTo(96);
        assertThat(sdp.media().get(0).control()).contains("trackID=1");
    }

    /** Other media beside the video. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "m=application/TP-LINK 0 RTP/AVP smart/1/90000\r\na=rtpmap:95 TP-LINK/90000\r\n",
                "m=application/MERCURY 0 RTP/AVP smart/1/90000\r\n",
                "m=application 0 RTP/AVP 107 99 TP-LINK\r\n",
                "m=vana 0 RTP/AVP 97\r\na=rtpmap:97 vnd.onvif.metadata.gzip/90000\r\n", // ONVIF
                "m=meta 0 RAW/RAW/UDP 98\r\n", // BZBGEAR
                "m=metadata\r\n",
                "m=\r\n",
                "m=video 0 MP2T 33\r\n",
                "m=audio 0 RTP/AVP 8\r\na=sendonly\r\n"
            })
    void read_otherMediaBesideVideo_keepsTheVideo(String lines) throws RtspFormatException {
        assertThat(h264(SessionDescription.parse(lines + VIDEO)).payloadType()).isEqualTo(96);
        assertThat(h264(SessionDescription.parse(VIDEO + lines)).payloadType()).isEqualTo(96);
    }

    @ParameterizedTest
    @CsvSource({
        "96 H264/90000 , 90000", // ipcam: blank behind it
        "96 h264/90000, 90000",
        "96 H264, 90000",
        "96  H264/90000/1, 90000",
        "96 H264/abc, 90000",
        "96 H264/48000, 48000"
    })
    void read_rtpmapForms_areH264(String rtpmap, int clockRate) throws RtspFormatException {
        MediaFormat format = h264(sdp("m=video 0 RTP/AVP 96", "a=rtpmap:" + rtpmap));
        assertThat(format.payloadType()).isEqualTo(96);
        assertThat(format.clockRate()).isEqualTo(clockRate);
    }

    @Test
    void read_boschPayloadType35_isH264() throws RtspFormatException {
        assertThat(h264(sdp("m=video 0 RTP/AVP 35", "a=rtpmap:35 H264/90000")).payloadType())
                .isEqualTo(35);
    }

    @Test
    void read_flirSeveralPayloadTypesOnOneLine_findsH264() throws RtspFormatException {
        SessionDescription sdp = sdp(
                "m=video 0 RTP/AVP 26 96 97", "a=rtpmap:96 H264/90000", "a=rtpmap:97 MP4V-ES/90000", "a=fmtp:96 x=1");
        assertThat(sdp.media().get(0).formats())
                .extracting(MediaFormat::encodingName)
                .containsExactly("JPEG", "H264", "MP4V-ES");
        assertThat(h264(sdp).parameter("x")).contains("1");
    }

    @Test
    void read_staticPayloadTypesWithoutRtpmap_areKnown() throws RtspFormatException {
        SessionDescription sdp = sdp("m=audio 0 RTP/AVP 0 8 14", "m=video 0 RTP/AVP 26 33 99");
        assertThat(sdp.media().get(0).formats())
                .extracting(MediaFormat::encodingName)
                .containsExactly("PCMU", "PCMA", "MPA");
        assertThat(sdp.media().get(1).formats())
                .extracting(MediaFormat::encodingName)
                .containsExactly("JPEG", "MP2T", "");
    }

    @Test
    void read_ubiquitiFmtpInTheWrongMedia_isFound() throws RtspFormatException {
        SessionDescription sdp = sdp(
                "m=video 0 RTP/AVP 96",
                "a=rtpmap:96 H264/90000",
                "a=fmtp:97",
                "m=audio 0 RTP/AVP 97",
                "a=fmtp:96 sprop-parameter-sets=Z0I=,aM4=",
                "a=fmtp:");
        assertThat(h264(sdp).parameter("sprop-parameter-sets")).contains("Z0I=,aM4=");
    }

    @Test
    void read_fmtpSpacesCaseAndTrailingSemicolon_areAccepted() throws RtspFormatException {
        MediaFormat format = h264(sdp(
                "m=video 0 RTP/AVP 96",
                "a=rtpmap:96 H264/90000",
                "a=fmtp:96  Packetization-Mode=1 ;  sprop-parameter-sets = Z0I=,aM4= ; ;flag;"));
        assertThat(format.fmtp())
                .containsEntry("packetization-mode", "1")
                .containsEntry("sprop-parameter-sets", "Z0I=,aM4=")
                .hasSize(2);
    }

    /** Luckfox, Reolink. */
    @Test
    void read_controlBeforeOtherAttributes_isTheMedias() throws RtspFormatException {
        SessionDescription sdp =
                sdp("a=control:*", "m=video 0 RTP/AVP 96", "a=control:track1", "a=rtpmap:96 H264/90000");
        assertThat(sdp.control()).contains("*");
        assertThat(sdp.media().get(0).control()).contains("track1");
    }

    @Test
    void read_dlinkInactiveOnEveryMedia_isStillVideo() throws RtspFormatException {
        assertThat(h264(sdp("m=video 0 RTP/AVP 96", "a=inactive", "a=rtpmap:96 H264/90000"))
                        .payloadType())
                .isEqualTo(96);
    }

    @Test
    void read_lineFeedsOnlyAndNoLastOne_isAccepted() throws RtspFormatException {
        SessionDescription sdp =
                SessionDescription.parse("v=0\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=control:trackID=1");
        assertThat(h264(sdp).payloadType()).isEqualTo(96);
        assertThat(sdp.media().get(0).control()).contains("trackID=1");
    }

    @Test
    void read_emptyPayloadTypeList_takesItFromTheRtpmap() throws RtspFormatException {
        assertThat(h264(sdp("m=video 0 RTP/AVP", "a=rtpmap:96 H264/90000")).payloadType())
                .isEqualTo(96);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "v=0\r\ns=nothing\r\n", "<html>no</html>"})
    void read_noMedia_isRefusedWithWhatWasExpected(String text) {
        assertThatThrownBy(() -> SessionDescription.parse(text))
                .isInstanceOf(RtspFormatException.class)
                .hasMessageContaining("no media")
                .hasMessageContaining("m=video");
    }

    @Test
    void read_mediaBeyondLimit_isRefused() {
        assertThatThrownBy(() -> SessionDescription.parse("m=video 0 RTP/AVP 96\n".repeat(SdpReader.MAX_MEDIA + 1)))
                .isInstanceOf(RtspFormatException.class)
                .hasMessageContaining("over 64 media");
    }

    @Property(tries = 500)
    void read_nonsense_throwsOnlyOurException(@ForAll long seed, @ForAll @IntRange(max = 4) int damage) {
        byte[] good = ScriptedCamera.SDP.getBytes(StandardCharsets.ISO_8859_1);
        String text = new String(Nonsense.damage(good, damage, new Random(seed)), StandardCharsets.ISO_8859_1);
        try {
            for (MediaDescription media : SessionDescription.parse(text).media()) {
                assertThat(media.formats()).allMatch(f -> f.payloadType() >= 0 && f.payloadType() < 128);
            }
        } catch (RtspFormatException e) {
            assertThat(e).hasMessageContaining("SDP");
        }
    }
}
