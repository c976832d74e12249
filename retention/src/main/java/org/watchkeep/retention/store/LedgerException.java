// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The ledger does not say what this version can rely on: a damaged line before the end, a file missing or moved, a
 * format from a newer version. The message names file and byte offset, what came and what was expected.
 */
final class LedgerException extends IOException {
    private static final long serialVersionUID = 1L;

    LedgerException(Path file, long offset, String what) {
        super(what + " in " + file + " at byte " + offset);
    }

    LedgerException(Path file, long offset, String what, Throwable cause) {
        super(what + " in " + file + " at byte " + offset, cause);
    }
}
