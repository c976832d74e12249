// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Fields;

/**
 * The store's housekeeping, once a second or when the writer took a reel: opens key epochs, notices clock steps, puts
 * finished segments into the index, clears reels ahead of the head. One thread; recording never waits for it.
 *
 * <p>Order of clearing a reel, and what a power cut right after each step leaves:
 *
 * <ol>
 *   <li>the entry is durable: at start the reel counts as free, its rows point to a generation nobody can read and are
 *       not shown;
 *   <li>no reader finds the generation any more; index rows gone: the same;
 *   <li>the reel stands ready: the same; the head's next header makes it a new generation.
 * </ol>
 */
final class Keeper implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Keeper.class);
    private static final long ROUND_MILLIS = 1_000;
    private static final long HURRIED_ROUND_MILLIS = 50;

    /** Cleared reels stand ready for this long at the present rate, within a quarter of the ring. */
    private static final long AHEAD_NANOS = TimeUnit.MINUTES.toNanos(5);

    /** A difference between wall and monotonic time that grows by this in a round is a step, not a slew. */
    private static final long STEP_MICROS = TimeUnit.MILLISECONDS.toMicros(500);

    static final String INDEXED_MARK = "indexed/";
    static final String SYNCED_MARK = "synced/";
    static final String LISTED_MARK = "listed/";

    private final FootageStore store;
    private final StreamBook streams;
    private final Index index;
    private final Indexer indexer;
    private final ClearingLog clearingLog;
    private final StoreTrail trail;
    private final Runnable watchLedger;
    private final StoreClock pace;
    private final Map<Volume, ReelLists> lists = new HashMap<>();
    private final Overwritten overwritten;
    private final ShieldedReels shielded;
    private final boolean hasThread;
    private final Thread thread = new Thread(this, "store-keeper");
    private final Semaphore wakeUp = new Semaphore(0);
    private volatile boolean stopping;
    private long wallLessMonoMicros;

    /** @param pace what disks are given time by */
    Keeper(FootageStore store, StoreParts parts, Indexer indexer, StoreClock pace) {
        this.store = store;
        this.streams = parts.streams();
        this.index = parts.index();
        this.indexer = indexer;
        this.clearingLog = new ClearingLog(parts, store.erasures());
        this.trail = parts.trail();
        this.watchLedger = parts.watchLedger();
        this.hasThread = parts.running().keepsHouse();
        this.pace = pace;
        this.overwritten = new Overwritten(store, streams, index);
        this.shielded = new ShieldedReels(store.held(), streams);
        store.volumes().values().forEach(volume -> lists.put(volume, new ReelLists(volume, "clearing", this::wake)));
        this.wallLessMonoMicros = wallLessMono();
    }

    void start() {
        store.volumeStatuses().stream()
                .filter(volume -> volume.missing().isPresent())
                .forEach(this::tellMissing);
        if (hasThread) {
            thread.start();
        }
    }

    /** Another round is due now. Any thread. */
    void wake() {
        wakeUp.release();
    }

    /** Ends the thread after a last round. */
    void stop() {
        stopping = true;
        wake();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        lists.values().forEach(ReelLists::close);
        store.erasures().early.settleLast();
    }

    @Override
    public void run() {
        boolean last = false;
        while (!last) {
            last = stopping;
            round();
            if (!last) {
                pause();
            }
        }
    }

    private void pause() {
        try {
            // An index that is behind is brought up to date reel by reel, as fast as the other duties leave time for
            // it.
            long millis = indexer.isBehind() ? HURRIED_ROUND_MILLIS : ROUND_MILLIS;
            if (wakeUp.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
                wakeUp.drainPermits();
            }
        } catch (InterruptedException e) {
            log.warn("the store's keeper was interrupted and goes on");
        }
    }

    /** Each duty fails alone: a full system disk must not keep reels from being cleared. */
    void round() {
        attempt("reckoning how old footage is", store.erasures()::tick);
        attempt("watching the clock", this::watchClock);
        attempt("watching the disks", this::watchDisks);
        attempt("watching the vault's disk", this::watchVault);
        attempt("watching the ledger's disk", watchLedger::run);
        attempt("opening the next key epoch", this::rollEpochs);
        attempt("taking in what is durable of holds", store.held()::settle);
        attempt("erasing what is due", () -> store.erasures().round(overwritten));
        attempt("erasing single streams", store.erasures().single::round);
        attempt("clearing ahead", this::clearAhead);
        attempt("summing up what ended early", store.erasures().early::round);
        attempt("indexing", indexer::round);
        attempt("taking gaps into the next footage root", () -> streams.leaves.round(store, streams));
        attempt("entering what the trail is owed", trail::settle);
        attempt("forgetting what is older than all footage", this::trim);
    }

    /** One duty of a round. */
    private interface Duty {
        void perform() throws IOException;
    }

    private void attempt(String what, Duty duty) {
        try {
            duty.perform();
        } catch (IOException e) {
            log.error("{} failed, it is tried again: {}", what, e.toString());
        } catch (RuntimeException e) {
            // A fault of ours. Without the keeper the ring would be held within minutes, so the thread goes on.
            log.error("{} failed by a fault of the program, it is tried again", what, e);
        }
    }

    private long wallLessMono() {
        return store.clock().utcMicros() - store.clock().monoNanos() / 1_000;
    }

    private void watchClock() throws IOException {
        long now = wallLessMono();
        long moved = now - wallLessMonoMicros;
        wallLessMonoMicros = now;
        if (Math.abs(moved) < STEP_MICROS) {
            return;
        }
        long to = store.clock().utcMicros();
        LedgerEntry.ClockStepped step =
                new LedgerEntry.ClockStepped(to - moved, to, store.clock().monoNanos());
        log.warn("the clock stepped by {} ms", moved / 1_000);
        streams.stepped(step);
        store.ledger().append(step, to);
        trail.owe(
                Act.CLOCK_STEPPED,
                Fields.NONE.with("before", StreamState.instant(to - moved)).with("after", StreamState.instant(to)),
                StreamState.instant(to));
        for (EpochSchedule schedule : store.schedules()) {
            schedule.rollNow();
        }
    }

    /** A disk that hangs in the middle of an operation tells nobody. */
    private void watchDisks() {
        for (Volume volume : store.volumes().values()) {
            DiskWatch.Change change = volume.watch().look(pace.monoNanos());
            if (change == DiskWatch.Change.FELL_SILENT) {
                String what =
                        "does not answer: " + volume.watch().notAnswering().orElse("");
                log.error("volume {} {}", volume.id, what);
                store.ledger()
                        .append(
                                new LedgerEntry.VolumeFailed(volume.id, what),
                                store.clock().utcMicros());
                oweVolume(volume.id, "not-answering");
            } else if (change == DiskWatch.Change.ANSWERS_AGAIN) {
                log.warn("volume {} answers again", volume.id);
                oweVolume(volume.id, "back");
            }
        }
    }

    /** A vault that hangs keeps nobody from reading what is in the ring; whoever reads there is told at once. */
    private void watchVault() {
        store.held().vault.flatMap(EvidenceVault::watch).ifPresent(watch -> {
            DiskWatch.Change change = watch.look(pace.monoNanos());
            if (change != DiskWatch.Change.NONE) {
                log.error(
                        "ALARM vault: {}",
                        watch.notAnswering()
                                .map(what -> "it does not answer: " + what)
                                .orElse("it answers again"));
            }
        });
    }

    /** At the start; those who look are told by `volume ls`. */
    private void tellMissing(VolumeStatus volume) {
        String why = volume.missing().orElse("");
        log.error(
                "ALARM volume {} is missing: {}. Its cameras are recorded on the others; its footage is not shown, and not gone:"
                        + " mount it and start again",
                volume.id(),
                why);
        store.ledger()
                .append(
                        new LedgerEntry.VolumeFailed(volume.id(), "missing: " + why),
                        store.clock().utcMicros());
        oweVolume(volume.id(), "missing");
    }

    private void oweVolume(String volume, String state) {
        Instant now = StreamState.instant(store.clock().utcMicros());
        trail.owe(Act.VOLUME_CHANGED, Fields.NONE.with("volume", volume).with("state", state), now);
    }

    private void rollEpochs() throws IOException {
        for (EpochSchedule schedule : store.schedules()) {
            schedule.roll();
        }
    }

    // ---- clearing -------------------------------------------------------------------------------------------------

    /** Each ring alone, and one footage reel a round: what cannot be cleared here must not hold up a ring elsewhere. */
    private void clearAhead() {
        for (Ring ring : store.rings()) {
            try {
                int wanted = wantedReady(ring);
                boolean free = true;
                while (free && ring.readyReels() < wanted) {
                    free = claimFree(ring);
                }
                if (ring.readyReels() < wanted && !clearOne(ring)) {
                    log.debug("nothing of {} can be cleared yet", ring);
                }
                shielded.note(ring, ring.readyReels() == 0 && isOnlyHeldLeft(ring.volume));
            } catch (IOException e) {
                log.error("clearing ahead of {} failed, it is tried again: {}", ring, e.toString());
            } catch (RuntimeException e) {
                log.error("clearing ahead of {} failed by a fault of the program, it is tried again", ring, e);
            }
        }
    }

    /** At least one, at most a quarter of the ring, within that five minutes' worth at the pace of this process. */
    static int wantedReady(Ring ring) {
        long reelNanos = ring.reelNanos();
        if (reelNanos <= 0) {
            return 1;
        }
        int quarter = Math.max(1, ring.size() / 4);
        return (int) Math.max(1, Math.min(quarter, (AHEAD_NANOS + reelNanos - 1) / reelNanos));
    }

    private static boolean claimFree(Ring ring) {
        for (Reel reel : ring.volume.reels()) {
            if (reel.state() == Reel.State.FREE) {
                reel.become(Reel.State.READY, null);
                ring.ready(reel);
                return true;
            }
        }
        return false;
    }

    /**
     * Clears the oldest reel of the class with most surplus over its promise, and gives it to the ring. What it holds must
     * have been read first; a disk that takes its time for that holds up nobody but its own rings.
     */
    private boolean clearOne(Ring forRing) throws IOException {
        Optional<Ring> from = store.rings().stream()
                .filter(ring ->
                        ring.volume == forRing.volume && oldestClearable(ring).isPresent())
                .max(java.util.Comparator.comparingLong(this::surplusMicros).thenComparing(ring -> ring == forRing));
        if (from.isEmpty()) {
            return false;
        }
        Reel reel = oldestClearable(from.get()).orElseThrow();
        ReelHeader header = reel.header();
        ReelLists reader = lists.get(forRing.volume);
        if (header == null || reader == null) {
            throw new IllegalStateException("a reel without a generation is not cleared: " + reel.path);
        }
        Optional<ReelLists.Listed> listed = reader.ask(forRing, reel, header);
        if (listed.isEmpty()) {
            return false;
        }
        Optional<Boolean> cleared = clearUnlessHeld(from.get(), header, listed.get());
        if (cleared.isEmpty()) {
            return false;
        }
        if (!cleared.get()) {
            wake(); // the next oldest is asked for at once
            return false;
        }
        if (reel.state() != Reel.State.RETIRED) {
            reel.become(Reel.State.READY);
            forRing.ready(reel);
        }
        return true;
    }

    /** Empty while somebody places or ends a hold and is slow at it: the next round asks again, and does its other work. */
    private Optional<Boolean> clearUnlessHeld(Ring ring, ReelHeader header, ReelLists.Listed listed)
            throws IOException {
        if (!EraseLock.isTaken(shielded.lock())) {
            return Optional.empty();
        }
        try {
            if (shielded.shields(listed)) {
                return Optional.of(false);
            }
            clear(ring, header, listed);
            return Optional.of(true);
        } finally {
            shielded.lock().unlock();
        }
    }

    /** Whether reels hold footage and each of them is passed over. */
    private boolean isOnlyHeldLeft(Volume volume) {
        List<Ring> rings =
                store.rings().stream().filter(ring -> ring.volume == volume).toList();
        return rings.stream().anyMatch(ring -> ring.footage().stream().anyMatch(shielded::isSkipped))
                && rings.stream().noneMatch(ring -> oldestClearable(ring).isPresent());
    }

    /** Memory must not grow with the months: what lies before the oldest footage is forgotten, the ledger keeps it. */
    private void trim() {
        streams.forgetBeforeFootage(store.volumes()::containsKey);
    }

    private Optional<Reel> oldestClearable(Ring ring) {
        return ring.footage().stream()
                .filter(reel -> reel.state() == Reel.State.FULL || reel.state() == Reel.State.RETIRED)
                .filter(reel -> !shielded.isSkipped(reel))
                .findFirst();
    }

    private long surplusMicros(Ring ring) {
        ReelHeader oldest = oldestClearable(ring).map(Reel::header).orElse(null);
        long ageMicros = oldest == null ? 0 : store.clock().utcMicros() - oldest.createdUtcMicros();
        return ageMicros - TimeUnit.DAYS.toMicros(store.erasures().days(ring.classId));
    }

    private void clear(Ring ring, ReelHeader header, ReelLists.Listed listed) throws IOException {
        Reel reel = listed.reel();
        Contents contents = new Contents(new ClearedRows(ring.volume.id, header.serial()));
        listed.entries().forEach(contents::add);
        if (listed.failure() != null) {
            // What it held is not known, and it is not written again; but the head must get past it.
            log.error("{} cannot be read for its clearing and is retired", reel.path, listed.failure());
            reel.become(Reel.State.RETIRED);
        }
        enterOverwritten(ring, contents);
        int days = store.erasures().days(ring.classId);
        // By a clock that is set forward all of it is old.
        boolean expired = surplusMicros(ring) > 0 && !clearingLog.endsEarly(contents.segments.keySet(), days);
        clearingLog.cleared(
                new LedgerEntry.ReelCleared(
                        ring.volume.id,
                        header.serial(),
                        reel.index,
                        expired ? "expired" : EarlyEndings.CAPACITY,
                        contents.fragments,
                        contents.firstStartUtcMicros,
                        contents.lastEndUtcMicros),
                ring.classId,
                days,
                contents.segments);
        streams.reels.cleared(ring.volume.id, reel.index, header.serial());
        ring.volume.unreadable(header.serial());
        ring.cleared(reel);
        forgetRows(contents);
        for (StreamState stream : streams.all()) {
            stream.cleared(ring.volume.id, header.serial());
            indexer.cleared(ring.volume.id, header.serial());
        }
    }

    /** The check would otherwise take for a loss what was overwritten on purpose, in the middle of what is left. */
    private void enterOverwritten(Ring ring, Contents contents) {
        try {
            overwritten.enter(contents.rows, ring.volume.id);
        } catch (IOException e) {
            log.error("what {} overwrites may look unexplained to the check: {}", ring, e.toString());
        }
    }

    /** Rows of a generation that is gone are not shown in any case, so an index that fails here fails nothing. */
    private void forgetRows(Contents contents) {
        try {
            contents.rows.removeFrom(index, streams);
        } catch (IOException e) {
            log.error("rows of a cleared reel stay in the index, they are not shown: {}", e.toString());
        }
    }

    /** What a reel holds, for its clearing entry and its rows. */
    private static final class Contents {
        final ClearedRows rows;
        /** Of which segments it holds fragments, by their epoch. */
        final Map<Long, Set<SegmentBuilder.Key>> segments = new TreeMap<>();

        long fragments;
        long firstStartUtcMicros;
        long lastEndUtcMicros;

        Contents(ClearedRows rows) {
            this.rows = rows;
        }

        void add(ReelFooter.Entry entry) {
            RecordHeader header = entry.header();
            rows.add(header);
            if (header.kind() == RecordHeader.Kind.FRAGMENT) {
                long start = header.startUtcMicros();
                firstStartUtcMicros = fragments == 0 ? start : Math.min(firstStartUtcMicros, start);
                segments.computeIfAbsent(header.epoch(), epoch -> new HashSet<>())
                        .add(SegmentBuilder.Key.of(header));
                lastEndUtcMicros = Math.max(lastEndUtcMicros, start + header.durationMicros());
                fragments++;
            }
        }
    }
}
