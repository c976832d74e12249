// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * What happened in front of cameras; while it is open its holds are its <i>quarantine</i>: held together, and closed to
 * ordinary viewing. As the register has it; immutable.
 *
 * @param outcome how it ended; empty while it is open
 */
public record Incident(IncidentId id, HeldSpan span, Ground ground, Instant opened, Optional<Outcome> outcome) {

    /** How an incident ended. Codes are in the trail: only ever added. */
    public enum Outcome {
        RESOLVED("resolved"),
        /** Passed to the body that enforces. */
        HANDED_OVER("handed-over"),
        /** Nothing had happened. */
        UNFOUNDED("unfounded");

        private final String code;

        Outcome(String code) {
            this.code = code;
        }

        public String code() {
            return code;
        }

        public static Optional<Outcome> ofCode(String code) {
            return Arrays.stream(values())
                    .filter(each -> each.code.equals(code))
                    .findFirst();
        }
    }

    public boolean isOpen() {
        return outcome.isEmpty();
    }

    Incident closed(Outcome how) {
        return new Incident(id, span, ground, opened, Optional.of(how));
    }
}
