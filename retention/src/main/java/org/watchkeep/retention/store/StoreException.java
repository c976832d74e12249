// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;

/**
 * The environment does not let the store open: wrong volume, missing keys, folder in use, file system without direct
 * I/O. The message is one sentence for the engineer, {@link #next} what to do about it.
 */
public final class StoreException extends IOException {
    private static final long serialVersionUID = 1L;
    private final String next;

    public StoreException(String message, String next) {
        super(message);
        this.next = next;
    }

    public StoreException(String message, String next, Throwable cause) {
        super(message, cause);
        this.next = next;
    }

    /** What to do about it, in one sentence. */
    public String next() {
        return next;
    }
}
