// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.Month;
import java.time.Year;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** The one form of a time in the trail: 27 characters, UTC, microseconds (audit.md 3). */
final class TimeForm {
    static final int LENGTH = 27;

    private static final String SHAPE = "dddd-dd-ddTdd:dd:dd.ddddddZ";
    private static final int FIRST_YEAR = 1970;
    private static final int LAST_YEAR = 9999;

    private TimeForm() {}

    /** Cuts to microseconds and writes. */
    static String format(Instant time) {
        LocalDateTime utc = LocalDateTime.ofInstant(time.truncatedTo(ChronoUnit.MICROS), ZoneOffset.UTC);
        if (utc.getYear() < FIRST_YEAR || utc.getYear() > LAST_YEAR) {
            throw new IllegalArgumentException("time: " + time + " (expected: years 1970 to 9999)");
        }
        return String.format(
                Locale.ROOT,
                "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
                utc.getYear(),
                utc.getMonthValue(),
                utc.getDayOfMonth(),
                utc.getHour(),
                utc.getMinute(),
                utc.getSecond(),
                utc.getNano() / 1_000);
    }

    static boolean isTime(String text) {
        try {
            parse(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** As {@link #isTime(String)}, of 27 bytes, and allocates nothing. */
    static boolean isTime(byte[] bytes, int at) {
        for (int i = 0; i < LENGTH; i++) {
            byte c = bytes[at + i];
            if (SHAPE.charAt(i) == 'd' ? c < '0' || c > '9' : c != SHAPE.charAt(i)) {
                return false;
            }
        }
        int year = number(bytes, at, 4);
        int month = number(bytes, at + 5, 2);
        int day = number(bytes, at + 8, 2);
        return year >= FIRST_YEAR
                && month >= 1
                && month <= 12
                && day >= 1
                && day <= Month.of(month).length(Year.isLeap(year))
                && number(bytes, at + 11, 2) < 24
                && number(bytes, at + 14, 2) < 60
                && number(bytes, at + 17, 2) < 60;
    }

    private static int number(byte[] bytes, int at, int digits) {
        int value = 0;
        for (int i = at; i < at + digits; i++) {
            value = value * 10 + bytes[i] - '0';
        }
        return value;
    }

    /** Throws IllegalArgumentException for anything but the one form. */
    static Instant parse(String text) {
        boolean isShaped = text.length() == LENGTH;
        for (int i = 0; isShaped && i < LENGTH; i++) {
            char c = text.charAt(i);
            isShaped = SHAPE.charAt(i) == 'd' ? c >= '0' && c <= '9' : c == SHAPE.charAt(i);
        }
        if (isShaped && number(text, 0, 4) >= FIRST_YEAR) {
            try {
                return LocalDateTime.of(
                                number(text, 0, 4),
                                number(text, 5, 7),
                                number(text, 8, 10),
                                number(text, 11, 13),
                                number(text, 14, 16),
                                number(text, 17, 19),
                                number(text, 20, 26) * 1_000)
                        .toInstant(ZoneOffset.UTC);
            } catch (DateTimeException e) {
                throw new IllegalArgumentException("time: " + text + " (expected: a time there is)", e);
            }
        }
        throw new IllegalArgumentException("time: " + text + " (expected: " + SHAPE + ", from 1970)");
    }

    private static int number(String text, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            value = value * 10 + text.charAt(i) - '0';
        }
        return value;
    }
}
