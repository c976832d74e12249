// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SizeText;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.controlroom.control.StoreActs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "ledger", description = "Accounts for every second of one camera's month, or of a span.")
final class StoreLedgerCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Option(names = "--camera", paramLabel = "C", required = true, description = "Camera, by its id or number.")
    private String camera = "";

    @Option(names = "--month", paramLabel = "M", description = "Month in UTC, as 2026-11.")
    @Nullable
    private String month;

    @Option(names = "--from", paramLabel = "T", description = "In place of a month: from this time on.")
    @Nullable
    private String from;

    @Option(names = "--to", paramLabel = "T", description = "In place of a month: up to and without this time.")
    @Nullable
    private String to;

    @Option(names = "--stream", paramLabel = "S", description = "Which of its streams: main or sub. Default: main.")
    @Nullable
    private String stream;

    StoreLedgerCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        Instant now = shell.clock().instant();
        ObjectNode options = Documents.part().put("camera", camera);
        if (month != null) {
            options.put("month", month);
        }
        if (from != null) {
            options.put("from", TimeText.parse("--from", from, now).toString());
        }
        if (to != null) {
            options.put("to", TimeText.parse("--to", to, now).toString());
        }
        if (stream != null) {
            options.put("stream", stream);
        }
        return new OwnerCall(shell, common).answer(new Acts.Request(StoreActs.LEDGER, options), this::print);
    }

    private void print(JsonNode document) {
        document.path("runs")
                .forEach(run -> shell.say(String.format(
                        Locale.ROOT,
                        "%s  %s  run %d  %s  %s",
                        run.path("start").asText(),
                        run.path("end").asText(),
                        run.path("run").asLong(),
                        run.path("codec").asText(),
                        SizeText.format(run.path("bytes").asLong()))));
        document.path("gaps").forEach(gap -> shell.say(Notes.gap(gap)));
        document.path("classes")
                .forEach(of -> shell.say(String.format(
                        Locale.ROOT,
                        "%12.1f s  %s %s",
                        of.path("seconds").asDouble(),
                        of.path("class").asText(),
                        of.path("cause").asText())));
        shell.say(
                document.path("coveragePercent").isNumber()
                        ? String.format(
                                Locale.ROOT,
                                "coverage %.3f %%",
                                document.path("coveragePercent").asDouble())
                        : "coverage: " + document.path("coverageReason").asText());
        shell.say(String.format(
                Locale.ROOT,
                "%s in %s: %.1f s of footage, %.1f s of gaps",
                document.path("camera").asText(),
                document.path("month")
                        .asText(document.path("from").asText() + " to "
                                + document.path("to").asText()),
                document.path("footageSeconds").asDouble(),
                document.path("gapSeconds").asDouble()));
    }
}
