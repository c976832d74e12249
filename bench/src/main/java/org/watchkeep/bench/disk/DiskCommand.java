// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.disk;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import org.watchkeep.bench.report.Machine;
import org.watchkeep.bench.report.ScratchFolder;
import org.watchkeep.controlroom.config.SizeText;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.disk.RealDisk;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench disk}: writes to a disk as the store does, and says how fast it took it. */
@Command(name = "disk", description = "Measures how much of a recorder's writing a disk takes.")
public final class DiskCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The store could not use this disk. */
    private static final int FOUND_WRONG = 1;

    private static final int MOST_ROUNDS = 20;

    private final PrintStream out;
    private final PrintStream err;
    private final LongSupplier nanoTime;

    @Option(names = "--path", required = true, description = "A folder on the disk.")
    @SuppressWarnings("NullAway.Init") // picocli fills it in
    private Path path;

    @Option(names = "--size", description = "Of the reel to write, as in 2G.", defaultValue = "2G")
    @SuppressWarnings("NullAway.Init") // picocli fills it in
    private String size;

    @Option(names = "--rounds", description = "How often to write it through.", defaultValue = "3")
    private int rounds;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    boolean help;

    public DiskCommand(PrintStream out, PrintStream err, LongSupplier nanoTime) {
        this.out = out;
        this.err = err;
        this.nanoTime = nanoTime;
    }

    @Override
    public Integer call() throws IOException, Refusal {
        long bytes = bytes();
        if (rounds < 2 || rounds > MOST_ROUNDS) {
            throw Refusal.badInput(
                    "bad-arguments",
                    "rounds: " + rounds + " (expected: 2 to " + MOST_ROUNDS + ")",
                    "The first round is told apart from the later ones.");
        }
        try (ScratchFolder scratch = ScratchFolder.in(path)) {
            scratch.requireRoom(bytes);
            err.println("bench: writing " + bytes / 1_000_000 + " MB " + rounds + " times in " + scratch.path());
            DiskTrial trial = new DiskTrial(new RealDisk(), scratch.path(), bytes, rounds, nanoTime);
            ObjectNode document = JSON.createObjectNode().put("schema", "watchkeep/bench-disk/1");
            document.put("path", path.toString());
            document.put("fileSystem", Files.getFileStore(path).type());
            boolean isGood = trial.run(document);
            document.set("machine", Machine.describe());
            report(document, isGood);
            return isGood ? 0 : FOUND_WRONG;
        }
    }

    private long bytes() throws Refusal {
        try {
            return DiskTrial.wholeBatches(SizeText.parse(size));
        } catch (IllegalArgumentException e) {
            throw Refusal.badInput("bad-arguments", String.valueOf(e.getMessage()), "See: watchkeep bench disk --help");
        }
    }

    private void report(ObjectNode document, boolean isGood) {
        if (json) {
            out.println(document);
        } else if (isGood) {
            out.println(String.format(
                    Locale.ROOT,
                    "%.0f MB/s in the first round, %.0f MB/s later; write p99 %.1f ms, sync p99 %.1f ms, max %.1f ms",
                    document.get("firstRoundMBps").asDouble(),
                    document.get("sustainedMBps").asDouble(),
                    document.get("writeP99Ms").asDouble(),
                    document.get("syncP99Ms").asDouble(),
                    document.get("syncMaxMs").asDouble()));
            out.println("carries about " + document.get("cameras").asInt() + " cameras of 4 Mbit/s");
        } else {
            out.println(document.get("reason").asText());
        }
        out.flush();
    }
}
