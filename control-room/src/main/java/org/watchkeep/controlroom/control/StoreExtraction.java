// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.watchkeep.recorder.media.FragmentCut;
import org.watchkeep.retention.store.DamagedSegmentException;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.FragmentGoneException;
import org.watchkeep.retention.store.FragmentRef;
import org.watchkeep.retention.store.NotAnsweringException;
import org.watchkeep.retention.store.QuarantinedException;
import org.watchkeep.retention.store.Scrubber;
import org.watchkeep.retention.store.Segment;
import org.watchkeep.retention.store.StreamId;
import org.watchkeep.retention.store.Viewing;

/**
 * Footage of one camera as files, one a run: init segment and fragments as they were recorded. Without {@code exact} the
 * span is widened to whole GOPs, so that every picture asked for can be decoded; with it nothing outside the span is in
 * the file, and what cannot be decoded without an earlier picture is left out. Any thread.
 */
final class StoreExtraction {
    /** About eleven days of one camera; more is asked for in parts, so that the list of it stays below 100 MB. */
    private static final int MAX_FRAGMENTS = 1_000_000;
    /** How far before and after the span a key picture is looked for: far beyond any GOP in the camera profiles. */
    private static final long MAX_GOP_SECONDS = 300;

    private final FootageStore store;

    private final Viewing viewing;

    private final Scrubber scrubber;

    /** @param viewing what of it whoever asks may see */
    StoreExtraction(FootageStore store, Viewing viewing, Scrubber scrubber) {
        this.store = store;
        this.viewing = viewing;
        this.scrubber = scrubber;
    }

    /** A fragment and the segment it stands in. */
    private record Part(Segment segment, FragmentRef ref) {}

    ObjectNode extract(StreamId stream, Span span, boolean exact, Answer answer) throws Refusal, IOException {
        List<List<Part>> runs = runs(stream, span, exact);
        ObjectNode document = Documents.of("store-extract");
        document.put("camera", stream.camera()).put("stream", stream.track()).put("exact", exact);
        Documents.putInstant(document, "from", bounded(span.from()));
        Documents.putInstant(document, "to", bounded(span.to()));
        ArrayNode files = document.putArray("files");
        ArrayNode missing = document.putArray("missing");
        for (int i = 0; i < runs.size(); i++) {
            answer.beginFile(i + 1, runs.size());
            files.add(file(runs.get(i), span, exact, answer, missing));
            answer.endFile();
        }
        putMismatched(document.putArray("mismatched"), runs);
        document.set("gaps", StoreListing.gaps(store.gaps(stream, span.from(), span.to())));
        return document;
    }

    /** Segments that were found not to be what was recorded, of which parts can yet be read. */
    private void putMismatched(ArrayNode to, List<List<Part>> runs) {
        Set<Segment> segments = new LinkedHashSet<>();
        runs.forEach(run -> run.forEach(part -> segments.add(part.segment())));
        for (Segment segment : segments) {
            if (scrubber.isMarked(segment.stream(), segment.run(), segment.number())) {
                to.addObject()
                        .put("start", Documents.instant(segment.start()))
                        .put("end", Documents.instant(segment.end()))
                        .put("run", segment.run());
            }
        }
    }

    private static Optional<Instant> bounded(Instant instant) {
        return instant.equals(Instant.MIN) || instant.equals(Instant.MAX) ? Optional.empty() : Optional.of(instant);
    }

    /** What is to be written, a list a run, in order of their starts. */
    private List<List<Part>> runs(StreamId stream, Span span, boolean exact) throws Refusal, IOException {
        Map<Long, List<Part>> byRun = new LinkedHashMap<>();
        int count = 0;
        for (Segment segment : store.segments(stream, earlier(span.from()), later(span.to()))) {
            List<Part> parts = byRun.computeIfAbsent(segment.run(), run -> new ArrayList<>());
            segment.fragments().forEach(ref -> parts.add(new Part(segment, ref)));
            count += segment.fragments().size();
            if (count > MAX_FRAGMENTS) {
                throw Refusal.badInput(
                        "too-long",
                        "more than " + MAX_FRAGMENTS + " fragments in this span",
                        "Extract it in parts of a few days, with --from and --to.");
            }
        }
        List<List<Part>> runs = new ArrayList<>();
        for (List<Part> parts : byRun.values()) {
            List<Part> wanted = exact ? inside(parts, span) : wholeGops(parts, span);
            if (!wanted.isEmpty()) {
                runs.add(wanted);
            }
        }
        return runs;
    }

    private static Instant earlier(Instant from) {
        return from.equals(Instant.MIN) ? from : from.minusSeconds(MAX_GOP_SECONDS);
    }

    private static Instant later(Instant to) {
        return to.equals(Instant.MAX) ? to : to.plusSeconds(MAX_GOP_SECONDS);
    }

    private static boolean reachesInto(FragmentRef ref, Span span) {
        return ref.start().isBefore(span.to()) && ref.end().isAfter(span.from());
    }

    /** From the key picture at or before the first fragment wanted, to the end of the GOP of the last. */
    private static List<Part> wholeGops(List<Part> run, Span span) {
        int first = 0;
        while (first < run.size() && !reachesInto(run.get(first).ref(), span)) {
            first++;
        }
        int end = run.size();
        while (end > first && !reachesInto(run.get(end - 1).ref(), span)) {
            end--;
        }
        if (first >= end) {
            return List.of();
        }
        while (first > 0 && !run.get(first).ref().isKeyPicture()) {
            first--;
        }
        while (end < run.size() && !run.get(end).ref().isKeyPicture()) {
            end++;
        }
        return run.subList(first, end);
    }

    /** From the first key picture inside. */
    private static List<Part> inside(List<Part> run, Span span) {
        int first = 0;
        while (first < run.size()
                && (!run.get(first).ref().isKeyPicture()
                        || run.get(first).ref().start().isBefore(span.from()))) {
            first++;
        }
        int end = first;
        while (end < run.size() && run.get(end).ref().start().isBefore(span.to())) {
            end++;
        }
        return run.subList(first, end);
    }

    private ObjectNode file(List<Part> parts, Span span, boolean exact, Answer answer, ArrayNode missing)
            throws IOException {
        Part first = parts.get(0);
        Optional<FragmentCut> cut = exact ? Optional.of(new FragmentCut(span.from(), span.to())) : Optional.empty();
        Written written = new Written();
        boolean begun = false;
        // After a fragment that cannot be read nothing decodes until the next key picture.
        boolean broken = false;
        for (Part part : parts) {
            if (broken && !part.ref().isKeyPicture()) {
                continue;
            }
            try {
                ByteBuffer fragment = viewing.read(part.segment(), part.ref());
                if (!begun) {
                    answer.write(store.configuration(part.segment()));
                    begun = true;
                }
                broken = false;
                Optional<ByteBuffer> kept =
                        cut.isEmpty() ? Optional.of(fragment) : cut.get().next(part.ref(), fragment);
                if (kept.isPresent()) {
                    written.add(part.ref(), kept.get().remaining());
                    answer.write(kept.get());
                }
            } catch (FragmentGoneException | DamagedSegmentException | NotAnsweringException | QuarantinedException e) {
                broken = true;
                missing.addObject()
                        .put("start", Documents.instant(part.ref().start()))
                        .put("end", Documents.instant(part.ref().end()))
                        .put("reason", reason(e))
                        .put("detail", e.getMessage());
            }
        }
        return written.describe(first.segment(), span, exact);
    }

    private static String reason(IOException e) {
        if (e instanceof FragmentGoneException) {
            return "gone";
        }
        if (e instanceof QuarantinedException) {
            return "quarantined";
        }
        return e instanceof NotAnsweringException ? "not-answering" : "damaged";
    }

    /** What has gone into one file. */
    private static final class Written {
        private Optional<Instant> start = Optional.empty();
        private Instant end = Instant.MIN;
        private long fragments;
        private long bytes;

        void add(FragmentRef ref, int size) {
            if (start.isEmpty()) {
                start = Optional.of(ref.start());
            }
            end = ref.end();
            fragments++;
            bytes += size;
        }

        ObjectNode describe(Segment of, Span span, boolean exact) {
            ObjectNode node = Documents.part().put("run", of.run()).put("codec", Documents.codecName(of.codec()));
            Instant until = exact && end.isAfter(span.to()) ? span.to() : end;
            Documents.putInstant(node, "start", start);
            Documents.putInstant(node, "end", start.map(any -> until));
            return node.put("fragments", fragments).put("fragmentBytes", bytes);
        }
    }
}
