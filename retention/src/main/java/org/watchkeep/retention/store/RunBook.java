// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Numbers of runs and gaps (ascending, never reused) and what each run's codec was. Any thread. */
final class RunBook {
    /** Stands where the ledger lost a run's entry: the footage plays, its codec is in the init segment. */
    static final String UNKNOWN_CODEC = "unknown";

    private final AtomicLong lastRun = new AtomicLong();
    private final AtomicLong lastGap = new AtomicLong();
    private final Map<Long, Run> begun = new ConcurrentHashMap<>();

    private record Run(int stream, String codec, long startUtcMicros) {}

    long nextRun(int stream, String codec, long startUtcMicros) {
        long run = lastRun.incrementAndGet();
        begun.put(run, new Run(stream, codec, startUtcMicros));
        return run;
    }

    long nextGap() {
        return lastGap.incrementAndGet();
    }

    void sawRun(long run, int stream, String codec, long startUtcMicros) {
        sawRun(run);
        begun.put(run, new Run(stream, codec, startUtcMicros));
    }

    void sawRun(long run) {
        lastRun.accumulateAndGet(run, Math::max);
    }

    void sawGap(long gap) {
        lastGap.accumulateAndGet(gap, Math::max);
    }

    String codec(long run) {
        Run known = begun.get(run);
        return known == null ? UNKNOWN_CODEC : known.codec;
    }

    /**
     * A run that began before this and is not its stream's newest of those has ended before: the one that followed it
     * began before, too.
     */
    void forgetBefore(long utcMicros) {
        Map<Integer, Long> newest = new HashMap<>();
        begun.forEach((run, of) -> {
            if (of.startUtcMicros < utcMicros) {
                newest.merge(of.stream, run, Math::max);
            }
        });
        begun.entrySet().removeIf(entry -> {
            Run of = entry.getValue();
            return of.startUtcMicros < utcMicros && entry.getKey() < newest.getOrDefault(of.stream, Long.MIN_VALUE);
        });
    }

    /** How many runs are remembered. */
    int size() {
        return begun.size();
    }
}
