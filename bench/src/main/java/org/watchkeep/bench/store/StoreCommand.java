// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.watchkeep.bench.report.Amounts;
import org.watchkeep.bench.report.Machine;
import org.watchkeep.bench.report.ScratchFolder;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench store}: finding and opening among months of footage. */
@Command(
        name = "store",
        description = "Measures finding, listing, opening after a crash and rebuilding among many segments.")
public final class StoreCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final int FOUND_WRONG = 1;

    /** Two months of 4,000 cameras would be 350 million: more than any index here is meant for. */
    private static final long MOST_SEGMENTS = 100_000_000;

    private static final int MOST_CAMERAS = 4_000;

    private final PrintStream out;
    private final PrintStream err;
    private final LongSupplier nanoTime;

    @Option(names = "--segments", description = "How many segments of a minute.", defaultValue = "8700000")
    private long segments;

    @Option(names = "--cameras", description = "How many cameras they are of.", defaultValue = "195")
    private int cameras;

    @Option(names = "--bitrate", description = "Of each camera, as in 4M.", defaultValue = "4M")
    @SuppressWarnings("NullAway.Init") // picocli fills it in
    private String bitrate;

    @Option(names = "--finds", description = "How often something is looked for.", defaultValue = "20000")
    private int finds;

    @Option(names = "--crash-after", description = "How long to record before the kill.", defaultValue = "65s")
    @SuppressWarnings("NullAway.Init") // picocli fills it in
    private String crashAfter;

    @Option(names = "--rebuild-segments", description = "How many are rebuilt from reels.", defaultValue = "50000")
    private long rebuildSegments;

    @Option(names = "--path", description = "A folder on the disk to use. Default: the temporary folder.")
    private @Nullable Path path;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    boolean help;

    public StoreCommand(PrintStream out, PrintStream err, LongSupplier nanoTime) {
        this.out = out;
        this.err = err;
        this.nanoTime = nanoTime;
    }

    @Override
    public Integer call() throws IOException, Refusal {
        StoreTrial.Size size = size();
        Path parent = path == null ? Path.of(System.getProperty("java.io.tmpdir")) : path;
        try (ScratchFolder scratch = ScratchFolder.in(parent)) {
            Files.createDirectories(scratch.path());
            scratch.requireRoom(size.diskBytes());
            ObjectNode document = JSON.createObjectNode().put("schema", "watchkeep/bench-store/1");
            boolean nothingLost = new StoreTrial(size, scratch.path(), nanoTime, this::note).run(document);
            document.set("machine", Machine.describe());
            report(document);
            return nothingLost ? 0 : FOUND_WRONG;
        }
    }

    private StoreTrial.Size size() throws Refusal {
        try {
            require("segments", segments, MOST_SEGMENTS);
            require("cameras", cameras, Math.min(MOST_CAMERAS, segments));
            require("finds", finds, 10_000_000);
            require("rebuild-segments", rebuildSegments, segments);
            Duration crash = Amounts.duration(crashAfter);
            require("crash-after seconds", crash.toSeconds(), 600);
            return new StoreTrial.Size(segments, cameras, Amounts.bits(bitrate), finds, crash, rebuildSegments);
        } catch (IllegalArgumentException e) {
            throw Refusal.badInput(
                    "bad-arguments", String.valueOf(e.getMessage()), "See: watchkeep bench store --help");
        }
    }

    private static void require(String name, long value, long most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: 1 to " + most + ")");
        }
    }

    private void report(ObjectNode document) {
        if (json) {
            out.println(document);
        } else {
            out.println(String.format(
                    Locale.ROOT,
                    "%d segments of %d cameras, %.1f days, %.0f MB of index",
                    document.get("segments").asLong(),
                    document.get("cameras").asInt(),
                    document.get("days").asDouble(),
                    document.get("indexMB").asDouble()));
            line("find: p50 %.2f ms, p99 %.2f ms", document, "findP50Ms", "findP99Ms");
            line("camera-day: p50 %.2f ms, p99 %.2f ms", document, "cameraDayP50Ms", "cameraDayP99Ms");
            line("open: %.2f s; after a crash %.2f s", document, "openSeconds", "openAfterCrashSeconds");
            line("rebuild: about %.0f s", document, "rebuildEstimateSeconds");
        }
        out.flush();
    }

    private void line(String format, ObjectNode document, String... fields) {
        Object[] values = new Object[fields.length];
        for (int i = 0; i < fields.length; i++) {
            values[i] = document.get(fields[i]).asDouble();
        }
        out.println(String.format(Locale.ROOT, format, values));
    }

    private void note(String line) {
        err.println("bench: " + line);
    }
}
