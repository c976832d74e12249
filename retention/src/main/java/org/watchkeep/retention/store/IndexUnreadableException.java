// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;

/**
 * The index cannot be relied on: damaged, or of a newer version. Nothing is lost: its folder is deleted and built anew
 * from reels and ledger.
 */
final class IndexUnreadableException extends IOException {
    private static final long serialVersionUID = 1L;

    IndexUnreadableException(String message) {
        super(message);
    }

    IndexUnreadableException(String message, Throwable cause) {
        super(message, cause);
    }
}
