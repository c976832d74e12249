// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.audit.Appended;
import org.watchkeep.retention.audit.DamagedTrailException;
import org.watchkeep.retention.audit.Entry;
import org.watchkeep.retention.audit.Hash;
import org.watchkeep.retention.audit.NewEntry;
import org.watchkeep.retention.audit.TrailException;
import org.watchkeep.retention.audit.TrailWriter;

/**
 * Enters what is done to holds: in the trail; in a store without one in the ledger, in the form that the trail has for it.
 *
 * <p>Any thread; one entry at a time.
 */
final class HoldLedger implements TrailWriter {
    private static final Logger log = LoggerFactory.getLogger(HoldLedger.class);

    private final Ledger ledger;
    private final StoreClock clock;
    private final HeldFootage footage;
    private final StoreTrail trail;
    private long next;

    HoldLedger(StoreParts parts) {
        this.ledger = parts.ledger();
        this.clock = parts.clock();
        this.footage = parts.holding().footage();
        this.trail = parts.trail();
    }

    /** Tells what was entered. A store in which one entry cannot be read records on, and erases nothing. */
    synchronized void replay(HoldBook book) {
        if (!trail.isUsed()) {
            replayLedger(book);
            return;
        }
        try {
            for (Entry entry : trail.holdEntries()) {
                footage.replay(entry);
            }
        } catch (IOException | IllegalArgumentException e) {
            log.error("ALARM holds: their entries cannot be read, nothing is erased: {}", e.getMessage());
            footage.unreadable(String.valueOf(e.getMessage()));
        }
    }

    private void replayLedger(HoldBook book) {
        for (String text : book.takeEntries()) {
            next++;
            try {
                footage.replay(Entry.parse(text.getBytes(US_ASCII)));
            } catch (DamagedTrailException | IllegalArgumentException e) {
                log.error("ALARM holds: entry {} cannot be read, nothing is erased: {}", next, e.getMessage());
                footage.unreadable("entry " + next + ": " + e.getMessage());
                return;
            }
        }
    }

    @Override
    public synchronized Appended append(NewEntry entry) throws TrailException {
        return trail.isUsed() ? trail.append(entry) : appendToLedger(entry);
    }

    private Appended appendToLedger(NewEntry entry) throws TrailException {
        long utcMicros = clock.utcMicros();
        Instant entered = StreamState.instant(utcMicros);
        Entry made = new Entry(
                next,
                entry.act().code(),
                entry.actor(),
                entry.approved(),
                entry.happened().orElse(entered),
                entered,
                entry.data(),
                Hash.ZERO);
        String text = new String(made.toBytes(), US_ASCII);
        if (text.length() > LedgerEntry.HoldEntered.MAX_CHARS) {
            throw new TrailException("entry of a hold: " + text.length() + " characters (expected: at most "
                    + LedgerEntry.HoldEntered.MAX_CHARS + "; hold fewer cameras at once)");
        }
        next++;
        try {
            ledger.appendDurably(new LedgerEntry.HoldEntered(text), utcMicros);
        } catch (IOException e) {
            // It stays in the ledger's queue, before all that comes after it, and will be found: so it counts here too.
            footage.replay(made);
            throw new TrailException(
                    entry.act() + " is not durable yet, and may count from the next start on: " + e.getMessage(), e);
        }
        return new Appended(made.index(), Hash.ZERO, entered); // a ledger has no leaves
    }
}
