// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.watchkeep.bench.fleet.CameraGroup;
import org.watchkeep.bench.floor.Floor;
import org.watchkeep.bench.ingest.IngestSearch.Attempt;
import org.watchkeep.bench.ingest.IngestSearch.Found;
import org.watchkeep.bench.ingest.IngestSettings.Beside;
import org.watchkeep.bench.report.Amounts;
import org.watchkeep.bench.report.Machine;
import org.watchkeep.bench.report.ResultPage;
import org.watchkeep.bench.report.ScratchFolder;
import org.watchkeep.bench.workload.Workload;
import org.watchkeep.bench.workload.Workloads;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench ingest}: what the recorder carries, and what that costs. */
@Command(name = "ingest", description = "Records a fleet of cameras at a fixed load and says what it cost and lost.")
public final class IngestCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Where a search begins when nothing is said. */
    private static final int SEARCH_FROM = 250;

    private final PrintStream out;
    private final PrintStream err;
    private final LongSupplier nanoTime;

    @Mixin
    private LoadOptions load = new LoadOptions();

    @Option(
            names = "--search",
            description = "Find the most cameras that are recorded without loss, and what breaks first.")
    private boolean search;

    @Option(
            names = "--search-limit",
            paramLabel = "D",
            description = "The search ends at the latest after this. Default: 30m.")
    private String searchLimit = "30m";

    @Option(names = "--for", paramLabel = "D", description = "How long to measure, as in 30s. Default: 30s.")
    private String measured = "30s";

    /** With some hundred cameras the JIT has compiled the path by then (packets in the millions). */
    @Option(
            names = "--warm-up",
            paramLabel = "D",
            description = "How long to run before that. Default: 8s; with --copy-held 75s.")
    @Nullable
    private String warmUp;

    @Option(names = "--read-back", description = "Read one camera back all the time, as fast as it goes.")
    private boolean readBack;

    @Option(
            names = "--copy-held",
            description = "Hold what was recorded before the measured time, and have it copied into a vault meanwhile.")
    private boolean copyHeld;

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

    @Option(names = "--page", paramLabel = "FILE", description = "Also write a page with a chart (HTML).")
    @Nullable
    private Path page;

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
        if (load.isList()) {
            list();
            return Refusal.GOOD;
        }
        LoadOptions.Load offered = load.load(search);
        Duration limit = duration(searchLimit);
        Duration time = duration(measured);
        Duration warm = duration(warmUp != null ? warmUp : copyHeld ? "75s" : "8s");
        if (copyHeld && (search || warm.compareTo(HeldCopy.LEAST_WARM_UP) < 0)) {
            throw Refusal.badInput(
                    "bad-arguments",
                    search
                            ? "--copy-held with --search"
                            : "warm-up: " + warm.toSeconds() + " s (expected with --copy-held: at least "
                                    + HeldCopy.LEAST_WARM_UP.toSeconds() + ")",
                    "What is copied stands in segments that have ended, which last " + HeldCopy.SEGMENT.toSeconds()
                            + " s; one run shows it.");
        }
        ResultPage.requireWritable(Optional.ofNullable(page));
        Path disk = path == null ? Path.of(System.getProperty("java.io.tmpdir")) : path;
        try (ScratchFolder scratch = ScratchFolder.in(disk)) {
            offered.workload().ifPresent(w -> w.leftOut().forEach(line -> note("left out: " + line)));
            IngestSettings settings = new IngestSettings(
                    offered.workload().map(Workload::id),
                    offered.plan(),
                    warm,
                    time,
                    scratch.path(),
                    Optional.ofNullable(fleetHost),
                    new Beside(
                            readBack,
                            copyHeld,
                            offered.workload().map(Workload::awaySeconds).orElse(0)));
            OptionalDouble floor = noFloor ? OptionalDouble.empty() : floor(scratch.path());
            return search ? search(settings, floor, limit) : once(settings, floor, offered.workload());
        }
    }

    private static Duration duration(String text) throws Refusal {
        try {
            return Amounts.duration(text);
        } catch (IllegalArgumentException e) {
            throw Refusal.badInput(
                    "bad-arguments", String.valueOf(e.getMessage()), "See: watchkeep bench ingest --help");
        }
    }

    private void list() {
        ObjectNode document = JSON.createObjectNode().put("schema", "watchkeep/bench-workloads/1");
        ArrayNode list = document.putArray("workloads");
        for (Workload workload : Workloads.builtIn().all()) {
            ObjectNode one = list.addObject()
                    .put("id", workload.id())
                    .put("about", workload.about())
                    .put("cameras", workload.cameras())
                    .put("refused", workload.refused().orElse(null));
            ArrayNode leftOut = one.putArray("leftOut");
            workload.leftOut().forEach(leftOut::add);
            if (!json) {
                out.printf(
                        Locale.ROOT,
                        "%-24s %s%n",
                        workload.id(),
                        workload.refused()
                                .map(why -> "(cannot be run: " + why + ")")
                                .orElse(workload.about()));
            }
        }
        if (json) {
            out.println(document);
        }
    }

    private OptionalDouble floor(Path folder) throws IOException {
        note("the floor: receive, hash, encrypt, write, nothing else");
        return OptionalDouble.of(Floor.cpuSecondsPerGb(folder));
    }

    private IngestResult run(IngestSettings settings, OptionalDouble floor)
            throws IOException, ConfigException, Refusal {
        note(String.format(
                Locale.ROOT,
                "%d cameras, together %.0f Mbit/s at most, %s arrival",
                settings.cameras(),
                settings.plan().peakBitsPerSecond() / 1e6,
                settings.plan().arrival().name().toLowerCase(Locale.ROOT)));
        try (ScratchFolder folder = ScratchFolder.in(settings.folder())) {
            folder.requireRoom(settings.ringBytes() + settings.vaultBytes());
            IngestSettings own = settings.withFolder(folder.path().resolve("run"));
            return new IngestRun(own, floor, nanoTime, this::note).run();
        }
    }

    private int once(IngestSettings settings, OptionalDouble floor, Optional<Workload> workload)
            throws IOException, ConfigException, Refusal {
        IngestResult result = run(settings, floor);
        ObjectNode document = JSON.createObjectNode().put("schema", "watchkeep/bench-ingest/1");
        document.setAll(IngestDocument.of(result));
        if (workload.isPresent()) {
            ArrayNode leftOut = document.putArray("leftOut");
            workload.get().leftOut().forEach(leftOut::add);
        }
        publish(document);
        if (!json) {
            out.println(verdict(result));
        }
        return result.isGood() ? Refusal.GOOD : Refusal.FOUND;
    }

    private int search(IngestSettings settings, OptionalDouble floor, Duration limit)
            throws IOException, ConfigException, Refusal {
        List<IngestResult> results = new ArrayList<>();
        int from = load.saidCameras().orElse(Math.min(SEARCH_FROM, CameraGroup.MOST_CAMERAS));
        IngestSearch.Trial trial = cameras -> {
            try {
                IngestResult result = run(settings.withCameras(cameras), floor);
                results.add(result);
                note(verdict(result));
                return new Attempt(cameras, result.isCarried(), broke(result));
            } catch (NotRecordedException e) {
                note(cameras + " cameras: " + e.getMessage());
                return new Attempt(cameras, false, "connecting: " + e.getMessage());
            }
        };
        IngestSearch.Bounds bounds = new IngestSearch.Bounds(from, CameraGroup.MOST_CAMERAS, limit);
        Found found = new IngestSearch(trial, bounds, nanoTime).search();
        ObjectNode document = SearchDocument.of(found, results);
        publish(document);
        if (!json) {
            out.println(found.most() + " cameras are carried; "
                    + (found.brokeAt().isPresent()
                            ? "at " + found.brokeAt().getAsInt() + " breaks first " + found.brokeFirst() + "; "
                            : "")
                    + found.ended());
        }
        return found.most() > 0 ? Refusal.GOOD : Refusal.FOUND;
    }

    private static String broke(IngestResult result) {
        return result.isCarried()
                ? "nothing"
                : FirstSign.of(result, Runtime.getRuntime().availableProcessors());
    }

    private void publish(ObjectNode document) throws IOException {
        document.set("machine", Machine.describe());
        if (json) {
            out.println(document);
            out.flush();
        }
        if (page != null) {
            ResultPage.write(page, document);
        }
    }

    private static String verdict(IngestResult result) {
        String lost = result.isGood() ? "nothing lost" : broke(result);
        String floor = result.floorCpuSecondsPerGb().isPresent()
                ? String.format(
                        Locale.ROOT,
                        " (%.2f x the floor)",
                        result.cost().recorderCpuSecondsPerGb()
                                / result.floorCpuSecondsPerGb().getAsDouble())
                : "";
        return String.format(
                Locale.ROOT,
                "%d cameras: %s; %.0f Mbit/s sent, acknowledged after %.0f ms (p99), %.2f CPU-s/GB%s, %.2f cores, %.0f"
                        + " MB",
                result.settings().cameras(),
                lost,
                result.rates().offeredMbps(),
                result.latency().p99Millis(),
                result.cost().recorderCpuSecondsPerGb(),
                floor,
                result.cost().recorderCores(),
                result.cost().rssMb());
    }

    private void note(String line) {
        err.println("bench: " + line);
    }
}
