// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles.yaml;

import java.util.List;

/** A piece of a YAML document that knows its line. Immutable. */
public sealed interface YamlNode {
    /** From 1. */
    int line();

    /** What a person would call it. */
    String kind();

    /** A plain or quoted value, as written; an empty one has no text. */
    record Scalar(int line, String text) implements YamlNode {
        @Override
        public String kind() {
            return text.isEmpty() ? "nothing" : "a single value";
        }
    }

    /** {@code - a} or {@code [a, b]}. */
    record Sequence(int line, List<YamlNode> items) implements YamlNode {
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public String kind() {
            return "a list";
        }
    }

    /** {@code key: value}, in the order of the file; no key stands twice. */
    record Mapping(int line, List<Entry> entries) implements YamlNode {
        public Mapping {
            entries = List.copyOf(entries);
        }

        @Override
        public String kind() {
            return "a set of keys";
        }
    }

    /** One key of a mapping. */
    record Entry(int line, String key, YamlNode value) {}
}
