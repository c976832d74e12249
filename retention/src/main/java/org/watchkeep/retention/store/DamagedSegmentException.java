// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;

/** Stored footage does not read back as it was written. The message names volume, reel, offset and what differed. */
public final class DamagedSegmentException extends IOException {
    private static final long serialVersionUID = 1L;

    public DamagedSegmentException(String message) {
        super(message);
    }
}
