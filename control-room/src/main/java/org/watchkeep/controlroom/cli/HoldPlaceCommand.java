// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.HoldActs;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "place", description = "Keeps a span of some cameras from being erased or overwritten.")
final class HoldPlaceCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Option(
            names = "--camera",
            paramLabel = "C",
            required = true,
            description = "Camera, by its id or number. May be given several times.")
    private List<String> cameras = new ArrayList<>();

    @Option(names = "--from", paramLabel = "T", required = true, description = "From this time on, as in store ls.")
    private String from = "";

    @Option(names = "--to", paramLabel = "T", required = true, description = "Up to and without this time.")
    private String to = "";

    @Option(
            names = "--ground",
            paramLabel = "G",
            required = true,
            description = "Why: crime, court-order, legal-proceedings, subject-request, information-request, insurance,"
                    + " complaint, safety, incident, integrity or investigation.")
    private String ground = "";

    @Option(
            names = "--review",
            paramLabel = "DATE",
            required = true,
            description = "When somebody asks whether it is still needed: a day, or a time.")
    private String review = "";

    @Option(names = "--incident", paramLabel = "I", description = "Open incident that it belongs to.")
    @Nullable
    private String incident;

    @Option(names = "--case", paramLabel = "ID", description = "Case that it belongs to.")
    @Nullable
    private String caseId;

    @Option(
            names = "--owner",
            paramLabel = "P",
            description = "Who answers for it, as in staff/17. Default: who runs the recorder.")
    @Nullable
    private String owner;

    @Option(names = "--stream", paramLabel = "S", description = "Which of the streams: main or sub. Default: main.")
    @Nullable
    private String stream;

    @Option(names = "--reason", paramLabel = "TEXT", description = "In words; kept beside the trail.")
    @Nullable
    private String reason;

    HoldPlaceCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        Instant now = common.now(shell);
        ObjectNode options = Documents.part()
                .put("cameras", String.join(",", cameras))
                .put("from", TimeText.parse("--from", from, now).toString())
                .put("to", TimeText.parse("--to", to, now).toString())
                .put("ground", ground)
                .put("review", HoldLines.day("--review", review, now).toString());
        HoldLines.put(options, "incident", incident);
        HoldLines.put(options, "case", caseId);
        HoldLines.put(options, "owner", owner);
        HoldLines.put(options, "stream", stream);
        HoldLines.put(options, "reason", reason);
        return new OwnerCall(shell, common).answer(new Acts.Request(HoldActs.PLACE, options), this::print);
    }

    private void print(JsonNode document) {
        shell.say("held: " + HoldLines.line(document.path("hold")));
        document.path("nothingLeft").forEach(what -> shell.say(what.asText()));
    }
}
