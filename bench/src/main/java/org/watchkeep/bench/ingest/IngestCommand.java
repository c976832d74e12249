// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.watchkeep.bench.fleet.Arrival;
import org.watchkeep.bench.fleet.StreamPattern;
import org.watchkeep.bench.floor.Floor;
import org.watchkeep.bench.report.Amounts;
import org.watchkeep.bench.report.Machine;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench ingest}: what the recorder carries, and what that costs. */
@Command(name = "ingest", description = "Records a fleet of cameras at a fixed load and says what it cost and lost.")
public final class IngestCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FOUND_WRONG = 1;

    /** The JIT has compiled the path by then (packets in the millions). */
    private static final Duration WARM_UP = Duration.ofSeconds(8);

    /** Where the search begins and how far it goes. */
    private static final int SEARCH_FROM = 250;

    private static final int SEARCH_TO = 8_000;

    private final PrintStream out;
    private final PrintStream err;
    private final LongSupplier nanoTime;

    @Option(names = "--cameras", paramLabel = "N", description = "How many cameras. Default: 200.")
    private int cameras = 200;

    @Option(names = "--search", description = "Find the most cameras that are recorded without loss.")
    private boolean search;

    @Option(names = "--bitrate", paramLabel = "B", description = "Of each camera, as in 4M. Default: 4M.")
    private String bitrate = "4M";

    @Option(names = "--fps", paramLabel = "N", description = "Pictures a second. Default: 25.")
    private int picturesPerSecond = 25;

    @Option(names = "--gop", paramLabel = "N", description = "Pictures from key picture to key picture. Default: 50.")
    private int groupPictures = 50;

    @Option(names = "--for", paramLabel = "D", description = "How long to measure, as in 30s. Default: 30s.")
    private String measured = "30s";

    @Option(
            names = "--arrival",
            paramLabel = "HOW",
            description = "burst (a picture at once) or packet (each packet its own send). Default: burst.")
    private String arrival = "burst";

    @Option(
            names = "--fleet",
            paramLabel = "HOST",
            description = "Cameras on this machine (bench fleet --listen there).")
    @Nullable
    private String fleetHost;

    @Option(names = "--path", paramLabel = "DIR", description = "Disk to record on. Default: the temporary folder's.")
    @Nullable
    private Path path;

    @Option(names = "--no-floor", description = "Leave out the floor program.")
    private boolean noFloor;

    @Option(names = "--json", description = "Print one JSON document on standard output.")
    private boolean json;

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    boolean help;

    public IngestCommand(PrintStream out, PrintStream err, LongSupplier nanoTime) {
        this.out = out;
        this.err = err;
        this.nanoTime = nanoTime;
    }

    @Override
    public Integer call() throws IOException, ConfigException, Refusal {
        Path parent = path == null ? Files.createTempDirectory("watchkeep-bench-") : path;
        Files.createDirectories(parent);
        try {
            IngestSettings settings = settings(parent);
            OptionalDouble floor = noFloor ? OptionalDouble.empty() : floor(parent);
            List<IngestResult> results = search ? searched(settings, floor) : List.of(run(settings, floor));
            return report(results);
        } finally {
            if (path == null) {
                delete(parent);
            }
        }
    }

    private IngestSettings settings(Path parent) throws Refusal {
        try {
            StreamPattern pattern = new StreamPattern(Amounts.bits(bitrate), picturesPerSecond, groupPictures);
            if (cameras < 1 || cameras > SEARCH_TO) {
                throw new IllegalArgumentException("cameras: " + cameras + " (expected: 1 to " + SEARCH_TO + ")");
            }
            return new IngestSettings(
                    cameras,
                    pattern,
                    Arrival.valueOf(arrival.toUpperCase(Locale.ROOT)),
                    WARM_UP,
                    Amounts.duration(measured),
                    parent.resolve("run"),
                    Optional.ofNullable(fleetHost));
        } catch (IllegalArgumentException e) {
            throw Refusal.badInput(
                    "bad-arguments", String.valueOf(e.getMessage()), "See: watchkeep bench ingest --help");
        }
    }

    private OptionalDouble floor(Path parent) throws IOException {
        note("the floor: receive, hash, encrypt, write, nothing else");
        return OptionalDouble.of(Floor.cpuSecondsPerGb(parent));
    }

    private IngestResult run(IngestSettings settings, OptionalDouble floor)
            throws IOException, ConfigException, Refusal {
        FileStore disk = Files.getFileStore(settings.folder().getParent());
        if (disk.getUsableSpace() < settings.ringBytes() * 1.05) {
            throw Refusal.environment(
                    "no-space",
                    "a run of " + settings.cameras() + " cameras writes " + settings.ringBytes() / 1_000_000_000
                            + " GB, and the disk of " + settings.folder().getParent() + " has "
                            + disk.getUsableSpace() / 1_000_000_000 + " GB free",
                    "Name another --path, a shorter --for, or fewer cameras.");
        }
        note(settings.cameras() + " cameras of " + bitrate + "bit/s, " + arrival + " arrival");
        try {
            return new IngestRun(settings, floor, nanoTime, this::note).run();
        } finally {
            delete(settings.folder());
        }
    }

    /** Doubles until something is lost, then halves the step four times. */
    private List<IngestResult> searched(IngestSettings settings, OptionalDouble floor)
            throws IOException, ConfigException, Refusal {
        List<IngestResult> all = new ArrayList<>();
        int good = 0;
        int bad = 0;
        for (int count = SEARCH_FROM; count <= SEARCH_TO && bad == 0; count *= 2) {
            IngestResult result = run(settings.withCameras(count), floor);
            all.add(result);
            note(verdict(result));
            if (result.isGood()) {
                good = count;
            } else {
                bad = count;
            }
        }
        for (int step = 0; step < 3 && bad > 0 && bad - good > SEARCH_FROM / 2; step++) {
            int middle = (good + bad) / 2;
            IngestResult result = run(settings.withCameras(middle), floor);
            all.add(result);
            note(verdict(result));
            if (result.isGood()) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        return all;
    }

    private static String verdict(IngestResult result) {
        return result.settings().cameras() + " cameras: "
                + (result.isGood() ? "nothing lost" : Breaking.first(result)) + ", p99 "
                + Math.round(result.ackP99Ms()) + " ms, " + String.format(Locale.ROOT, "%.2f", result.recorderCores())
                + " cores";
    }

    private int report(List<IngestResult> results) {
        boolean good = search
                ? results.stream().anyMatch(IngestResult::isGood)
                : results.get(0).isGood();
        ObjectNode document = search ? searchDocument(results) : results.get(0).toJson();
        ObjectNode whole = JSON.createObjectNode().put("schema", "watchkeep/bench-ingest/1");
        whole.setAll(document);
        whole.set("machine", Machine.describe());
        if (json) {
            out.println(whole);
        } else {
            results.forEach(result -> out.println(verdict(result) + ", "
                    + String.format(Locale.ROOT, "%.2f", result.recorderCpuSecondsPerGb()) + " CPU-s/GB"
                    + (result.floorCpuSecondsPerGb().isPresent()
                            ? String.format(
                                    Locale.ROOT,
                                    " (floor %.2f)",
                                    result.floorCpuSecondsPerGb().getAsDouble())
                            : "")
                    + ", " + Math.round(result.recorderRssMb()) + " MB"));
        }
        out.flush();
        return good ? 0 : FOUND_WRONG;
    }

    private static ObjectNode searchDocument(List<IngestResult> results) {
        ObjectNode node = JSON.createObjectNode();
        node.put(
                "mostCameras",
                results.stream()
                        .filter(IngestResult::isGood)
                        .mapToInt(r -> r.settings().cameras())
                        .max()
                        .orElse(0));
        Optional<IngestResult> broke = results.stream()
                .filter(r -> !r.isGood())
                .min(java.util.Comparator.comparingInt(r -> r.settings().cameras()));
        node.put("brokeAtCameras", broke.map(r -> r.settings().cameras()).orElse(null));
        node.put("brokeFirst", broke.map(Breaking::first).orElse("nothing up to " + SEARCH_TO + " cameras"));
        ArrayNode runs = node.putArray("runs");
        results.forEach(result -> runs.add(result.toJson()));
        return node;
    }

    private void note(String line) {
        err.println("bench: " + line);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        }
    }
}
