// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.compare;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.watchkeep.bench.compare.CompareTrial.Load;
import org.watchkeep.bench.compare.Outcome.Lost;
import org.watchkeep.bench.compare.Outcome.Measured;
import org.watchkeep.bench.fleet.Arrival;
import org.watchkeep.bench.fleet.FleetPlan;
import org.watchkeep.bench.fleet.StreamPattern;
import org.watchkeep.bench.report.Amounts;
import org.watchkeep.bench.report.Machine;
import org.watchkeep.bench.report.ResultPage;
import org.watchkeep.bench.report.ScratchFolder;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench compare}: this recorder beside what people use today. */
@Command(
        name = "compare",
        description = "Records the same cameras by this recorder, by ffmpeg, and by others found here.")
public final class CompareCommand implements Callable<Integer> {
    /** So many processes of ffmpeg fit into the memory of a usual machine. */
    private static final int MOST_CAMERAS = 200;

    private static final int PICTURES_PER_SECOND = 25;
    private static final int GROUP_PICTURES = 50;

    /** Beside warm-up and measurement: connecting, and what ends late. */
    private static final int MARGIN_SECONDS = 100;

    private static final double FRAMING = 1.15;

    private final PrintStream out;
    private final PrintStream err;
    private final LongSupplier nanoTime;

    @Option(names = "--cameras", paramLabel = "N", description = "How many cameras. Default: 20.")
    private int cameras = 20;

    @Option(names = "--bitrate", paramLabel = "B", description = "Of each camera, as in 4M. Default: 4M.")
    private String bitrate = "4M";

    @Option(names = "--for", paramLabel = "D", description = "How long to measure each, as in 60s. Default: 60s.")
    private String measured = "60s";

    @Option(names = "--warm-up", paramLabel = "D", description = "How long to run before that. Default: 30s.")
    private String warmUp = "30s";

    @Option(names = "--arrival", paramLabel = "HOW", description = "burst or packet. Default: burst.")
    private Arrival arrival = Arrival.BURST;

    @Option(
            names = "--recorders",
            paramLabel = "R",
            split = ",",
            description = "Only these of watchkeep, ffmpeg, mediamtx, moonfire-nvr. Default: all.")
    private List<String> recorders = List.of();

    @Option(
            names = "--ffmpeg-format",
            paramLabel = "F",
            description = "What ffmpeg writes: mp4, mpegts or matroska. Default: mp4.")
    private String ffmpegFormat = "mp4";

    @Option(names = "--ffmpeg-segment", paramLabel = "D", description = "How long its files are. Default: 10s.")
    private String ffmpegSegment = "10s";

    @Option(names = "--path", paramLabel = "DIR", description = "Disk to record on. Default: the temporary folder's.")
    @Nullable
    private Path path;

    @Option(names = "--page", paramLabel = "FILE", description = "Also write a page with charts (HTML).")
    @Nullable
    private Path page;

    @Option(names = "--json", description = "Print one JSON document on standard output.")
    private boolean json;

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    boolean help;

    public CompareCommand(PrintStream out, PrintStream err, LongSupplier nanoTime) {
        this.out = out;
        this.err = err;
        this.nanoTime = nanoTime;
    }

    @Override
    public Integer call() throws IOException, ConfigException, Refusal {
        Load load;
        List<Contender> contenders;
        try {
            load = load();
            contenders = chosen(contenders(bytes(load)));
        } catch (IllegalArgumentException e) {
            throw Refusal.badInput(
                    "bad-arguments", String.valueOf(e.getMessage()), "See: watchkeep bench compare --help");
        }
        ResultPage.requireWritable(Optional.ofNullable(page));
        List<Outcome> outcomes = new ArrayList<>();
        Path disk = path == null ? Path.of(System.getProperty("java.io.tmpdir")) : path;
        for (Contender contender : contenders) {
            try (ScratchFolder folder = ScratchFolder.in(disk)) {
                folder.requireRoom(2 * bytes(load)); // what was recorded, and what is read back of it
                Outcome outcome = new CompareTrial(load, nanoTime, this::note).run(contender, folder.path());
                note(sentence(outcome));
                outcomes.add(outcome);
            }
        }
        report(CompareDocument.of(load, outcomes), outcomes);
        return Refusal.GOOD;
    }

    private Load load() {
        if (cameras < 1 || cameras > MOST_CAMERAS) {
            throw new IllegalArgumentException("cameras: " + cameras + " (expected: 1 to " + MOST_CAMERAS + ")");
        }
        StreamPattern pattern = new StreamPattern(Amounts.bits(bitrate), PICTURES_PER_SECOND, GROUP_PICTURES);
        return new Load(
                FleetPlan.of(cameras, pattern, arrival),
                Amounts.duration(warmUp),
                Amounts.duration(measured),
                Programs.onPath("ffprobe", Programs.pathOfThisProcess()));
    }

    private static long bytes(Load load) {
        Duration all = load.warmUp().plus(load.measured()).plusSeconds(MARGIN_SECONDS);
        return (long) (load.plan().peakBitsPerSecond() / 8.0 * all.toSeconds() * FRAMING);
    }

    private List<Contender> contenders(long ringBytes) {
        Optional<String> environment = Programs.pathOfThisProcess();
        int segmentSeconds = (int)
                Math.min(Integer.MAX_VALUE, Amounts.duration(ffmpegSegment).toSeconds());
        return List.of(
                new WatchkeepContender(ringBytes),
                new FfmpegContender(
                        Programs.onPath("ffmpeg", environment),
                        new FfmpegContender.Segments(ffmpegFormat, segmentSeconds)),
                new MediaMtxContender(Programs.onPath("mediamtx", environment)),
                new MoonfireContender(Programs.onPath("moonfire-nvr", environment)));
    }

    private List<Contender> chosen(List<Contender> all) {
        List<String> names = all.stream().map(Contender::name).toList();
        for (String name : recorders) {
            if (!names.contains(name)) {
                throw new IllegalArgumentException(
                        "recorder: " + name + " (expected: " + String.join(", ", names) + ")");
            }
        }
        return all.stream()
                .filter(one -> recorders.isEmpty() || recorders.contains(one.name()))
                .toList();
    }

    private void report(ObjectNode document, List<Outcome> outcomes) throws IOException {
        document.set("machine", Machine.describe());
        out.println(
                json
                        ? document.toString()
                        : outcomes.stream().map(CompareCommand::sentence).collect(Collectors.joining("\n")));
        out.flush();
        if (page != null) {
            ResultPage.write(page, document);
        }
    }

    private static String sentence(Outcome outcome) {
        if (outcome.measured().isEmpty()) {
            return outcome.name() + ": " + outcome.reason();
        }
        Measured got = outcome.measured().get();
        String lost = got.lost().isEmpty()
                ? got.lostReason()
                : String.format(
                        Locale.ROOT,
                        "kill -9 lost %.2f s of each camera (at most %.2f)",
                        got.lost().stream().mapToDouble(Lost::seconds).average().orElse(0),
                        got.lost().stream().mapToDouble(Lost::seconds).max().orElse(0));
        return String.format(
                Locale.ROOT,
                "%s: %.2f CPU-s/GB, %.0f MB, %s",
                outcome.name(),
                got.cpuSecondsPerGb(),
                got.pssMb(),
                lost);
    }

    private void note(String line) {
        err.println("bench: " + line);
    }
}
