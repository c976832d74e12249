// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.Optional;

/**
 * What the camera calls the session, and how long it keeps one that says nothing (RFC 2326 12.37). Immutable.
 *
 * @param id an opaque word; empty before SETUP, and for cameras that name none
 * @param isTimeoutStated whether the camera said so
 */
record SessionHeader(Optional<String> id, int timeoutSeconds, boolean isTimeoutStated) {
    /** RFC 2326 12.37: what holds when the camera does not say. */
    static final int DEFAULT_TIMEOUT_SECONDS = 60;

    static final SessionHeader NONE = new SessionHeader(Optional.empty(), DEFAULT_TIMEOUT_SECONDS, false);

    private static final String TIMEOUT = "timeout=";

    /** What a further response says; what it leaves out stays (the session is often missing from the answer to PLAY). */
    SessionHeader with(RtspHeaders response) {
        int timeout = timeoutSeconds;
        boolean stated = isTimeoutStated;
        for (String part : response.first(RtspHeaders.SESSION).orElse("").split(";", -1)) {
            String parameter = part.strip();
            if (parameter.regionMatches(true, 0, TIMEOUT, 0, TIMEOUT.length())) {
                int seconds = RtspHeaders.unsigned(parameter.substring(TIMEOUT.length()));
                timeout = seconds < 0 ? timeout : seconds;
                stated |= seconds >= 0;
            }
        }
        return new SessionHeader(response.session().or(() -> id), timeout, stated);
    }
}
