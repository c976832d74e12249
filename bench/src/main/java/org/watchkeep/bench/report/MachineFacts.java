// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.watchkeep.bench.report.Summary.Fact;

/** What a document says of the machine it was made on, row by row. */
final class MachineFacts {
    private static final Pattern KILOBYTES = Pattern.compile("(\\d+) kB");

    private MachineFacts() {}

    /** As the kernel tells of memory, in a unit for people. */
    private static String sized(String text) {
        Matcher matcher = KILOBYTES.matcher(text);
        return matcher.matches() ? Summary.Figures.shown(Long.parseLong(matcher.group(1)) * 1_024 / 1e9, "GB") : text;
    }

    static List<Fact> of(JsonNode machine) {
        List<Fact> facts = new ArrayList<>();
        machine.properties().forEach(field -> {
            if (field.getValue().isNull()) {
                facts.add(new Fact(
                        field.getKey(),
                        "unknown: " + machine.path(field.getKey() + "Reason").asText("no reason given")));
            } else if (!field.getKey().endsWith("Reason")) {
                facts.add(new Fact(field.getKey(), sized(field.getValue().asText())));
            }
        });
        return facts;
    }
}
