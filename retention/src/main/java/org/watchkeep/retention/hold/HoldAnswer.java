// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What came of an act on a hold or an incident. */
public sealed interface HoldAnswer {
    /**
     * Done, and durable.
     *
     * @param nothingLeft streams that were asked for and could not be held, one sentence each: shown, never passed over
     * @param away what is held and stands on a volume that is away, one sentence each: it is there when that is back
     * @param decision for an automatic hold that the vault cannot take: what a person has to decide
     */
    record Done(Hold hold, List<String> nothingLeft, List<String> away, Optional<Decision> decision)
            implements HoldAnswer {
        public Done {
            nothingLeft = List.copyOf(nothingLeft);
            away = List.copyOf(away);
        }

        static Done of(Hold hold) {
            return new Done(hold, List.of(), List.of(), Optional.empty());
        }
    }

    /** Nothing was done, and nothing changed. */
    record Refused(Refusal refusal) implements HoldAnswer {}

    /**
     * What a named person decides: which hold gives way.
     *
     * @param why the numbers
     */
    record Decision(Instant by, Refusal why) {}
}
