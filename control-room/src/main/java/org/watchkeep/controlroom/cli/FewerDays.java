// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.watchkeep.controlroom.control.Documents;
import picocli.CommandLine.Option;

/** Fewer days for a retention class: what is asked for before it is done, and what does it. */
final class FewerDays {
    @Option(names = "--class", paramLabel = "C", required = true, description = "Retention class.")
    String classId = "";

    @Option(names = "--days", paramLabel = "N", required = true, description = "Days it would be kept.")
    int days;

    ObjectNode toJson() {
        return Documents.part().put("class", classId).put("days", Integer.toString(days));
    }

    /** How many epochs the effect is, and from when; for people. */
    static String epochs(JsonNode effect) {
        String opened = effect.path("from").isTextual()
                ? ", opened from " + effect.path("from").asText() + " to "
                        + effect.path("to").asText()
                : "";
        return Notes.counted(effect.path("epochs").asLong(), "epoch") + opened;
    }
}
