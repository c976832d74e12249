// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.util.Locale;
import java.util.regex.Pattern;

/** Names a hold: {@code H-2026-000123}, year and number within it. Immutable. */
public record HoldId(String text) implements Comparable<HoldId> {
    static final Pattern FORM = Pattern.compile("H-[0-9]{4}-[0-9]{6}");

    public HoldId {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("hold: " + text + " (expected: like H-2026-000123)");
        }
    }

    static HoldId of(int year, int number) {
        return new HoldId(String.format(Locale.ROOT, "H-%04d-%06d", year, number));
    }

    int year() {
        return Integer.parseInt(text.substring(2, 6));
    }

    int number() {
        return Integer.parseInt(text.substring(7));
    }

    @Override
    public int compareTo(HoldId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
