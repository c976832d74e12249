// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What the ledger tells of each reel: which generation it holds, and which were cleared. A second witness beside the
 * reels' own header blocks: a block that has rotted must not make footage look like room. Any thread; guarded by its own
 * monitor. Bounded by the number of reels: of each only the newest opening and the newest clearing are kept.
 */
final class ReelBook {
    private record Place(String volume, int reel) {}

    private record Holding(LedgerEntry.ReelOpened entry, Moment opened) {}

    private final Map<Place, Holding> holding = new HashMap<>();
    private final Map<Place, Long> lastCleared = new HashMap<>();
    private final Map<String, Long> lastSerial = new HashMap<>();

    /** A generation was begun in a reel, and its header block is durable. What was said first of a generation stands. */
    synchronized void opened(LedgerEntry.ReelOpened entry, Moment at) {
        saw(entry.volume(), entry.serial());
        if (!isCleared(entry.volume(), entry.reel(), entry.serial())) {
            holding.merge(
                    new Place(entry.volume(), entry.reel()),
                    new Holding(entry, at),
                    (known, other) -> known.entry.serial() >= other.entry.serial() ? known : other);
        }
    }

    /** When the oldest generation was begun that these volumes still hold; empty where they hold none. */
    synchronized Optional<Moment> oldest(Predicate<String> volumes) {
        return holding.entrySet().stream()
                .filter(entry -> volumes.test(entry.getKey().volume))
                .map(entry -> entry.getValue().opened)
                .min(Moment::compare);
    }

    /** What the reel held up to this generation is gone. */
    synchronized void cleared(String volume, int reel, long serial) {
        saw(volume, serial);
        Place place = new Place(volume, reel);
        lastCleared.merge(place, serial, Math::max);
        holding.computeIfPresent(place, (p, of) -> of.entry.serial() <= serial ? null : of);
    }

    private void saw(String volume, long serial) {
        lastSerial.merge(volume, serial, Math::max);
    }

    /** The generation that was begun in the reel and has not been cleared. */
    synchronized Optional<LedgerEntry.ReelOpened> holding(String volume, int reel) {
        return Optional.ofNullable(holding.get(new Place(volume, reel))).map(Holding::entry);
    }

    /** Serials only grow, so a reel's clearing takes every generation before it along. */
    synchronized boolean isCleared(String volume, int reel, long serial) {
        return serial <= lastCleared.getOrDefault(new Place(volume, reel), 0L);
    }

    /** Whether anything was ever cleared. */
    synchronized boolean hasCleared() {
        return !lastCleared.isEmpty();
    }

    /** The highest serial the ledger speaks of; 0 where it speaks of none. */
    synchronized long lastSerial(String volume) {
        return lastSerial.getOrDefault(volume, 0L);
    }
}
