// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Fields;

/**
 * Footage that a ring overwrote before its promise: summed up for an hour, then one entry for each epoch of the class, and
 * one alarm for as long as it goes on. A ring that is too small loses a segment of every camera each minute; that it does is
 * one fact. A power cut loses the sum of the hour it comes in; each {@code reel.cleared} says {@code early} by itself.
 *
 * <p>The keeper's, but {@link #alarms}: any thread.
 */
final class EarlyEndings {
    private static final Logger log = LoggerFactory.getLogger(EarlyEndings.class);

    static final String CAPACITY = "capacity";

    /** What is summed up into one entry. */
    static final long SUM_NANOS = TimeUnit.HOURS.toNanos(1);

    /** A ring that was too small by night and is again the next night has been too small all the time. */
    static final long SPELL_NANOS = TimeUnit.DAYS.toNanos(1);

    private final StoreTrail trail;
    private final StoreClock clock;
    private final Map<String, Sum> sums = new TreeMap<>();

    /** When a class last lost something, monotonic; while there is one its alarm stands. */
    private final Map<String, Long> lastLoss = new ConcurrentSkipListMap<>();

    /** Of one class since {@code sinceNanos}: segments by their epoch. One of two reels is one. */
    private record Sum(long sinceNanos, Instant since, Map<Long, Set<SegmentBuilder.Key>> segments) {}

    EarlyEndings(StoreTrail trail, StoreClock clock) {
        this.trail = trail;
        this.clock = clock;
    }

    /** These segments of a class are overwritten, and each could have been seen for longer. */
    void lost(String classId, Map<Long, Set<SegmentBuilder.Key>> segments) {
        if (segments.isEmpty()) {
            return;
        }
        long now = clock.monoNanos();
        round();
        if (lastLoss.put(classId, now) == null) {
            log.error("ALARM {}", sentence(classId));
        }
        Sum sum = sums.computeIfAbsent(
                classId, id -> new Sum(now, StreamState.instant(clock.utcMicros()), new TreeMap<>()));
        segments.forEach((epoch, of) ->
                sum.segments.computeIfAbsent(epoch, e -> new HashSet<>()).addAll(of));
    }

    /** Enters sums whose hour is over, and takes back alarms of what is over. */
    void round() {
        long now = clock.monoNanos();
        for (Map.Entry<String, Sum> each : List.copyOf(sums.entrySet())) {
            if (now - each.getValue().sinceNanos >= SUM_NANOS) {
                enter(each.getKey(), each.getValue());
            }
        }
        lastLoss.entrySet().removeIf(each -> {
            boolean isOver = now - each.getValue() >= SPELL_NANOS;
            if (isOver) {
                log.warn("class {}: for a day nothing was overwritten before its promise", each.getKey());
            }
            return isOver;
        });
    }

    /** At the stop: what would not get its hour. */
    void settleLast() {
        List.copyOf(sums.entrySet()).forEach(each -> enter(each.getKey(), each.getValue()));
    }

    private void enter(String classId, Sum sum) {
        sums.remove(classId);
        sum.segments.forEach((epoch, segments) -> trail.owe(
                Act.EPOCH_ERASED_EARLY,
                Fields.NONE
                        .with("class", classId)
                        .with("epoch", epoch)
                        .with("cause", CAPACITY)
                        .with("segments", segments.size()),
                sum.since));
    }

    /** One sentence for each class that loses footage before its promise now. */
    List<String> alarms() {
        return lastLoss.keySet().stream().map(EarlyEndings::sentence).toList();
    }

    private static String sentence(String classId) {
        return "class " + classId
                + ": the ring overwrites footage before its promise; there is too little room for what is recorded";
    }
}
