// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.Locale;

/** By what way media come. */
public enum MediaTransport {
    /** Interleaved in the RTSP connection. */
    TCP,
    /** In datagrams. */
    UDP,
    /** Interleaved in an RTSP connection inside TLS. */
    RTSPS;

    /** As it stands in tables and JSON: {@code tcp}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
