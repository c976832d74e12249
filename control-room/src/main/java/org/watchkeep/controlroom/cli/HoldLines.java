// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.control.Refusal;

/** What commands about holds read and print alike. */
final class HoldLines {
    /** Days of review are those of the site. */
    private static final ZoneId LONDON = ZoneId.of("Europe/London");

    private HoldLines() {}

    static void put(ObjectNode options, String name, @Nullable String value) {
        if (value != null) {
            options.put(name, value);
        }
    }

    /** A day, from its beginning on, or a time. */
    static Instant day(String option, String text, Instant now) throws Refusal {
        try {
            return LocalDate.parse(text.strip()).atStartOfDay(LONDON).toInstant();
        } catch (DateTimeException noDay) {
            return TimeText.parse(option, text, now);
        }
    }

    /** One hold in a line. */
    static String line(JsonNode hold) {
        List<String> streams = new ArrayList<>();
        hold.path("streams").forEach(stream -> streams.add(stream.asText()));
        String ends =
                hold.path("ends").isTextual() ? ", ends " + hold.path("ends").asText() : "";
        return hold.path("hold").asText() + "  " + String.join(" ", streams) + "  "
                + hold.path("from").asText() + "  " + hold.path("to").asText() + "  "
                + hold.path("ground").asText() + "  " + hold.path("owner").asText() + "  "
                + hold.path("state").asText() + "  review "
                + hold.path("review").asText() + " ("
                + hold.path("reviewState").asText() + ")" + ends;
    }

    /** An incident and its holds, a line each. */
    static List<String> incident(JsonNode incident) {
        List<String> lines = new ArrayList<>();
        lines.add(incident.path("incident").asText() + "  "
                + incident.path("from").asText() + "  " + incident.path("to").asText() + "  "
                + incident.path("ground").asText() + "  "
                + (incident.path("open").asBoolean()
                        ? "open"
                        : incident.path("outcome").asText()));
        incident.path("holds").forEach(hold -> lines.add("  " + line(hold)));
        return lines;
    }
}
