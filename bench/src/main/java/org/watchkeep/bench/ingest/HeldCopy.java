// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.HoldActs;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.recorder.ingest.CameraStatus;
import org.watchkeep.retention.store.FragmentRef;
import org.watchkeep.retention.store.Segment;
import org.watchkeep.retention.store.StoreClock;
import org.watchkeep.retention.store.StreamId;

/**
 * What it has cost to hold what all cameras recorded for some seconds, and to have it copied into a vault on the same disk while
 * they record on. Immutable.
 *
 * @param placeMillis until the hold was durable in the trail and its keys stood in both homes
 * @param bytes of the records that are held; the whole GOPs that are copied have a little more
 * @param seconds from when it was placed to when all of it stood in the vault and had been read back; NaN where it was not seen
 * @param diskMbps what the disk takes alone, in 10^6 byte/s; NaN where it takes no direct I/O
 */
record HeldCopy(double placeMillis, long bytes, double seconds, double diskMbps) {
    /** What a segment lasts: the one that is being written is not copied before it is at its end. */
    static final Duration SEGMENT = Duration.ofSeconds(60);

    /** So much from when the last of them was recorded: of all that connected within 20 s it stands in segments that have ended. */
    static final Duration HELD = Duration.ofSeconds(40);

    /** Until all streams have ended their first segment. */
    static final Duration LEAST_WARM_UP = SEGMENT.plusSeconds(10);

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Places the hold, as {@code hold place} does. */
    static ObjectNode place(ControlRoom room, StoreClock clock) throws IOException, Refusal {
        List<String> cameras = room.cameras().stream().map(CameraStatus::id).toList();
        Instant from = Instant.MIN;
        for (String camera : cameras) {
            List<Segment> all = room.store().segments(StreamId.main(camera), Instant.MIN, Instant.MAX);
            from = all.isEmpty() || from.isAfter(all.get(0).start())
                    ? from
                    : all.get(0).start();
        }
        Instant to = from.plus(HELD);
        long bytes = 0;
        for (String camera : cameras) {
            bytes += bytes(room.store().segments(StreamId.main(camera), from, to), from, to);
        }
        ObjectNode options = JSON.createObjectNode()
                .put("cameras", cameras.stream().collect(Collectors.joining(",")))
                .put("from", from.toString())
                .put("to", to.toString())
                .put("ground", "crime")
                .put("review", to.plus(Duration.ofDays(20)).toString());
        long before = clock.monoNanos();
        room.acts().run(new Acts.Request(HoldActs.PLACE, options), "bench", new ReadBack.Counted());
        double millis = (clock.monoNanos() - before) / 1e6;
        return JSON.createObjectNode().put("placeMillis", millis).put("bytes", bytes);
    }

    private static long bytes(List<Segment> segments, Instant from, Instant to) {
        return segments.stream()
                .flatMap(segment -> segment.fragments().stream())
                .filter(ref -> ref.start().isBefore(to) && from.isBefore(ref.end()))
                .mapToLong(FragmentRef::recordBytes)
                .sum();
    }

    /** How far that is. */
    static ObjectNode state(ControlRoom room) throws IOException, Refusal {
        JsonNode holds = room.acts()
                .run(new Acts.Request(HoldActs.LIST, JSON.createObjectNode()), "bench", new ReadBack.Counted())
                .document()
                .path("holds");
        return JSON.createObjectNode().put("state", holds.path(0).path("state").asText());
    }

    boolean isCopied() {
        return !Double.isNaN(seconds);
    }

    double megabytesPerSecond() {
        return bytes / 1e6 / seconds;
    }

    void putInto(ObjectNode node) {
        node.put("heldSeconds", HELD.toSeconds())
                .put("placeMs", IngestDocument.round(placeMillis))
                .put("megabytes", IngestDocument.round(bytes / 1e6))
                .put("copied", isCopied());
        put(node, "copySeconds", seconds);
        put(node, "copyMBps", megabytesPerSecond());
        put(node, "diskMBps", diskMbps);
        put(node, "copyToDisk", megabytesPerSecond() / diskMbps);
    }

    private static void put(ObjectNode node, String field, double value) {
        if (Double.isFinite(value)) {
            node.put(field, IngestDocument.round(value));
        } else {
            node.putNull(field);
        }
    }
}
