// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.config;

import java.nio.file.Path;
import java.util.List;
import org.watchkeep.profiles.yaml.YamlFaultException;
import org.watchkeep.profiles.yaml.YamlFaultException.Fault;

/** A configuration that cannot be used. Says every fault found, each with its line and what was expected. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Path file;
    private final transient List<Fault> problems;

    ConfigException(Path file, List<Fault> problems) {
        super(sentence(file, problems));
        this.file = file;
        this.problems = List.copyOf(problems);
    }

    ConfigException(Path file, int line, String text) {
        this(file, List.of(new Fault(line, text)));
    }

    ConfigException(Path file, YamlFaultException cause) {
        this(file, cause.faults());
        initCause(cause);
    }

    public Path file() {
        return file;
    }

    /** Never empty; in the order of the file. */
    public List<Fault> problems() {
        return problems;
    }

    /** {@code site.yaml:12: what is wrong}. */
    public static String line(Path file, Fault fault) {
        return file + (fault.line() > 0 ? ":" + fault.line() : "") + ": " + fault.text();
    }

    private static String sentence(Path file, List<Fault> problems) {
        String first = line(file, problems.get(0));
        int more = problems.size() - 1;
        return more == 0 ? first : first + " (and " + more + " more " + (more == 1 ? "fault" : "faults") + ")";
    }
}
