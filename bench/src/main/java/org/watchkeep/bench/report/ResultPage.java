// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.watchkeep.bench.report.Summary.Fact;
import org.watchkeep.bench.report.Summary.Goal;
import org.watchkeep.controlroom.control.Refusal;

/**
 * A bench's JSON as one page of HTML that needs nothing else: no script, no font, no picture from elsewhere. Goals first,
 * then charts, then every figure, then the machine.
 */
public final class ResultPage {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private ResultPage() {}

    /** Before a long run is begun: a page that cannot be written is said at once. */
    public static void requireWritable(Optional<Path> file) throws Refusal {
        if (file.isEmpty()) {
            return;
        }
        Path folder = file.get().toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file.get())) {
            throw Refusal.badInput(
                    "bad-page", "--page: cannot write a file " + file.get(), "Name a file in a folder that is there.");
        }
    }

    /** Writes over what is there. */
    public static void write(Path file, JsonNode document) throws IOException {
        Files.writeString(file, html(List.of(document)));
    }

    /** Several results, one after another. */
    public static void write(Path file, List<JsonNode> documents) throws IOException {
        Files.writeString(file, html(documents));
    }

    static String html(List<JsonNode> documents) {
        String title = documents.size() == 1 ? Summaries.of(documents.get(0)).title() : "Bench results";
        StringBuilder html = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>")
                .append(Svg.escape(title))
                .append(" · Watchkeep bench</title><style>\n")
                .append(css())
                .append("</style></head><body>\n");
        documents.forEach(document -> one(html, document));
        return html.append("</body></html>\n").toString();
    }

    private static void one(StringBuilder html, JsonNode document) {
        Summary summary = Summaries.of(document);
        html.append("<h1>").append(Svg.escape(summary.title())).append("</h1>\n");
        if (!summary.sentence().isEmpty()) {
            html.append("<p class=\"lead\">")
                    .append(Svg.escape(summary.sentence()))
                    .append("</p>\n");
        }
        for (JsonNode line : document.path("leftOut")) {
            html.append("<p class=\"quiet\">Left out: ")
                    .append(Svg.escape(line.asText()))
                    .append(".</p>\n");
        }
        goals(html, summary.goals());
        Charts.of(document, summary)
                .forEach(chart -> html.append("<h2>")
                        .append(Svg.escape(chart.title()))
                        .append("</h2>\n<figure>")
                        .append(chart.svg())
                        .append("<figcaption>")
                        .append(Svg.escape(chart.caption()))
                        .append("</figcaption></figure>\n"));
        table(html, "Figures", summary.facts());
        machine(html, document.path("machine"));
        raw(html, document);
    }

    private static void goals(StringBuilder html, List<Goal> goals) {
        if (goals.isEmpty()) {
            return;
        }
        html.append("<h2>Goals</h2>\n"
                        + "<div class=\"wide\"><table><thead><tr><th>Goal</th><th class=\"number\">Wanted</th>")
                .append("<th class=\"number\">Measured</th><th>Verdict</th></tr></thead><tbody>\n");
        for (Goal goal : goals) {
            String verdict = goal.verdict();
            html.append("<tr><td>")
                    .append(Svg.escape(goal.what()))
                    .append("</td><td class=\"number\">")
                    .append(Svg.escape(goal.wanted()))
                    .append("</td><td class=\"number\">")
                    .append(Svg.escape(goal.shown()))
                    .append("</td><td class=\"")
                    .append(verdict.equals("not measured") ? "quiet" : verdict)
                    .append("\">")
                    .append(verdict.equals("met") ? "✓ " : verdict.equals("missed") ? "✗ " : "")
                    .append(verdict)
                    .append("</td></tr>\n");
        }
        html.append("</tbody></table></div>\n");
    }

    private static void table(StringBuilder html, String title, List<Fact> facts) {
        if (facts.isEmpty()) {
            return;
        }
        html.append("<h2>").append(title).append("</h2>\n<div class=\"wide\"><table><tbody>\n");
        for (Fact fact : facts) {
            html.append("<tr><td>")
                    .append(Svg.escape(fact.label()))
                    .append("</td><td>")
                    .append(Svg.escape(fact.value()))
                    .append("</td></tr>\n");
        }
        html.append("</tbody></table></div>\n");
    }

    private static void machine(StringBuilder html, JsonNode machine) {
        if (machine.isMissingNode()) {
            return;
        }
        List<Fact> facts = MachineFacts.of(machine);
        table(html, "Machine", facts);
        html.append("<p class=\"quiet\">Figures of different machines, or of one that had other work, cannot be"
                        + " compared; ")
                .append("those of one run can.</p>\n");
    }

    private static void raw(StringBuilder html, JsonNode document) {
        try {
            html.append("<details><summary>All of it as JSON</summary><pre>")
                    .append(Svg.escape(JSON.writeValueAsString(document)))
                    .append("</pre></details>\n");
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e); // a tree of nodes always has a text
        }
    }

    private static String css() {
        try (InputStream in = ResultPage.class.getResourceAsStream("page.css")) {
            if (in == null) {
                throw new IllegalStateException("no resource page.css beside " + ResultPage.class.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
