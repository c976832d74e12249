// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * RFC 2326 6. Immutable.
 *
 * @param method as written; methods are upper case
 * @param uri as written: absolute, relative or {@code *}
 */
public record RtspRequest(String method, String uri, RtspHeaders headers, String body) implements RtspMessage {
    private static final int DELETE = 0x7f;

    static final String OPTIONS = "OPTIONS";
    static final String DESCRIBE = "DESCRIBE";
    static final String SETUP = "SETUP";
    static final String PLAY = "PLAY";
    static final String PAUSE = "PAUSE";
    static final String TEARDOWN = "TEARDOWN";
    static final String GET_PARAMETER = "GET_PARAMETER";
    static final String SET_PARAMETER = "SET_PARAMETER";
    static final String REDIRECT = "REDIRECT";
    static final String ANNOUNCE = "ANNOUNCE";
    static final String RECORD = "RECORD";

    RtspRequest(String method, String uri) {
        this(method, uri, RtspHeaders.EMPTY, "");
    }

    /**
     * The same request with an address that can stand in a start line: whatever a camera put into its control URLs beyond
     * printable ASCII is percent-encoded (RFC 3986 2.1).
     */
    RtspRequest sendable() {
        boolean isPlain = uri.chars().allMatch(c -> c > ' ' && c < DELETE);
        if (isPlain) {
            return this;
        }
        StringBuilder encoded = new StringBuilder();
        for (byte b : uri.getBytes(StandardCharsets.UTF_8)) {
            int c = b & 0xff;
            if (c > ' ' && c < DELETE) {
                encoded.append((char) c);
            } else {
                encoded.append(String.format(Locale.ROOT, "%%%02X", c));
            }
        }
        return new RtspRequest(method, encoded.toString(), headers, body);
    }

    RtspRequest with(String name, String value) {
        return new RtspRequest(method, uri, headers.with(name, value), body);
    }

    /**
     * Where requests of a session go. Immutable.
     *
     * @param session empty before SETUP, and for cameras that name none
     */
    record Address(RtspUrl url, Optional<String> session) {
        RtspRequest request(String method) {
            RtspRequest plain = new RtspRequest(method, url.toString());
            return session.isEmpty() ? plain : plain.with(RtspHeaders.SESSION, session.get());
        }
    }
}
