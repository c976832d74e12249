// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import java.io.IOException;

/** Bytes from a camera that are not a stream we can understand, or that pass a limit. Says what came, what was expected, where. */
public final class StreamFormatException extends IOException {
    /** Stands for a sequence number or offset that is not known. */
    public static final int UNKNOWN = -1;

    private final StreamOrigin origin;
    private final int sequence;
    private final int offset;

    /**
     * @param what what came and what was expected: {@code payload type: 97 (expected: 96)}
     * @param sequence RTP sequence number, or {@link #UNKNOWN}
     * @param offset byte in the packet or NAL unit, or {@link #UNKNOWN}
     */
    public StreamFormatException(String what, StreamOrigin origin, int sequence, int offset) {
        super(what + " " + origin + (sequence == UNKNOWN ? "" : " sequence=" + sequence)
                + (offset == UNKNOWN ? "" : " offset=" + offset));
        this.origin = origin;
        this.sequence = sequence;
        this.offset = offset;
    }

    public StreamOrigin origin() {
        return origin;
    }

    public int sequence() {
        return sequence;
    }

    public int offset() {
        return offset;
    }
}
