// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.watchkeep.bench.report.Summary.Fact;
import org.watchkeep.bench.report.Summary.Figures;
import org.watchkeep.bench.report.Summary.Goal;

/** What the documents of the benches say, by their schema; one that is not known here is shown figure by figure. */
final class Summaries {
    static final String INGEST = "watchkeep/bench-ingest/1";
    static final String SEARCH = "watchkeep/bench-ingest-search/1";
    static final String COMPARE = "watchkeep/bench-compare/1";
    static final String STORE = "watchkeep/bench-store/1";

    /** The goals of the project for one machine; where they are from stands in bench/README.md. */
    private static final double FLOOR_BURST = 1.4;

    private static final double FLOOR_PACKET = 2.2;
    private static final double ACK_P99_MILLIS = 1_600;
    private static final double MEMORY_MB = 300;
    private static final double MEMORY_MB_A_CAMERA = 1.2;
    private static final double GC_PAUSE_MILLIS = 100;
    private static final double READ_BACK_TIMES = 20;
    private static final double COPY_TO_DISK = 0.5;
    private static final double FFMPEG_TIMES = 6;
    private static final double CAMERAS = 1_000;

    /** What a row's unit says already. */
    private static final Pattern UNIT_AT_END =
            Pattern.compile("(Mbps|Ms|MBPerSecond|MB|Seconds)$|Bytes(?=PerPacket)|Seconds(?=PerGB)");

    private Summaries() {}

    static Summary of(JsonNode document) {
        return switch (document.path("schema").asText()) {
            case INGEST -> ingest(document);
            case SEARCH -> search(document);
            case COMPARE -> compare(document);
            case STORE -> store(document);
            default -> any(document);
        };
    }

    private static OptionalDouble number(JsonNode from, String... path) {
        JsonNode node = from;
        for (String name : path) {
            node = node.path(name);
        }
        return node.isNumber() ? OptionalDouble.of(node.asDouble()) : OptionalDouble.empty();
    }

    private static Goal most(String what, OptionalDouble measured, double limit, String unit) {
        return new Goal(what, measured, limit, true, unit);
    }

    private static Goal least(String what, OptionalDouble measured, double limit, String unit) {
        return new Goal(what, measured, limit, false, unit);
    }

    /** A row for each of these that the document has. */
    private static List<Fact> facts(JsonNode document, Map<String, String> unitOfField) {
        List<Fact> facts = new ArrayList<>();
        unitOfField.forEach((field, unit) -> {
            OptionalDouble value = number(document, field.split("\\.", -1));
            if (value.isPresent()) {
                facts.add(new Fact(
                        words(
                                unit.isEmpty()
                                        ? field
                                        : UNIT_AT_END.matcher(field).replaceFirst("")),
                        Figures.shown(value.getAsDouble(), unit)));
            }
        });
        return facts;
    }

    /** {@code recorderCpuSecondsPerGB} becomes {@code recorder cpu seconds per GB}. */
    static String words(String field) {
        return field.replaceAll("([a-z0-9])([A-Z])", "$1 $2")
                .replace('.', ' ')
                .toLowerCase(Locale.ROOT)
                .replaceAll("\\bgb\\b", "GB")
                .replaceAll("\\bmb\\b", "MB")
                .replaceAll("\\bmbps\\b", "Mbit/s")
                .replaceAll("\\bcpu\\b", "CPU")
                .replaceAll("\\bgc\\b", "GC")
                .replaceAll("\\brss\\b", "RSS")
                .replaceAll("\\bms\\b", "in ms");
    }

    private static Summary ingest(JsonNode run) {
        boolean isBurst = run.path("arrival").asText().equals("burst");
        int cameras = run.path("cameras").asInt();
        List<Goal> goals = new ArrayList<>(List.of(
                most("packets lost", number(run, "lostPackets"), 0, ""),
                most(
                        "CPU against the floor's, " + (isBurst ? "bursts" : "packet by packet"),
                        number(run, "recorderToFloor"),
                        isBurst ? FLOOR_BURST : FLOOR_PACKET,
                        "x"),
                most("first picture to acknowledged, p99", number(run, "ackP99Ms"), ACK_P99_MILLIS, "ms"),
                most(
                        "memory of the recorder, 300 MB + 1.2 MB a camera",
                        number(run, "recorderRssMB"),
                        MEMORY_MB + MEMORY_MB_A_CAMERA * cameras,
                        "MB"),
                most("longest pause for garbage", number(run, "gcLongestPauseMs"), GC_PAUSE_MILLIS, "ms")));
        if (run.has("readBack")) {
            goals.add(least(
                    "one camera read back meanwhile, times real time",
                    number(run, "readBack", "timesRealTime"),
                    READ_BACK_TIMES,
                    "x"));
        }
        if (run.has("heldCopy")) {
            goals.add(least(
                    "what is held copied, of the disk's own speed",
                    number(run, "heldCopy", "copyToDisk"),
                    COPY_TO_DISK,
                    "x"));
        }
        String lost = run.path("lostPackets").asLong() == 0
                        && run.path("lostPictures").asLong() == 0
                ? "nothing was lost"
                : Figures.shown(run.path("lostPackets").asDouble(), "packets were lost");
        String sentence = String.format(
                Locale.ROOT,
                "%s cameras sent %s; %s. A GB cost the recorder %s of processor time.",
                Figures.shown(cameras, ""),
                Figures.shown(run.path("offeredMbps").asDouble(), "Mbit/s"),
                lost,
                Figures.shown(run.path("recorderCpuSecondsPerGB").asDouble(), "s"));
        String name = run.path("workload").asText("");
        return new Summary(
                "Ingest" + (name.isEmpty() ? "" : ": " + name), sentence, goals, facts(run, IngestFacts.UNITS));
    }

    private static Summary search(JsonNode search) {
        int most = search.path("mostCameras").asInt();
        List<Fact> facts = new ArrayList<>();
        for (JsonNode attempt : search.path("attempts")) {
            facts.add(new Fact(
                    Figures.shown(attempt.path("cameras").asDouble(), "cameras"),
                    attempt.path("carried").asBoolean()
                            ? "carried"
                            : "broke: " + attempt.path("broke").asText()));
        }
        String broke = search.path("brokeAtCameras").isNumber()
                ? " At " + Figures.shown(search.path("brokeAtCameras").asDouble(), "") + " the first to break was "
                        + search.path("brokeFirst").asText() + "."
                : "";
        return new Summary(
                "Search for the breaking point",
                Figures.shown(most, "cameras are carried.") + broke + " The search ended: "
                        + search.path("ended").asText() + ".",
                List.of(least("cameras carried without loss", OptionalDouble.of(most), CAMERAS, "cameras")),
                facts);
    }

    private static Summary compare(JsonNode document) {
        OptionalDouble ours = OptionalDouble.empty();
        OptionalDouble ffmpeg = OptionalDouble.empty();
        List<Fact> facts = new ArrayList<>();
        for (JsonNode one : document.path("recorders")) {
            String name = one.path("name").asText();
            OptionalDouble cost = number(one, "cpuSecondsPerGB");
            if (name.equals("watchkeep")) {
                ours = cost;
            } else if (name.equals("ffmpeg")) {
                ffmpeg = cost;
            }
            facts.add(new Fact(name, cost.isEmpty() ? one.path("reason").asText("not measured") : row(one)));
        }
        OptionalDouble times = ours.isPresent() && ffmpeg.isPresent() && ours.getAsDouble() > 0
                ? OptionalDouble.of(ffmpeg.getAsDouble() / ours.getAsDouble())
                : OptionalDouble.empty();
        return new Summary(
                "Comparison",
                Figures.shown(document.path("cameras").asDouble(), "cameras")
                        + ", recorded in turn by each recorder that was found; each was then killed (kill -9).",
                List.of(least("ffmpeg's CPU for a GB against ours", times, FFMPEG_TIMES, "x")),
                facts);
    }

    private static String row(JsonNode one) {
        String lost = number(one, "killLostSecondsMean").isPresent()
                ? Figures.shown(one.path("killLostSecondsMean").asDouble(), "s") + " (at most "
                        + Figures.shown(one.path("killLostSecondsMax").asDouble(), "s")
                        + ") of each camera lost by kill -9"
                : "loss by kill -9 not measured: " + one.path("killReason").asText("");
        return Figures.shown(one.path("cpuSecondsPerGB").asDouble(), "CPU-s/GB") + ", "
                + Figures.shown(one.path("memoryMB").asDouble(), "MB") + ", " + lost;
    }

    private static Summary store(JsonNode document) {
        Summary plain = any(document);
        List<Goal> goals = List.of(
                most("find, p99", number(document, "findP99Ms"), 1, "ms"),
                most("a camera's day, p99", number(document, "cameraDayP99Ms"), 5, "ms"),
                most("open after a crash", number(document, "openAfterCrashSeconds"), 5, "s"));
        return new Summary(plain.title(), plain.sentence(), goals, plain.facts());
    }

    /** Every figure there is, by the path to it. */
    private static Summary any(JsonNode document) {
        String schema = document.path("schema").asText("watchkeep/bench/1");
        String name = schema.replaceFirst("^watchkeep/bench-?", "").replaceFirst("/\\d+$", "");
        List<Fact> facts = new ArrayList<>();
        document.properties().forEach(field -> {
            if (!field.getKey().equals("schema") && !field.getKey().equals("machine")) {
                flatten(field.getKey(), field.getValue(), facts);
            }
        });
        String title = name.isEmpty() ? "Bench" : name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
        return new Summary(title, "", List.of(), facts);
    }

    private static void flatten(String path, JsonNode node, List<Fact> into) {
        if (node.isObject()) {
            node.properties().forEach(field -> flatten(path + "." + field.getKey(), field.getValue(), into));
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                flatten(path + "." + (i + 1), node.get(i), into);
            }
        } else if (node.isNumber()) {
            into.add(new Fact(words(path), Figures.shown(node.asDouble(), "")));
        } else if (!node.isNull()) {
            into.add(new Fact(words(path), node.asText()));
        }
    }
}
