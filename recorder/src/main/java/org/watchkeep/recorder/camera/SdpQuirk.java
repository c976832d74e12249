// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How the session description is written. Stateless. */
public enum SdpQuirk implements Quirk {
    SDP_WITHOUT_VERSION("no line v=", Wants.UNREAD, without("v")),
    SDP_WITHOUT_ORIGIN("no line o=", Wants.UNREAD, without("o")),
    SDP_WITHOUT_NAME("no line s=", Wants.UNREAD, without("s")),
    SDP_WITH_TWO_NAMES("two lines s=", Wants.UNREAD, after("s=[^\r]*", "s=again")),
    SDP_WITHOUT_ORIGIN_AND_TIME("no lines o= and t=", Wants.UNREAD, sdp -> line("t", line("o", sdp, null), null)),
    SDP_LINES_OUT_OF_ORDER("the session's lines in another order", "need none", SdpQuirk::shuffled),
    SDP_WITH_EMPTY_LINES("empty lines between the others", "skip them", sdp -> sdp.replace("\r\n", "\r\n\r\n")),
    ORIGIN_NAME_WITH_SPACES("a user name with blanks in o=", Wants.UNREAD, origin("RTSP Server 1 1 IN IP4 192.0.2.1")),
    ORIGIN_HEXADECIMAL("hexadecimal numbers in o=", Wants.UNREAD, origin("- 0x7A1B 0xFF IN IP4 192.0.2.1")),
    ORIGIN_WITH_FRACTION("a number with a fraction in o=", Wants.UNREAD, origin("- 1234.5678 1 IN IP4 192.0.2.1")),
    ORIGIN_NEGATIVE("negative numbers in o=", Wants.UNREAD, origin("- -1234 -1 IN IP4 192.0.2.1")),
    ORIGIN_MINUS_ZERO("-0 in o=", Wants.UNREAD, origin("- -0 1 IN IP4 192.0.2.1")),
    ORIGIN_WITHOUT_ADDRESS("o= ends before the address", Wants.UNREAD, origin("- 1 1 IN IP4")),
    ORIGIN_ODD_ADDRESS_TYPE("address type IPV4 in o=", Wants.UNREAD, origin("- 1 1 IN IPV4 192.0.2.1")),
    ORIGIN_ODD_NET_TYPE("net type IP in o=", Wants.UNREAD, origin("- 1 1 IP IP4 192.0.2.1")),
    ORIGIN_WITH_TRAILING_SPACE("a blank at the end of o=", Wants.UNREAD, origin("- 1 1 IN IP4 192.0.2.1 ")),
    CONNECTION_DOUBLED("c=IN c=IN IP4 …", Wants.UNREAD, connection("IN c=IN IP4 0.0.0.0")),
    CONNECTION_CUT_SHORT("c=IN and a blank", Wants.UNREAD, connection("IN ")),
    CONNECTION_IN("c=In", Wants.UNREAD, connection("In")),
    CONNECTION_WITHOUT_ADDRESS_TYPE("c= without address type", Wants.UNREAD, connection("IN 0.0.0.0")),
    CONNECTION_WITH_BARE_IPV6("c= with an IPv6 address alone", Wants.UNREAD, connection("IN ::ffff:192.0.2.1")),
    CONNECTION_WITH_VENDOR_WORDS("c=SM SM …", Wants.UNREAD, connection("SM SM 0.0.0.0")),
    TIME_NOW("t=now-", Wants.UNREAD, sdp -> line("t", sdp, "now-")),
    REPEAT_ZERO("r=0 0", Wants.UNREAD, after("t=[^\r]*", "r=0 0")),
    ODD_BANDWIDTH(
            "b= with RR, RS, TIAS, and numbers that are none",
            Wants.UNREAD,
            after("c=[^\r]*", "b=RR:0\r\nb=RS:-1\r\nb=TIAS:x\r\nb=AS:99999999999\r\nb=")),
    APPLICATION_MEDIA_WITH_VENDOR_WORDS(
            "an application section with a further number and vendor's names",
            Wants.OTHERS_KEPT,
            section("m=application/TP-LINK 0 RTP/AVP smart/1/90000 107\r\na=rtpmap:107 TP-LINK/90000")),
    ODD_MEDIA_KINDS(
            "sections of kinds vana, metadata, text, meta",
            Wants.OTHERS_KEPT,
            section("m=vana 0 RTP/AVP 97\r\n"
                    + "m=metadata 0 RTP/AVP\r\n"
                    + "m=text 0\r\n"
                    + "m=meta\r\n"
                    + "m=application/MERCURY 0 RTP/AVP x")),
    OTHER_WORDS_IN_PROTOCOL_FIELD("MP2T and others as protocol", Wants.OTHERS_KEPT, section("m=data 0 MP2T 33")),
    METADATA_MEDIA(
            "ONVIF metadata, plain, zipped and EXI",
            Wants.OTHERS_KEPT,
            section("m=application 0 RTP/AVP 107 108 109\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\n"
                    + "a=rtpmap:108 vnd.onvif.metadata.gzip/90000\r\na=rtpmap:109 vnd.onvif.metadata.exi.onvif/90000")),
    RTPMAP_WITH_TRAILING_SPACE("a blank behind rtpmap", "cut it off", rtpmap("H264/90000 ")),
    RTPMAP_IN_LOWER_CASE("rtpmap in lower case", "match in any case", rtpmap("h264/90000")),
    RTPMAP_WITHOUT_CLOCK_RATE("rtpmap without clock rate", "take 90 kHz", rtpmap("H264")),
    SEVERAL_PAYLOAD_TYPES_ON_ONE_LINE(
            "several payload types on one line",
            "take the one we record",
            sdp -> sdp.replace("RTP/AVP 96", "RTP/AVP 98 96 26")
                    .replace("a=rtpmap:96", "a=rtpmap:98 X/1\r\na=rtpmap:96")),
    EMPTY_FMTP(
            "an fmtp with nothing in it, and parameter sets in band only",
            "wait for those in band",
            sdp -> sdp.replaceFirst("a=fmtp:96[^\r]*", "a=fmtp:96 ")),
    FMTP_IN_WRONG_MEDIA("the video's fmtp stands in another section", "look for it there", SdpQuirk::misplacedFmtp),
    FMTP_WITH_ODD_SPACES(
            "blanks and semicolons strewn over fmtp",
            "cut them off",
            sdp -> sdp.replaceFirst("(a=fmtp:96[^\r]*)", "$1; ")
                    .replace(";", " ;  ")
                    .replace("fmtp:96 ", "fmtp:96   ")),
    CONTROL_FIRST("the control stands before all other lines", "take any order", SdpQuirk::controlFirst),
    DIRECTIONS_ON_EVERY_MEDIA(
            "each section says inactive, recvonly or sendonly and means nothing by it",
            "record it",
            sdp -> sdp.replaceFirst("a=rtpmap", "a=inactive\r\na=recvonly\r\na=sendonly\r\na=rtpmap")),
    NO_PARAMETER_SETS_IN_SDP(
            "no parameter sets in the SDP",
            "wait for those in band",
            sdp -> sdp.replaceFirst(";sprop-parameter-sets=[^\r]*", "").replaceFirst(" sprop-vps=[^\r]*", " ")),
    BAD_PARAMETER_SETS_IN_SDP(
            "parameter sets that are none",
            "wait for those in band",
            sdp -> sdp.replaceFirst("sprop-parameter-sets=[^\r]*", "sprop-parameter-sets=????,Zw==,AAAA")
                    .replaceAll("(sprop-[vps]ps)=[^;\r]*", "$1=????")),
    PARTIAL_PARAMETER_SETS_IN_SDP(
            "some of the parameter sets are not in the SDP",
            "wait for those in band",
            sdp -> sdp.replaceFirst("(sprop-parameter-sets=[^,;\r]*),[^;\r]*", "$1")
                    .replaceFirst(";sprop-sps=[^;\r]*", "")),
    START_CODE_IN_SDP("start codes before the parameter sets in the SDP", "cut them off", SdpQuirk::withStartCodes),
    WRONG_PROFILE_LEVEL_ID(
            "a profile-level-id that is not the stream's",
            "trust the parameter set",
            sdp -> sdp.replaceFirst("profile-level-id=[^;\r]*", "profile-level-id=64FF33")),
    MPEG_TS_ONLY(
            "the only video is MPEG-TS in RTP",
            "refuse with that reason",
            sdp -> sdp.replaceFirst("H264/90000", "MP2T/90000"));

    /** What most of these ask of a client. */
    private static final class Wants {
        static final String UNREAD = "read none of it";
        static final String OTHERS_KEPT = "keep the other media";
    }

    @SuppressWarnings("ImmutableEnumChecker") // what it makes is new each time
    private final Recipe recipe;

    SdpQuirk(String does, String wants, UnaryOperator<String> edit) {
        recipe = new Recipe("SDP: " + does, wants, () -> Oddity.of(Answers.sdp(edit)));
    }

    @Override
    public Recipe recipe() {
        return recipe;
    }

    private static UnaryOperator<String> without(String kind) {
        return sdp -> line(kind, sdp, null);
    }

    private static UnaryOperator<String> origin(String value) {
        return sdp -> line("o", sdp, value);
    }

    private static UnaryOperator<String> connection(String value) {
        return sdp -> line("c", sdp, value);
    }

    private static UnaryOperator<String> rtpmap(String value) {
        return sdp -> sdp.replaceFirst("(a=rtpmap:96) [^\r]*", "$1 " + value);
    }

    /** A further line behind the first that matches. */
    private static UnaryOperator<String> after(String line, String further) {
        return sdp ->
                sdp.replaceFirst("(?m)^(" + line + ")\r\n", "$1\r\n" + Matcher.quoteReplacement(further) + "\r\n");
    }

    /** A further section before the video. */
    private static UnaryOperator<String> section(String lines) {
        return sdp -> sdp.replaceFirst("(?m)^m=video", Matcher.quoteReplacement(lines) + "\r\nm=video");
    }

    /** The first line of this kind has this value, or is gone. */
    private static String line(String kind, String sdp, @Nullable String value) {
        String line = value == null ? "" : kind + "=" + value + "\r\n";
        return sdp.replaceFirst("(?m)^" + kind + "=[^\r]*\r\n", Matcher.quoteReplacement(line));
    }

    private static String shuffled(String sdp) {
        int video = sdp.indexOf("m=video");
        List<String> session =
                new ArrayList<>(Arrays.asList(sdp.substring(0, video).split("\r\n", -1)));
        session.removeIf(String::isEmpty);
        Collections.reverse(session);
        return String.join("\r\n", session) + "\r\n" + sdp.substring(video);
    }

    private static String misplacedFmtp(String sdp) {
        Matcher fmtp = Pattern.compile("a=fmtp:96[^\r]*\r\n").matcher(sdp);
        return fmtp.find() ? fmtp.replaceFirst("") + "m=audio 0 RTP/AVP 0\r\na=control:audio\r\n" + fmtp.group() : sdp;
    }

    private static String controlFirst(String sdp) {
        String control = "a=control:trackID=0\r\n";
        return sdp.replace(control, "").replaceFirst("(m=video[^\r]*\r\n)", "$1" + control);
    }

    private static String withStartCodes(String sdp) {
        return Pattern.compile("(sprop-(?:parameter-sets|[vps]ps))=([^;\r]*)")
                .matcher(sdp)
                .replaceAll(sprop -> {
                    List<String> sets = new ArrayList<>();
                    for (String set : sprop.group(2).split(",", -1)) {
                        byte[] withCode =
                                PayloadUnits.afterStartCode(Base64.getDecoder().decode(set));
                        sets.add(Base64.getEncoder().encodeToString(withCode));
                    }
                    return Matcher.quoteReplacement(sprop.group(1) + "=" + String.join(",", sets));
                });
    }
}
