// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * Reads an SDP for the three things we need of it: which media there are, how they are coded, where their controls are.
 * All other lines ({@code v= o= s= c= t= b= r=} …) are passed over unread, for there is no way of writing them wrong that
 * some camera has not found. Used once; confined to its caller.
 */
final class SdpReader {
    /** A multi-sensor camera has some 20 sections; a section more than this is not a camera. */
    static final int MAX_MEDIA = 64;
    /** Payload types are 7 bits. */
    private static final int MAX_PAYLOAD_TYPE = 127;

    private static final int DEFAULT_CLOCK_RATE = 90_000;

    /** RFC 4566 5: what every description must have. */
    private static final String MANDATORY_LINES = "vost";

    /** RFC 4566 5.2: user name, two numbers, type of network, type of address, address. */
    private static final Pattern ORIGIN = Pattern.compile("o=[^ ]+ [0-9]+ [0-9]+ IN IP[46] [^ ]+");

    /** RFC 4566 5.7. */
    private static final Pattern CONNECTION = Pattern.compile("c=IN IP[46] [^ ]+");

    /** RFC 3551 6, those that cameras use without an rtpmap. */
    private static final Map<Integer, MediaFormat> STATIC_FORMATS = Map.of(
            0, new MediaFormat(0, "PCMU", 8_000, Map.of()),
            8, new MediaFormat(8, "PCMA", 8_000, Map.of()),
            14, new MediaFormat(14, "MPA", 90_000, Map.of()),
            26, new MediaFormat(26, "JPEG", 90_000, Map.of()),
            33, new MediaFormat(33, "MP2T", 90_000, Map.of()));

    /** A section while it is read. */
    private static final class Section {
        final String kind;
        final Set<Integer> payloadTypes = new LinkedHashSet<>();
        final Map<Integer, String> rtpmaps = new HashMap<>();
        final Map<Integer, String> fmtps = new HashMap<>();
        Optional<String> control = Optional.empty();

        /** SRTP: taken for plain RTP, what is encrypted would be recorded as pictures that nobody can see. */
        final boolean isEncrypted;

        Section(String kind, boolean isEncrypted) {
            this.kind = kind;
            this.isEncrypted = isEncrypted;
        }
    }

    private final List<Section> sections = new ArrayList<>();
    private Optional<String> tool = Optional.empty();
    private Optional<String> control = Optional.empty();
    private final Set<Tolerance> tolerances = EnumSet.noneOf(Tolerance.class);
    /** Kinds of lines before the first section. */
    private final BitSet sessionLines = new BitSet();

    SessionDescription read(String text) throws RtspFormatException {
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf('\n', at);
            end = end < 0 ? text.length() : end;
            line(text.substring(at, end).strip(), at);
            at = end + 1;
        }
        if (sections.isEmpty()) {
            throw new RtspFormatException(
                    "SDP of " + text.length() + " characters: no media (expected: a line m=video …)", at);
        }
        List<MediaDescription> media = new ArrayList<>();
        for (Section section : sections) {
            media.add(new MediaDescription(section.kind, formats(section), section.control));
        }
        if (!MANDATORY_LINES.chars().allMatch(sessionLines::get)) {
            tolerances.add(Tolerance.SDP_LINES_MISSING);
        }
        return new SessionDescription(tool, control, media, tolerances);
    }

    private void line(String line, int at) throws RtspFormatException {
        noteForm(line);
        if (line.startsWith("m=")) {
            media(line.substring(2).strip(), at);
        } else if (line.startsWith("a=")) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                attribute(
                        line.substring(2, colon).strip().toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
    }

    /** What is passed over unread is looked at only to say that it was not as it should be. */
    private void noteForm(String line) {
        if (sections.isEmpty() && line.length() > 1 && line.charAt(1) == '=') {
            sessionLines.set(line.charAt(0));
        }
        boolean isOriginBent = line.startsWith("o=") && !ORIGIN.matcher(line).matches();
        boolean isConnectionBent =
                line.startsWith("c=") && !CONNECTION.matcher(line).matches();
        if (isOriginBent || isConnectionBent) {
            tolerances.add(Tolerance.SDP_LINES_BENT);
        }
    }

    /** {@code video 0 RTP/AVP 96 97}; TP-Link puts numbers and names of its own behind it: what is no number is left. */
    private void media(String value, int at) throws RtspFormatException {
        if (sections.size() == MAX_MEDIA) {
            throw new RtspFormatException("SDP: over " + MAX_MEDIA + " media", at);
        }
        String[] words = value.split("[ \t]+", -1);
        // RTP/SAVP and RTP/SAVPF, alone or inside DTLS (RFC 3711 12, RFC 5764 8).
        boolean isEncrypted =
                words.length > 2 && words[2].toUpperCase(Locale.ROOT).contains("SAVP");
        Section section = new Section(words[0].toLowerCase(Locale.ROOT), isEncrypted);
        for (int i = 3; i < words.length; i++) {
            int payloadType = RtspHeaders.unsigned(words[i]);
            if (payloadType >= 0 && payloadType <= MAX_PAYLOAD_TYPE) {
                section.payloadTypes.add(payloadType);
            }
        }
        sections.add(section);
    }

    private void attribute(String name, String value) {
        @Nullable Section section = sections.isEmpty() ? null : sections.get(sections.size() - 1);
        switch (name) {
            case "tool" -> tool = Optional.of(value);
            case "control" -> {
                if (section == null) {
                    control = Optional.of(value);
                } else {
                    section.control = Optional.of(value);
                }
            }
            case "rtpmap" -> withPayloadType(section, value, true);
            case "fmtp" -> withPayloadType(section, value, false);
            default -> {
                // Directions too: D-Link marks its video sendonly, recvonly or inactive without meaning it.
            }
        }
    }

    private static void withPayloadType(@Nullable Section section, String value, boolean isRtpmap) {
        if (section == null) {
            return;
        }
        String[] parts = value.split("[ \t]+", 2);
        int payloadType = RtspHeaders.unsigned(parts[0]);
        if (parts.length < 2 || payloadType < 0 || payloadType > MAX_PAYLOAD_TYPE) {
            return;
        }
        if (isRtpmap) {
            section.rtpmaps.putIfAbsent(payloadType, parts[1].strip());
            // Some leave the list on the m= line empty.
            if (section.payloadTypes.isEmpty()) {
                section.payloadTypes.add(payloadType);
            }
        } else {
            section.fmtps.putIfAbsent(payloadType, parts[1].strip());
        }
    }

    private List<MediaFormat> formats(Section section) {
        if (section.isEncrypted) {
            return List.of();
        }
        List<MediaFormat> formats = new ArrayList<>();
        for (int payloadType : section.payloadTypes) {
            String rtpmap = section.rtpmaps.get(payloadType);
            String own = section.fmtps.get(payloadType);
            String fmtp = own == null ? strayFmtp(section, payloadType) : own;
            formats.add(format(payloadType, rtpmap, parameters(fmtp)));
        }
        return formats;
    }

    /** Ubiquiti and others: the fmtp stands in another section, which does not itself use that payload type. */
    private String strayFmtp(Section wanting, int payloadType) {
        for (Section other : sections) {
            if (other != wanting && !other.payloadTypes.contains(payloadType)) {
                String stray = other.fmtps.get(payloadType);
                if (stray != null) {
                    tolerances.add(Tolerance.FMTP_IN_OTHER_MEDIA);
                    return stray;
                }
            }
        }
        return "";
    }

    /** {@code H264/90000}, {@code h264/90000 }, {@code H264}: any case, with or without a clock rate. */
    private MediaFormat format(int payloadType, @Nullable String rtpmap, Map<String, String> fmtp) {
        if (rtpmap == null) {
            MediaFormat known = STATIC_FORMATS.getOrDefault(
                    payloadType, new MediaFormat(payloadType, "", DEFAULT_CLOCK_RATE, Map.of()));
            return new MediaFormat(payloadType, known.encodingName(), known.clockRate(), fmtp);
        }
        String[] parts = rtpmap.split("/", 3);
        int clockRate = parts.length < 2 ? -1 : RtspHeaders.unsigned(parts[1]);
        if (clockRate <= 0) {
            tolerances.add(Tolerance.NO_CLOCK_RATE);
        }
        return new MediaFormat(
                payloadType,
                parts[0].strip().toUpperCase(Locale.ROOT),
                clockRate > 0 ? clockRate : DEFAULT_CLOCK_RATE,
                fmtp);
    }

    /** {@code a=1; b=2;}: blanks and a last semicolon as they come; values (base64) keep their equals signs. */
    private static Map<String, String> parameters(String fmtp) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String part : fmtp.split(";", -1)) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                parameters.putIfAbsent(
                        part.substring(0, equals).strip().toLowerCase(Locale.ROOT),
                        part.substring(equals + 1).strip());
            }
        }
        return parameters;
    }
}
