// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.keys.Epoch;

/**
 * Checks a store against itself and, where there is one, against an acknowledgement log. Reads only; confined to one
 * thread. The shallow check reads the index; the deep one reads, decrypts and digests every record as well.
 */
final class StoreCheck {
    /** Stream, run, sequence, SHA-256. */
    private static final int LOG_WORDS = 4;

    private final FootageStore store;
    private final StreamBook streams;
    private final boolean deep;
    private final List<String> findings = new ArrayList<>();
    private final Map<StreamId, NavigableMap<Long, NavigableMap<Long, Known>>> known = new HashMap<>();
    private long fragments;
    private long segments;
    private long damaged;
    private long missing;
    private long gaps;
    private long unexplained;
    private long checkedLines;
    private long cutLines;

    private final SegmentReading reading;

    /** Of the stream that is being checked. */
    private final Map<SegmentBuilder.Key, Set<Long>> shownInRing = new HashMap<>();

    /** A fragment that is there, when it is of, and its digest where the deep check read it. */
    private record Known(Moment start, @Nullable Digest digest) {}

    StoreCheck(FootageStore store, StreamBook streams, boolean deep) {
        this.store = store;
        this.streams = streams;
        this.deep = deep;
        this.reading = new SegmentReading(store, new Findings(), SegmentReading.Pace.NONE);
    }

    CheckReport run(Optional<Path> acknowledgementLog) throws IOException {
        if (store.isIndexBehind()) {
            finding("the index is behind its reels and being brought up to date: not all footage is listed yet");
        }
        for (StreamState stream : streams.all()) {
            check(stream, acknowledgementLog.isPresent());
        }
        checkCopied();
        if (acknowledgementLog.isPresent()) {
            checkAgainst(acknowledgementLog.get());
        }
        return new CheckReport(fragments, segments, damaged, missing, gaps, unexplained, findings);
    }

    /** What was said to stand in the vault: its keys, and every fragment of it. */
    private void checkCopied() {
        Optional<HeldCopies> copies = store.held().parts().copies();
        for (HeldFootage.CopiedHold hold : store.held().footage.copied()) {
            Optional<String> why = copies.isEmpty()
                    ? Optional.of("the store was opened without its vault")
                    : copies.get().missing(hold.wanted(), hold.fragments());
            if (why.isPresent()) {
                missing++;
                finding("hold " + hold.hold() + " was copied to the vault: " + why.get());
            }
        }
    }

    private void check(StreamState stream, boolean remember) throws IOException {
        shownInRing.clear();
        Coverage coverage = new Coverage();
        Moment checkedAt = store.now();
        // Those in memory first: the keeper may put a row between our two looks.
        Map<SegmentBuilder.Key, Segment> unindexed = new LinkedHashMap<>();
        stream.unindexed().forEach(segment -> unindexed.put(SegmentBuilder.Key.of(segment), segment));
        // Epoch by epoch: a month of one camera need not be in memory at once.
        for (Epoch epoch : store.held().epochs.epochs()) {
            for (Segment segment : store.segments(epoch.number(), stream, Instant.MIN, Instant.MAX)) {
                unindexed.remove(SegmentBuilder.Key.of(segment));
                checkShown(stream, segment, remember, coverage);
            }
        }
        for (Segment segment : unindexed.values()) {
            checkShown(stream, segment, remember, coverage);
        }
        checkVault(stream, remember, coverage);
        account(stream, coverage, checkedAt);
    }

    /** What stands nowhere else; where that is away, what was said of it explains the time it is of. */
    private void checkVault(StreamState stream, boolean remember, Coverage coverage) throws IOException {
        Moment first = coverage.isEmpty() ? null : coverage.first();
        for (Segment copy : store.finder.copies(stream, Instant.MIN, Instant.MAX, shownInRing)) {
            check(stream, copy, remember);
            if (first != null && !streams.moment(copy, copy.fragments().get(0)).isBefore(first)) {
                Recovery.addFootage(coverage, copy, streams);
            }
        }
        boolean isAway = store.held().vault.map(of -> of.notWhole().isPresent()).orElse(true);
        for (HeldFootage.CopiedHold hold : isAway ? store.held().footage.copied() : List.<HeldFootage.CopiedHold>of()) {
            Moment from = Moment.atUtc(StreamState.micros(hold.wanted().from()));
            if (first != null && hold.wanted().streams().contains(stream.id) && !from.isBefore(first)) {
                coverage.add(from, Moment.atUtc(StreamState.micros(hold.wanted().to())));
            }
        }
    }

    private void checkShown(StreamState stream, Segment segment, boolean remember, Coverage coverage)
            throws IOException {
        Optional<Segment> shown = store.readable(segment);
        if (shown.isPresent()) {
            store.finder.addCopied(shownInRing, stream, shown.get());
            check(stream, shown.get(), remember);
            Recovery.addFootage(coverage, shown.get(), streams);
        }
        if (store.keys().isReadable(segment.epoch())) {
            // What readers are refused until it is erased, or until a doubt about the time is settled, is there all the
            // same.
            Recovery.addFootage(coverage, segment, streams);
        }
    }

    private void account(StreamState stream, Coverage coverage, Moment checkedAt) {
        for (GapBook.Span gap : stream.gapSpans()) {
            gaps++;
            if (gap.cause() == GapCause.DAMAGED) {
                damaged++;
                finding(stream.id + " from " + StreamState.instant(gap.from().utcMicros())
                        + ": its record was damaged and was found so at a start");
            }
        }
        // Behind the last acknowledged fragment stands the open one: it is neither footage nor a gap yet.
        Moment lastFootage = coverage.isEmpty() ? null : coverage.last();
        Recovery.addGaps(coverage, stream, Optional.of(checkedAt));
        boolean isGone = lastFootage == null && (streams.reels.hasCleared() || streams.rules.hasErased());
        if (coverage.isEmpty() || isGone) {
            return; // between gaps of which nothing is left there was footage
        }
        Recovery.addClockSteps(coverage, streams);
        Moment until = stream.hasOpenGap() || lastFootage == null ? checkedAt : lastFootage;
        for (Coverage.Span hole : coverage.holes(stream.isAccountedFor() ? until : null)) {
            unexplained++;
            finding(stream.id + " from " + StreamState.instant(hole.from().utcMicros()) + " to "
                    + StreamState.instant(hole.to().utcMicros()) + ": neither footage nor a gap");
        }
    }

    // ---- one segment ----------------------------------------------------------------------------------------------

    private void check(StreamState stream, Segment segment, boolean remember) throws IOException {
        segments++;
        fragments += segment.fragments().size();
        Map<Long, Digest> digests = deep ? reading.read(segment).digests() : Map.of();
        if (remember) {
            for (FragmentRef fragment : segment.fragments()) {
                known.computeIfAbsent(stream.id, s -> new TreeMap<>())
                        .computeIfAbsent(segment.run(), r -> new TreeMap<>())
                        .put(
                                fragment.sequence(),
                                new Known(streams.moment(segment, fragment), digests.get(fragment.sequence())));
            }
        }
    }

    private final class Findings implements SegmentReading.Findings {
        private final Set<String> unread = new HashSet<>();

        @Override
        public void damaged(Segment segment, String what) {
            damaged++;
            finding(SegmentReading.name(segment) + ": " + what);
        }

        @Override
        public void missing(Segment segment, String what) {
            missing++;
            finding(SegmentReading.name(segment) + ": " + what);
        }

        @Override
        public void unreadable(Segment segment, FragmentRef ref, IOException cause) {
            damaged(segment, "sequence " + ref.sequence() + " on volume " + ref.volume() + ": " + cause);
        }

        /** A disk that hangs must not keep the rest from being checked; said once a volume. */
        @Override
        public void notAnswering(FragmentRef ref, NotAnsweringException e) {
            if (unread.add(ref.volume())) {
                finding(e.getMessage() + ": nothing on it could be read");
            }
        }
    }

    // ---- the acknowledgement log ----------------------------------------------------------------------------------

    private void checkAgainst(Path log) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(log)) {
            long number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                String[] words = line.strip().split("\\s+", -1);
                if (words.length == LOG_WORDS && words[LOG_WORDS - 1].length() == 2 * Digest.BYTES) {
                    checkAcknowledged(words, log, number);
                } else {
                    cutLines++;
                    finding(log + ":" + number + ": passed over, not \"stream run sequence sha256\": " + line);
                }
            }
        }
        // Each kill in the middle of a write leaves one cut line; a file of nothing else is no acknowledgement log.
        if (cutLines > 0 && checkedLines == 0) {
            throw new IllegalArgumentException(
                    log + " is no acknowledgement log (expected lines: stream run sequence sha256)");
        }
    }

    private void checkAcknowledged(String[] words, Path log, long number) {
        checkedLines++;
        StreamId stream = StreamId.parse(words[0]);
        long run = parse(words[1], log, number);
        long sequence = parse(words[2], log, number);
        NavigableMap<Long, NavigableMap<Long, Known>> runs = known.getOrDefault(stream, new TreeMap<>());
        Known there = runs.getOrDefault(run, new TreeMap<>()).get(sequence);
        if (there == null) {
            if (!wasCleared(runs, run, sequence) && !wasOverwritten(stream, runs, run, sequence)) {
                missing++;
                finding(stream + " run " + run + " sequence " + sequence + ": acknowledged, not in the store");
            }
        } else if (there.digest != null && !there.digest.equals(Digest.parse(words[3]))) {
            damaged++;
            finding(stream + " run " + run + " sequence " + sequence + ": digest differs from the one acknowledged");
        }
    }

    private static long parse(String word, Path log, long number) {
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(log + ":" + number + ": " + word + " (expected: a number)", e);
        }
    }

    /** Older than everything the stream still has, and the head has come by. */
    private boolean wasCleared(NavigableMap<Long, NavigableMap<Long, Known>> runs, long run, long sequence) {
        boolean cleared = streams.reels.hasCleared() || streams.rules.hasErased();
        if (!cleared || runs.isEmpty()) {
            return cleared;
        }
        long oldestRun = runs.firstKey();
        long oldestSequence = runs.firstEntry().getValue().firstKey();
        return run < oldestRun || (run == oldestRun && sequence < oldestSequence);
    }

    /**
     * It lies between fragments that are there, and of the time between them the ledger says that it was overwritten: a
     * ring on another volume has come round before the one that holds what is older.
     */
    private boolean wasOverwritten(
            StreamId id, NavigableMap<Long, NavigableMap<Long, Known>> runs, long run, long sequence) {
        Known before = neighbour(runs.headMap(run, true).descendingMap(), run, of -> of.lowerEntry(sequence), false);
        Known after = neighbour(runs.tailMap(run, true), run, of -> of.higherEntry(sequence), true);
        if (before == null) {
            return false;
        }
        return streams.of(id).stream()
                .flatMap(state -> state.gapSpans().stream())
                .filter(gap -> gap.cause() == GapCause.OVERWRITTEN || gap.cause() == GapCause.ERASED)
                .anyMatch(gap -> gap.to().map(to -> to.isAfter(before.start)).orElse(true)
                        && (after == null || gap.from().isBefore(after.start)));
    }

    private static @Nullable Known neighbour(
            NavigableMap<Long, NavigableMap<Long, Known>> nearestFirst,
            long run,
            Function<NavigableMap<Long, Known>, Map.@Nullable Entry<Long, Known>> inRun,
            boolean first) {
        for (Map.Entry<Long, NavigableMap<Long, Known>> entry : nearestFirst.entrySet()) {
            NavigableMap<Long, Known> of = entry.getValue();
            Map.Entry<Long, Known> found =
                    entry.getKey() == run ? inRun.apply(of) : first ? of.firstEntry() : of.lastEntry();
            if (found != null) {
                return found.getValue();
            }
        }
        return null;
    }

    private void finding(String what) {
        if (findings.size() < CheckReport.MAX_FINDINGS) {
            findings.add(what);
        }
    }
}
