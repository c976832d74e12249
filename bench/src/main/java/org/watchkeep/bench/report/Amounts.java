// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts as people type them. */
public final class Amounts {
    private static final Pattern BITS = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)([kMG]?)");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,6})(s|m|h)");

    private Amounts() {}

    /** {@code 4M} is 4,000,000 bit/s. */
    public static long bits(String text) {
        Matcher matcher = BITS.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "bit rate: '" + text + "' (expected: a number with k, M or G, as in 4M)");
        }
        double scale = switch (matcher.group(2)) {
            case "k" -> 1e3;
            case "M" -> 1e6;
            case "G" -> 1e9;
            default -> 1;
        };
        return Math.round(Double.parseDouble(matcher.group(1)) * scale);
    }

    /** {@code 30s}, {@code 5m}, {@code 2h}. */
    public static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("duration: '" + text + "' (expected: 30s, 5m or 2h)");
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        };
    }
}
