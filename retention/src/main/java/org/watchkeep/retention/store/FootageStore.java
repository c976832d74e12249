// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.TrialDisk;
import org.watchkeep.retention.keys.EpochKeys;

/**
 * The rolling store: takes fragments from event loops, makes them durable, finds and reads them again. Any thread;
 * appending only through a {@link StoreLoop}.
 *
 * <p>Nothing acknowledged is lost by {@code kill -9} or a power cut; every second of a configured stream is footage, or
 * a gap with its cause. The index is a cache: deleting its folder while the store is closed loses nothing.
 */
public final class FootageStore implements Closeable {
    static final String LEDGER_FOLDER = "ledger";
    static final String INDEX_FOLDER = "index";

    private final StoreSettings settings;
    private final StoreClock clock;
    private final EpochKeys keys;
    private final Ledger ledger;
    private final Index index;
    private final Indexer indexer;
    private final StreamBook streams;
    private final Map<String, Volume> volumes;
    private final List<VolumeStatus> missing;
    private final List<VolumeWriter> writers;
    private final List<Ring> rings;
    private final Map<String, EpochSchedule> schedules;
    final SegmentReader reader;
    final Finder finder;
    private final List<StoreLoop> loops;
    private final StreamState nobody;
    private final StoreHolds held;
    private final Erasures erasures;
    private final Keeper keeper;
    private final Stops stops;
    private final Sealer sealer;
    private boolean closed;

    FootageStore(
            StoreParts parts,
            StoreClock pace,
            long commitNanos,
            CopyOnWriteArrayList<StoreLoop> loops,
            AcknowledgementListener listener)
            throws IOException {
        this.settings = parts.settings();
        this.clock = parts.clock();
        this.keys = parts.keys();
        this.ledger = parts.ledger();
        this.index = parts.index();
        this.streams = parts.streams();
        streams.leaves.of(this, parts);
        this.volumes = parts.volumes();
        this.missing = parts.missing();
        this.loops = loops;
        this.nobody = new StreamState(0, new StreamId("padding", "main"), "", streams);
        this.held = new StoreHolds(this, parts);
        this.reader = new SegmentReader(new RecordReader(volumes, held.epochs), held, streams);
        VolumeWriter.Surroundings around = new VolumeWriter.Surroundings(
                streams,
                clock,
                pace,
                commitNanos,
                new RecordRewriter(keys),
                listener,
                () -> loops,
                this::elsewhere,
                this::tookReel);
        this.writers = new ArrayList<>();
        this.rings = new ArrayList<>();
        for (Volume volume : volumes.values()) {
            BatchPool pool = BatchPool.share(volumes.size(), settings.classes().size());
            VolumeWriter writer = new VolumeWriter(volume, pool, around);
            writers.add(writer);
            for (StoreSettings.ClassSettings inClass : settings.classes()) {
                rings.add(new Ring(volume, inClass.id(), writer));
            }
        }
        this.erasures = new Erasures(this, parts);
        this.finder = new Finder(index, held.epochs, volumes, held.showing(erasures), held.vault);
        erasures.begin();
        this.indexer = new Indexer(this, streams, parts.index(), parts.mostWaitingForIndex(), this::tookReel);
        Recovery recovery = new Recovery(this, streams, parts.index(), indexer);
        recovery.readReels(writers);
        recovery.closeTails();
        this.stops = new Stops(parts, recovery);
        parts.index().started();
        this.sealer = new Sealer(this, streams, pace);
        this.schedules = new LinkedHashMap<>();
        for (StoreSettings.ClassSettings inClass : settings.classes()) {
            schedules.put(inClass.id(), new EpochSchedule(inClass.id(), keys, ledger, clock, erasures::opened));
        }
        this.keeper = new Keeper(this, parts, indexer, pace);
        keeper.round();
    }

    private void start() {
        writers.forEach(VolumeWriter::start);
        keeper.start();
        sealer.start();
    }

    /**
     * Makes the volumes and the ledger of a new store: all of it, or where it fails nothing. Each volume's uuid is
     * entered before it is used.
     *
     * @throws StoreException when something is already there, too small, or takes no direct I/O
     */
    public static void init(StoreSettings settings, Disk disk, StoreClock clock) throws IOException {
        TrialDisk trial = new TrialDisk(disk);
        try {
            StoreParts.make(settings, trial, clock);
        } catch (IOException | RuntimeException e) {
            trial.takeBack(e);
            throw e;
        }
    }

    /**
     * Opens a store made by {@link #init}: recovers what the last stop left, then runs.
     *
     * @throws StoreException when a volume is not the one expected, or the store was never made
     */
    public static FootageStore open(
            StoreSettings settings, Disk disk, EpochKeys keys, StoreClock clock, AcknowledgementListener listener)
            throws IOException {
        return ShieldedStore.open(settings, disk, keys, clock, listener, Holding.NONE, StoreTrail.NONE);
    }

    /** With a pace of its own for commits and second tries; only tests need that. */
    static FootageStore open(StoreParts parts, StoreClock pace, long commitNanos, AcknowledgementListener listener)
            throws IOException {
        StoreClock clock = parts.clock();
        try {
            FootageStore store = new FootageStore(parts, pace, commitNanos, new CopyOnWriteArrayList<>(), listener);
            parts.ledger()
                    .append(
                            new LedgerEntry.RecorderStarted(clock.utcMicros(), clock.monoNanos(), clock.bootId()),
                            clock.utcMicros());
            store.start();
            return store;
        } catch (IOException | RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    // ---- recording ------------------------------------------------------------------------------------------------

    /** The store's side of an event loop; the executor runs tasks on that loop's thread. */
    public StoreLoop loop(Executor eventLoop) {
        StoreLoop loop = new StoreLoop(eventLoop, this, nobody);
        loops.add(loop);
        return loop;
    }

    /**
     * Which streams are configured, and in which class. From now on each of them is accounted for: the time since its
     * last footage is a gap "recorder stopped", and from now until its first fragment a gap "connecting".
     */
    public void configure(Map<StreamId, String> classOfStream) throws IOException {
        stops.recording(classOfStream);
        for (Map.Entry<StreamId, String> entry : classOfStream.entrySet()) {
            if (!schedules.containsKey(entry.getValue())) {
                throw new IllegalArgumentException("class: " + entry.getValue() + " of " + entry.getKey()
                        + " (expected: " + schedules.keySet() + ")");
            }
            boolean isNew = streams.of(entry.getKey()).isEmpty();
            StreamState state = streams.configure(entry.getKey(), entry.getValue(), clock.utcMicros());
            // One reading for both: where the one gap ends the other begins.
            Moment now = now();
            if (!isNew) {
                stops.account(state, now);
            }
            state.openGap(now, GapCause.CONNECTING, "");
        }
    }

    /**
     * Which streams are switched off: each that the store knows is accounted for too, from now on by a gap "disabled".
     * One that was never recorded has nothing to account for.
     */
    public void disable(Collection<StreamId> off) {
        for (StreamId id : off) {
            Optional<StreamState> known = streams.of(id).filter(state -> !state.isConfigured());
            known.ifPresent(state -> {
                Moment now = now();
                stops.account(state, now);
                state.switchedOff();
                state.openGap(now, GapCause.DISABLED, "");
            });
        }
    }

    /** When the recording before this one broke off, where it did not end cleanly; known once streams are configured. */
    public Optional<Instant> cutShort() {
        return stops.cutShort();
    }

    StreamState state(StreamId id) {
        return streams.of(id)
                .filter(StreamState::isConfigured)
                .orElseThrow(() -> new IllegalArgumentException("stream is not configured: " + id));
    }

    long beginRun(StreamState state, RunStart start) {
        long utcMicros = clock.utcMicros();
        long number = streams.runs.nextRun(state.number, start.codec(), start.notes(), streams.boots.current(), now());
        ledger.append(
                new LedgerEntry.RunStarted(number, state.number, start.codec(), start.notes(), utcMicros), utcMicros);
        return number;
    }

    void noteRun(StreamState state, long run, String further) {
        streams.runs.note(run, further);
        long utcMicros = clock.utcMicros();
        ledger.append(new LedgerEntry.RunNoted(run, state.number, further, utcMicros), utcMicros);
    }

    /** The ring a stream is written into: spread over the volumes by its number, past any that has failed. */
    Ring ringFor(StreamState state) {
        List<Ring> ofClass = rings.stream()
                .filter(ring -> ring.classId.equals(state.classId()))
                .toList();
        for (int i = 0; i < ofClass.size(); i++) {
            Ring ring = ofClass.get((state.number + i) % ofClass.size());
            if (!ring.writer.isFailed()) {
                return ring;
            }
        }
        return ofClass.get(state.number % ofClass.size());
    }

    private @Nullable Ring elsewhere(Ring failed) {
        return rings.stream()
                .filter(ring -> ring.classId.equals(failed.classId) && !ring.writer.isFailed())
                .findFirst()
                .orElse(null);
    }

    private void tookReel() {
        keeper.wake();
    }

    /** What to call it that a fragment of this stream found no room. */
    GapCause dropCause(StreamState state) {
        Ring ring = ringFor(state);
        if (ring.writer.isFailed()) {
            return GapCause.VOLUME_FAILED;
        }
        return ring.isHeld() ? GapCause.RING_HELD : GapCause.STORE_BEHIND;
    }

    long epochAt(StreamState state, long startMonoNanos) {
        return schedule(state.classId()).at(startMonoNanos).number();
    }

    private EpochSchedule schedule(String classId) {
        EpochSchedule schedule = schedules.get(classId);
        if (schedule == null) {
            throw new IllegalStateException("no epochs for class " + classId);
        }
        return schedule;
    }

    SecretKey streamKey(long epoch, StreamState state) {
        return keys.streamKey(epoch, state.number)
                .orElseThrow(() -> new IllegalStateException("the open epoch " + epoch + " has no key"));
    }

    // ---- reading --------------------------------------------------------------------------------------------------

    /** Every stream the store has known, sorted. */
    public List<StreamId> streams() {
        return streams.all().stream().map(state -> state.id).sorted().toList();
    }

    /** What was noted of a run, in the words of {@link RunStart#notes}, also what was noted after its start. */
    public String runNotes(long run) {
        return streams.runs.notes(run);
    }

    /** Segments with footage in {@code [from, to)}, in order of their start; the one being written included. */
    public List<Segment> segments(StreamId stream, Instant from, Instant to) throws IOException {
        StreamState state = streams.of(stream).orElse(null);
        return state == null ? List.of() : finder.segments(state, from, to);
    }

    /** The same without where their fragments lie, which a listing does not need: a camera's day in a few reads. */
    public List<SegmentSummary> summaries(StreamId stream, Instant from, Instant to) throws IOException {
        StreamState state = streams.of(stream).orElse(null);
        return state == null ? List.of() : finder.summaries(state, from, to);
    }

    /** Rows of one epoch; a segment that begins before the span may reach into it. */
    List<Segment> segments(long epoch, StreamState state, Instant from, Instant to) throws IOException {
        return finder.segments(epoch, state, from, to);
    }

    /** What of it stands on a reel and may be shown. */
    Optional<Segment> readable(Segment segment) {
        return finder.readable(segment);
    }

    boolean isOnReel(Segment segment) {
        return finder.isOnReel(segment);
    }

    /** Gaps that reach into {@code [from, to)}, in order. */
    public List<Gap> gaps(StreamId stream, Instant from, Instant to) {
        return streams.of(stream).map(state -> state.gaps(from, to)).orElse(List.of());
    }

    /** The init segment that a segment's fragments are decoded with. */
    public ByteBuffer configuration(Segment segment) throws IOException {
        return opened(segment, segment.configuration(), RecordHeader.Kind.CONFIGURATION)
                .payload();
    }

    /** As {@link Viewing#read}, of ordinary viewing. */
    public ByteBuffer read(Segment segment, FragmentRef fragment) throws IOException {
        return viewing(Optional.empty()).read(segment, fragment);
    }

    /** What people may see who look at this incident; at none: ordinary viewing. */
    public Viewing viewing(Optional<String> incident) {
        return new Viewing(this, held.footage, incident);
    }

    /** A fragment's digest as taken at receipt, checked against its payload. */
    public Digest digest(Segment segment, FragmentRef fragment) throws IOException {
        return opened(segment, fragment, RecordHeader.Kind.FRAGMENT).digest();
    }

    /** A sealed segment's digest; empty while it has no seal. */
    public Optional<Digest> digest(Segment segment) throws IOException {
        return segment.seal().isEmpty()
                ? Optional.empty()
                : Optional.of(opened(segment, segment.seal().get(), RecordHeader.Kind.SEAL)
                        .digest());
    }

    /** A summed up segment's digest; empty while it has no seal. */
    public Optional<Digest> digest(SegmentSummary segment) throws IOException {
        return reader.digest(segment);
    }

    RecordCipher.Opened opened(Segment segment, FragmentRef ref, RecordHeader.Kind kind) throws IOException {
        return reader.opened(segment, ref, kind);
    }

    /** How much is readable now; reads the whole index. */
    public StoreTotals totals() throws IOException {
        return StoreTotals.of(this);
    }

    /** Every volume and what its reels are doing; those that were missing at the start too. */
    public List<VolumeStatus> volumeStatuses() {
        return Stream.concat(volumes.values().stream().map(VolumeStatus::of), missing.stream())
                .toList();
    }

    /**
     * Checks the store against itself: order, numbers, seals, and that every second is explained.
     *
     * @param deep also reads, decrypts and digests every fragment
     * @param acknowledgementLog lines of {@code stream run sequence sha256}: each must be there, unless its reel was
     *     cleared
     */
    public CheckReport check(boolean deep, Optional<Path> acknowledgementLog) throws IOException {
        return new StoreCheck(this, streams, deep).run(acknowledgementLog);
    }

    /** Deletes the index of a closed store: the next {@link #open} builds it anew from reels and ledger. */
    public static void deleteIndex(StoreSettings settings) throws IOException {
        StoreParts.deleteFolder(settings.folder().resolve(INDEX_FOLDER));
    }

    StoreClock clock() {
        return clock;
    }

    Index index() {
        return index;
    }

    Ledger ledger() {
        return ledger;
    }

    List<Ring> rings() {
        return rings;
    }

    Map<String, Volume> volumes() {
        return volumes;
    }

    Collection<EpochSchedule> schedules() {
        return schedules.values();
    }

    /** Now, on both clocks. */
    Moment now() {
        return moment(clock.utcMicros(), clock.monoNanos());
    }

    /** An instant in this boot. */
    Moment moment(long utcMicros, long monoNanos) {
        return streams.boots.moment(clock.bootId(), monoNanos, utcMicros);
    }

    Keeper keeper() {
        return keeper;
    }

    RunBook runs() {
        return streams.runs;
    }

    StreamState streamState(StreamId id) {
        return streams.of(id).orElseThrow(() -> new IllegalArgumentException("stream is not known: " + id));
    }

    /** Whether there is footage that the index does not list yet, and memory cannot hold. */
    boolean isIndexBehind() {
        return indexer.isBehind();
    }

    /** Whether what is found in the index and in memory is all there is. */
    boolean isIndexWhole() {
        return indexer.isWhole();
    }

    EpochKeys keys() {
        return keys;
    }

    /** What the store knows of holds. */
    StoreHolds held() {
        return held;
    }

    /** What acts on holds need of this store. */
    public HoldParts holds() {
        return held.parts();
    }

    Erasures erasures() {
        return erasures;
    }

    /** Retention: what is due, what is in doubt, and the acts of people on it. */
    public RetentionActs retention() {
        return erasures;
    }

    /** Acknowledges what was appended, indexes it, and records a clean stop. End all runs first. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        sealer.stop();
        writers.forEach(VolumeWriter::stop);
        keeper.stop();
        indexer.close();
        try (Closeable parts = this::closeParts) {
            erasures.writeDown();
            stops.note();
        }
    }

    private void closeParts() throws IOException {
        List<Closeable> parts = new ArrayList<>(List.<Closeable>of(stops::closeLedger, index));
        volumes.values().forEach(volume -> parts.add(volume::close));
        StoreParts.closeAll(parts);
    }
}
