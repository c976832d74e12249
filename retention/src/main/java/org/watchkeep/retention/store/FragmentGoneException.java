// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;

/** The footage asked for was there and is no longer: its reel was cleared or reused, or its key erased. */
public final class FragmentGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    public FragmentGoneException(String message) {
        super(message);
    }
}
