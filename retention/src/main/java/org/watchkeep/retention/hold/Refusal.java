// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.util.OptionalLong;

/**
 * Why a hold was not placed, or not changed: one sentence for a person, and what to do next. Immutable.
 *
 * @param needed what it would take, where that is a matter of numbers; in the unit the sentence names
 * @param available what there is
 */
public record Refusal(Cause cause, String message, String next, OptionalLong needed, OptionalLong available) {

    /** Codes are in the trail: only ever added. */
    public enum Cause {
        NO_REVIEW("no-review"),
        BAD_REVIEW("bad-review"),
        BAD_OWNER("bad-owner"),
        FUTURE("future"),
        UNKNOWN_STREAM("unknown-stream"),
        NOTHING_LEFT("nothing-left"),
        /** Of the span several parts are left, or not the same of every camera. */
        PARTLY_ERASED("partly-erased"),
        VAULT_FULL("vault-full"),
        TOO_SLOW("too-slow"),
        /** Without a vault: too many reels would be held. */
        RING_FULL("ring-full"),
        UNKNOWN_HOLD("unknown-hold"),
        UNKNOWN_INCIDENT("unknown-incident"),
        WRONG_STATE("wrong-state"),
        CLOCK_IN_DOUBT("clock-in-doubt"),
        SECOND_PERSON("second-person");

        private final String code;

        Cause(String code) {
            this.code = code;
        }

        public String code() {
            return code;
        }
    }

    static Refusal of(Cause cause, String message, String next) {
        return new Refusal(cause, message, next, OptionalLong.empty(), OptionalLong.empty());
    }

    static Refusal withNumbers(Cause cause, String message, String next, long needed, long available) {
        return new Refusal(cause, message, next, OptionalLong.of(needed), OptionalLong.of(available));
    }
}
