// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.keys.Epoch;

/**
 * Brings a store back after a stop: records behind the index's marks are found again, the time since each stream's last
 * footage becomes a gap.
 */
final class Recovery {
    private static final Logger log = LoggerFactory.getLogger(Recovery.class);

    /** Records of one batch began within this of one another: a fragment, what waited for room, and the commit. */
    private static final long REACH_OF_A_BATCH_MICROS = TimeUnit.SECONDS.toMicros(6);

    /** All that can be known of a life whose end the ledger does not have. */
    static final String NOT_CLEAN = "not a clean stop: killed, power lost, or the stop could not be noted";

    private final FootageStore store;
    private final StreamBook streams;
    private final StandingIndex index;
    private final Indexer indexer;

    /** Where records that had been synced are damaged: what is missing there was not taken by the stop. */
    private final List<Damage> damage = new ArrayList<>();

    private record Damage(Reel reel, Moment from, Moment to) {
        boolean touches(Coverage.Span hole) {
            return hole.to().isAfter(from) && hole.from().isBefore(to);
        }
    }

    /** Whether the index was there to say where reading may begin. */
    private boolean indexTrusted;

    Recovery(FootageStore store, StreamBook streams, StandingIndex index, Indexer indexer) {
        this.store = store;
        this.streams = streams;
        this.index = index;
        this.indexer = indexer;
    }

    /** Reads what the index does not know yet and sets the writers where they go on. */
    void readReels(List<VolumeWriter> writers) throws IOException {
        Map<String, byte[]> marks = index.marks();
        indexTrusted = index.isOpen();
        int i = 0;
        for (Volume volume : store.volumes().values()) {
            new RingRecovery(volume, streams.reels, new OfVolume(volume, marks)).recover(writers.get(i++));
        }
        for (StreamState stream : streams.all()) {
            adoptRows(stream);
        }
        readWithoutIndexIfLost();
        allFound();
    }

    private void allFound() {
        for (StreamState stream : streams.all()) {
            stream.allFound();
            stream.segments(segment -> !segment.isComplete()).forEach(SegmentBuilder::leftOpen);
        }
    }

    /**
     * An index that fails in the middle of a start has said from where the reels are to be read, and then not what lies
     * before: everything is read from the reels after all. Without that, footage that only its rows told of would look
     * like time in which nothing was recorded.
     *
     * @return whether it was so
     */
    private boolean readWithoutIndexIfLost() {
        if (!indexTrusted || index.isOpen()) {
            return false;
        }
        indexTrusted = false;
        for (Ring ring : store.rings()) {
            for (Reel reel : ring.footage()) {
                readWhole(ring, reel);
                indexer.bound();
            }
        }
        return true;
    }

    private void readWhole(Ring ring, Reel reel) {
        ReelHeader header = reel.header();
        if (header == null) {
            return;
        }
        try {
            new ReelScan(ring.volume).forEach(reel, header, ReelScan.Known.NOTHING, entry -> {
                if (entry.header().kind() != RecordHeader.Kind.PADDING) {
                    found(ring, new RingPosition(header.serial(), entry.offset()), entry.header());
                }
            });
        } catch (IOException e) {
            log.error("{} cannot be read, its footage is not shown: {}", reel.path, e.toString());
        }
    }

    /** A segment with records in several rings can be found in part behind their marks although its row is whole. */
    private void adoptRows(StreamState stream) throws IOException {
        for (SegmentBuilder segment : stream.segments(any -> true)) {
            long from = segment.startUtcMicros;
            for (Segment row :
                    index.find(segment.epoch, stream.number, stream.id, from, from + StreamAppender.SEGMENT_MICROS)) {
                if (SegmentBuilder.Key.of(row).equals(segment.key) && store.finder.isReadable(row)) {
                    stream.adopt(segment, row);
                }
            }
        }
    }

    /** What the recovery of one volume asks and tells. */
    private final class OfVolume implements RingRecovery.Surroundings {
        private final Volume volume;
        private final Map<String, byte[]> marks;

        OfVolume(Volume volume, Map<String, byte[]> marks) {
            this.volume = volume;
            this.marks = marks;
        }

        @Override
        public @Nullable Ring ring(String classId) {
            return store.rings().stream()
                    .filter(ring -> ring.volume == volume && ring.classId.equals(classId))
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public RingRecovery.Marks marks(Ring ring) {
            byte[] indexed = marks.get(Keeper.INDEXED_MARK + ring.name());
            byte[] synced = marks.get(Keeper.SYNCED_MARK + ring.name());
            byte[] listed = marks.get(Keeper.LISTED_MARK + ring.name());
            return indexed == null || synced == null
                    ? RingRecovery.Marks.NONE
                    : new RingRecovery.Marks(
                            RingPosition.of(indexed),
                            RingPosition.of(synced),
                            listed == null ? RingPosition.START : RingPosition.of(listed));
        }

        @Override
        public void found(Ring ring, RingPosition at, RecordHeader header) {
            Recovery.this.found(ring, at, header);
        }

        @Override
        public void read(Reel reel) {
            indexer.bound();
        }

        @Override
        public void damaged(Reel reel, RecordHeader before, RecordHeader behind) {
            damage.add(new Damage(
                    reel,
                    streams.moment(before).plusMicros(-REACH_OF_A_BATCH_MICROS),
                    streams.moment(behind).plusMicros(REACH_OF_A_BATCH_MICROS)));
        }

        @Override
        public void retired(Reel reel, String why) {
            log.error("{} is retired: {}", reel.path, why);
            store.ledger()
                    .append(
                            new LedgerEntry.VolumeFailed(volume.id, "reel " + reel.index + " retired: " + why),
                            store.clock().utcMicros());
        }
    }

    private void found(Ring ring, RingPosition at, RecordHeader header) {
        Optional<StreamState> stream = streams.ofNumber(header.stream());
        if (stream.isEmpty()) {
            log.error(
                    "a record of unknown stream {} at {} {}: is this the store's own ledger?",
                    header.stream(),
                    ring,
                    at);
            return;
        }
        streams.runs.sawRun(header.run());
        if (store.held().epochs.opens(header.epoch(), header.stream())) {
            stream.get().found(header, ring, at);
        }
        if (header.kind() == RecordHeader.Kind.FRAGMENT) {
            stream.get().sawEnd(streams.moment(header).plusMicros(header.durationMicros()));
        }
    }

    // ---- accounting -----------------------------------------------------------------------------------------------

    /**
     * What was said of the time behind a stream's last footage can be older than the stop: a gap said to begin where
     * footage ended that never became durable. Every hole there was made by the stop.
     */
    void closeTails() throws IOException {
        Map<StreamState, Coverage> footage = footage();
        if (readWithoutIndexIfLost()) {
            allFound();
            footage = footage();
        }
        Moment alive = lastAlive();
        for (Map.Entry<StreamState, Coverage> entry : footage.entrySet()) {
            entry.getKey().closeGaps(alive);
            fillHoles(entry.getKey(), entry.getValue());
        }
    }

    /** What is known of the newest footage of each stream: all that a hole of this stop can lie in. */
    private Map<StreamState, Coverage> footage() throws IOException {
        Map<StreamState, Coverage> footage = new LinkedHashMap<>();
        for (StreamState stream : streams.all()) {
            if (stream.lastEnd().isEmpty()) {
                newestIndexedEnd(stream).ifPresent(stream::sawEnd);
            }
            footage.put(stream, newestFootage(stream));
        }
        return footage;
    }

    /** Until then the recorder was surely running. A clock that was ahead once puts no end of a gap into the future. */
    private Moment lastAlive() {
        Moment now = store.now();
        Moment alive = streams.lastAlive().orElse(null);
        for (StreamState stream : streams.all()) {
            Moment end = stream.lastEnd().orElse(null);
            alive = end != null && (alive == null || end.isAfter(alive)) ? end : alive;
        }
        return alive == null || !alive.isBefore(now)
                ? now
                : new Moment(alive.boot(), alive.ownMicros(), Math.min(alive.utcMicros(), now.utcMicros()));
    }

    private Optional<Moment> newestIndexedEnd(StreamState stream) throws IOException {
        List<Epoch> epochs = store.held().epochs.epochs();
        for (int i = epochs.size() - 1; i >= 0; i--) {
            Optional<Segment> newest = index.before(epochs.get(i).number(), stream.number, stream.id, Long.MAX_VALUE);
            if (newest.isPresent()) {
                List<FragmentRef> fragments = newest.get().fragments();
                FragmentRef last = fragments.get(fragments.size() - 1);
                return Optional.of(streams.moment(newest.get(), last).plusMicros(last.durationMicros()));
            }
        }
        return Optional.empty();
    }

    private Coverage newestFootage(StreamState stream) throws IOException {
        Coverage coverage = new Coverage();
        List<Segment> unindexed = stream.unindexed();
        Optional<Segment> first = unindexed.stream().min(Comparator.comparing(this::start, Moment::compare));
        if (first.isPresent()) {
            // A hole between the newest row and what follows it was made by the stop, too.
            newestBefore(stream, first.get()).ifPresent(row -> addFootage(coverage, row, streams));
            // A segment whose configuration went with a reel that failed is shown to nobody: its time is a hole.
            unindexed.stream().filter(store::isOnReel).forEach(segment -> addFootage(coverage, segment, streams));
            // Between segments that lie in one ring there can be others, in another ring, whose rows are in the index.
            for (Epoch epoch : store.held().epochs.epochs()) {
                if (epoch.number() >= first.get().epoch()) {
                    for (Segment row : store.segments(epoch.number(), stream, Instant.MIN, Instant.MAX)) {
                        Optional<Segment> part = store.readable(row);
                        if (part.isPresent() && !start(part.get()).isBefore(start(first.get()))) {
                            addFootage(coverage, part.get(), streams);
                        }
                    }
                }
            }
        }
        Optional<Moment> last = stream.lastEnd();
        if (first.isEmpty() && last.isPresent()) {
            // Its last records are of no segment (their configuration never became durable): a hole, behind what is
            // known.
            toldBefore(stream, last.get()).ifPresent(told -> coverage.add(told, told));
        }
        last.ifPresent(end -> coverage.add(end, end));
        return coverage;
    }

    /** The end of the newest row or gap that does not come later. */
    private Optional<Moment> toldBefore(StreamState stream, Moment last) throws IOException {
        Moment told = newestIndexedEnd(stream).filter(end -> !end.isAfter(last)).orElse(null);
        for (GapBook.Span gap : stream.gapSpans()) {
            Moment end = gap.to().orElse(gap.from());
            told = !end.isAfter(last) && (told == null || end.isAfter(told)) ? end : told;
        }
        return Optional.ofNullable(told);
    }

    private Moment start(Segment segment) {
        return streams.moment(segment, segment.fragments().get(0));
    }

    private void fillHoles(StreamState stream, Coverage coverage) {
        addGaps(coverage, stream, Optional.empty());
        addClockSteps(coverage, streams);
        Optional<Moment> started = streams.lastStarted();
        for (Coverage.Span hole : coverage.holes(null)) {
            // One before the last start was not made by this stop: whatever made it, it is not to be explained away.
            // One that
            // reaches up to that start was: the stop before it, whose account may not have become durable.
            if (started.map(start -> !hole.to().isBefore(start)).orElse(true)) {
                enterHole(stream, hole);
            }
        }
    }

    private void enterHole(StreamState stream, Coverage.Span hole) {
        Optional<Damage> damaged =
                damage.stream().filter(one -> one.touches(hole)).findFirst();
        if (damaged.isPresent()) {
            stream.gap(hole.from(), hole.to(), GapCause.DAMAGED, "its record in " + damaged.get().reel.path);
        } else {
            stream.gap(
                    hole.from(),
                    hole.to(),
                    GapCause.RECORDER_STOPPED,
                    "not yet acknowledged when the recorder stopped");
        }
    }

    /** The newest row before this segment; epochs follow one another as the recorder lived through them. */
    private Optional<Segment> newestBefore(StreamState stream, Segment first) throws IOException {
        List<Epoch> epochs = store.held().epochs.epochs();
        for (int i = epochs.size() - 1; i >= 0; i--) {
            long epoch = epochs.get(i).number();
            if (epoch > first.epoch()) {
                continue;
            }
            Optional<Segment> row = newestOf(epoch, stream, first);
            if (row.isPresent()) {
                return row.filter(store.finder::isReadable);
            }
        }
        return Optional.empty();
    }

    /**
     * The index has rows by UTC. Where the clock was set back there are two that may be the newest by the recorder's own time:
     * the one before the segment, and the last of all.
     */
    private Optional<Segment> newestOf(long epoch, StreamState stream, Segment first) throws IOException {
        List<Segment> candidates = new ArrayList<>();
        for (long before : new long[] {StreamState.micros(first.start()) - 1, Long.MAX_VALUE}) {
            index.before(epoch, stream.number, stream.id, before)
                    .filter(row -> row.epoch() != first.epoch() || start(row).isBefore(start(first)))
                    .ifPresent(candidates::add);
        }
        return candidates.stream().max(Comparator.comparing(this::start, Moment::compare));
    }

    /**
     * Adds the gaps behind the beginning of what is covered, or from the first gap where nothing is.
     *
     * @param until where an open gap has come to; empty where it is to count as no longer than its beginning
     */
    static void addGaps(Coverage coverage, StreamState stream, Optional<Moment> until) {
        Moment first = coverage.isEmpty() ? null : coverage.first();
        for (GapBook.Span gap : stream.gapSpans()) {
            Moment to = gap.to().or(() -> until).orElse(gap.from());
            if (first == null || !gap.from().isBefore(first)) {
                coverage.add(gap.from(), to);
            } else if (to.isAfter(first)) {
                coverage.add(first, to);
            }
        }
    }

    /** Where only UTC is known: time that a step forward left out, or that a step back makes the clock show twice. */
    static void addClockSteps(Coverage coverage, StreamBook streams) {
        for (LedgerEntry.ClockStepped step : streams.clockSteps()) {
            coverage.addStep(step.fromUtcMicros(), step.toUtcMicros());
        }
    }

    static void addFootage(Coverage coverage, Segment segment, StreamBook streams) {
        for (FragmentRef fragment : segment.fragments()) {
            Moment start = streams.moment(segment, fragment);
            coverage.add(start, start.plusMicros(fragment.durationMicros()));
        }
    }

    /**
     * The time from the last that is known of a configured stream until now.
     *
     * @return when a recorder stopped that did not end cleanly; empty after a clean stop
     */
    Optional<Instant> accountForStop(StreamState stream, Moment now) {
        Moment known = stream.lastEnd().orElse(null);
        for (GapBook.Span gap : stream.gapSpans()) {
            Moment end = gap.to().orElse(gap.from());
            known = !end.isAfter(now) && (known == null || end.isAfter(known)) ? end : known;
        }
        if (known == null || !known.isBefore(now)) {
            return Optional.empty();
        }
        boolean isCut = streams.lives.isCutAt(known);
        stream.gap(known, now, GapCause.RECORDER_STOPPED, isCut ? NOT_CLEAN : "");
        return isCut ? Optional.of(StreamState.instant(known.utcMicros())) : Optional.empty();
    }
}
