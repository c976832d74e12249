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
    /** Pictures are sent in another order than shown. */
    PICTURES_REORDERED,
    /** Parameter sets repeated with other bytes and the same meaning. */
    PARAMETER_SETS_REWRITTEN,
    /** JPEG headers stand in the payload, where only entropy-coded bytes belong (RFC 2435 3.1). */
    JPEG_HEADERS_IN_PAYLOAD,
    /** Media over UDP without saying from which port (OpenIPC). */
    NO_SERVER_PORT,
    /** Media over UDP from another port than was said. */
    MEDIA_FROM_OTHER_PORT,
    /** Interleaved media granted where UDP was asked. */
    TCP_WHERE_UDP_WAS_ASKED,
    /** Sender reports with a time that cannot be one (Hikvision: 0 or uptime). */
    IMPLAUSIBLE_SENDER_REPORT;

    /** As it stands in a run's notes: {@code start-code-in-sdp}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
