// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.io.IOException;

/** Bytes that are not the MP4 boxes they should be. Says what came, what was expected, and at which byte. */
public final class BoxFormatException extends IOException {
    private final int offset;

    BoxFormatException(String what, int offset) {
        super(what + " offset=" + offset);
        this.offset = offset;
    }

    /** Byte from the start of what was read. */
    public int offset() {
        return offset;
    }
}
