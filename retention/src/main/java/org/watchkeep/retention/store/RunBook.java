// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Numbers of runs and gaps (ascending, never reused), what each run's codec was and what was noted of it. Any thread. */
final class RunBook {
    /** Stands where the ledger lost a run's entry: the footage plays, its codec is in the init segment. */
    static final String UNKNOWN_CODEC = "unknown";

    private final AtomicLong lastRun = new AtomicLong();
    private final AtomicLong lastGap = new AtomicLong();
    private final Map<Long, String> codecs = new ConcurrentHashMap<>();
    /** Only of runs that were noted something of; runs of one camera mostly share the words, which are kept once. */
    private final Map<Long, String> notes = new ConcurrentHashMap<>();

    long nextRun(String codec, String noted) {
        long run = lastRun.incrementAndGet();
        codecs.put(run, codec);
        note(run, noted);
        return run;
    }

    long nextGap() {
        return lastGap.incrementAndGet();
    }

    void sawRun(long run, String codec, String noted) {
        lastRun.accumulateAndGet(run, Math::max);
        codecs.put(run, codec);
        note(run, noted);
    }

    /** More was noted of a run. */
    void note(long run, String further) {
        if (!further.isEmpty()) {
            notes.merge(run, further.intern(), (before, more) -> (before + " " + more).intern());
        }
    }

    /** All that was noted of a run, in the order it was; empty where nothing was. */
    String notes(long run) {
        return notes.getOrDefault(run, "");
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
