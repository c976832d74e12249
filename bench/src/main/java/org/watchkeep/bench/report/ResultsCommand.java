// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bench results}: pages and RESULTS.md out of what benches printed. */
@Command(
        name = "results",
        description = "Makes a page, or the tables of RESULTS.md, of what benches printed with --json.")
public final class ResultsCommand implements Callable<Integer> {
    /** A search of an hour prints less than 1 MB. */
    private static final long MAX_BYTES = 64 << 20;

    private final PrintStream out;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "What benches printed with --json.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--page", paramLabel = "FILE", description = "Write a page with charts (HTML).")
    @Nullable
    private Path page;

    @Option(names = "--into", paramLabel = "FILE", description = "Replace the figures of this RESULTS.md.")
    @Nullable
    private Path into;

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    boolean help;

    public ResultsCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException, Refusal {
        ResultPage.requireWritable(Optional.ofNullable(page));
        List<JsonNode> documents = new ArrayList<>();
        for (Path file : files) {
            documents.add(read(file));
        }
        if (page != null) {
            ResultPage.write(page, documents);
        }
        if (into != null) {
            update(into, documents);
        }
        if (page == null && into == null) {
            out.print(ResultsFile.tables(documents));
        }
        return Refusal.GOOD;
    }

    private static void update(Path file, List<JsonNode> documents) throws Refusal {
        try {
            ResultsFile.update(file, documents);
        } catch (IOException e) {
            throw Refusal.badInput(
                    "bad-results", "--into: " + e.getMessage(), "Begin from bench/RESULTS.md of the sources.");
        }
    }

    private static JsonNode read(Path file) throws Refusal, IOException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw notOne(file, "it is larger than " + MAX_BYTES + " bytes");
            }
            JsonNode document = new ObjectMapper().readTree(file.toFile());
            if (!document.path("schema").asText().startsWith("watchkeep/bench")) {
                throw notOne(file, "its schema is '" + document.path("schema").asText() + "'");
            }
            return document;
        } catch (NoSuchFileException e) {
            throw notOne(file, "it is not there");
        } catch (JsonProcessingException e) {
            throw notOne(
                    file,
                    "line " + (e.getLocation() == null ? 0 : e.getLocation().getLineNr()) + ": no JSON");
        }
    }

    private static Refusal notOne(Path file, String why) {
        return Refusal.badInput(
                "bad-result",
                file + " is no result of a bench: " + why,
                "Name files that a bench printed with --json.");
    }
}
