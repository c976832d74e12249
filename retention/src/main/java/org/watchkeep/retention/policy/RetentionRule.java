// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.policy;

import java.util.concurrent.TimeUnit;

/**
 * For how long a class of cameras is kept, and why. Immutable.
 *
 * @param classId the class: all cameras with the same days
 * @param days of 24 hours of elapsed time, never of a calendar: both changes of clocks leave them alone
 * @param limitDays what the law or the site's own assessment allows this class at most; ordinary CCTV 31
 * @param reason why this long and not shorter, written by a person
 */
public record RetentionRule(String classId, int days, int limitDays, String reason) {
    /** The limit of ordinary CCTV; another limit is said with the class that has it. */
    public static final int ORDINARY_LIMIT_DAYS = 31;

    /** No class is kept longer than a leap year by rule: what must stay longer is held, with a ground and a review date. */
    public static final int MOST_DAYS = 366;

    /** A paragraph or two. */
    static final int MAX_REASON = 2_000;

    /** Overwritten this much before the first fragment reaches the limit: the limit is exact, and an erasure takes time. */
    public static final long MARGIN_MICROS = TimeUnit.MINUTES.toMicros(1);

    /** As data comes in from people. Names the first thing that is wrong. */
    public static RetentionRule of(String classId, int days, int limitDays, String reason) throws PolicyException {
        if (limitDays < 1 || limitDays > MOST_DAYS) {
            throw refused(
                    classId,
                    "limit of " + limitDays + " days (expected: 1 to " + MOST_DAYS + ")",
                    "Give the legal limit of this class; footage that must stay longer is held, not kept by rule.");
        }
        if (days < 1 || days > limitDays) {
            throw refused(
                    classId,
                    days + " days (expected: 1 to " + limitDays + ", its legal limit)",
                    "Give a number of days within the limit.");
        }
        String written = reason.strip();
        if (written.isEmpty() || written.length() > MAX_REASON) {
            throw refused(
                    classId,
                    "a reason of " + written.length() + " characters (expected: 1 to " + MAX_REASON + ")",
                    "Write down why " + days + " days are needed for the purpose of these cameras.");
        }
        return new RetentionRule(classId, days, limitDays, written);
    }

    private static PolicyException refused(String classId, String what, String next) {
        return new PolicyException("retention class " + classId + ": " + what, next);
    }

    /** The age that nothing of the class is ever shown at. */
    public long limitMicros() {
        return TimeUnit.DAYS.toMicros(days);
    }

    /** The age of an epoch's first fragment at which the epoch is erased. */
    public long dueMicros() {
        return limitMicros() - MARGIN_MICROS;
    }
}
