// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.config;

import java.nio.file.Path;
import java.util.List;

/** A configuration that cannot be used. Says every fault found, each with its line and what was expected. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Path file;
    private final transient List<Problem> problems;

    /**
     * One fault.
     *
     * @param line from 1; 0 where it concerns the file as a whole
     */
    public record Problem(int line, String text) {}

    ConfigException(Path file, List<Problem> problems) {
        super(sentence(file, problems));
        this.file = file;
        this.problems = List.copyOf(problems);
    }

    ConfigException(Path file, int line, String text) {
        this(file, List.of(new Problem(line, text)));
    }

    public Path file() {
        return file;
    }

    /** Never empty; in the order of the file. */
    public List<Problem> problems() {
        return problems;
    }

    /** {@code site.yaml:12: what is wrong}. */
    public static String line(Path file, Problem problem) {
        return file + (problem.line() > 0 ? ":" + problem.line() : "") + ": " + problem.text();
    }

    private static String sentence(Path file, List<Problem> problems) {
        String first = line(file, problems.get(0));
        int more = problems.size() - 1;
        return more == 0 ? first : first + " (and " + more + " more " + (more == 1 ? "fault" : "faults") + ")";
    }
}
