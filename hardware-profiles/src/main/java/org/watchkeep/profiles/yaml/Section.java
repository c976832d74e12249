// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles.yaml;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.watchkeep.profiles.yaml.YamlNode.Entry;
import org.watchkeep.profiles.yaml.YamlNode.Mapping;
import org.watchkeep.profiles.yaml.YamlNode.Scalar;
import org.watchkeep.profiles.yaml.YamlNode.Sequence;

/**
 * A set of keys of which every one must be known. Asking for a value that is missing or wrong notes a fault and answers
 * a stand-in, so that reading goes on and finds the other faults; nothing made of stand-ins leaves the reader. Confined
 * to one reading.
 */
public final class Section {
    public static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");
    public static final String ID_EXPECTED = "a to z, 0 to 9 and -, at most 40, beginning with a letter or digit";
    /** Long enough for any street or reason; keeps tables and labels readable. */
    private static final int MAX_TEXT = 200;

    private final Mapping mapping;
    private final String where;
    private final Faults faults;

    private Section(Mapping mapping, String where, Faults faults) {
        this.mapping = mapping;
        this.where = where;
        this.faults = faults;
    }

    /** @param where how messages name it, {@code cameras[3]}; empty for the document */
    public static Section of(YamlNode node, String where, Faults faults, String... known) {
        if (!(node instanceof Mapping mapping)) {
            faults.unexpected(node, where.isEmpty() ? "document" : where, "keys " + String.join(", ", known));
            return new Section(new Mapping(node.line(), List.of()), where, faults);
        }
        List<String> keys = List.of(known);
        for (Entry entry : mapping.entries()) {
            if (!keys.contains(entry.key())) {
                String text = named(where, Faults.quoted(entry.key())) + ": not known here (expected: "
                        + String.join(", ", keys) + ")";
                faults.add(entry.line(), text);
            }
        }
        return new Section(mapping, where, faults);
    }

    public int line() {
        return mapping.line();
    }

    /** The line of a key; of the section where the key is absent. */
    public int line(String key) {
        return find(key).map(YamlNode::line).orElse(mapping.line());
    }

    public String name(String key) {
        return named(where, key);
    }

    private static String named(String where, String key) {
        return where.isEmpty() ? key : where + "." + key;
    }

    public boolean has(String key) {
        return find(key).isPresent();
    }

    public Optional<YamlNode> find(String key) {
        return mapping.entries().stream()
                .filter(e -> e.key().equals(key))
                .map(Entry::value)
                .findFirst();
    }

    /** A section that must be there. */
    public Section section(String key, String... known) {
        return find(key).map(node -> Section.of(node, name(key), faults, known)).orElseGet(() -> {
            faults.add(mapping.line(), name(key) + ": missing (expected: " + String.join(", ", known) + ")");
            return new Section(new Mapping(mapping.line(), List.of()), name(key), new Faults());
        });
    }

    public Optional<Section> optionalSection(String key, String... known) {
        return find(key).map(node -> Section.of(node, name(key), faults, known));
    }

    /** The items of a list; empty where the key is absent. */
    public List<YamlNode> items(String key, int least, int most) {
        Optional<YamlNode> node = find(key);
        if (node.isEmpty()) {
            if (least > 0) {
                faults.add(mapping.line(), name(key) + ": missing (expected: a list of at least " + least + ")");
            }
            return List.of();
        }
        if (!(node.get() instanceof Sequence list)) {
            faults.unexpected(node.get(), name(key), "a list");
            return List.of();
        }
        if (list.items().size() < least || list.items().size() > most) {
            faults.add(
                    list.line(), name(key) + ": " + list.items().size() + " (expected: " + least + " to " + most + ")");
            return list.items().size() > most ? List.of() : list.items();
        }
        return list.items();
    }

    /** A list of texts. */
    public List<String> texts(String key, int most) {
        return items(key, 0, most).stream()
                .map(node -> text(node, name(key)).orElse("?"))
                .toList();
    }

    /** A text that must be there. */
    public String text(String key) {
        return optionalText(key).orElseGet(() -> {
            if (!has(key)) {
                faults.add(mapping.line(), name(key) + ": missing");
            }
            return "?";
        });
    }

    public Optional<String> optionalText(String key) {
        return find(key).flatMap(node -> text(node, name(key)));
    }

    private Optional<String> text(YamlNode node, String name) {
        if (node instanceof Scalar scalar
                && !scalar.text().isBlank()
                && scalar.text().length() <= MAX_TEXT
                && scalar.text().codePoints().noneMatch(Character::isISOControl)) {
            return Optional.of(scalar.text().strip());
        }
        faults.unexpected(node, name, "a text of at most " + MAX_TEXT + " characters on one line");
        return Optional.empty();
    }

    /** An identifier that must be there. */
    public String id(String key) {
        String id = text(key);
        if (!id.equals("?") && !ID.matcher(id).matches()) {
            faults.add(line(key), name(key) + ": " + Faults.quoted(id) + " (expected: " + ID_EXPECTED + ")");
        }
        return id;
    }

    /** A whole number that must be there. */
    public int number(String key, int least, int most) {
        Optional<YamlNode> node = find(key);
        String expected = "a whole number from " + least + " to " + most;
        if (node.isEmpty()) {
            faults.add(mapping.line(), name(key) + ": missing (expected: " + expected + ")");
            return least;
        }
        if (node.get() instanceof Scalar scalar && scalar.text().matches("-?[0-9]{1,9}")) {
            int value = Integer.parseInt(scalar.text());
            if (value >= least && value <= most) {
                return value;
            }
        }
        faults.unexpected(node.get(), name(key), expected);
        return least;
    }

    public OptionalDouble decimal(String key, double least, double most) {
        Optional<YamlNode> node = find(key);
        if (node.isEmpty()) {
            return OptionalDouble.empty();
        }
        if (node.get() instanceof Scalar scalar && scalar.text().matches("-?[0-9]{1,3}(\\.[0-9]{1,12})?")) {
            double value = Double.parseDouble(scalar.text());
            if (value >= least && value <= most) {
                return OptionalDouble.of(value);
            }
        }
        faults.unexpected(node.get(), name(key), "a number from " + least + " to " + most);
        return OptionalDouble.empty();
    }

    public boolean flag(String key, boolean otherwise) {
        Optional<YamlNode> node = find(key);
        if (node.isEmpty()) {
            return otherwise;
        }
        if (node.get() instanceof Scalar scalar
                && (scalar.text().equals("true") || scalar.text().equals("false"))) {
            return scalar.text().equals("true");
        }
        faults.unexpected(node.get(), name(key), "true or false");
        return otherwise;
    }

    /** A value that {@code parse} understands; what it throws as IllegalArgumentException becomes the fault. */
    public <T> Optional<T> parsed(String key, Function<String, T> parse) {
        Optional<String> text = optionalText(key);
        try {
            return text.map(parse);
        } catch (IllegalArgumentException e) {
            faults.add(line(key), name(key) + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    public void fault(String key, String text) {
        faults.add(line(key), name(key) + ": " + text);
    }
}
