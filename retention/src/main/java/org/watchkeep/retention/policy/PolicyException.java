// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.policy;

/** A rule that cannot be, or a change of one that is not allowed: what came, what was expected, and what to do next. */
public final class PolicyException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String next;

    public PolicyException(String message, String next) {
        super(message);
        this.next = next;
    }

    /** What to do about it, one sentence. */
    public String next() {
        return next;
    }
}
