// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Fields;
import org.watchkeep.retention.policy.RetentionRule;

/**
 * Enters the clearing of a reel before it happens: durably in the ledger, without which the reel stays, and in the trail,
 * which is owed it where it takes nothing: recording needs the reel and never waits for the trail. The keeper's.
 */
final class ClearingLog {
    /** Within an epoch and a minute of the limit the promise has been kept. */
    private static final long BEYOND_PROMISE_MICROS = EpochSchedule.MOST_NANOS / 1_000 + RetentionRule.MARGIN_MICROS;

    private final StoreParts parts;
    private final Erasures erasures;

    /** @param erasures knows how old each epoch is, and sums up what ends before its promise */
    ClearingLog(StoreParts parts, Erasures erasures) {
        this.parts = parts;
        this.erasures = erasures;
    }

    /**
     * Durable in the ledger on return; throws, and the reel stays, when it cannot be.
     *
     * @param days of its class
     * @param segments of which it holds fragments, by their epoch
     */
    void cleared(LedgerEntry.ReelCleared entry, String classId, int days, Map<Long, Set<SegmentBuilder.Key>> segments)
            throws IOException {
        long utcMicros = parts.clock().utcMicros();
        parts.ledger().appendDurably(entry, utcMicros);
        Map<Long, Set<SegmentBuilder.Key>> endEarly = new TreeMap<>(segments);
        endEarly.keySet().removeIf(epoch -> !isPromised(epoch, days));
        boolean isEarly = entry.reason().equals(EarlyEndings.CAPACITY) && !endEarly.isEmpty();
        Instant now = StreamState.instant(utcMicros);
        parts.trail()
                .owe(
                        Act.REEL_CLEARED,
                        Fields.NONE
                                .with("volume", entry.volume())
                                .with("class", classId)
                                .with("serial", entry.serial())
                                .with("cause", entry.reason())
                                .with(
                                        "segments",
                                        segments.values().stream()
                                                .mapToLong(Set::size)
                                                .sum())
                                .with("early", isEarly),
                        now);
        if (isEarly) {
            erasures.early.lost(classId, endEarly);
        }
        parts.trail().settle();
    }

    /** Whether something of these epochs was promised for longer. */
    boolean endsEarly(Set<Long> epochs, int days) {
        return epochs.stream().anyMatch(epoch -> isPromised(epoch, days));
    }

    /** Not yet erased, and its promise not reached: it could have been seen for longer, and was to be. */
    private boolean isPromised(long epoch, int days) {
        return erasures.isYounger(epoch, TimeUnit.DAYS.toMicros(days) - BEYOND_PROMISE_MICROS);
    }
}
