// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.io.IOException;

/**
 * The master keystore cannot be made or opened. The message is one sentence for the engineer, {@link #next} what to do
 * about it. Never holds a passphrase.
 */
public final class KeystoreException extends IOException {
    private static final long serialVersionUID = 1L;
    private final String next;

    KeystoreException(String message, String next) {
        super(message);
        this.next = next;
    }

    KeystoreException(String message, String next, Throwable cause) {
        super(message, cause);
        this.next = next;
    }

    /** What to do about it, in one sentence. */
    public String next() {
        return next;
    }
}
