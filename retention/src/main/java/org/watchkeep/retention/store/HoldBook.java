// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** What the ledger says of holds: their entries, as they were entered, and when epochs were open of which keys are kept. */
final class HoldBook {
    /** Guarded by this; handed over once. */
    private final List<String> entries = new ArrayList<>();

    private final Map<Long, LedgerEntry.EpochHeld> epochs = new ConcurrentSkipListMap<>();

    /** Hears of an entry; false where it is about something else. */
    boolean fold(LedgerEntry entry) {
        if (entry instanceof LedgerEntry.HoldEntered entered) {
            synchronized (this) {
                entries.add(entered.text());
            }
        } else if (entry instanceof LedgerEntry.EpochHeld held) {
            epochs.put(held.epoch(), held);
        } else {
            return false;
        }
        return true;
    }

    /** What the ledger held at the start, oldest first; let go with this. */
    synchronized List<String> takeEntries() {
        List<String> all = List.copyOf(entries);
        entries.clear();
        return all;
    }

    /** Oldest first. */
    Collection<LedgerEntry.EpochHeld> epochs() {
        return epochs.values();
    }

    Optional<LedgerEntry.EpochHeld> epoch(long number) {
        return Optional.ofNullable(epochs.get(number));
    }
}
