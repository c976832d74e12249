// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts rows of finished segments into the index, with marks up to where it then knows each ring. While the index takes
 * none the rows wait in memory; beyond a limit the oldest are let go and read again from their reels once it takes rows.
 * The marks never pass what was let go, so a stop in the meantime loses nothing either. Confined to the opening thread
 * until the store is open, then to the keeper's.
 */
final class Indexer {
    private static final Logger log = LoggerFactory.getLogger(Indexer.class);

    /**
     * Segments that wait for the index: about 7 kB each (60 fragments), so 115 MB; a quarter of an hour of 1,000 cameras,
     * more than an hour of 195.
     */
    static final int MOST_WAITING = 16_384;

    private final FootageStore store;
    private final StreamBook streams;
    private final StandingIndex index;
    private final int mostWaiting;

    /** From where to where, by name of the ring, rows may be neither in the index nor in memory. */
    private final Map<String, Missing> missing = new HashMap<>();

    private final CatchUp catchUp;
    private final Summariser summariser;
    private final Map<Volume, ReelLists> lists = new HashMap<>();
    private volatile boolean behind;

    /** Whether it knows what the index that is open knows. */
    private boolean isSummariserTold;

    private record Missing(RingPosition from, RingPosition to) {
        Missing and(Missing other) {
            return new Missing(from.min(other.from), to.max(other.to));
        }
    }

    /** A segment whose row waits, and the stream it is of. */
    private record Waiting(StreamState stream, SegmentBuilder segment) {}

    /** @param onRead has the keeper come round again: a reel that the index misses has been read */
    Indexer(FootageStore store, StreamBook streams, StandingIndex index, int mostWaiting, Runnable onRead) {
        this.store = store;
        this.streams = streams;
        this.index = index;
        this.mostWaiting = mostWaiting;
        this.catchUp = new CatchUp(streams);
        this.summariser = new Summariser(index, streams, store.keys());
        store.volumes().values().forEach(volume -> lists.put(volume, new ReelLists(volume, "catching-up", onRead)));
    }

    /** Whether there is footage that only its reels know of. Any thread. */
    boolean isBehind() {
        return behind;
    }

    /** Whether every finished segment is found in the index or in memory. Any thread. */
    boolean isWhole() {
        return !behind && index.isOpen();
    }

    /** The keeper's round. */
    void round() throws IOException {
        long now = store.clock().monoNanos();
        if (index.mend(now)) {
            reopened();
        }
        try {
            putComplete();
            sumUp();
            index.works();
        } catch (IOException e) {
            index.failed(e, now);
            letGoBeyondLimit();
            return;
        }
        for (Ring ring : store.rings()) {
            Missing span = missing.get(ring.name());
            if (span != null) {
                catchUp(ring, span);
            }
        }
        behind = !missing.isEmpty();
    }

    private void put(List<SegmentIndex.Row> rows, Map<String, byte[]> marks) throws IOException {
        index.put(rows, marks);
        summariser.put(rows);
    }

    /** Not in the first round, which the start waits for. */
    private void sumUp() throws IOException {
        if (!index.isOpen()) {
            return;
        }
        if (isSummariserTold) {
            summariser.round();
        } else {
            summariser.opened();
            isSummariserTold = true;
        }
    }

    /** A generation was cleared: what is being put together loses what it had in it. */
    void cleared(String volume, long serial) {
        catchUp.cleared(volume, serial);
    }

    /** At start, between two reels: a month of segments does not fit into memory. */
    void bound() {
        if (waiting().size() <= mostWaiting) {
            return;
        }
        try {
            List<Waiting> rows = waiting();
            // The newest of each stream stays: what follows it is compared with it.
            Map<StreamState, SegmentBuilder> newest = new HashMap<>();
            rows.forEach(row -> newest.put(row.stream, row.segment));
            rows.removeIf(row -> newest.get(row.stream) == row.segment);
            put(rows.stream().map(Indexer::row).toList(), Map.of());
            rows.forEach(row -> row.stream.forget(List.of(row.segment)));
        } catch (IOException e) {
            log.error("the index takes no rows at start: {}", e.toString());
            letGoBeyondLimit();
        }
    }

    private static SegmentIndex.Row row(Waiting waiting) {
        return new SegmentIndex.Row(waiting.stream.number, waiting.segment.toSegment());
    }

    /** Segments in memory that nothing more comes to, oldest first. */
    private List<Waiting> waiting() {
        List<Waiting> waiting = new ArrayList<>();
        for (StreamState stream : streams.all()) {
            stream.segments(segment -> segment.isWhole() && segment.hasFragments())
                    .forEach(segment -> waiting.add(new Waiting(stream, segment)));
        }
        waiting.sort(Comparator.comparingLong(row -> row.segment.startUtcMicros));
        return waiting;
    }

    private void letGoBeyondLimit() {
        List<Waiting> waiting = waiting();
        int tooMany = waiting.size() - mostWaiting;
        if (tooMany <= 0) {
            return;
        }
        log.error("the index is behind: {} segments are let go and read again from their reels later", tooMany);
        for (Waiting oldest : waiting.subList(0, tooMany)) {
            oldest.segment.lowest().forEach((ring, at) -> missing.merge(ring, new Missing(at, at), Missing::and));
            oldest.segment.highest().forEach((ring, at) -> missing.merge(ring, new Missing(at, at), Missing::and));
            oldest.stream.forget(List.of(oldest.segment));
        }
        behind = true;
    }

    /** What the index that was opened knows decides what is missing; one begun anew knows nothing. */
    private void reopened() throws IOException {
        isSummariserTold = false;
        Map<String, byte[]> marks = index.marks();
        for (Ring ring : store.rings()) {
            byte[] indexed = marks.get(Keeper.INDEXED_MARK + ring.name());
            Missing span = missing.get(ring.name());
            if (indexed == null) {
                missing.put(ring.name(), new Missing(RingPosition.START, ring.synced()));
            } else if (span != null) {
                missing.put(ring.name(), new Missing(span.from.max(RingPosition.of(indexed)), span.to));
            }
        }
        behind = !missing.isEmpty();
        log.info("the index is open again{}", behind ? " and is brought up to date from the reels" : "");
    }

    // ---- rows of finished segments --------------------------------------------------------------------------------

    private void putComplete() throws IOException {
        Map<Ring, RingPosition> synced = new HashMap<>();
        Map<String, byte[]> listed = new HashMap<>();
        for (Ring ring : store.rings()) {
            listed.put(Keeper.LISTED_MARK + ring.name(), ring.listed().toBytes());
            synced.put(ring, ring.synced());
        }
        Map<StreamState, List<SegmentBuilder>> done = new HashMap<>();
        List<SegmentIndex.Row> rows = new ArrayList<>();
        for (StreamState stream : streams.all()) {
            List<SegmentBuilder> complete = stream.takeComplete();
            if (complete.isEmpty()) {
                continue;
            }
            done.put(stream, complete);
            for (SegmentBuilder segment : complete) {
                streams.leaves.sealed(store, stream, segment);
                // What was erased in the meantime is not entered again.
                if (segment.hasFragments() && store.held().epochs.opens(segment.epoch, stream.number)) {
                    rows.add(new SegmentIndex.Row(stream.number, segment.toSegment()));
                }
            }
        }
        if (!isLedgerDurable()) {
            letGoBeyondLimit();
            return;
        }
        listed.putAll(marks(synced, done));
        put(rows, listed);
        done.forEach(StreamState::forget);
    }

    /** A gap's entry is older than the rows behind it; found without it, they would leave a hole unexplained. */
    private boolean isLedgerDurable() {
        try {
            store.ledger().awaitDurable();
            return true;
        } catch (IOException e) {
            log.debug("rows wait for the ledger, of which the alarm is raised elsewhere: {}", e.toString());
            return false;
        }
    }

    private Map<String, byte[]> marks(Map<Ring, RingPosition> synced, Map<StreamState, List<SegmentBuilder>> done) {
        Map<String, RingPosition> indexed = new HashMap<>();
        synced.forEach((ring, position) -> indexed.put(ring.name(), position));
        for (StreamState stream : streams.all()) {
            stream.lowestWithoutRow(done.getOrDefault(stream, List.of()))
                    .forEach((ring, at) -> indexed.merge(ring, at, RingPosition::min));
        }
        missing.forEach((ring, span) -> indexed.merge(ring, span.from, RingPosition::min));
        catchUp.unfinished().forEach((ring, first) -> indexed.merge(ring, first, RingPosition::min));
        Map<String, byte[]> marks = new HashMap<>();
        indexed.forEach((ring, position) -> marks.put(Keeper.INDEXED_MARK + ring, position.toBytes()));
        synced.forEach((ring, position) -> marks.put(Keeper.SYNCED_MARK + ring.name(), position.toBytes()));
        return marks;
    }

    /** Ends its threads. */
    void close() {
        lists.values().forEach(ReelLists::close);
    }

    private ReelLists lists(Ring ring) {
        ReelLists of = lists.get(ring.volume);
        if (of == null) {
            throw new IllegalStateException("a ring of no volume of this store: " + ring);
        }
        return of;
    }

    // ---- catching up ----------------------------------------------------------------------------------------------

    /** One whose last reel is behind the span may have come to the index whole, from memory, in the meantime. */
    private List<SegmentIndex.Row> notKnownBetter(List<SegmentIndex.Row> leftOver) throws IOException {
        List<SegmentIndex.Row> rows = new ArrayList<>();
        for (SegmentIndex.Row row : leftOver) {
            Segment found = row.segment();
            long start = StreamState.micros(found.start());
            boolean isKnown = index.find(found.epoch(), row.stream(), found.stream(), start, start + 1).stream()
                    .anyMatch(standing -> standing.run() == found.run()
                            && standing.number() == found.number()
                            && standing.fragments().size() >= found.fragments().size());
            if (!isKnown) {
                rows.add(row);
            }
        }
        return rows;
    }

    /**
     * One reel a round, oldest first; the one the head is in waits until it is full. A ring whose disk is slow to read, or
     * hangs, is passed by until its reel has been read.
     */
    private void catchUp(Ring ring, Missing span) throws IOException {
        Reel next = ring.footage().stream()
                .filter(reel -> reel.serial() >= span.from.serial())
                .findFirst()
                .orElse(null);
        if (next == null || next.serial() > span.to.serial()) {
            // What is left got no seal, or is in another ring as well.
            if (missing.size() == 1) {
                put(notKnownBetter(catchUp.leftOver()), Map.of());
                catchUp.clear();
            }
            missing.remove(ring.name());
            log.info("the index knows all of {} again", ring);
            return;
        }
        ReelHeader header = next.header();
        if (next.state() == Reel.State.HEAD || header == null) {
            return;
        }
        Optional<ReelLists.Listed> listed = lists(ring).ask(ring, next, header);
        if (listed.isEmpty()) {
            return;
        }
        long serial = header.serial();
        List<SegmentIndex.Row> rows = catchUp.read(ring, listed.get());
        put(
                rows.stream()
                        .filter(row -> store.held().epochs.opens(row.segment().epoch(), row.stream()))
                        .toList(),
                Map.of());
        catchUp.put(rows);
        missing.put(ring.name(), new Missing(new RingPosition(serial + 1, 0), span.to));
    }
}
