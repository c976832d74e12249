// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.watchkeep.bench.report.Summary.Figures;
import org.watchkeep.bench.report.Summary.Goal;
import org.watchkeep.bench.report.Svg.Mark;
import org.watchkeep.bench.report.Svg.Part;
import org.watchkeep.bench.report.Svg.Point;
import org.watchkeep.bench.report.Svg.Row;
import org.watchkeep.bench.report.Svg.Series;
import org.watchkeep.bench.report.Svg.Tone;

/** The drawings of each kind of result. */
final class Charts {
    /** Of a bar, in letters. */
    private static final int MOST_LABEL = 30;

    /** A goal that is missed by far must not make all others too short to see. */
    private static final double MOST_SHARE = 2;

    private Charts() {}

    /** @param caption what the drawing shows and what is to be seen in it */
    record Chart(String title, String svg, String caption) {}

    static List<Chart> of(JsonNode document, Summary summary) {
        List<Chart> charts = new ArrayList<>();
        switch (document.path("schema").asText()) {
            case Summaries.INGEST -> {
                charts.add(cost(document));
                charts.add(overTime(document));
            }
            case Summaries.SEARCH -> charts.add(attempts(document));
            case Summaries.COMPARE -> comparisons(document, charts);
            default -> {}
        }
        goals(summary).ifPresent(charts::add);
        return charts;
    }

    private static Chart cost(JsonNode run) {
        List<Row> rows = new ArrayList<>();
        JsonNode floor = run.path("floorCpuSecondsPerGB");
        if (floor.isNumber()) {
            rows.add(row("the floor", floor.asDouble(), Tone.OTHER, "s"));
        }
        rows.add(row("recorder", run.path("recorderCpuSecondsPerGB").asDouble(), Tone.OURS, "s"));
        rows.add(row("fleet (the cameras)", run.path("fleetCpuSecondsPerGB").asDouble(), Tone.BESIDE, "s"));
        double times = run.path("arrival").asText().equals("burst") ? 1.4 : 2.2;
        Optional<Mark> goal = floor.isNumber()
                ? Optional.of(new Mark(floor.asDouble() * times, "goal: " + times + " x the floor"))
                : Optional.empty();
        return new Chart(
                "Processor time for a GB",
                Svg.bars("Processor seconds per GB", rows, goal),
                "Seconds of one processor for a billion bytes, as the operating system counts them. The floor receives,"
                        + " hashes, encrypts and writes, and does nothing else.");
    }

    private static Row row(String label, double value, Tone tone, String unit) {
        return new Row(label, List.of(new Part(value, tone)), Figures.shown(value, unit));
    }

    private static Chart overTime(JsonNode run) {
        List<Point> offered = new ArrayList<>();
        List<Point> acknowledged = new ArrayList<>();
        for (JsonNode sample : run.path("samples")) {
            double at = sample.path("atSeconds").asDouble();
            offered.add(new Point(at, sample.path("offeredMbps").asDouble()));
            acknowledged.add(new Point(at, sample.path("acknowledgedMbps").asDouble()));
        }
        return new Chart(
                "Sent and acknowledged",
                Svg.lines(
                        "Mbit/s sent by the cameras and acknowledged by the recorder, over time",
                        "Mbit/s",
                        List.of(
                                new Series("sent", Tone.OTHER, offered),
                                new Series("acknowledged", Tone.OURS, acknowledged))),
                "From the warm-up (before 0 s) to the end. Acknowledged is footage a sync has made durable, without"
                        + " the framing it was sent in; where it stays below what was sent, the recorder falls behind.");
    }

    private static Chart attempts(JsonNode search) {
        List<Row> rows = StreamSupport.stream(search.path("runs").spliterator(), false)
                .sorted(Comparator.comparingInt(run -> run.path("cameras").asInt()))
                .map(run -> {
                    double recorder = run.path("recorderCores").asDouble();
                    double fleet = run.path("fleetCpuSecondsPerGB").asDouble()
                            * run.path("offeredMbps").asDouble()
                            / 8_000;
                    boolean isBad = !run.path("carried").asBoolean();
                    return new Row(
                            Figures.shown(run.path("cameras").asDouble(), "cameras"),
                            List.of(new Part(recorder, isBad ? Tone.BAD : Tone.OURS), new Part(fleet, Tone.BESIDE)),
                            Figures.shown(recorder, "") + " + " + Figures.shown(fleet, "")
                                    + (isBad ? " ✗ broke" : " ✓"));
                })
                .toList();
        double processors = search.path("machine").path("processors").asDouble(0);
        return new Chart(
                "Processors kept busy",
                Svg.bars(
                        "Processors kept busy by recorder and fleet, by number of cameras",
                        rows,
                        processors > 0
                                ? Optional.of(new Mark(processors, Figures.shown(processors, "processors")))
                                : Optional.empty()),
                "One bar for each run: the recorder, then the fleet (lighter). ✗: something was lost, came late, or"
                        + " was not really offered.");
    }

    private static void comparisons(JsonNode document, List<Chart> charts) {
        charts.add(comparison(
                document,
                "cpuSecondsPerGB",
                "s",
                "Processor time for a GB",
                "Seconds of one processor for a billion bytes, of all processes of a recorder together."));
        charts.add(comparison(
                document,
                "memoryMB",
                "MB",
                "Memory",
                "Of all processes of a recorder together, what they share counted once."));
        charts.add(comparison(
                document,
                "killLostSecondsMean",
                "s",
                "Lost by kill -9",
                "Seconds of footage of each camera, on average: sent until the kill, less what could be read"
                        + " afterwards."));
    }

    private static Chart comparison(JsonNode document, String field, String unit, String title, String caption) {
        List<Row> rows = new ArrayList<>();
        for (JsonNode one : document.path("recorders")) {
            if (one.path(field).isNumber()) {
                String name = one.path("name").asText();
                Tone tone = name.equals("watchkeep") ? Tone.OURS : Tone.OTHER;
                rows.add(row(name, one.path(field).asDouble(), tone, unit));
            }
        }
        return new Chart(title, Svg.bars(title, rows, Optional.empty()), caption);
    }

    /** All goals on one scale: what of each was used. Empty where fewer than two have a number. */
    private static Optional<Chart> goals(Summary summary) {
        List<Row> rows = new ArrayList<>();
        for (Goal goal : summary.goals()) {
            if (goal.share().isPresent()) {
                double share = goal.share().getAsDouble();
                rows.add(new Row(
                        shortened(goal.what()),
                        List.of(new Part(Math.min(MOST_SHARE, share), goal.isMet() ? Tone.OURS : Tone.BAD)),
                        Figures.shown(Math.rint(100 * share), "%") + (goal.isMet() ? "" : " ✗")));
            }
        }
        return rows.size() < 2
                ? Optional.empty()
                : Optional.of(new Chart(
                        "How near each goal is",
                        Svg.bars("Share of each goal that was used", rows, Optional.of(new Mark(1, "the goal"))),
                        "What was measured as a share of what is wanted (turned round where more is better): left of"
                                + " the line is met; bars end at twice the goal."));
    }

    private static String shortened(String text) {
        int comma = text.indexOf(',');
        String head = comma > 0 ? text.substring(0, comma) : text;
        return head.length() <= MOST_LABEL
                ? head
                : head.substring(0, MOST_LABEL - 1).strip() + "…";
    }
}
