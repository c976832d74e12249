// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * All streams the store has ever known, and what the ledger says beyond them: folded from the ledger at start, kept
 * while it runs. Stream numbers are never reused. Any thread.
 */
final class StreamBook {
    final RunBook runs = new RunBook();
    final ReelBook reels = new ReelBook();
    private final Map<StreamId, StreamState> byId = new ConcurrentHashMap<>();
    private final Map<Integer, StreamState> byNumber = new ConcurrentHashMap<>();
    private final Map<String, String> volumeUuids = new ConcurrentHashMap<>();
    private final List<LedgerEntry.ClockStepped> clockSteps = new CopyOnWriteArrayList<>();
    private @Nullable Ledger ledger;
    private int lastNumber;
    private long lastUtcMicros;

    /** Entries replayed before the ledger is open wait for it here: states need it to write. */
    private final List<LedgerEntry> replayed = new java.util.ArrayList<>();

    /** Hears of each entry while the ledger is being read. */
    void replay(LedgerEntry entry) {
        replayed.add(entry);
    }

    /** Folds what was replayed. */
    void opened(Ledger openLedger) {
        ledger = openLedger;
        replayed.forEach(this::fold);
        replayed.clear();
    }

    private void fold(LedgerEntry entry) {
        if (entry instanceof LedgerEntry.StreamRegistered e) {
            register(e.number(), e.stream(), e.classId());
        } else if (entry instanceof LedgerEntry.RunStarted e) {
            runs.sawRun(e.run(), e.stream(), e.codec(), e.notes(), e.utcMicros());
            alive(e.utcMicros());
        } else if (entry instanceof LedgerEntry.RunNoted e) {
            runs.note(e.run(), e.notes());
            alive(e.utcMicros());
        } else if (entry instanceof LedgerEntry.GapOpened e) {
            runs.sawGap(e.gap());
            ofNumber(e.stream()).ifPresent(state -> state.replayed(e));
            alive(e.fromUtcMicros());
        } else if (entry instanceof LedgerEntry.GapClosed e) {
            ofNumber(e.stream()).ifPresent(state -> state.replayed(e));
            alive(e.toUtcMicros());
        } else if (entry instanceof LedgerEntry.ReelCleared e) {
            reels.cleared(e.volume(), e.reel(), e.serial());
        } else if (entry instanceof LedgerEntry.ReelOpened e) {
            reels.opened(e);
        } else if (entry instanceof LedgerEntry.VolumeRegistered e) {
            volumeUuids.put(e.volume(), e.uuid());
        } else if (entry instanceof LedgerEntry.ClockStepped e) {
            clockSteps.add(e);
            alive(e.toUtcMicros());
        } else if (entry instanceof LedgerEntry.RecorderStarted e) {
            alive(e.utcMicros());
        } else if (entry instanceof LedgerEntry.RecorderStopped e) {
            alive(e.utcMicros());
        }
    }

    private void alive(long utcMicros) {
        lastUtcMicros = Math.max(lastUtcMicros, utcMicros);
    }

    /** The latest instant the ledger speaks of: until then the recorder was surely running. */
    long lastUtcMicros() {
        return lastUtcMicros;
    }

    private StreamState register(int number, StreamId id, String classId) {
        Ledger open = ledger;
        if (open == null) {
            throw new IllegalStateException("the ledger is not open yet");
        }
        StreamState state = new StreamState(number, id, classId, open, runs);
        byId.put(id, state);
        byNumber.put(number, state);
        lastNumber = Math.max(lastNumber, number);
        return state;
    }

    /** The stream's state; a new stream is registered durably first, so that no record ever names an unknown one. */
    synchronized StreamState configure(StreamId id, String classId, long utcMicros) throws IOException {
        StreamState state = byId.get(id);
        Ledger open = ledger;
        if (open == null) {
            throw new IllegalStateException("the ledger is not open yet");
        }
        if (state == null) {
            open.appendDurably(new LedgerEntry.StreamRegistered(lastNumber + 1, id, classId), utcMicros);
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

    /** Gaps, runs and clock steps that lie before all footage are the ledger's alone. */
    void forgetBefore(long utcMicros) {
        byId.values().forEach(stream -> stream.forgetGapsBefore(utcMicros));
        runs.forgetBefore(utcMicros);
        clockSteps.removeIf(step -> Math.max(step.fromUtcMicros(), step.toUtcMicros()) < utcMicros);
    }

    Optional<String> volumeUuid(String volume) {
        return Optional.ofNullable(volumeUuids.get(volume));
    }

    void stepped(LedgerEntry.ClockStepped step) {
        clockSteps.add(step);
    }

    List<LedgerEntry.ClockStepped> clockSteps() {
        return List.copyOf(clockSteps);
    }
}
