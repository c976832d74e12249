// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.audit.Act;
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

    /** Of these it does no harm when a power cut takes them back. */
    private static final Set<Act> KEEPS_MORE = Set.of(Act.HOLD_PLACED, Act.HOLD_EXTENDED, Act.INCIDENT_OPENED);

    private final Ledger ledger;
    private final StoreClock clock;
    private final HeldFootage footage;
    private final StoreTrail trail;
    private long next;

    /** Entered, and not durable yet; {@link #mark} says when they are. Of those that let go of something. */
    private final List<Entry> waiting = new ArrayList<>();

    private long mark;

    /** Whether there are any: asked without this monitor, which is held while the ledger's disk takes its time. */
    private volatile boolean isWaiting;

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

    boolean isWaiting() {
        return isWaiting;
    }

    /** Entries that were not durable when they were made count once they are. The erase lock is held. */
    synchronized void settle() {
        if (!waiting.isEmpty() && ledger.isDurable(mark)) {
            waiting.forEach(footage::replay);
            waiting.clear();
            isWaiting = false;
        }
    }

    private Appended appendToLedger(NewEntry entry) throws TrailException {
        if (!waiting.isEmpty()) {
            // Whoever asks has not seen what those say: an entry that contradicts them could not be read again.
            settle();
            throw new TrailException("what was entered of holds before this "
                    + (waiting.isEmpty() ? "is durable only now" : "waits for the disk")
                    + "; nothing was done, look again");
        }
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
            // It stays in the ledger's queue, before all that comes after it, and may be found at the next start. What
            // keeps
            // more counts from now on; what lets go of something counts when a power cut cannot take it back.
            mark = ledger.mark();
            if (KEEPS_MORE.contains(entry.act())) {
                footage.replay(made);
            } else {
                waiting.add(made);
                isWaiting = true;
            }
            throw new TrailException(
                    entry.act() + " is not durable yet, and may count from the next start on: " + e.getMessage(), e);
        }
        return new Appended(made.index(), Hash.ZERO, entered); // a ledger has no leaves
    }
}
