// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;

/** The footage asked for is there, and set aside for an incident: closed to ordinary viewing. */
public final class QuarantinedException extends IOException {
    private static final long serialVersionUID = 1L;

    public QuarantinedException(String message) {
        super(message);
    }
}
