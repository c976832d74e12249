// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.Map;

/**
 * RFC 2326 7. Immutable.
 *
 * @param status 100 to 999
 * @param reason the phrase behind it; empty where the peer left it out
 */
public record RtspResponse(int status, String reason, RtspHeaders headers, String body) implements RtspMessage {
    static final int OK = 200;
    static final int MOVED_PERMANENTLY = 301;
    static final int MOVED_TEMPORARILY = 302;
    static final int BAD_REQUEST = 400;
    static final int UNAUTHORIZED = 401;
    static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int METHOD_NOT_ALLOWED = 405;
    static final int UNSUPPORTED_MEDIA_TYPE = 415;
    static final int NOT_ENOUGH_BANDWIDTH = 453;
    static final int SESSION_NOT_FOUND = 454;
    static final int METHOD_NOT_VALID_IN_STATE = 455;
    static final int AGGREGATE_NOT_ALLOWED = 459;
    static final int ONLY_AGGREGATE_ALLOWED = 460;
    static final int UNSUPPORTED_TRANSPORT = 461;
    static final int NOT_IMPLEMENTED = 501;
    static final int SERVICE_UNAVAILABLE = 503;

    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(OK, "OK"),
            Map.entry(BAD_REQUEST, "Bad Request"),
            Map.entry(UNAUTHORIZED, "Unauthorized"),
            Map.entry(FORBIDDEN, "Forbidden"),
            Map.entry(NOT_FOUND, "Not Found"),
            Map.entry(NOT_ENOUGH_BANDWIDTH, "Not Enough Bandwidth"),
            Map.entry(SESSION_NOT_FOUND, "Session Not Found"),
            Map.entry(METHOD_NOT_VALID_IN_STATE, "Method Not Valid in This State"),
            Map.entry(UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type"),
            Map.entry(UNSUPPORTED_TRANSPORT, "Unsupported Transport"),
            Map.entry(NOT_IMPLEMENTED, "Not Implemented"),
            Map.entry(SERVICE_UNAVAILABLE, "Service Unavailable"));

    static RtspResponse of(int status) {
        return new RtspResponse(status, REASONS.getOrDefault(status, ""), RtspHeaders.EMPTY, "");
    }

    RtspResponse with(String name, String value) {
        return new RtspResponse(status, reason, headers.with(name, value), body);
    }

    RtspResponse withBody(String contentType, String text) {
        return new RtspResponse(status, reason, headers.with(RtspHeaders.CONTENT_TYPE, contentType), text);
    }

    /** A refusal that another form of the address may get round. */
    boolean isAboutAddress() {
        return switch (status) {
            case BAD_REQUEST,
                    NOT_FOUND,
                    SESSION_NOT_FOUND,
                    METHOD_NOT_VALID_IN_STATE,
                    AGGREGATE_NOT_ALLOWED,
                    ONLY_AGGREGATE_ALLOWED -> true;
            default -> false;
        };
    }

    boolean isOk() {
        return status >= 200 && status < 300;
    }
}
