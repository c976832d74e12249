// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.io.IOException;

/** Bytes of a trail that are not what they must be. Says what came, what was expected, and where. */
public final class DamagedTrailException extends IOException {
    private static final long serialVersionUID = 1L;

    public DamagedTrailException(String message) {
        super(message);
    }

    public DamagedTrailException(String message, Throwable cause) {
        super(message, cause);
    }
}
