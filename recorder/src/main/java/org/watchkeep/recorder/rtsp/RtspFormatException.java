// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.io.IOException;

/**
 * Bytes that are not RTSP or SDP, or more of them than we accept. Knows what came and at which offset; whoever knows the
 * camera and the connection adds them.
 */
public final class RtspFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String what;
    private final long offset;

    RtspFormatException(String message, long offset) {
        super(message + " offset=" + offset);
        this.what = message;
        this.offset = offset;
    }

    /** The message without the offset. */
    String what() {
        return what;
    }

    /** Bytes since the connection was opened, or since the start of the text, up to where it went wrong. */
    public long offset() {
        return offset;
    }
}
