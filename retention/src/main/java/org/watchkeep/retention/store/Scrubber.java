// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Fields;
import org.watchkeep.retention.audit.NewEntry;
import org.watchkeep.retention.audit.TrailException;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.policy.CheckedJson;

/**
 * Reads footage again while nobody asks for it, slowly, and compares it with the digests taken at receipt. What is not what
 * was recorded is marked for readers, entered in the trail and an alarm, and what lies beside it is held; nothing is
 * repaired. Each day's count is an entry {@code scrub.day}.
 *
 * <p>A <em>sweep</em> goes through all footage in the order of epoch, stream, run and segment; the next begins on another
 * day. Where the disks hold more than a day's reading at this pace, a sweep reads one segment in so many, another one in the
 * next sweep: so each day's count is of a sample of all footage, not of the oldest.
 *
 * <p>{@link #scrubNext} is confined to one thread: the scrubber's own once it is started. The rest from any thread.
 */
public final class Scrubber implements Closeable {
    /** A sweep is planned to take so much of a day; the rest is for what it yields to recording. */
    private static final long SWEEP_SECONDS = TimeUnit.HOURS.toSeconds(20);

    /** How long it leaves the disk to a writer that is pressed before it looks again. */
    private static final long YIELD_MILLIS = 250;

    /** Between two looks where there is nothing to be read. */
    private static final long REST_MILLIS = TimeUnit.MINUTES.toMillis(1);

    /** The state is written down so often, and what is not entered or held yet tried again: a power cut costs as much reading. */
    private static final long DUTIES_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Shorter sleeps are put together. */
    private static final long SHORTEST_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** For the reading of one record to end at the stop. */
    private static final long PATIENCE_MILLIS = 10_000;

    private static final Logger log = LoggerFactory.getLogger(Scrubber.class);

    private final FootageStore store;
    private final StoreTrail trail;
    private final Neighbours neighbours;
    private final Settings settings;
    private final CheckedJson<ScrubState> file;
    private final Thread thread = new Thread(this::run, "store-scrubber");
    private final Semaphore wakeUp = new Semaphore(0);

    /** Volumes of which a whole segment could not be read: what they hold is unverified. The scrubber's. */
    private final Set<String> unverified = ConcurrentHashMap.newKeySet();

    private volatile ScrubState state;
    private ScrubState written;
    private volatile Set<SegmentName> marked = Set.of();
    private volatile boolean stopping;
    private volatile boolean isBehind;
    private long dutiesNanos;
    private long owedSleepNanos;

    /** @param bytesASecond what is read at most, records of all kinds together */
    public record Settings(long bytesASecond) {
        /** A twentieth of what one spinning disk reads. */
        public static final Settings USUAL = new Settings(8_000_000);

        public Settings {
            if (bytesASecond < 1) {
                throw new IllegalArgumentException("bytes a second: " + bytesASecond + " (expected: >= 1)");
            }
        }
    }

    /** Holds what lies beside a segment that is not what was recorded, until a person has looked at it. */
    @FunctionalInterface
    public interface Neighbours {
        /** Nothing can be held: status says so of each mark. */
        Neighbours NONE = (stream, from, to) -> Outcome.WAITS;

        /** Holds all of the stream in {@code [from, to)}; where that throws, or waits, it is asked again. */
        Outcome hold(StreamId stream, Instant from, Instant to) throws IOException;

        /** What came of it. */
        enum Outcome {
            WAITS,
            HELD,
            /** It cannot be held, as where nothing of it is left; a person has been told. */
            REFUSED
        }
    }

    /** What came of looking for the next segment. */
    public enum Step {
        /** One was read. */
        READ,
        /** Nothing is left to be read now. */
        RESTS
    }

    private record SegmentName(StreamId stream, long run, int number) {}

    private Scrubber(
            FootageStore store,
            StoreTrail trail,
            Neighbours neighbours,
            Settings settings,
            CheckedJson<ScrubState> file,
            ScrubState state) {
        this.store = store;
        this.trail = trail;
        this.neighbours = neighbours;
        this.settings = settings;
        this.file = file;
        this.state = state;
        this.written = state;
        this.dutiesNanos = store.clock().monoNanos() - DUTIES_NANOS;
        thread.setDaemon(true);
        remember();
    }

    /** Of an open store, where it was left. Reads nothing until it is started. */
    public static Scrubber open(
            FootageStore store, Disk disk, Path folder, StoreTrail trail, Neighbours neighbours, Settings settings) {
        CheckedJson<ScrubState> file = new CheckedJson<>(disk, folder, ScrubState.FORM);
        return new Scrubber(store, trail, neighbours, settings, file, read(file, today(store)));
    }

    private static ScrubState read(CheckedJson<ScrubState> file, LocalDate today) {
        try {
            return file.read().orElseGet(() -> ScrubState.begin(today));
        } catch (IOException e) {
            log.error("how far footage was read again is not known, it begins anew: {}", e.toString());
            return ScrubState.begin(today);
        }
    }

    private static LocalDate today(FootageStore store) {
        return LocalDate.ofInstant(StreamState.instant(store.clock().utcMicros()), ZoneOffset.UTC);
    }

    /** Begins to read, on a thread of its own. Once. */
    public void start() {
        thread.start();
    }

    /** Ends it and writes down how far it came; before the store is closed. */
    @Override
    public void close() {
        stopping = true;
        wakeUp.release();
        if (!ended()) {
            log.warn("footage is still being read again at the stop; what was counted since {} is lost", state.today());
            return;
        }
        writeDown();
    }

    private boolean ended() {
        try {
            thread.join(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    private void run() {
        while (!stopping) {
            try {
                if (scrubNext(this::paced) == Step.RESTS) {
                    pause(REST_MILLIS);
                }
            } catch (IOException e) {
                log.error("footage cannot be read again now, it is tried later: {}", e.toString());
                pause(REST_MILLIS);
            } catch (RuntimeException e) {
                log.error("reading footage again failed by a fault of the program, it is tried later", e);
                pause(REST_MILLIS);
            }
        }
    }

    // ---- pace -----------------------------------------------------------------------------------------------------

    /** Sleeps for what was read, and on while recording needs the disk; false when it is to end. */
    private boolean paced(int bytes) {
        owedSleepNanos += TimeUnit.SECONDS.toNanos(1) * bytes / settings.bytesASecond;
        if (owedSleepNanos >= SHORTEST_SLEEP_NANOS) {
            pause(Math.max(1, TimeUnit.NANOSECONDS.toMillis(owedSleepNanos)));
            owedSleepNanos = 0;
        }
        while (!stopping && isRecordingPressed()) {
            pause(YIELD_MILLIS);
        }
        return !stopping;
    }

    private boolean isRecordingPressed() {
        return store.isIndexBehind() || store.rings().stream().anyMatch(ring -> ring.writer.isPressed());
    }

    private void pause(long millis) {
        try {
            // The permit of the stop: it stays there, so that no later sleep holds the stop up.
            if (wakeUp.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
                wakeUp.release();
            }
        } catch (InterruptedException e) {
            log.warn("the scrubber was interrupted and goes on");
        }
    }

    // ---- reading --------------------------------------------------------------------------------------------------

    /** Reads the next segment, as fast as it goes. */
    public Step scrubNext() throws IOException {
        return scrubNext(SegmentReading.Pace.NONE);
    }

    private Step scrubNext(SegmentReading.Pace pace) throws IOException {
        turnDay();
        settleDays();
        if (store.clock().monoNanos() - dutiesNanos >= DUTIES_NANOS) {
            dutiesNanos = store.clock().monoNanos();
            settleMarks();
            writeDown();
        }
        if (state.sweep().over().equals(state.today().day())) {
            return Step.RESTS;
        }
        if (!state.sweep().over().isEmpty() || !state.sweep().hasPlan()) {
            beginSweep();
        }
        ScrubOrder.Next next = new ScrubOrder(store).after(state.position(), state.sweep());
        if (next == null) {
            endSweep();
            return Step.RESTS;
        }
        check(next, pace);
        return Step.READ;
    }

    private void turnDay() {
        LocalDate now = today(store);
        if (!now.equals(state.today().date())) {
            state = state.nextDay(now);
            writeDown();
        }
    }

    private void beginSweep() {
        long bytes = 0;
        for (Ring ring : store.rings()) {
            bytes += ring.footage().size() * ring.volume.reelBytes;
        }
        long aSweep = Math.multiplyExact(settings.bytesASecond, SWEEP_SECONDS);
        long stride = Math.max(1, (bytes + aSweep - 1) / aSweep);
        state = state.with(new ScrubState.Sweep(state.sweep().number() + 1, stride, 0, ""), ScrubState.Position.NONE);
    }

    /** One that found nothing at all, as before the first segment is sealed, is not one. */
    private void endSweep() {
        ScrubState.Sweep sweep = state.sweep();
        boolean isEmpty = sweep.read() == 0 && sweep.stride() == 1;
        ScrubState.Sweep ended = isEmpty
                ? new ScrubState.Sweep(sweep.number() - 1, 0, 0, "")
                : new ScrubState.Sweep(
                        sweep.number(),
                        sweep.stride(),
                        sweep.read(),
                        state.today().day());
        state = state.with(ended, ScrubState.Position.NONE);
        List<ScrubState.Mark> left = state.marks().stream()
                .filter(mark -> !mark.entered() || isThere(mark))
                .toList();
        state = state.withMarks(left);
        remember();
        writeDown();
    }

    private boolean isThere(ScrubState.Mark mark) {
        try {
            return store.segments(mark.epoch(), store.streamState(mark.id()), mark.from(), mark.to()).stream()
                    .anyMatch(row ->
                            row.run() == mark.run() && row.number() == mark.number() && store.finder.isReadable(row));
        } catch (IOException e) {
            return true; // not known, so it stays
        }
    }

    private void check(ScrubOrder.Next next, SegmentReading.Pace pace) throws IOException {
        ScrubFindings found = new ScrubFindings();
        Segment segment = next.segment();
        SegmentReading.Outcome outcome = new SegmentReading(store, found, pace).read(segment);
        if (!outcome.whole()) {
            return; // the stop: it is read again
        }
        state = state.with(state.sweep().oneMore(), next.position());
        String volume = segment.configuration().volume();
        if (outcome.digests().isEmpty() && found.isUnread()) {
            if (unverified.add(volume)) {
                log.error(
                        "ALARM footage: volume {} cannot be read, what it holds is unverified: {}",
                        volume,
                        found.first().orElse("it does not answer"));
            }
            return;
        }
        if (!found.isSilent() && unverified.remove(volume)) {
            log.warn("volume {} can be read again", volume);
        }
        if (!store.finder.isReadable(segment)) {
            return; // gone while it was read, whatever was found
        }
        state = state.with(state.today().and(segment.fragments().size(), found.damaged(), found.missing()));
        found.first().ifPresent(what -> mark(segment, what));
    }

    // ---- what is not what was recorded ----------------------------------------------------------------------------

    private void mark(Segment segment, String what) {
        if (isMarked(segment.stream(), segment.run(), segment.number())) {
            return;
        }
        log.error(
                "ALARM footage: {} from {} is not what was recorded: {}",
                SegmentReading.name(segment),
                segment.start(),
                what);
        if (state.marks().size() >= ScrubState.MOST_MARKS) {
            log.error("ALARM footage: {} segments are marked, this one is not kept", ScrubState.MOST_MARKS);
            return;
        }
        List<ScrubState.Mark> marks = new ArrayList<>(state.marks());
        marks.add(new ScrubState.Mark(
                segment.stream().toString(),
                segment.run(),
                segment.number(),
                segment.epoch(),
                StreamState.micros(segment.start()),
                StreamState.micros(segment.end()),
                store.clock().utcMicros(),
                what,
                false,
                Neighbours.Outcome.WAITS));
        state = state.withMarks(marks);
        remember();
        writeDown();
        settleMarks();
    }

    private void remember() {
        Set<SegmentName> names = new HashSet<>();
        state.marks().forEach(mark -> names.add(new SegmentName(mark.id(), mark.run(), mark.number())));
        marked = Set.copyOf(names);
    }

    /** Enters what is not entered yet, and holds what lies beside it. */
    private void settleMarks() {
        List<ScrubState.Mark> settled = new ArrayList<>();
        for (ScrubState.Mark mark : state.marks()) {
            settled.add(held(entered(mark)));
        }
        if (!settled.equals(state.marks())) {
            state = state.withMarks(settled);
            writeDown();
        }
    }

    private ScrubState.Mark entered(ScrubState.Mark mark) {
        if (mark.entered()) {
            return mark;
        }
        Fields data = Fields.NONE
                .with("stream", mark.stream())
                .with("run", mark.run())
                .with("number", mark.number());
        return enter(NewEntry.byMachine(Act.FOOTAGE_MISMATCH, data)) ? mark.asEntered() : mark;
    }

    private boolean enter(NewEntry entry) {
        try {
            trail.enter(entry);
            isBehind = false;
            return true;
        } catch (TrailException e) {
            if (!isBehind) {
                log.error("ALARM audit trail: {} waits to be entered: {}", entry.act(), e.getMessage());
            }
            isBehind = true;
            return false;
        }
    }

    private ScrubState.Mark held(ScrubState.Mark mark) {
        if (mark.neighbours() != Neighbours.Outcome.WAITS || !mark.entered() || neighbours.equals(Neighbours.NONE)) {
            return mark;
        }
        try {
            ScrubOrder.Beside beside = new ScrubOrder(store).beside(mark);
            return mark.with(neighbours.hold(mark.id(), beside.from(), beside.to()));
        } catch (IOException | RuntimeException e) {
            log.error("what lies beside a damaged segment of {} is not held, it is tried again", mark.stream(), e);
            return mark;
        }
    }

    private void settleDays() {
        while (!state.ended().isEmpty()) {
            ScrubState.Day day = state.ended().get(0);
            Fields data = Fields.NONE
                    .with("day", day.date().atStartOfDay(ZoneOffset.UTC).toInstant())
                    .with("fragments", day.fragments())
                    .with("damaged", day.damaged())
                    .with("missing", day.missing());
            if (!enter(NewEntry.byMachine(Act.SCRUB_DAY, data))) {
                return;
            }
            log.info("footage read again on {}: {}", day.day(), day);
            state = state.withEnded(state.ended().subList(1, state.ended().size()));
            writeDown();
        }
    }

    /** A disk without room for it keeps nothing from being read; what is lost is read once more. */
    private void writeDown() {
        ScrubState now = state;
        if (now.equals(written)) {
            return;
        }
        try {
            file.write(now);
            written = now;
        } catch (IOException e) {
            log.warn("how far footage was read again cannot be written down: {}", e.toString());
        }
    }

    // ---- readers --------------------------------------------------------------------------------------------------

    /** Whether this segment was found not to be what was recorded. */
    public boolean isMarked(StreamId stream, long run, int number) {
        return marked.contains(new SegmentName(stream, run, number));
    }

    public ScrubStatus status() {
        ScrubState now = state;
        return new ScrubStatus(
                settings.bytesASecond,
                ScrubStatus.Day.of(now.today()),
                now.lastDay().stream().findFirst().map(ScrubStatus.Day::of),
                now.sweep().number(),
                now.sweep().stride(),
                now.sweep().read(),
                now.marks().stream().map(ScrubStatus.Marked::of).toList(),
                List.copyOf(unverified),
                isBehind);
    }
}
