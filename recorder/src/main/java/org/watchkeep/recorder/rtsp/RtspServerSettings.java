// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.net.InetSocketAddress;

/**
 * How the server listens. Immutable.
 *
 * @param address port 0 takes any free one
 * @param product the Server header
 * @param sessionTimeoutSeconds after so long without a word from the client its connection is closed
 */
public record RtspServerSettings(InetSocketAddress address, String product, int sessionTimeoutSeconds) {
    /** RFC 2326 12.37. */
    public static final int DEFAULT_SESSION_TIMEOUT_SECONDS = 60;

    public RtspServerSettings {
        if (sessionTimeoutSeconds < 1) {
            throw new IllegalArgumentException("sessionTimeoutSeconds: " + sessionTimeoutSeconds + " (expected: >= 1)");
        }
    }

    public static RtspServerSettings on(InetSocketAddress address) {
        return new RtspServerSettings(address, "Watchkeep", DEFAULT_SESSION_TIMEOUT_SECONDS);
    }
}
