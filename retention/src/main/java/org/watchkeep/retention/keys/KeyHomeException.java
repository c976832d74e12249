// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.io.IOException;

/**
 * The key homes cannot be made, opened or written: none is there, they contradict each other, or the master key is
 * another one. The message is one sentence for the engineer, {@link #next} what to do about it.
 */
public final class KeyHomeException extends IOException {
    private static final long serialVersionUID = 1L;
    private final String sentence;
    private final String next;

    KeyHomeException(String message, String next) {
        super(message);
        this.sentence = message;
        this.next = next;
    }

    /** The same for a home that is left out while the other goes on. */
    KeyAlarm alarm() {
        return new KeyAlarm(sentence, next);
    }

    /** What to do about it, in one sentence. */
    public String next() {
        return next;
    }
}
