// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All streams the store has ever known, and what the ledger says beyond them: folded from the ledger at start, kept
 * while it runs. Stream numbers are never reused. Any thread.
 */
final class StreamBook {
    /** Between two looks at what may be forgotten while the ledger is read: keeps a ledger of years within memory. */
    private static final int ENTRIES_BETWEEN_TRIMS = 50_000;

    /** A reel's first segments begin before it was opened by what waited for it; an hour is beyond any doubt. */
    private static final long BEFORE_FOOTAGE_MICROS = TimeUnit.HOURS.toMicros(1);

    final BootBook boots = new BootBook();
    final RunBook runs = new RunBook();
    final LifeBook lives = new LifeBook();
    final ReelBook reels = new ReelBook();
    final RuleBook rules = new RuleBook();
    final HoldBook holds = new HoldBook();
    final FootageLeaves leaves = new FootageLeaves();
    private final Map<StreamId, StreamState> byId = new ConcurrentHashMap<>();
    private final Map<Integer, StreamState> byNumber = new ConcurrentHashMap<>();
    private final Map<String, String> volumeUuids = new ConcurrentHashMap<>();
    private final List<LedgerEntry.ClockStepped> clockSteps = new CopyOnWriteArrayList<>();
    private @Nullable Ledger ledger;
    private int lastNumber;
    private @Nullable Moment lastAlive;
    private @Nullable Moment lastStarted;
    private int sinceTrim;

    /**
     * Hears of each entry while the ledger is being read, and keeps of it what is needed: what lies before the oldest
     * reel that then held footage is let go as the reading goes on.
     */
    void replay(LedgerEntry entry) {
        fold(entry);
        if (++sinceTrim >= ENTRIES_BETWEEN_TRIMS) {
            sinceTrim = 0;
            forgetBeforeFootage(volume -> true);
        }
    }

    /** All of it has been read; from now on the recorder runs. */
    void opened(Ledger openLedger, StoreClock clock) {
        ledger = openLedger;
        boots.runs(clock.bootId(), clock.utcMicros(), clock.monoNanos());
        lives.opened(boots.moment(clock.bootId(), clock.monoNanos(), clock.utcMicros()));
    }

    /** The ledger that everything is entered in. */
    Ledger ledger() {
        Ledger open = ledger;
        if (open == null) {
            throw new IllegalStateException("the ledger is not open yet");
        }
        return open;
    }

    private void fold(LedgerEntry entry) {
        if (entry instanceof LedgerEntry.StreamRegistered e) {
            register(e.number(), e.stream(), e.classId());
        } else if (entry instanceof LedgerEntry.RunStarted e) {
            runs.sawRun(e.run(), e.stream(), e.codec(), e.notes(), boots.current(), boots.at(e.utcMicros()));
            alive(boots.at(e.utcMicros()));
        } else if (entry instanceof LedgerEntry.RunNoted e) {
            runs.note(e.run(), e.notes());
            alive(boots.at(e.utcMicros()));
        } else if (entry instanceof LedgerEntry.GapOpened e) {
            Moment from = boots.moment(e.bootId(), e.fromMonoNanos(), e.fromUtcMicros());
            runs.sawGap(e.gap());
            ofNumber(e.stream()).ifPresent(state -> state.replayed(e, from));
            alive(from);
        } else if (entry instanceof LedgerEntry.GapClosed e) {
            Moment to = boots.moment(e.bootId(), e.toMonoNanos(), e.toUtcMicros());
            ofNumber(e.stream()).ifPresent(state -> state.replayed(e, to));
            alive(to);
        } else if (entry instanceof LedgerEntry.VolumeRegistered e) {
            volumeUuids.put(e.volume(), e.uuid());
        } else if (entry instanceof LedgerEntry.ReelCleared e) {
            reels.cleared(e.volume(), e.reel(), e.serial());
        } else if (entry instanceof LedgerEntry.ReelOpened e) {
            reels.opened(e, boots.at(e.utcMicros()));
        } else if (!rules.fold(entry) && !holds.fold(entry)) {
            foldClock(entry);
        }
    }

    private void foldClock(LedgerEntry entry) {
        if (entry instanceof LedgerEntry.ClockStepped e) {
            clockSteps.add(e);
            boots.stepped(e.toUtcMicros(), e.monoNanos());
            alive(boots.at(e.toUtcMicros()));
        } else if (entry instanceof LedgerEntry.RecorderStarted e) {
            boots.runs(e.bootId(), e.utcMicros(), e.monoNanos());
            Moment start = boots.at(e.utcMicros());
            lastStarted = start;
            alive(start);
            lives.started(start);
        } else if (entry instanceof LedgerEntry.RecorderStopped e) {
            alive(boots.moment(e.bootId(), e.monoNanos(), e.utcMicros()));
            lives.stopped(e.clean());
        }
    }

    private void alive(Moment moment) {
        lastAlive = lastAlive == null || moment.isAfter(lastAlive) ? moment : lastAlive;
    }

    /** The latest instant the ledger speaks of: until then the recorder was surely running. */
    Optional<Moment> lastAlive() {
        return Optional.ofNullable(lastAlive);
    }

    /** When the process before this one had entered everything about the stop before it. */
    Optional<Moment> lastStarted() {
        return Optional.ofNullable(lastStarted);
    }

    /** When a record's footage began. */
    Moment moment(RecordHeader header) {
        int boot = runs.boot(header.run());
        return boot == 0 || header.startMonoNanos() == 0
                ? Moment.atUtc(header.startUtcMicros())
                : new Moment(boot, BootBook.micros(header.startMonoNanos()), header.startUtcMicros());
    }

    /** When a fragment of this segment began. */
    Moment moment(Segment segment, FragmentRef fragment) {
        long utcMicros = StreamState.micros(fragment.start());
        int boot = runs.boot(segment.run());
        return boot == 0 || segment.ownLessUtcMicros() == Segment.OWN_UNKNOWN
                ? Moment.atUtc(utcMicros)
                : new Moment(boot, utcMicros + segment.ownLessUtcMicros(), utcMicros);
    }

    private StreamState register(int number, StreamId id, String classId) {
        StreamState state = new StreamState(number, id, classId, this);
        byId.put(id, state);
        byNumber.put(number, state);
        lastNumber = Math.max(lastNumber, number);
        return state;
    }

    /** The stream's state; a new stream is registered durably first, so that no record ever names an unknown one. */
    synchronized StreamState configure(StreamId id, String classId, long utcMicros) throws IOException {
        StreamState state = byId.get(id);
        if (state == null) {
            ledger().appendDurably(new LedgerEntry.StreamRegistered(lastNumber + 1, id, classId), utcMicros);
            state = register(lastNumber + 1, id, classId);
        }
        state.configured(classId);
        return state;
    }

    Optional<StreamState> of(StreamId id) {
        return Optional.ofNullable(byId.get(id));
    }

    Optional<StreamState> ofNumber(int number) {
        return Optional.ofNullable(byNumber.get(number));
    }

    Collection<StreamState> all() {
        return byId.values();
    }

    /** Gaps, runs and clock steps that lie before all footage of these volumes are the ledger's alone. */
    void forgetBeforeFootage(Predicate<String> volumes) {
        reels.oldest(volumes)
                .map(oldest -> oldest.plusMicros(-BEFORE_FOOTAGE_MICROS))
                .ifPresent(oldest -> {
                    byId.values().forEach(stream -> stream.forgetGapsBefore(oldest));
                    runs.forgetBefore(oldest);
                    lives.forgetBefore(oldest);
                    clockSteps.removeIf(
                            step -> Math.max(step.fromUtcMicros(), step.toUtcMicros()) < oldest.utcMicros());
                });
    }

    /** Whether the store has a volume beside these: one that was taken out, and may be put back. */
    boolean knowsVolumeBeside(Set<String> volumes) {
        return !volumes.containsAll(volumeUuids.keySet());
    }

    Optional<String> volumeUuid(String volume) {
        return Optional.ofNullable(volumeUuids.get(volume));
    }

    void stepped(LedgerEntry.ClockStepped step) {
        clockSteps.add(step);
        boots.stepped(step.toUtcMicros(), step.monoNanos());
    }

    List<LedgerEntry.ClockStepped> clockSteps() {
        return List.copyOf(clockSteps);
    }
}
