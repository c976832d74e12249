// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles.yaml;

import java.util.List;

/** A document that cannot be used. Says every fault found, each with its line and what was expected. */
public final class YamlFaultException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Fault> faults;

    /**
     * One fault.
     *
     * @param line from 1; 0 where it concerns the document as a whole
     */
    public record Fault(int line, String text) {}

    YamlFaultException(String source, List<Fault> faults) {
        super(sentence(source, faults));
        this.faults = List.copyOf(faults);
    }

    YamlFaultException(String source, int line, String text) {
        this(source, List.of(new Fault(line, text)));
    }

    /** Never empty; in the order of the document. */
    public List<Fault> faults() {
        return faults;
    }

    private static String sentence(String source, List<Fault> faults) {
        Fault first = faults.get(0);
        String line = source + (first.line() > 0 ? ":" + first.line() : "") + ": " + first.text();
        int more = faults.size() - 1;
        return more == 0 ? line : line + " (and " + more + " more " + (more == 1 ? "fault" : "faults") + ")";
    }
}
