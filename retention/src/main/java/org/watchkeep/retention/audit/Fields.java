// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The members of a canonical JSON object (audit.md 3): names to Long, String, Boolean, List or Fields. Immutable; {@link
 * #with} makes another.
 */
public final class Fields {
    public static final Fields NONE = new Fields(new TreeMap<>());

    /** Numbers that every JSON reader keeps exactly: 2^53 - 1. */
    static final long MOST = (1L << 53) - 1;

    static final int MAX_STRING = 1_000;
    static final int MAX_ELEMENTS = 4_096;

    private static final Pattern NAME = Pattern.compile("[a-z][A-Za-z0-9]{0,39}");

    private final NavigableMap<String, Object> values;

    private Fields(NavigableMap<String, Object> values) {
        this.values = values;
    }

    static Fields of(Map<String, Object> values) {
        Fields fields = NONE;
        for (Map.Entry<String, Object> each : values.entrySet()) {
            fields = fields.put(each.getKey(), each.getValue());
        }
        return fields;
    }

    public Fields with(String name, long number) {
        return put(name, number);
    }

    public Fields with(String name, boolean value) {
        return put(name, value);
    }

    /** An identifier or code: printable ASCII without quotation marks and reverse strokes. */
    public Fields with(String name, String text) {
        return put(name, text);
    }

    public Fields with(String name, Instant time) {
        return put(name, TimeForm.format(time));
    }

    public Fields with(String name, Hash hash) {
        return put(name, hash.toString());
    }

    public Fields with(String name, Commitment commitment) {
        return put(name, commitment.hash().toString());
    }

    public Fields with(String name, Fields fields) {
        return put(name, fields);
    }

    /** Strings, or objects' {@code toString}: identifiers of streams and the like. */
    public Fields with(String name, Collection<?> identifiers) {
        return put(name, identifiers.stream().map(String::valueOf).toList());
    }

    private Fields put(String name, Object value) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("field name: " + name + " (expected: " + NAME + ")");
        }
        Object checked = checked(name, value);
        NavigableMap<String, Object> more = new TreeMap<>(values);
        if (more.put(name, checked) != null) {
            throw new IllegalArgumentException("field " + name + ": given twice");
        }
        return new Fields(more);
    }

    private static Object checked(String name, Object value) {
        if (value instanceof Long number && (number > MOST || number < -MOST)) {
            throw new IllegalArgumentException("field " + name + ": " + number + " (expected: at most 2^53 - 1)");
        }
        if (value instanceof String text) {
            checkText(name, text);
        }
        if (value instanceof List<?> list) {
            if (list.size() > MAX_ELEMENTS) {
                throw new IllegalArgumentException(
                        "field " + name + ": " + list.size() + " elements (expected: at most " + MAX_ELEMENTS + ")");
            }
            List<Object> copy = new ArrayList<>();
            list.forEach(element -> copy.add(checked(name, element)));
            return List.copyOf(copy);
        }
        return value;
    }

    private static void checkText(String name, String text) {
        boolean isPlain = text.length() <= MAX_STRING;
        for (int i = 0; isPlain && i < text.length(); i++) {
            char c = text.charAt(i);
            isPlain = c >= 0x20 && c <= 0x7e && c != '"' && c != '\\';
        }
        if (!isPlain) {
            throw new IllegalArgumentException(
                    "field " + name + ": text that the trail does not take (expected: at most " + MAX_STRING
                            + " printable ASCII characters without quotation marks and reverse strokes)");
        }
    }

    public Set<String> names() {
        return values.keySet();
    }

    Optional<Object> value(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** A text field that must be there. */
    public String text(String name) {
        return required(name, String.class);
    }

    public Optional<String> findText(String name) {
        return value(name).map(value -> cast(name, String.class, value));
    }

    public long number(String name) {
        return required(name, Long.class);
    }

    public boolean flag(String name) {
        return required(name, Boolean.class);
    }

    public Instant time(String name) {
        return TimeForm.parse(text(name));
    }

    public Hash hash(String name) {
        return Hash.parse(text(name));
    }

    public List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (Object each : required(name, List.class)) {
            texts.add(cast(name, String.class, each));
        }
        return texts;
    }

    private <T> T required(String name, Class<T> type) {
        return cast(
                name,
                type,
                value(name).orElseThrow(() -> new IllegalArgumentException("field " + name + ": absent, in " + this)));
    }

    private static <T> T cast(String name, Class<T> type, Object value) {
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(
                    "field " + name + ": " + value + " (expected: " + type.getSimpleName() + ")");
        }
        return type.cast(value);
    }

    /** Canonical JSON. */
    void write(StringBuilder to) {
        char before = '{';
        for (Map.Entry<String, Object> each : values.entrySet()) {
            to.append(before).append('"').append(each.getKey()).append("\":");
            writeValue(to, each.getValue());
            before = ',';
        }
        to.append(values.isEmpty() ? "{}" : "}");
    }

    private static void writeValue(StringBuilder to, Object value) {
        if (value instanceof String text) {
            to.append('"').append(text).append('"');
        } else if (value instanceof Fields fields) {
            fields.write(to);
        } else if (value instanceof List<?> list) {
            to.append('[');
            for (int i = 0; i < list.size(); i++) {
                if (i > 0) {
                    to.append(',');
                }
                writeValue(to, list.get(i));
            }
            to.append(']');
        } else {
            to.append(value);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Fields that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    /** Canonical JSON. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        write(text);
        return text.toString();
    }
}
