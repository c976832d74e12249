// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/** The JSON documents that commands print: their schema line, and instants as RFC 3339 in UTC with microseconds. */
public final class Documents {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final DateTimeFormatter MICROS =
            new DateTimeFormatterBuilder().appendInstant(6).toFormatter(Locale.ROOT);

    private Documents() {}

    /** An empty document of this command, {@code {"schema":"watchkeep/store-ls/1"}}. */
    public static ObjectNode of(String command) {
        return JSON.createObjectNode().put("schema", "watchkeep/" + command + "/1");
    }

    /** One that is part of another. */
    public static ObjectNode part() {
        return JSON.createObjectNode();
    }

    /** {@code 2026-11-22T06:48:00.000000Z}. */
    public static String instant(Instant instant) {
        return MICROS.format(instant.truncatedTo(ChronoUnit.MICROS));
    }

    /** Null where there is none. */
    public static void putInstant(ObjectNode node, String field, Optional<Instant> instant) {
        if (instant.isPresent()) {
            node.put(field, instant(instant.get()));
        } else {
            node.putNull(field);
        }
    }

    /** What people and scripts call a codec: {@code h264} for {@code avc1.640028}. */
    public static String codecName(String rfc6381) {
        if (rfc6381.startsWith("avc1") || rfc6381.startsWith("avc3")) {
            return "h264";
        }
        if (rfc6381.equalsIgnoreCase("mp4v.6C")) {
            return "mjpeg";
        }
        return rfc6381.startsWith("hvc1") || rfc6381.startsWith("hev1") ? "h265" : rfc6381;
    }
}
