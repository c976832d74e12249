// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Option;

/** Which footage: a camera and a span. */
final class FootageOptions {
    @Option(names = "--camera", paramLabel = "C", required = true, description = "Camera, by its id or number.")
    String camera = "";

    @Option(
            names = "--from",
            paramLabel = "T",
            description = "From this time on: RFC 3339 with offset or Z, now, or -30s. Default: all.")
    @Nullable
    String from;

    @Option(names = "--to", paramLabel = "T", description = "Up to and without this time. Default: all.")
    @Nullable
    String to;

    @Option(
            names = "--purpose",
            paramLabel = "P",
            description =
                    "What it is for: one of the site's purposes (purposes.yaml), as crime. Extracts are entered with it.")
    @Nullable
    String purpose;

    @Option(names = "--stream", paramLabel = "S", description = "Which of its streams: main or sub. Default: main.")
    @Nullable
    String stream;

    ObjectNode toJson(Instant now) throws Refusal {
        ObjectNode options = Documents.part().put("camera", camera);
        Instant begin = from == null ? Instant.MIN : TimeText.parse("--from", from, now);
        Instant end = to == null ? Instant.MAX : TimeText.parse("--to", to, now);
        if (!begin.isBefore(end)) {
            throw Refusal.badInput(
                    "bad-span", "--from " + from + " is not before --to " + to, "Give the earlier one first.");
        }
        if (from != null) {
            options.put("from", begin.toString());
        }
        if (to != null) {
            options.put("to", end.toString());
        }
        if (stream != null) {
            options.put("stream", stream);
        }
        if (purpose != null) {
            options.put("purpose", purpose);
        }
        return options;
    }
}
