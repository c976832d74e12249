// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.controlroom.control.StoreActs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "erase-stream", description = "Erases whole hours of one camera alone, before their limit; two people.")
final class RetentionEraseStreamCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Option(names = "--camera", paramLabel = "C", required = true, description = "Camera, by its id or number.")
    private String camera = "";

    @Option(names = "--stream", paramLabel = "S", description = "Which of the streams: main or sub. Default: main.")
    @Nullable
    private String stream;

    @Option(
            names = "--from",
            paramLabel = "T",
            required = true,
            description = "Every hour with footage from this time on ...")
    private String from = "";

    @Option(
            names = "--to",
            paramLabel = "T",
            required = true,
            description = "... up to and without this time loses all of the stream.")
    private String to = "";

    @Option(
            names = "--cause",
            paramLabel = "G",
            required = true,
            description = "Why: court-order, erasure-request, unlawful or wrongly-recorded.")
    private String cause = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "In words; kept beside the trail.")
    @Nullable
    private String reason;

    @Option(names = "--as", paramLabel = "P", required = true, description = "Who asks for it, as in staff/17.")
    private String by = "";

    @Option(
            names = "--approved-by",
            paramLabel = "Q",
            required = true,
            description = "A second person, who has seen what it erases, as in staff/4.")
    private String approvedBy = "";

    RetentionEraseStreamCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        Instant now = common.now(shell);
        ObjectNode options = Documents.part()
                .put("camera", camera)
                .put("from", TimeText.parse("--from", from, now).toString())
                .put("to", TimeText.parse("--to", to, now).toString())
                .put("cause", cause)
                .put("as", by)
                .put("approvedBy", approvedBy);
        HoldLines.put(options, "stream", stream);
        HoldLines.put(options, "reason", reason);
        return new OwnerCall(shell, common).answer(new Acts.Request(StoreActs.ERASE_STREAM, options), this::print);
    }

    private void print(JsonNode document) {
        document.path("epochs")
                .forEach(each -> shell.say(document.path("stream").asText() + " erased from "
                        + each.path("from").asText() + " to " + each.path("to").asText() + ": "
                        + Notes.counted(each.path("segments").asLong(), "segment") + " (epoch "
                        + each.path("epoch").asLong() + ")"));
    }
}
