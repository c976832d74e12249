// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles.yaml;

import java.util.ArrayList;
import java.util.List;
import org.watchkeep.profiles.yaml.YamlFaultException.Fault;

/** Collects what is wrong, so that a person sees all of it at once. Confined to one reading. */
public final class Faults {
    /** More than anyone reads; a file of nonsense must not become a log of nonsense. */
    private static final int MAX_FAULTS = 100;
    /** What came is quoted, shortened to this. */
    private static final int MAX_QUOTED = 60;

    private final List<Fault> faults = new ArrayList<>();

    public void add(int line, String text) {
        if (faults.size() < MAX_FAULTS) {
            faults.add(new Fault(line, text));
        }
    }

    /** {@code key: what came (expected: …)}. */
    public void unexpected(YamlNode node, String where, String expected) {
        String came = node instanceof YamlNode.Scalar scalar && !scalar.text().isEmpty()
                ? quoted(scalar.text())
                : node.kind();
        add(node.line(), where + ": " + came + " (expected: " + expected + ")");
    }

    /** What came, shortened, as it may stand in a message. */
    public static String quoted(String text) {
        String clean = text.codePoints()
                .limit(MAX_QUOTED)
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return text.codePointCount(0, text.length()) > MAX_QUOTED ? clean + "…" : clean;
    }

    /** @param source what messages call the document, {@code site.yaml} */
    public void throwIfAny(String source) throws YamlFaultException {
        if (!faults.isEmpty()) {
            throw new YamlFaultException(source, faults);
        }
    }
}
