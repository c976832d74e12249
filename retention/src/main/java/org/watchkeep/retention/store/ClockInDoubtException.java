// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;

/** Footage that is there is past its limit by a clock that is in doubt: it is not shown, and nothing is decided about it. */
public final class ClockInDoubtException extends IOException {
    private static final long serialVersionUID = 1L;

    public ClockInDoubtException(String message) {
        super(message);
    }
}
