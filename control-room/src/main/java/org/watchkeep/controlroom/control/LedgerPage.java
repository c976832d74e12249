// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.Gap;
import org.watchkeep.retention.store.Segment;
import org.watchkeep.retention.store.StreamAccount;
import org.watchkeep.retention.store.StreamId;

/**
 * The account of one camera's month, or of any span: what became of every second of it, its runs and its gaps. Any
 * thread.
 */
final class LedgerPage {
    private final FootageStore store;

    LedgerPage(FootageStore store) {
        this.store = store;
    }

    ObjectNode of(StreamId stream, YearMonth month) throws IOException {
        Instant from = month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        Instant to = month.plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        ObjectNode document = of(stream, new Span(from, to));
        return document.put("month", month.toString());
    }

    /** @param span no longer than {@link StreamAccount#LONGEST} */
    ObjectNode of(StreamId stream, Span span) throws IOException {
        Instant from = span.from();
        Instant to = span.to();
        List<Segment> segments = store.segments(stream, from, to);
        List<Gap> gaps = store.gaps(stream, from, to);
        ObjectNode document = Documents.of("store-ledger");
        document.put("camera", stream.camera()).put("stream", stream.track());
        document.put("from", Documents.instant(from)).put("to", Documents.instant(to));
        putAccount(document, StreamAccount.of(store, stream, from, to));
        document.put("footageSeconds", seconds(footageMicros(segments, from, to)));
        document.put("gapSeconds", seconds(gapMicros(gaps, from, to)));
        Map<Long, Run> runs = new LinkedHashMap<>();
        segments.forEach(s -> runs.merge(s.run(), Run.of(s), Run::and));
        ArrayNode list = document.putArray("runs");
        runs.forEach((number, run) -> StoreListing.putNotes(
                list.addObject()
                        .put("run", number)
                        .put("start", Documents.instant(run.start))
                        .put("end", Documents.instant(run.end))
                        .put("codec", Documents.codecName(run.codec))
                        .put("segments", run.segments)
                        .put("bytes", run.bytes),
                store.runNotes(number)));
        document.set("gaps", StoreListing.gaps(gaps));
        return document;
    }

    private static void putAccount(ObjectNode document, StreamAccount account) {
        account.coveragePercent()
                .ifPresentOrElse(
                        percent -> document.put("coveragePercent", percent),
                        () -> document.putNull("coveragePercent")
                                .put("coverageReason", "no footage was asked for in this span"));
        ArrayNode classes = document.putArray("classes");
        for (StreamAccount.Total total : account.totals()) {
            classes.addObject()
                    .put("class", total.kind().code())
                    .put("cause", total.cause())
                    .put("seconds", seconds(total.length()));
        }
        document.put("overlapSeconds", seconds(account.overlap()));
        ArrayNode spans = document.putArray("spans");
        for (StreamAccount.Piece piece : account.pieces()) {
            spans.addObject()
                    .put("start", Documents.instant(piece.from()))
                    .put("end", Documents.instant(piece.to()))
                    .put("class", piece.kind().code())
                    .put("cause", piece.cause());
        }
    }

    private static double seconds(Duration length) {
        return seconds(length.toNanos() / 1_000);
    }

    /** Media time of the fragments that begin in the span; on the media's own clock, so never counted twice. */
    private static long footageMicros(List<Segment> segments, Instant from, Instant to) {
        return segments.stream()
                .flatMap(segment -> segment.fragments().stream())
                .filter(f -> !f.start().isBefore(from) && f.start().isBefore(to))
                .mapToLong(f -> f.durationMicros())
                .sum();
    }

    /** Closed gaps only: an open one has no length yet. */
    private static long gapMicros(List<Gap> gaps, Instant from, Instant to) {
        long micros = 0;
        for (Gap gap : gaps) {
            if (gap.to().isPresent()) {
                Instant start = gap.from().isBefore(from) ? from : gap.from();
                Instant end = gap.to().get().isAfter(to) ? to : gap.to().get();
                micros += Math.max(0, Duration.between(start, end).toNanos() / 1_000);
            }
        }
        return micros;
    }

    private static double seconds(long micros) {
        return micros / 1e6;
    }

    private record Run(Instant start, Instant end, String codec, int segments, long bytes) {
        static Run of(Segment segment) {
            return new Run(segment.start(), segment.end(), segment.codec(), 1, segment.sizeBytes());
        }

        Run and(Run next) {
            return new Run(start, next.end, codec, segments + next.segments, bytes + next.bytes);
        }
    }
}
