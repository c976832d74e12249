// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** An act's options, each asked for by name; one that nobody asked for is refused. Confined to one act. */
final class Options {
    /** No purpose, camera or path that is meant is longer. */
    private static final int MAX_TEXT = 4096;

    private final ObjectNode options;
    private final Set<String> asked = new HashSet<>();

    Options(ObjectNode options) {
        this.options = options;
    }

    String text(String name) throws Refusal {
        return optionalText(name).orElseThrow(() -> bad(name, "missing"));
    }

    Optional<String> optionalText(String name) throws Refusal {
        asked.add(name);
        JsonNode value = options.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()
                || value.textValue().isEmpty()
                || value.textValue().length() > MAX_TEXT) {
            throw bad(name, "not a text of 1 to " + MAX_TEXT + " characters");
        }
        return Optional.of(value.textValue());
    }

    boolean flag(String name) throws Refusal {
        asked.add(name);
        JsonNode value = options.path(name);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw bad(name, "not true or false");
        }
        return value.asBoolean();
    }

    /** Accepted and not asked for yet. */
    Optional<String> purpose() throws Refusal {
        return optionalText("purpose");
    }

    /** {@code from} and {@code to}; all where neither is given. */
    Span span() throws Refusal {
        Instant from = instant("from", Instant.MIN);
        Instant to = instant("to", Instant.MAX);
        if (!from.isBefore(to)) {
            throw Refusal.badInput(
                    "bad-span", "from " + from + " is not before to " + to, "Give the earlier time as --from.");
        }
        return new Span(from, to);
    }

    private Instant instant(String name, Instant otherwise) throws Refusal {
        Optional<String> text = optionalText(name);
        try {
            return text.isEmpty() ? otherwise : OffsetDateTime.parse(text.get()).toInstant();
        } catch (DateTimeException e) {
            throw bad(name, "not a time with its offset");
        }
    }

    void nothingElse() throws Refusal {
        for (String name : (Iterable<String>) options::fieldNames) {
            if (!asked.contains(name)) {
                throw bad(name, "not known");
            }
        }
    }

    private static Refusal bad(String name, String what) {
        return Refusal.badInput("bad-option", name + ": " + what, "See --help of the command.");
    }
}
