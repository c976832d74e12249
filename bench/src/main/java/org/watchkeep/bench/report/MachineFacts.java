// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.watchkeep.bench.report.Summary.Fact;

/** What a document says of the machine it was made on, row by row. */
final class MachineFacts {
    private MachineFacts() {}

    static List<Fact> of(JsonNode machine) {
        List<Fact> facts = new ArrayList<>();
        machine.properties().forEach(field -> {
            if (field.getValue().isNull()) {
                facts.add(new Fact(
                        field.getKey(),
                        "unknown: " + machine.path(field.getKey() + "Reason").asText("no reason given")));
            } else if (!field.getKey().endsWith("Reason")) {
                facts.add(new Fact(field.getKey(), field.getValue().asText()));
            }
        });
        return facts;
    }
}
