// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.watchkeep.controlroom.control.Refusal;

/**
 * Times and lengths of time as people type them. A time without a zone is refused, never guessed: in October an hour of
 * it comes twice.
 */
final class TimeText {
    private static final ZoneId LONDON = ZoneId.of("Europe/London");

    /** RFC 3339 5.6; a space for the T and lower case are allowed there. */
    private static final Pattern TIME = Pattern.compile(
            "(\\d{4}-\\d{2}-\\d{2})[Tt ](\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?)([Zz]|[+-]\\d{2}:\\d{2})?");

    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
    private static final Pattern LENGTH = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)(ms|s|m|h|d)");

    private static final String EXPECTED =
            "2026-11-22T06:48:00Z, the same with an offset as in +01:00, now, or -30s before now";

    private TimeText() {}

    /** @param option for messages, {@code --from} */
    static Instant parse(String option, String text, Instant now) throws Refusal {
        String time = text.strip();
        if (time.equals("now")) {
            return now;
        }
        if (time.startsWith("-") && LENGTH.matcher(time.substring(1)).matches()) {
            return now.minus(length(option, time.substring(1)));
        }
        Matcher matcher = TIME.matcher(time);
        if (!matcher.matches()) {
            String why = DATE.matcher(time).matches() ? " has no time of day" : " is no time";
            throw Refusal.badInput("bad-time", option + ": " + text + why, "Give it as " + EXPECTED + ".");
        }
        try {
            LocalDateTime local = LocalDateTime.parse(matcher.group(1) + "T" + matcher.group(2));
            String zone = matcher.group(3);
            if (zone == null) {
                throw withoutZone(option, text, local);
            }
            return OffsetDateTime.of(local, ZoneOffset.of(zone.toUpperCase(Locale.ROOT)))
                    .toInstant();
        } catch (DateTimeException e) {
            throw Refusal.badInput(
                    "bad-time",
                    option + ": " + text + " does not exist: " + e.getMessage(),
                    "Give it as " + EXPECTED + ".");
        }
    }

    private static Refusal withoutZone(String option, String text, LocalDateTime local) {
        List<ZoneOffset> offsets = LONDON.getRules().getValidOffsets(local);
        String london = offsets.isEmpty()
                ? "does not exist in Europe/London (the clocks go forward over it)"
                : "is "
                        + offsets.stream()
                                .map(offset -> DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(local.atOffset(offset)))
                                .collect(Collectors.joining(" or "))
                        + " in Europe/London"
                        + (offsets.size() > 1 ? " (that hour comes twice)" : "");
        String utc = DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(local.atOffset(ZoneOffset.UTC));
        return Refusal.badInput(
                "no-zone",
                option + ": " + text + " has no zone: it " + london + " and " + utc + " in UTC",
                "Give the one you mean, with its offset or Z.");
    }

    /** {@code 500ms}, {@code 30s}, {@code 5m}, {@code 1.5h}, {@code 2d}. */
    static Duration length(String option, String text) throws Refusal {
        Matcher matcher = LENGTH.matcher(text.strip());
        if (!matcher.matches()) {
            throw Refusal.badInput(
                    "bad-length",
                    option + ": " + text + " is no length of time",
                    "Give it as 500ms, 30s, 5m, 2h or 1d.");
        }
        long unitMillis = switch (matcher.group(2)) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            default -> 86_400_000;
        };
        return Duration.ofMillis(Math.round(Double.parseDouble(matcher.group(1)) * unitMillis));
    }
}
