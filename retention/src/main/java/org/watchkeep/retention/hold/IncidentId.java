// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.util.Locale;
import java.util.regex.Pattern;

/** Names an incident: {@code I-2026-000123}, year and number within it. Immutable. */
public record IncidentId(String text) implements Comparable<IncidentId> {
    static final Pattern FORM = Pattern.compile("I-[0-9]{4}-[0-9]{6}");

    public IncidentId {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("incident: " + text + " (expected: like I-2026-000123)");
        }
    }

    static IncidentId of(int year, int number) {
        return new IncidentId(String.format(Locale.ROOT, "I-%04d-%06d", year, number));
    }

    int year() {
        return Integer.parseInt(text.substring(2, 6));
    }

    int number() {
        return Integer.parseInt(text.substring(7));
    }

    @Override
    public int compareTo(IncidentId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
