// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.io.IOException;

/** A block of a slot file is not what was written there: what stands in it, and what was expected. */
final class DamagedBlockException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedBlockException(String message) {
        super(message);
    }
}
