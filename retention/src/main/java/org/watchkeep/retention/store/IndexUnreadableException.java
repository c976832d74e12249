// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;

/** The index folder does not open: it is deleted and built anew from reels and ledger. */
final class IndexUnreadableException extends IOException {
    private static final long serialVersionUID = 1L;

    IndexUnreadableException(String message) {
        super(message);
    }
}
