// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import java.util.Locale;

/** A departure from the standards that a camera took and we put up with. Noted with the run: evidence quotes it. */
public enum Tolerance {
    /** The SDP has no usable parameter sets; those in band serve (VStarcam, GW Security). */
    NO_PARAMETER_SETS_IN_SDP,
    /** Start codes inside sprop-parameter-sets (Revotech, V380). */
    START_CODE_IN_SDP,
    /** Start codes inside RTP payloads (V380). */
    START_CODE_IN_PAYLOAD,
    /** Several NAL units in one fragmented one (Amatek AR-N3222F). */
    SEVERAL_NAL_UNITS_IN_FRAGMENT,
    /** A fragment that is first and last at once (CostarHD). */
    FRAGMENT_FIRST_AND_LAST,
    /** A fragmented NAL unit whose last fragment does not say so. */
    FRAGMENT_WITHOUT_LAST,
    /** The NAL type differs between fragments of one NAL unit (Tiandy). */
    TYPE_CHANGES_WITHIN_FRAGMENT,
    /** An aggregation packet ends in zeros. */
    AGGREGATE_PADDED,
    /** NAL units of unknown types or with the forbidden bit, and packets with nothing inside, were left out. */
    NAL_UNITS_LEFT_OUT,
    /** Marker on a packet that ends no picture: parameter sets or SEI alone (Tapo TC70, Reolink Duo 2, LV-IP22IR40DVBL). */
    MARKER_WITHOUT_PICTURE,
    /** Marker in mid-picture, on each slice. */
    MARKER_WITHIN_PICTURE,
    /** Pictures end without marker (FLIR M400). */
    NO_MARKER,
    /** The timestamp changes inside a picture (Reolink RLC-822A). */
    TIMESTAMP_CHANGES_WITHIN_PICTURE,
    /** Two pictures with one timestamp. */
    TIMESTAMP_REPEATED,
    /** Timestamps stand still while pictures come: these have the time of their arrival. */
    TIMESTAMP_STANDS_STILL,
    /** Timestamps jump again and again: from then on pictures have the time of their arrival, in the order sent. */
    TIMESTAMP_JUMPS_ABOUT,
    /** Pictures are sent in another order than shown. */
    PICTURES_REORDERED,
    /** Pictures are sent in another order than shown, though the parameter sets say that they are not. */
    REORDERING_NOT_DECLARED,
    /** Parameter sets repeated with other bytes and the same meaning. */
    PARAMETER_SETS_REWRITTEN,
    /** JPEG headers stand in the payload, where only entropy-coded bytes belong (RFC 2435 3.1). */
    JPEG_HEADERS_IN_PAYLOAD,
    /** Media over UDP without saying from which port (OpenIPC). */
    NO_SERVER_PORT,
    /** Media over UDP from another port than was said. */
    MEDIA_FROM_OTHER_PORT,
    /** Media over UDP of another SSRC than was said (Hikvision, Dahua). */
    MEDIA_OF_OTHER_SSRC,
    /** Interleaved media granted where UDP was asked. */
    TCP_WHERE_UDP_WAS_ASKED,
    /** Sender reports with a time that cannot be one (Hikvision: 0 or uptime). */
    IMPLAUSIBLE_SENDER_REPORT,
    /** Packets of another source among those of the one recorded were left out. */
    STRAY_SOURCE,

    /** Messages that RFC 2326 does not allow in form: line feeds alone, no reason phrase, a negative length. */
    MESSAGES_BENT,
    /** Answers without their number, taken for the one request that waited. */
    ANSWERS_WITHOUT_CSEQ,
    /** Answers to nothing that was asked, left out. */
    ANSWERS_TO_NOTHING,
    /** Bytes between messages and frames that are neither, skipped. */
    JUNK_ON_THE_CONNECTION,
    /** Frames on channels that were not set up, or from before PLAY, left out (old LIVE555 sends a dead session's). */
    STRAY_FRAMES,
    /** A session of ours that the camera had kept was ended before this one (old LIVE555). */
    DEAD_SESSION_TORN_DOWN,
    /** RTCP on the channel of RTP. */
    RTCP_ON_MEDIA_CHANNEL,
    /** Media before the answer to PLAY (v4l2rtspserver, Reolink). */
    MEDIA_BEFORE_PLAY_ANSWER,
    /** The camera sent us on to another address. */
    REDIRECTED,
    /** Content-Base or control name another host, or none: ours was kept. */
    ADDRESS_CORRECTED,
    /** SETUP or PLAY were accepted at another address than the first. */
    ADDRESS_TRIED_AGAIN,
    /** Other interleaved channels than were asked for. */
    OTHER_CHANNELS,
    /** SETUP was answered without a transport. */
    TRANSPORT_NOT_SAID,
    /** A keepalive was refused or not answered: another method was used. */
    KEEPALIVE_CHANGED,
    /** Lines that every SDP must have (v= o= s= t=) are missing. */
    SDP_LINES_MISSING,
    /** {@code o=} or {@code c=} in a form that RFC 4566 does not know. */
    SDP_LINES_BENT,
    /** The video's format parameters stand in another section (Ubiquiti). */
    FMTP_IN_OTHER_MEDIA,
    /** {@code rtpmap} without clock rate: 90 kHz was assumed. */
    NO_CLOCK_RATE;

    /** As it stands in a run's notes: {@code start-code-in-sdp}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
