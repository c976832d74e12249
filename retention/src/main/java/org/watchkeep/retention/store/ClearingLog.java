// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Fields;
import org.watchkeep.retention.keys.Epoch;

/**
 * Enters the clearing of a reel before it happens: durably in the ledger, without which the reel stays, and in the trail,
 * which is owed it where it takes nothing: recording needs the reel and never waits for the trail. The keeper's.
 */
final class ClearingLog {
    private static final Logger log = LoggerFactory.getLogger(ClearingLog.class);
    private static final String CAPACITY = "capacity";

    private final StoreParts parts;
    private boolean isShort;

    ClearingLog(StoreParts parts) {
        this.parts = parts;
    }

    /**
     * Durable in the ledger on return; throws, and the reel stays, when it cannot be.
     *
     * @param segments of which it holds fragments, by their epoch
     */
    void cleared(LedgerEntry.ReelCleared entry, String classId, Map<Long, Set<SegmentBuilder.Key>> segments)
            throws IOException {
        long utcMicros = parts.clock().utcMicros();
        parts.ledger().appendDurably(entry, utcMicros);
        boolean early =
                entry.reason().equals(CAPACITY) && segments.keySet().stream().anyMatch(this::isKept);
        if (early && !isShort) {
            log.warn("class {}: the ring overwrites footage before its promise; there is too little room", classId);
            isShort = true;
        }
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
                                .with("early", early),
                        now);
        if (early) {
            segments.forEach((epoch, of) -> enterEarly(epoch, classId, of.size(), now));
        }
        parts.trail().settle();
    }

    /** Not yet erased, so that its footage could have been seen for longer. */
    private boolean isKept(long epoch) {
        return parts.keys()
                .epoch(epoch)
                .filter(known -> known.state() == Epoch.State.LIVE)
                .isPresent();
    }

    private void enterEarly(long epoch, String classId, int segments, Instant now) {
        if (isKept(epoch)) {
            parts.trail()
                    .owe(
                            Act.EPOCH_ERASED_EARLY,
                            Fields.NONE
                                    .with("class", classId)
                                    .with("epoch", epoch)
                                    .with("cause", CAPACITY)
                                    .with("segments", segments),
                            now);
        }
    }
}
