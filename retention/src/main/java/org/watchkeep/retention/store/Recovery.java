// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.keys.Epoch;

/**
 * Brings a store back after a stop: records behind the index's marks are found again, the time since each stream's last
 * footage becomes a gap, and segments that the stop left open are sealed in the background while recording already
 * runs.
 */
final class Recovery {
    private static final Logger log = LoggerFactory.getLogger(Recovery.class);

    /** A seal that finds no batch free is tried again this much later. */
    private static final long AGAIN_MILLIS = 200;

    private final FootageStore store;
    private final StreamBook streams;
    private final Index index;
    private final Indexer indexer;
    private final ScheduledThreadPoolExecutor sealer = sealer();
    private volatile boolean stopping;

    private static ScheduledThreadPoolExecutor sealer() {
        ScheduledThreadPoolExecutor sealer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "store-sealer");
            thread.setDaemon(true);
            return thread;
        });
        sealer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return sealer;
    }

    Recovery(FootageStore store, StreamBook streams, Index index, Indexer indexer) {
        this.store = store;
        this.streams = streams;
        this.index = index;
        this.indexer = indexer;
    }

    /** Reads what the index does not know yet and sets the writers where they go on. */
    void readReels(List<VolumeWriter> writers) throws IOException {
        Map<String, byte[]> marks = index.marks();
        int i = 0;
        for (Volume volume : store.volumes().values()) {
            new RingRecovery(volume, streams.reels, new OfVolume(volume, marks)).recover(writers.get(i++));
        }
        for (StreamState stream : streams.all()) {
            adoptRows(stream);
            stream.allFound();
            stream.segments(segment -> !segment.isComplete()).forEach(SegmentBuilder::leftOpen);
        }
    }

    /** A segment with records in several rings can be found in part behind their marks although its row is whole. */
    private void adoptRows(StreamState stream) throws IOException {
        for (SegmentBuilder segment : stream.segments(any -> true)) {
            long from = segment.startUtcMicros;
            for (Segment row :
                    index.find(segment.epoch, stream.number, stream.id, from, from + StreamAppender.SEGMENT_MICROS)) {
                if (SegmentBuilder.Key.of(row).equals(segment.key) && store.isReadable(row)) {
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
            return indexed == null || synced == null
                    ? RingRecovery.Marks.NONE
                    : new RingRecovery.Marks(RingPosition.of(indexed), RingPosition.of(synced));
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
        stream.get().found(header, ring, at);
        if (header.kind() == RecordHeader.Kind.FRAGMENT) {
            stream.get().sawEnd(header.startUtcMicros() + header.durationMicros());
        }
    }

    // ---- accounting -----------------------------------------------------------------------------------------------

    /**
     * What was said of the time behind a stream's last footage can be older than the stop: a gap said to begin where
     * footage ended that never became durable. Every hole there was made by the stop.
     */
    void closeTails() throws IOException {
        for (StreamState stream : streams.all()) {
            if (stream.lastEndUtcMicros() == 0) {
                stream.sawEnd(newestIndexedEnd(stream));
            }
        }
        long alive = streams.all().stream()
                .mapToLong(StreamState::lastEndUtcMicros)
                .max()
                .orElse(0);
        // A clock that was ahead once must not put the end of a gap into the future.
        alive = Math.min(Math.max(alive, streams.lastUtcMicros()), store.clock().utcMicros());
        for (StreamState stream : streams.all()) {
            stream.closeGaps(alive, store.clock().monoNanos(), store.clock().bootId());
            fillHoles(stream);
        }
    }

    private long newestIndexedEnd(StreamState stream) throws IOException {
        List<Epoch> epochs = store.keys().epochs();
        for (int i = epochs.size() - 1; i >= 0; i--) {
            Optional<Segment> newest = index.before(epochs.get(i).number(), stream.number, stream.id, Long.MAX_VALUE);
            if (newest.isPresent()) {
                return StreamState.micros(newest.get().end());
            }
        }
        return 0;
    }

    private void fillHoles(StreamState stream) throws IOException {
        long end = stream.lastEndUtcMicros();
        Coverage coverage = new Coverage();
        List<Segment> unindexed = stream.unindexed();
        Optional<Instant> first = unindexed.stream().map(Segment::start).min(Instant::compareTo);
        if (first.isPresent()) {
            // A hole between the newest row and what follows it was made by the stop, too.
            newestBefore(stream, first.get()).ifPresent(row -> addFootage(coverage, row));
            unindexed.forEach(segment -> addFootage(coverage, segment));
            // Between segments that lie in one ring there can be others, in another ring, whose rows are in the index.
            for (Segment segment : store.segments(stream.id, first.get(), Instant.MAX)) {
                addFootage(coverage, segment);
            }
        }
        if (end != 0) {
            coverage.add(end, end);
        }
        Instant from = coverage.isEmpty() ? Instant.MIN : StreamState.instant(coverage.first());
        for (Gap gap : stream.gaps(from, Instant.MAX)) {
            coverage.add(
                    Math.max(StreamState.micros(gap.from()), from.equals(Instant.MIN) ? 0 : coverage.first()),
                    StreamState.micros(gap.to().orElse(gap.from())));
        }
        addClockSteps(coverage, streams);
        for (Coverage.Span hole : coverage.holes(0)) {
            stream.gap(
                    hole.from(),
                    hole.to(),
                    store.clock().bootId(),
                    GapCause.RECORDER_STOPPED,
                    "not yet acknowledged when the recorder stopped");
        }
    }

    private Optional<Segment> newestBefore(StreamState stream, Instant first) throws IOException {
        List<Epoch> epochs = store.keys().epochs();
        for (int i = epochs.size() - 1; i >= 0; i--) {
            Optional<Segment> row =
                    index.before(epochs.get(i).number(), stream.number, stream.id, StreamState.micros(first) - 1);
            if (row.isPresent()) {
                return row.filter(store::isReadable);
            }
        }
        return Optional.empty();
    }

    /** Time that a step forward left out, and time that a step back makes the clock show twice: no hole of the recorder's. */
    static void addClockSteps(Coverage coverage, StreamBook streams) {
        for (LedgerEntry.ClockStepped step : streams.clockSteps()) {
            long from = Math.min(step.fromUtcMicros(), step.toUtcMicros());
            long to = Math.max(step.fromUtcMicros(), step.toUtcMicros());
            if (!coverage.isEmpty() && to > coverage.first()) {
                coverage.add(from, to);
            }
        }
    }

    static void addFootage(Coverage coverage, Segment segment) {
        for (FragmentRef fragment : segment.fragments()) {
            long start = StreamState.micros(fragment.start());
            coverage.add(start, start + fragment.durationMicros());
        }
    }

    /** The time from the last that is known of a configured stream until now. */
    void accountForStop(StreamState stream) {
        StoreClock clock = store.clock();
        long known = Math.max(
                stream.lastEndUtcMicros(),
                stream.gaps(Instant.MIN, Instant.MAX).stream()
                        .mapToLong(gap -> StreamState.micros(gap.to().orElse(gap.from())))
                        .filter(end -> end <= clock.utcMicros())
                        .max()
                        .orElse(0));
        if (known != 0 && known < clock.utcMicros()) {
            stream.gap(known, clock.utcMicros(), clock.bootId(), GapCause.RECORDER_STOPPED, "");
        }
    }

    // ---- sealing --------------------------------------------------------------------------------------------------

    /** Seals what the stop left open, stream by stream, in the background. */
    void sealLeftOpen() {
        StoreLoop loop = store.loop(sealer);
        for (StreamState stream : streams.all()) {
            sealer.execute(() -> attempt(stream, loop));
        }
    }

    /** Never by an interrupt: that would close the channel the sealer reads from, for every reader. */
    void stop() {
        stopping = true;
        sealer.shutdown();
        try {
            if (!sealer.awaitTermination(10, TimeUnit.SECONDS)) {
                log.warn("the sealer is still reading at the stop; it goes on at the next start");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void attempt(StreamState stream, StoreLoop loop) {
        try {
            chain(stream);
            for (SegmentBuilder open : stream.segments(SegmentBuilder::isLeftOpen)) {
                if (stopping) {
                    return;
                }
                if (!seal(stream, open, loop)) {
                    // What goes wrong in the attempt it reports itself.
                    var unused = sealer.schedule(() -> attempt(stream, loop), AGAIN_MILLIS, TimeUnit.MILLISECONDS);
                    return;
                }
            }
        } catch (IOException e) {
            log.error("sealing what the stop left open of {}: {}", stream.id, e.toString());
        } catch (java.util.concurrent.RejectedExecutionException e) {
            log.info("the store is being closed; {} is sealed at the next start", stream.id);
        }
    }

    /** The next seal chains to the newest one on the disk, unless a newer was written since the start. */
    private void chain(StreamState stream) throws IOException {
        if (stream.lastSealed().isPresent()) {
            return;
        }
        List<Epoch> epochs = store.keys().epochs();
        for (int i = epochs.size() - 1; i >= 0; i--) {
            List<Segment> rows = store.segments(epochs.get(i).number(), stream, Instant.MIN, Instant.MAX);
            for (int j = rows.size() - 1; j >= 0; j--) {
                if (rows.get(j).seal().isPresent() && chainTo(stream, rows.get(j))) {
                    return;
                }
            }
        }
    }

    private boolean chainTo(StreamState stream, Segment sealed) throws IOException {
        try {
            Optional<Digest> digest = store.digest(sealed);
            digest.ifPresent(
                    d -> stream.sealedIfFirst(new StreamState.SealedSegment(sealed.run(), sealed.number(), d)));
            return digest.isPresent();
        } catch (FragmentGoneException cleared) {
            return false;
        }
    }

    /** False when no batch is free. */
    private boolean seal(StreamState stream, SegmentBuilder open, StoreLoop loop) throws IOException {
        Segment segment = open.toSegment();
        Optional<SecretKey> key = store.keys().streamKey(open.epoch, stream.number);
        if (key.isEmpty()) {
            stream.giveUp(open.key);
            return true;
        }
        SealText text;
        try {
            text = textOf(stream, segment);
        } catch (FragmentGoneException | DamagedSegmentException e) {
            log.error(
                    "segment {} of run {} of {} gets no seal: {}",
                    segment.number(),
                    segment.run(),
                    stream.id,
                    e.toString());
            stream.giveUp(open.key);
            return true;
        }
        SealWriter.Sealed seal = SealWriter.of(text, open.startUtcMicros, FragmentFlags.AT_RECOVERY, loop.cipher());
        Batch batch = loop.batchFor(store.ringFor(stream), seal.header().recordBytes());
        if (batch == null) {
            return false;
        }
        loop.cipher()
                .seal(seal.header(), seal.digest(), List.of(seal.payload()), key.get(), batch.buffer(), batch.used());
        batch.add(seal.header(), stream, seal.digest());
        stream.sealed(new StreamState.SealedSegment(segment.run(), segment.number(), seal.digest()));
        return true;
    }

    private SealText textOf(StreamState stream, Segment segment) throws IOException {
        List<SealText.Line> lines = new ArrayList<>();
        for (FragmentRef fragment : segment.fragments()) {
            lines.add(new SealText.Line(
                    fragment.sequence(),
                    StreamState.micros(fragment.start()),
                    fragment.durationMicros(),
                    store.digest(segment, fragment)));
        }
        Digest configuration = store.opened(segment, segment.configuration(), RecordHeader.Kind.CONFIGURATION)
                .digest();
        return new SealText(
                stream.number,
                segment.run(),
                segment.number(),
                segment.epoch(),
                stream.lastSealed(),
                configuration,
                lines);
    }
}
