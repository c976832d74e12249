// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** {@code bench hold}: how long a hold takes until it is safe, and the erasure of a key epoch. */
@Command(
        name = "hold",
        description = "Measures placing holds and erasing key epochs among the footage of many cameras.")
public final class HoldCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final int FOUND_WRONG = 1;
    private static final int MOST_CAMERAS = 4_000;
    private static final int MOST_HOURS = 24;

    /** Rows, their log, and tables that are being merged. */
    private static final long INDEX_BYTES_A_SEGMENT = 4_000;

    private static final long REEL_HEADERS_BYTES = 1L << 30;

    private final PrintStream out;
    private final PrintStream err;
    private final LongSupplier nanoTime;

    @Option(names = "--cameras", description = "How many cameras the site has.", defaultValue = "1000")
    private int cameras;

    @Option(names = "--held", description = "How many of them a hold is on.", defaultValue = "10")
    private int held;

    @Option(names = "--hours", description = "How much of each a hold is on.", defaultValue = "2")
    private int hours;

    @Option(names = "--holds", description = "How many holds, each on other cameras.", defaultValue = "20")
    private int holds;

    @Option(names = "--bitrate", description = "Of each camera, as in 500k.", defaultValue = "500k")
    @SuppressWarnings("NullAway.Init") // picocli fills it in
    private String bitrate;

    @Option(names = "--path", description = "A folder on the disk to use. Default: the temporary folder.")
    private @Nullable Path path;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    boolean help;

    public HoldCommand(PrintStream out, PrintStream err, LongSupplier nanoTime) {
        this.out = out;
        this.err = err;
        this.nanoTime = nanoTime;
    }

    @Override
    public Integer call() throws IOException, Refusal {
        HoldTrial.Size size = size();
        Path parent = path == null ? Path.of(System.getProperty("java.io.tmpdir")) : path;
        try (ScratchFolder scratch = ScratchFolder.in(parent)) {
            Files.createDirectories(scratch.path());
            scratch.requireRoom(size.segments() * INDEX_BYTES_A_SEGMENT + REEL_HEADERS_BYTES);
            ObjectNode document = JSON.createObjectNode().put("schema", "watchkeep/bench-hold/1");
            boolean isRight =
                    new HoldTrial(size, scratch.path(), nanoTime, line -> err.println("bench: " + line)).run(document);
            document.set("machine", Machine.describe());
            report(document);
            return isRight ? 0 : FOUND_WRONG;
        }
    }

    private HoldTrial.Size size() throws Refusal {
        try {
            require("cameras", cameras, MOST_CAMERAS);
            require("held", held, cameras);
            require("hours", hours, MOST_HOURS);
            require("holds", holds, cameras / held);
            if (holds < 2) {
                throw new IllegalArgumentException(
                        "holds: " + holds + " (expected: 2 or more, the first is told by itself)");
            }
            return new HoldTrial.Size(cameras, held, hours, holds, Amounts.bits(bitrate));
        } catch (IllegalArgumentException e) {
            throw Refusal.badInput("bad-arguments", String.valueOf(e.getMessage()), "See: watchkeep bench hold --help");
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
                    "hold on %d h of %d cameras: p50 %.1f ms, p99 %.1f ms; erasing an epoch of %d cameras: p50 %.1f ms, at most"
                            + " %.1f ms",
                    hours,
                    held,
                    document.get("holdP50Ms").asDouble(),
                    document.get("holdP99Ms").asDouble(),
                    cameras,
                    document.get("eraseEpochP50Ms").asDouble(),
                    document.get("eraseEpochMaxMs").asDouble()));
        }
        out.flush();
    }
}
