// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.util.List;
import java.util.regex.Pattern;

/** What a field of an act may hold, as audit.md 9 abbreviates it: {@code n}, {@code []i}, {@code t?}. Immutable. */
record FieldForm(Kind kind, boolean isArray, boolean mayBeAbsent) {
    private static final Pattern CODE = Pattern.compile("[a-z][a-z0-9-]{0,39}");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    /** One value. */
    enum Kind {
        NUMBER('n'),
        CODE('c'),
        IDENTIFIER('i'),
        DIGEST('h'),
        COMMITMENT('m'),
        TIME('t'),
        BOOLEAN('b');

        private final char letter;

        Kind(char letter) {
            this.letter = letter;
        }

        boolean fits(Object value) {
            return switch (this) {
                case NUMBER -> value instanceof Long;
                case BOOLEAN -> value instanceof Boolean;
                case IDENTIFIER -> value instanceof String text && !text.isEmpty();
                case CODE ->
                    value instanceof String text && FieldForm.CODE.matcher(text).matches();
                case DIGEST, COMMITMENT ->
                    value instanceof String text
                            && FieldForm.DIGEST.matcher(text).matches();
                case TIME -> value instanceof String text && TimeForm.isTime(text);
            };
        }
    }

    static FieldForm parse(String text) {
        boolean mayBeAbsent = text.endsWith("?");
        boolean isArray = text.startsWith("[]");
        char letter = text.charAt(isArray ? 2 : 0);
        for (Kind kind : Kind.values()) {
            if (kind.letter == letter) {
                return new FieldForm(kind, isArray, mayBeAbsent);
            }
        }
        throw new IllegalArgumentException("field form: " + text + " (expected: one of n c i h m t b)");
    }

    boolean fits(Object value) {
        if (!isArray) {
            return kind.fits(value);
        }
        return value instanceof List<?> list && list.stream().allMatch(kind::fits);
    }
}
