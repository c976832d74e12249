// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.io.IOException;

/** A witness has seen this trail otherwise than it is now: it was cut short, forked, or put back from an old copy. */
public final class WitnessContradictionException extends IOException {
    private static final long serialVersionUID = 1L;

    WitnessContradictionException(String message) {
        super(message);
    }
}
