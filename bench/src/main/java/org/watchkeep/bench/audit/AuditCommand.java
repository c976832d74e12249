// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import org.watchkeep.bench.report.Machine;
import org.watchkeep.bench.report.ScratchFolder;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench audit}: entries durable, proofs, verification. */
@Command(name = "audit", description = "Measures the audit trail: appending, proving, verifying.")
public final class AuditCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The trail that was written does not verify. */
    private static final int FOUND_WRONG = 1;

    private static final long MOST_ENTRIES = 20_000_000;
    private static final int MOST_RATE = 5_000;
    private static final int MOST_SECONDS = 600;

    /** An entry of the bench, its share of tiles, and room for the journal. */
    private static final long ENTRY_BYTES = 700;

    private final PrintStream out;
    private final PrintStream err;
    private final LongSupplier nanoTime;
    private final InstantSource clock;

    @Option(names = "--path", required = true, description = "A folder on the disk.")
    @SuppressWarnings("NullAway.Init") // picocli fills it in
    private Path path;

    @Option(names = "--entries", description = "Entries there are already.", defaultValue = "1000000")
    private long entries;

    @Option(names = "--rate", description = "Entries a second, each durable.", defaultValue = "200")
    private int rate;

    @Option(names = "--seconds", description = "How long to append.", defaultValue = "20")
    private int seconds;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    boolean help;

    public AuditCommand(PrintStream out, PrintStream err, LongSupplier nanoTime, InstantSource clock) {
        this.out = out;
        this.err = err;
        this.nanoTime = nanoTime;
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, Refusal {
        require("entries", entries, MOST_ENTRIES);
        require("rate", rate, MOST_RATE);
        require("seconds", seconds, MOST_SECONDS);
        try (ScratchFolder scratch = ScratchFolder.in(path)) {
            scratch.requireRoom((entries + (long) rate * seconds) * ENTRY_BYTES);
            err.println("bench: a trail of " + entries + " entries in " + scratch.path());
            ObjectNode document = JSON.createObjectNode().put("schema", "watchkeep/bench-audit/1");
            AuditTrial trial = new AuditTrial(
                    scratch.path().resolve("trail"), entries, rate, Duration.ofSeconds(seconds), nanoTime, clock);
            boolean isGood = trial.run(document);
            document.set("machine", Machine.describe());
            report(document);
            return isGood ? 0 : FOUND_WRONG;
        }
    }

    private static void require(String name, long value, long most) throws Refusal {
        if (value < 1 || value > most) {
            throw Refusal.badInput(
                    "bad-arguments",
                    name + ": " + value + " (expected: 1 to " + most + ")",
                    "See: watchkeep bench audit --help");
        }
    }

    private void report(ObjectNode document) {
        if (json) {
            out.println(document);
        } else {
            out.println(String.format(
                    Locale.ROOT,
                    "append at %d/s durable p50 %.1f ms, p99 %.1f ms; proof p99 %.2f ms, at most %d bytes; verified %,d"
                            + " entries/s a core",
                    rate,
                    document.get("appendP50Ms").asDouble(),
                    document.get("appendP99Ms").asDouble(),
                    document.get("proofP99Ms").asDouble(),
                    document.get("proofMaxBytes").asInt(),
                    document.get("verifiedPerSecond").asLong()));
        }
        out.flush();
    }
}
