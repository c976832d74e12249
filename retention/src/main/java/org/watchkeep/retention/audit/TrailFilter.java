// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.util.List;
import java.util.Optional;

/**
 * Which entries of a range are wanted: {@code act=hold.}, {@code actor=staff/17}, {@code camera=north-1}, {@code case=…},
 * {@code hold=…}; empty for all. Immutable.
 */
public record TrailFilter(String field, String value) {
    public static final TrailFilter ALL = new TrailFilter("", "");

    private static final List<String> FIELDS = List.of("act", "actor", "camera", "case", "hold");

    public static TrailFilter parse(String text) {
        int equals = text.indexOf('=');
        String field = equals < 0 ? text : text.substring(0, equals);
        if (equals < 0 || !FIELDS.contains(field) || equals + 1 == text.length()) {
            throw new IllegalArgumentException("filter: " + text + " (expected: one of " + FIELDS + ", =, a value)");
        }
        return new TrailFilter(field, text.substring(equals + 1));
    }

    public boolean fits(Entry entry) {
        return switch (field) {
            case "act" -> entry.act().startsWith(value);
            case "actor" ->
                entry.actor().text().equals(value)
                        || entry.approved().map(Actor::text).equals(Optional.of(value));
            case "camera" -> isCamera(entry.data());
            case "case", "hold" -> entry.data().value(field).equals(Optional.of(value));
            default -> true;
        };
    }

    private boolean isCamera(Fields data) {
        boolean isOne = data.value("stream").map(this::isOfCamera).orElse(false);
        boolean isAmong = data.value("streams")
                .map(all -> all instanceof List<?> list && list.stream().anyMatch(this::isOfCamera))
                .orElse(false);
        return isOne || isAmong;
    }

    private boolean isOfCamera(Object stream) {
        return stream instanceof String text && text.startsWith(value + "/");
    }

    /** As it is typed. */
    @Override
    public String toString() {
        return field.isEmpty() ? "all" : field + "=" + value;
    }
}
