// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.time.Duration;

/** The numbers that holds go by, each with its reason. */
public final class HoldRules {
    /** A hold is looked at again after four weeks unless its owner says otherwise. */
    public static final Duration REVIEW = Duration.ofDays(28);

    /** A date of review further off than a year is no review. */
    public static final Duration LONGEST_REVIEW = Duration.ofDays(366);

    /** Its owner is reminded a week ahead: long enough to ask the requesting officer and get an answer. */
    public static final Duration REMIND_BEFORE = Duration.ofDays(7);

    /** From the announcement of its end to its release: who asked for it can still come and say that it is needed. */
    public static final Duration NOTICE = Duration.ofDays(7);

    /** An automatic hold that nobody has confirmed is copied this long before the head or the limit comes. */
    public static final Duration COPY_BEFORE = Duration.ofDays(3);

    /** A named person decides within this time what gives way to an automatic hold that the vault cannot take. */
    public static final Duration DECIDE_WITHIN = Duration.ofHours(24);

    /** What a hold kept is accounted for within this time of its end, or goes without: no index may keep it for longer. */
    public static final Duration ACCOUNT_WITHIN = Duration.ofHours(1);

    private HoldRules() {}
}
