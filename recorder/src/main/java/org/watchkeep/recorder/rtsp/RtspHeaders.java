// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The header lines of a message in their order. Names match without regard to case: some cameras write {@code Cseq}
 * (H264DVR), others insist on reading {@code CSeq}. Immutable.
 */
public record RtspHeaders(List<Header> lines) {
    public static final RtspHeaders EMPTY = new RtspHeaders(List.of());

    static final String CSEQ = "CSeq";
    static final String SESSION = "Session";
    static final String TRANSPORT = "Transport";
    static final String CONTENT_LENGTH = "Content-Length";
    static final String CONTENT_TYPE = "Content-Type";
    static final String CONTENT_BASE = "Content-Base";
    static final String CONTENT_LOCATION = "Content-Location";
    static final String LOCATION = "Location";
    static final String PUBLIC = "Public";
    static final String RANGE = "Range";
    static final String ACCEPT = "Accept";
    static final String USER_AGENT = "User-Agent";
    static final String SERVER = "Server";
    static final String AUTHORIZATION = "Authorization";
    static final String WWW_AUTHENTICATE = "WWW-Authenticate";

    /** One line, {@code name: value}, blanks around the value cut off. */
    public record Header(String name, String value) {
        public Header {
            value = value.strip();
            if (breaksLine(name) || breaksLine(value)) {
                throw new IllegalArgumentException("header " + name.length() + " characters: holds a line break");
            }
        }

        private static boolean breaksLine(String text) {
            return text.indexOf('\r') >= 0 || text.indexOf('\n') >= 0;
        }

        /** The value of a credential is never shown. */
        @Override
        public String toString() {
            return name + ": " + (name.equalsIgnoreCase(AUTHORIZATION) ? "(hidden)" : value);
        }
    }

    public RtspHeaders {
        lines = List.copyOf(lines);
    }

    /** These lines and one more behind them. */
    public RtspHeaders with(String name, String value) {
        List<Header> more = new ArrayList<>(lines);
        more.add(new Header(name, value));
        return new RtspHeaders(more);
    }

    /** The first value under this name. */
    public Optional<String> first(String name) {
        for (Header line : lines) {
            if (line.name().equalsIgnoreCase(name)) {
                return Optional.of(line.value());
            }
        }
        return Optional.empty();
    }

    /** Every value under this name, in order. */
    public List<String> all(String name) {
        return lines.stream()
                .filter(line -> line.name().equalsIgnoreCase(name))
                .map(Header::value)
                .toList();
    }

    /** The sequence number, or -1 when absent or not a number. Longse writes a blank behind it: cut off already. */
    int cseq() {
        return first(CSEQ).map(RtspHeaders::unsigned).orElse(-1);
    }

    /** The session id without its parameters; an opaque word (Hikvision: hexadecimal behind several blanks). */
    Optional<String> session() {
        return first(SESSION).map(v -> beforeSemicolon(v)).filter(v -> !v.isEmpty());
    }

    private static String beforeSemicolon(String value) {
        int semicolon = value.indexOf(';');
        return (semicolon < 0 ? value : value.substring(0, semicolon)).strip();
    }

    /** Nine digits at most, so that it always fits; -1 for anything else. */
    static int unsigned(String text) {
        String digits = text.strip();
        if (digits.isEmpty() || digits.length() > 9) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + (c - '0');
        }
        return value;
    }
}
