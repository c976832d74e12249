// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.watchkeep.bench.report.Summary.Fact;
import org.watchkeep.bench.report.Summary.Goal;

/** The tables of RESULTS.md: what stands between its two marks is made of results; the rest is written by people. */
final class ResultsFile {
    static final String BEGIN = "<!-- figures: written by bench results -->";
    static final String END = "<!-- end of figures -->";

    private ResultsFile() {}

    /** @throws IOException also when the marks are not there, in this order and once */
    static void update(Path file, List<JsonNode> documents) throws IOException {
        String text = Files.readString(file);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin || text.lastIndexOf(BEGIN) != begin || text.lastIndexOf(END) != end) {
            throw new IOException(file + ": the lines '" + BEGIN + "' and '" + END + "' do not both stand in it once");
        }
        Files.writeString(
                file, text.substring(0, begin + BEGIN.length()) + "\n\n" + tables(documents) + text.substring(end));
    }

    static String tables(List<JsonNode> documents) {
        StringBuilder out = new StringBuilder();
        for (JsonNode document : documents) {
            Summary summary = Summaries.of(document);
            out.append("## ").append(summary.title()).append("\n\n");
            if (!summary.sentence().isEmpty()) {
                out.append(summary.sentence()).append("\n\n");
            }
            out.append(machine(document.path("machine"))).append("\n\n");
            if (!summary.goals().isEmpty()) {
                out.append("| goal | wanted | measured | |\n|---|---|---|---|\n");
                for (Goal goal : summary.goals()) {
                    row(out, goal.what(), goal.wanted(), goal.shown(), goal.verdict());
                }
                out.append("\n");
            }
            if (!summary.facts().isEmpty()) {
                out.append("| figure | |\n|---|---|\n");
                for (Fact fact : summary.facts()) {
                    row(out, fact.label(), fact.value());
                }
                out.append("\n");
            }
        }
        return out.toString();
    }

    private static String machine(JsonNode machine) {
        StringBuilder line = new StringBuilder("Measured on ");
        List<String> parts = MachineFacts.of(machine).stream()
                .map(fact -> fact.label() + " " + fact.value())
                .toList();
        return line.append(parts.isEmpty() ? "a machine it does not name" : String.join(", ", parts))
                .append(".")
                .toString();
    }

    private static void row(StringBuilder out, String... cells) {
        for (String cell : cells) {
            out.append("| ").append(cell.replace("|", "\\|")).append(' ');
        }
        out.append("|\n");
    }
}
