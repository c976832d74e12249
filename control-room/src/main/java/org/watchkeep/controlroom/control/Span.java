// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import java.time.Instant;

/** A half-open span of time {@code [from, to)}. Immutable. */
public record Span(Instant from, Instant to) {
    /** Everything there is. */
    public static final Span ALL = new Span(Instant.MIN, Instant.MAX);

    public Span {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("span: from " + from + " to " + to + " (expected: from before to)");
        }
    }
}
