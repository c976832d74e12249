// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.watchkeep.controlroom.config.ConfigException.Problem;

/** Collects what is wrong, so that an engineer sees all of it at once. Confined to one reading. */
final class Faults {
    /** More than anyone reads; a file of nonsense must not become a log of nonsense. */
    private static final int MAX_FAULTS = 100;
    /** What came is quoted, shortened to this. */
    private static final int MAX_QUOTED = 60;

    private final List<Problem> problems = new ArrayList<>();

    void add(int line, String text) {
        if (problems.size() < MAX_FAULTS) {
            problems.add(new Problem(line, text));
        }
    }

    /** {@code key: what came (expected: …)}. */
    void unexpected(YamlNode node, String where, String expected) {
        String came = node instanceof YamlNode.Scalar scalar && !scalar.text().isEmpty()
                ? quoted(scalar.text())
                : node.kind();
        add(node.line(), where + ": " + came + " (expected: " + expected + ")");
    }

    static String quoted(String text) {
        String clean = text.codePoints()
                .limit(MAX_QUOTED)
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return text.codePointCount(0, text.length()) > MAX_QUOTED ? clean + "…" : clean;
    }

    void throwIfAny(Path file) throws ConfigException {
        if (!problems.isEmpty()) {
            throw new ConfigException(file, problems);
        }
    }
}
