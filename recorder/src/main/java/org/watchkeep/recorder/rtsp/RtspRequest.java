// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.Optional;

/**
 * RFC 2326 6. Immutable.
 *
 * @param method as written; methods are upper case
 * @param uri as written: absolute, relative or {@code *}
 */
public record RtspRequest(String method, String uri, RtspHeaders headers, String body) implements RtspMessage {
    static final String OPTIONS = "OPTIONS";
    static final String DESCRIBE = "DESCRIBE";
    static final String SETUP = "SETUP";
    static final String PLAY = "PLAY";
    static final String PAUSE = "PAUSE";
    static final String TEARDOWN = "TEARDOWN";
    static final String GET_PARAMETER = "GET_PARAMETER";
    static final String SET_PARAMETER = "SET_PARAMETER";
    static final String REDIRECT = "REDIRECT";

    RtspRequest(String method, String uri) {
        this(method, uri, RtspHeaders.EMPTY, "");
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
