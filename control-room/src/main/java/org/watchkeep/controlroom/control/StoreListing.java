// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.store.DamagedSegmentException;
import org.watchkeep.retention.store.Digest;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.FragmentGoneException;
import org.watchkeep.retention.store.Gap;
import org.watchkeep.retention.store.Scrubber;
import org.watchkeep.retention.store.SegmentSummary;
import org.watchkeep.retention.store.StreamId;

/** What there is of one camera: segments, and gaps as gaps. Any thread. */
final class StoreListing {
    private static final Logger LOG = LoggerFactory.getLogger(StoreListing.class);

    private final FootageStore store;
    private final Scrubber scrubber;

    StoreListing(FootageStore store, Scrubber scrubber) {
        this.store = store;
        this.scrubber = scrubber;
    }

    ObjectNode list(StreamId stream, Span span) throws IOException {
        ObjectNode document = Documents.of("store-ls");
        document.put("camera", stream.camera()).put("stream", stream.track());
        ArrayNode segments = document.putArray("segments");
        for (SegmentSummary segment : store.summaries(stream, span.from(), span.to())) {
            addUnlessGone(segments, segment);
        }
        document.set("gaps", gaps(store.gaps(stream, span.from(), span.to())));
        // Filled by whoever knows of holds.
        document.putArray("held");
        return document;
    }

    /** One whose seal was overwritten between finding and reading it is no longer there to be listed. */
    private void addUnlessGone(ArrayNode segments, SegmentSummary segment) throws IOException {
        try {
            segments.add(segment(segment));
        } catch (FragmentGoneException e) {
            LOG.debug("gone while it was listed: {}", e.getMessage());
        }
    }

    private ObjectNode segment(SegmentSummary segment) throws IOException {
        ObjectNode node = Documents.part()
                .put("start", Documents.instant(segment.start()))
                .put("end", Documents.instant(segment.end()))
                .put("run", segment.run())
                .put("codec", Documents.codecName(segment.codec()))
                .put("codecString", segment.codec())
                .put("fragments", segment.fragments())
                .put("damagedFragments", segment.damagedFragments())
                .put("bytes", segment.sizeBytes());
        try {
            Optional<Digest> digest = store.digest(segment);
            node.put("digest", digest.map(Digest::toString).orElse(null));
            if (digest.isEmpty()) {
                node.put("digestReason", "no seal yet");
            }
        } catch (DamagedSegmentException e) {
            node.putNull("digest").put("digestReason", e.getMessage());
        }
        if (segment.cameraOffsetMicros() == Fragment.OFFSET_UNKNOWN) {
            node.putNull("clockOffsetMs").put("clockOffsetReason", "no sender report had come when it began");
        } else {
            node.put("clockOffsetMs", segment.cameraOffsetMicros() / 1e3);
        }
        if (scrubber.isMarked(segment.stream(), segment.run(), segment.number())) {
            node.put("mismatch", true);
        }
        putNotes(node, store.runNotes(segment.run()));
        return node.put("state", segment.state().name().toLowerCase(Locale.ROOT));
    }

    /** Which departures from the standards the run put up with: one word each. */
    static void putNotes(ObjectNode node, String notes) {
        ArrayNode words = node.putArray("notes");
        if (!notes.isEmpty()) {
            Stream.of(notes.split(" ", -1)).forEach(words::add);
        }
    }

    static ArrayNode gaps(List<Gap> gaps) {
        ArrayNode array = Documents.part().putArray("gaps");
        for (Gap gap : gaps) {
            ObjectNode node = array.addObject().put("start", Documents.instant(gap.from()));
            Documents.putInstant(node, "end", gap.to());
            node.put("cause", gap.cause().code()).put("detail", gap.detail());
        }
        return array;
    }
}
