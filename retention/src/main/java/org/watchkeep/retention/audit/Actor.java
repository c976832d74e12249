// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.util.regex.Pattern;

/** Who does an act: {@code machine}, {@code staff/17} or {@code os/1000}; never a name (audit.md 3). Immutable. */
public record Actor(String text) {
    private static final Pattern FORM = Pattern.compile("machine|(staff|os)/(0|[1-9][0-9]{0,9})");

    /** The recorder itself, by its own rules. */
    public static final Actor MACHINE = new Actor("machine");

    public Actor {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("actor: " + text + " (expected: machine, staff/N or os/N)");
        }
    }

    /** A registered person. */
    public static Actor staff(int number) {
        return new Actor("staff/" + number);
    }

    /** A user of the machine, before people are registered. */
    public static Actor osUser(long uid) {
        return new Actor("os/" + uid);
    }

    @Override
    public String toString() {
        return text;
    }
}
