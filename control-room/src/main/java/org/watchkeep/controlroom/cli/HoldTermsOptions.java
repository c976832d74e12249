// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Option;

/** What a hold is placed with, from its options. */
final class HoldTermsOptions {
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

    ObjectNode toJson(Instant now) throws Refusal {
        ObjectNode options = Documents.part()
                .put("cameras", String.join(",", cameras))
                .put("from", TimeText.parse("--from", from, now).toString())
                .put("to", TimeText.parse("--to", to, now).toString())
                .put("ground", ground)
                .put("review", HoldLines.day("--review", review, now).toString());
        HoldLines.put(options, "case", caseId);
        HoldLines.put(options, "owner", owner);
        HoldLines.put(options, "stream", stream);
        HoldLines.put(options, "reason", reason);
        return options;
    }
}
