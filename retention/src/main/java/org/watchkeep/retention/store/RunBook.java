// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Numbers of runs and gaps (ascending, never reused), what each run's codec was and what was noted of it. Any thread. */
final class RunBook {
    /** Stands where the ledger lost a run's entry: the footage plays, its codec is in the init segment. */
    static final String UNKNOWN_CODEC = "unknown";

    private final AtomicLong lastRun = new AtomicLong();
    private final AtomicLong lastGap = new AtomicLong();
    private final Map<Long, Run> begun = new ConcurrentHashMap<>();

    /** Codec and words of runs of one camera are mostly the same, so each is kept once. */
    private record Run(int stream, String codec, String notes, int boot, Moment start) {
        Run {
            codec = codec.intern();
            notes = notes.intern();
        }
    }

    long nextRun(int stream, String codec, String notes, int boot, Moment start) {
        long run = lastRun.incrementAndGet();
        begun.put(run, new Run(stream, codec, notes, boot, start));
        return run;
    }

    long nextGap() {
        return lastGap.incrementAndGet();
    }

    void sawRun(long run, int stream, String codec, String notes, int boot, Moment start) {
        sawRun(run);
        begun.put(run, new Run(stream, codec, notes, boot, start));
    }

    /** More was noted of a run. */
    void note(long run, String further) {
        if (!further.isEmpty()) {
            begun.computeIfPresent(run, (number, of) -> {
                String all = of.notes.isEmpty() ? further : of.notes + " " + further;
                return new Run(of.stream, of.codec, all, of.boot, of.start);
            });
        }
    }

    /** All that was noted of a run, in the order it was; empty where nothing was. */
    String notes(long run) {
        Run known = begun.get(run);
        return known == null ? "" : known.notes;
    }

    void sawRun(long run) {
        lastRun.accumulateAndGet(run, Math::max);
    }

    void sawGap(long gap) {
        lastGap.accumulateAndGet(gap, Math::max);
    }

    /** The boot it was recorded in; 0 where that is not known. A run never outlives the recorder's process. */
    int boot(long run) {
        Run known = begun.get(run);
        return known == null ? 0 : known.boot;
    }

    String codec(long run) {
        Run known = begun.get(run);
        return known == null ? UNKNOWN_CODEC : known.codec;
    }

    /**
     * A run that began before this and is not its stream's newest of those has ended before: the one that followed it
     * began before, too.
     */
    void forgetBefore(Moment oldest) {
        Map<Integer, Long> newest = new HashMap<>();
        begun.forEach((run, of) -> {
            if (of.start.isBefore(oldest)) {
                newest.merge(of.stream, run, Math::max);
            }
        });
        begun.entrySet().removeIf(entry -> {
            Run of = entry.getValue();
            return of.start.isBefore(oldest) && entry.getKey() < newest.getOrDefault(of.stream, Long.MIN_VALUE);
        });
    }

    /** How many runs are remembered. */
    int size() {
        return begun.size();
    }
}
