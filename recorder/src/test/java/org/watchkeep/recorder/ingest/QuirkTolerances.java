// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.watchkeep.recorder.camera.AddressQuirk;
import org.watchkeep.recorder.camera.DialogueQuirk;
import org.watchkeep.recorder.camera.JpegQuirk;
import org.watchkeep.recorder.camera.PayloadQuirk;
import org.watchkeep.recorder.camera.PictureQuirk;
import org.watchkeep.recorder.camera.Quirk;
import org.watchkeep.recorder.camera.SdpQuirk;
import org.watchkeep.recorder.camera.StreamQuirk;
import org.watchkeep.recorder.camera.TransportQuirk;
import org.watchkeep.recorder.rtp.Tolerance;

/** Which tolerances a recording of each quirk is noted with. Quirks that stand nowhere here cost none. */
final class QuirkTolerances {
    private static final Map<Tolerance, Set<Quirk>> QUIRKS = quirks();

    private QuirkTolerances() {}

    /** In the words of a run's notes. */
    static Set<String> of(Quirk quirk) {
        return QUIRKS.entrySet().stream()
                .filter(entry -> entry.getValue().contains(quirk))
                .map(entry -> entry.getKey().code())
                .collect(Collectors.toSet());
    }

    /** What may be noted as well where the machine is so slow that a request's ten seconds pass. */
    static Set<String> maybe(Quirk quirk) {
        return quirk == DialogueQuirk.NEVER_ANSWERS_KEEPALIVES ? Set.of(Tolerance.KEEPALIVE_CHANGED.code()) : Set.of();
    }

    private static Map<Tolerance, Set<Quirk>> quirks() {
        Map<Tolerance, Set<Quirk>> quirks = new EnumMap<>(Tolerance.class);
        addDialogue(quirks);
        addAddressesAndDescription(quirks);
        addStream(quirks);
        return quirks;
    }

    private static void addDialogue(Map<Tolerance, Set<Quirk>> quirks) {
        quirks.put(
                Tolerance.MESSAGES_BENT,
                Set.of(
                        DialogueQuirk.NEGATIVE_CONTENT_LENGTH,
                        DialogueQuirk.NO_REASON_PHRASE,
                        DialogueQuirk.BARE_LINE_FEEDS));
        quirks.put(Tolerance.ANSWERS_WITHOUT_CSEQ, Set.of(DialogueQuirk.ANSWERS_WITHOUT_CSEQ));
        quirks.put(Tolerance.ANSWERS_TO_NOTHING, Set.of(DialogueQuirk.STRAY_ANSWER));
        quirks.put(Tolerance.JUNK_ON_THE_CONNECTION, Set.of(DialogueQuirk.JUNK_BETWEEN_MESSAGES));
        quirks.put(
                Tolerance.STRAY_FRAMES,
                Set.of(DialogueQuirk.DATA_ON_FOREIGN_CHANNELS, DialogueQuirk.MEDIA_OF_A_DEAD_SESSION));
        quirks.put(Tolerance.DEAD_SESSION_TORN_DOWN, Set.of(DialogueQuirk.MEDIA_OF_A_DEAD_SESSION));
        quirks.put(
                Tolerance.MEDIA_BEFORE_PLAY_ANSWER,
                Set.of(DialogueQuirk.MEDIA_BEFORE_PLAY_ANSWER, DialogueQuirk.SENDER_REPORT_BEFORE_PLAY_ANSWER));
        quirks.put(
                Tolerance.KEEPALIVE_CHANGED,
                Set.of(
                        DialogueQuirk.REFUSES_GET_PARAMETER,
                        DialogueQuirk.SESSION_LOST_IN_MID_STREAM,
                        DialogueQuirk.DROPS_ON_GET_PARAMETER));
        quirks.put(Tolerance.TCP_WHERE_UDP_WAS_ASKED, Set.of(TransportQuirk.GRANTS_TCP_FOR_UDP));
        quirks.put(Tolerance.NO_SERVER_PORT, Set.of(TransportQuirk.NO_SERVER_PORT));
        quirks.put(
                Tolerance.MEDIA_OF_OTHER_SSRC,
                Set.of(TransportQuirk.WRONG_SSRC_IN_TRANSPORT, TransportQuirk.SPACE_BEFORE_SSRC));
        quirks.put(Tolerance.OTHER_CHANNELS, Set.of(TransportQuirk.OTHER_CHANNELS, TransportQuirk.ODD_FIRST_CHANNEL));
    }

    private static void addAddressesAndDescription(Map<Tolerance, Set<Quirk>> quirks) {
        quirks.put(Tolerance.REDIRECTED, Set.of(AddressQuirk.REDIRECTS));
        quirks.put(
                Tolerance.ADDRESS_CORRECTED,
                Set.of(
                        AddressQuirk.CONTENT_BASE_WITHOUT_SCHEME,
                        AddressQuirk.DOUBLED_SCHEME,
                        AddressQuirk.UNBRACKETED_IPV6_IN_CONTENT_BASE,
                        AddressQuirk.RELATIVE_CONTENT_BASE,
                        AddressQuirk.OPAQUE_CONTENT_BASE,
                        AddressQuirk.PRIVATE_HOST_IN_CONTENT_BASE,
                        AddressQuirk.CONTROL_WITH_OTHER_HOST));
        quirks.put(
                Tolerance.ADDRESS_TRIED_AGAIN,
                Set.of(
                        AddressQuirk.PLAY_WANTS_BASE_URL,
                        AddressQuirk.PLAY_WANTS_PLAIN_URL,
                        AddressQuirk.CONTROL_RESOLVED_BY_THE_RFC));
        quirks.put(
                Tolerance.SDP_LINES_MISSING,
                Set.of(
                        SdpQuirk.SDP_WITHOUT_VERSION,
                        SdpQuirk.SDP_WITHOUT_ORIGIN,
                        SdpQuirk.SDP_WITHOUT_NAME,
                        SdpQuirk.SDP_WITHOUT_ORIGIN_AND_TIME));
        quirks.put(
                Tolerance.SDP_LINES_BENT,
                Set.of(
                        SdpQuirk.ORIGIN_NAME_WITH_SPACES,
                        SdpQuirk.ORIGIN_HEXADECIMAL,
                        SdpQuirk.ORIGIN_WITH_FRACTION,
                        SdpQuirk.ORIGIN_NEGATIVE,
                        SdpQuirk.ORIGIN_MINUS_ZERO,
                        SdpQuirk.ORIGIN_WITHOUT_ADDRESS,
                        SdpQuirk.ORIGIN_ODD_ADDRESS_TYPE,
                        SdpQuirk.ORIGIN_ODD_NET_TYPE,
                        SdpQuirk.CONNECTION_DOUBLED,
                        SdpQuirk.CONNECTION_CUT_SHORT,
                        SdpQuirk.CONNECTION_IN,
                        SdpQuirk.CONNECTION_WITHOUT_ADDRESS_TYPE,
                        SdpQuirk.CONNECTION_WITH_BARE_IPV6,
                        SdpQuirk.CONNECTION_WITH_VENDOR_WORDS));
        quirks.put(Tolerance.NO_CLOCK_RATE, Set.of(SdpQuirk.RTPMAP_WITHOUT_CLOCK_RATE));
        quirks.put(Tolerance.FMTP_IN_OTHER_MEDIA, Set.of(SdpQuirk.FMTP_IN_WRONG_MEDIA));
        quirks.put(
                Tolerance.NO_PARAMETER_SETS_IN_SDP,
                Set.of(
                        SdpQuirk.EMPTY_FMTP,
                        SdpQuirk.NO_PARAMETER_SETS_IN_SDP,
                        SdpQuirk.BAD_PARAMETER_SETS_IN_SDP,
                        SdpQuirk.PARTIAL_PARAMETER_SETS_IN_SDP));
        quirks.put(Tolerance.START_CODE_IN_SDP, Set.of(SdpQuirk.START_CODE_IN_SDP));
    }

    private static void addStream(Map<Tolerance, Set<Quirk>> quirks) {
        quirks.put(Tolerance.START_CODE_IN_PAYLOAD, Set.of(PayloadQuirk.START_CODE_IN_PAYLOAD));
        quirks.put(
                Tolerance.MARKER_WITHOUT_PICTURE,
                Set.of(PayloadQuirk.MARKER_ON_PARAMETER_SETS, PayloadQuirk.MARKER_ON_SEI));
        quirks.put(Tolerance.NO_MARKER, Set.of(PayloadQuirk.NEVER_A_MARKER));
        quirks.put(Tolerance.TIMESTAMP_CHANGES_WITHIN_PICTURE, Set.of(PayloadQuirk.TIMESTAMP_CHANGES_WITHIN_PICTURE));
        quirks.put(Tolerance.FRAGMENT_FIRST_AND_LAST, Set.of(PayloadQuirk.FRAGMENT_FIRST_AND_LAST));
        quirks.put(Tolerance.SEVERAL_NAL_UNITS_IN_FRAGMENT, Set.of(PayloadQuirk.SEVERAL_NAL_UNITS_IN_FRAGMENT));
        quirks.put(Tolerance.TYPE_CHANGES_WITHIN_FRAGMENT, Set.of(PayloadQuirk.TYPE_CHANGES_WITHIN_FRAGMENT));
        quirks.put(Tolerance.AGGREGATE_PADDED, Set.of(PayloadQuirk.PADDED_AGGREGATE));
        quirks.put(Tolerance.NAL_UNITS_LEFT_OUT, Set.of(PayloadQuirk.FORBIDDEN_BIT, PayloadQuirk.UNKNOWN_NAL_TYPES));
        quirks.put(
                Tolerance.PARAMETER_SETS_REWRITTEN,
                Set.of(PayloadQuirk.SPARE_BYTES_BEHIND_SPS, PayloadQuirk.PARAMETER_SETS_REWRITTEN));
        quirks.put(Tolerance.PICTURES_REORDERED, Set.of(PictureQuirk.B_FRAMES, PictureQuirk.SUB_LAYERS));
        quirks.put(Tolerance.JPEG_HEADERS_IN_PAYLOAD, Set.of(JpegQuirk.JPEG_HEADERS_IN_PAYLOAD));
        quirks.put(Tolerance.TIMESTAMP_REPEATED, Set.of(StreamQuirk.RTP_TIME_FREEZES));
        quirks.put(Tolerance.IMPLAUSIBLE_SENDER_REPORT, Set.of(StreamQuirk.NTP_ZERO, StreamQuirk.NTP_UPTIME));
    }
}
