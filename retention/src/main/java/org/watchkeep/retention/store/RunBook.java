// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Numbers of runs and gaps (ascending, never reused) and what each run's codec was. Any thread. */
final class RunBook {
    /** Stands where the ledger lost a run's entry: the footage plays, its codec is in the init segment. */
    static final String UNKNOWN_CODEC = "unknown";

    private final AtomicLong lastRun = new AtomicLong();
    private final AtomicLong lastGap = new AtomicLong();
    private final Map<Long, String> codecs = new ConcurrentHashMap<>();

    long nextRun(String codec) {
        long run = lastRun.incrementAndGet();
        codecs.put(run, codec);
        return run;
    }

    long nextGap() {
        return lastGap.incrementAndGet();
    }

    void sawRun(long run, String codec) {
        lastRun.accumulateAndGet(run, Math::max);
        codecs.put(run, codec);
    }

    void sawRun(long run) {
        lastRun.accumulateAndGet(run, Math::max);
    }

    void sawGap(long gap) {
        lastGap.accumulateAndGet(gap, Math::max);
    }

    String codec(long run) {
        return codecs.getOrDefault(run, UNKNOWN_CODEC);
    }
}
