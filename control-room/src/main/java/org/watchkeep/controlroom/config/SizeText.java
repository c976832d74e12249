// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.config;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: {@code 500G}, {@code 1.5T}, {@code 64MiB}. */
public final class SizeText {
    /** What is accepted, for messages. */
    public static final String EXPECTED =
            "a number with K, M, G or T (powers of 1000) or KiB, MiB, GiB or TiB, as in 500G";

    /** Digits are bounded so that no number can be made that takes long to compute with. */
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,6})?) ?([KMGT])?(iB|B)?");

    private static final Map<String, Integer> STEPS = Map.of("K", 1, "M", 2, "G", 3, "T", 4);

    private SizeText() {}

    /**
     * Bytes.
     *
     * @throws IllegalArgumentException when it is no size, or over 2^63-1 bytes
     */
    public static long parse(String text) {
        Matcher matcher = SIZE.matcher(text.strip());
        if (!matcher.matches() || (matcher.group(2) == null && ("iB".equals(matcher.group(3)) || text.contains(".")))) {
            throw new IllegalArgumentException("size: " + text + " (expected: " + EXPECTED + ")");
        }
        int steps = matcher.group(2) == null ? 0 : STEPS.getOrDefault(matcher.group(2), 0);
        BigDecimal unit =
                BigDecimal.valueOf("iB".equals(matcher.group(3)) ? 1024 : 1000).pow(steps);
        BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(unit);
        if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("size: " + text + " (expected: below 8 EiB)");
        }
        return bytes.longValue();
    }

    /** For people: three digits and a decimal unit, {@code 1.34 GB}. */
    public static String format(long bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        if (unit == 0) {
            return bytes + " B";
        }
        return String.format(
                Locale.ROOT, value < 10 ? "%.2f %s" : value < 100 ? "%.1f %s" : "%.0f %s", value, units[unit]);
    }
}
