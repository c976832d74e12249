// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines that a ledger has by the hundred thousand, where they are exactly as {@link LedgerLine} writes them: the
 * same keys in the same order, whole numbers, texts of plain ASCII without an escape. Anything else it leaves to the reader
 * of JSON, which decides what is wrong with it. A start reads a month of lines, and most of that time went into trees of
 * JSON. Confined to one thread; used once a line.
 */
final class LedgerShortcut {
    /** A long has up to 19 digits; of those that have so many some do not fit. */
    private static final int MOST_DIGITS = 18;

    private final byte[] line;
    private int at;
    private boolean isPlain = true;

    private LedgerShortcut(byte[] line, int from) {
        this.line = line;
        this.at = from;
    }

    /** The entry; null where the line is not one of those. */
    static LedgerLine.@Nullable Written read(byte[] line, int from) {
        return new LedgerShortcut(line, from).written();
    }

    private LedgerLine.@Nullable Written written() {
        expect('{');
        long utcMicros = number("at");
        OptionalLong commit = isKey("commit") ? OptionalLong.of(number("commit")) : OptionalLong.empty();
        LedgerEntry entry = isPlain ? entry(text("entry")) : null;
        return isPlain && entry != null && at == line.length ? new LedgerLine.Written(entry, utcMicros, commit) : null;
    }

    private @Nullable LedgerEntry entry(String kind) {
        return switch (kind) {
            case "gap-opened" -> gapOpened();
            case "gap-closed" ->
                new LedgerEntry.GapClosed(
                        number("gap"),
                        intNumber("stream"),
                        number("toUtcMicros"),
                        number("toMonoNanos"),
                        text("bootId"));
            case "run-started" ->
                new LedgerEntry.RunStarted(
                        number("run"), intNumber("stream"), text("codec"), text("notes"), number("utcMicros"));
            case "run-ended" ->
                new LedgerEntry.RunEnded(
                        number("run"), intNumber("stream"), text("cause"), text("detail"), number("utcMicros"));
            case "reel-opened" ->
                new LedgerEntry.ReelOpened(
                        text("volume"), number("serial"), intNumber("reel"), text("classId"), number("utcMicros"));
            case "reel-cleared" ->
                new LedgerEntry.ReelCleared(
                        text("volume"),
                        number("serial"),
                        intNumber("reel"),
                        text("reason"),
                        number("fragments"),
                        number("firstStartUtcMicros"),
                        number("lastEndUtcMicros"));
            default -> null;
        };
    }

    private @Nullable LedgerEntry gapOpened() {
        long gap = number("gap");
        int stream = intNumber("stream");
        long fromUtcMicros = number("fromUtcMicros");
        long fromMonoNanos = number("fromMonoNanos");
        String bootId = text("bootId");
        Optional<GapCause> cause = GapCause.ofCode(text("cause"));
        String detail = text("detail");
        return cause.isEmpty()
                ? null
                : new LedgerEntry.GapOpened(gap, stream, fromUtcMicros, fromMonoNanos, bootId, cause.get(), detail);
    }

    // ---- one step each; after the first that does not fit nothing is believed --------------------------------------

    private void expect(char what) {
        isPlain = isPlain && at < line.length && line[at] == what;
        at++;
    }

    /** Whether the next key is this one. */
    private boolean isKey(String name) {
        int behind = at + name.length() + 3;
        if (behind > line.length || line[at] != '"' || line[behind - 2] != '"' || line[behind - 1] != ':') {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (line[at + 1 + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private void key(String name) {
        isPlain = isPlain && isKey(name);
        at += name.length() + 3;
    }

    /** Behind a value stands a comma, or the end of the object. */
    private void endOfValue() {
        if (at == line.length - 1) {
            expect('}');
        } else {
            expect(',');
        }
    }

    private long number(String name) {
        key(name);
        boolean isNegative = isPlain && at < line.length && line[at] == '-';
        at += isNegative ? 1 : 0;
        int from = at;
        long value = 0;
        while (isPlain && at < line.length && line[at] >= '0' && line[at] <= '9' && at - from <= MOST_DIGITS) {
            value = 10 * value + line[at++] - '0';
        }
        int digits = at - from;
        // JSON has no leading zeros, and no negative zero worth a thought.
        isPlain = isPlain && digits > 0 && digits <= MOST_DIGITS && (line[from] != '0' || (digits == 1 && !isNegative));
        endOfValue();
        return isNegative ? -value : value;
    }

    private int intNumber(String name) {
        long value = number(name);
        isPlain = isPlain && value == (int) value;
        return (int) value;
    }

    private String text(String name) {
        key(name);
        expect('"');
        int from = at;
        while (isPlain && at < line.length && line[at] != '"') {
            isPlain = line[at] >= ' ' && line[at] < 0x7F && line[at] != '\\';
            at++;
        }
        String text = isPlain && at <= line.length ? new String(line, from, at - from, US_ASCII) : "";
        expect('"');
        endOfValue();
        return text;
    }
}
