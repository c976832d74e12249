// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.io.IOException;

/** The trail cannot be written or opened now: nothing that needs an entry may be done. */
public final class TrailException extends IOException {
    private static final long serialVersionUID = 1L;

    public TrailException(String message) {
        super(message);
    }

    public TrailException(String message, Throwable cause) {
        super(message, cause);
    }
}
