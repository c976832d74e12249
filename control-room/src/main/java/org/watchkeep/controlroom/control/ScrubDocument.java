// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;
import org.watchkeep.retention.store.ScrubStatus;

/** Where the re-reading of footage stands, as part of a document. Any thread. */
final class ScrubDocument {
    /** A list for people; all of them are in the trail. */
    private static final int MOST_MARKED = 100;

    private ScrubDocument() {}

    static ObjectNode of(ScrubStatus status) {
        ObjectNode node = Documents.part()
                .put("bytesASecond", status.bytesASecond())
                .put("sweep", status.sweep())
                .put("oneIn", status.oneIn())
                .put("segmentsInSweep", status.segmentsInSweep());
        node.set("today", day(status.today()));
        node.set("lastDay", status.lastDay().map(ScrubDocument::day).orElse(null));
        node.put("markedSegments", status.marked().size());
        ArrayNode marked = node.putArray("marked");
        status.marked().stream()
                .limit(MOST_MARKED)
                .forEach(mark -> marked.addObject()
                        .put("stream", mark.stream().toString())
                        .put("run", mark.run())
                        .put("number", mark.number())
                        .put("start", Documents.instant(mark.from()))
                        .put("end", Documents.instant(mark.to()))
                        .put("found", Documents.instant(mark.found()))
                        .put("what", mark.what())
                        .put("neighbours", mark.neighbours().name().toLowerCase(Locale.ROOT)));
        ArrayNode unverified = node.putArray("unverifiedVolumes");
        status.unverified().forEach(unverified::add);
        return node;
    }

    private static ObjectNode day(ScrubStatus.Day day) {
        ObjectNode node = Documents.part()
                .put("day", day.day().toString())
                .put("fragments", day.fragments())
                .put("damaged", day.damaged())
                .put("missing", day.missing());
        Optional<Double> percent = day.replayablePercent();
        node.put("replayablePercent", percent.orElse(null));
        return percent.isPresent() ? node : node.put("replayableReason", "nothing was read again that day");
    }
}
