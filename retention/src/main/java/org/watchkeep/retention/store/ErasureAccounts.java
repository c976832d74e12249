// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.policy.Erasing;

/** What is said of an epoch before its root goes: its gaps, and how much it held. The erase lock is held. */
final class ErasureAccounts {
    private static final Logger log = LoggerFactory.getLogger(ErasureAccounts.class);

    private final FootageStore store;
    private final StreamBook streams;
    private final Index index;

    /** Epochs whose gaps were entered and whose erasure then failed, and by which holds: a second try says it once. */
    private final Map<Long, Long> entered = new HashMap<>();

    ErasureAccounts(FootageStore store, StreamBook streams, Index index) {
        this.store = store;
        this.streams = streams;
        this.index = index;
    }

    /** An index that fails must not keep an erasure from being done. */
    Erasing.Counts counts(Epoch epoch) {
        long ofStreams = 0;
        long segments = 0;
        long fragments = 0;
        long bytes = 0;
        try {
            for (StreamState stream : streams.all()) {
                SummaryRow.Totals of = totals(epoch.number(), stream);
                ofStreams += of.segments() == 0 ? 0 : 1;
                segments += of.segments();
                fragments += of.fragments();
                bytes += of.bytes();
            }
        } catch (IOException e) {
            log.error("what epoch {} held is not known, it is erased all the same: {}", epoch.number(), e.toString());
        }
        return new Erasing.Counts(ofStreams, segments, fragments, bytes);
    }

    /** One row of the index where it has been summed up, as all that is due has been for weeks; else all of its rows. */
    private SummaryRow.Totals totals(long epoch, StreamState stream) throws IOException {
        Optional<SummaryRow.Totals> known = index.totals(epoch, stream.number, stream.id);
        return known.isPresent()
                ? known.get()
                : SummaryRow.Totals.of(store.segments(epoch, stream, Instant.MIN, Instant.MAX));
    }

    /**
     * Enters its gaps; again only where holds have changed since a try that failed.
     *
     * @throws IOException when what is held cannot be told: what a hold keeps would be entered as erased
     */
    void enter(Epoch epoch, int days, Overwritten overwritten) throws IOException {
        if (!store.held().footage.isReadable()) {
            if (epoch.state() == Epoch.State.LIVE) {
                var unused = store.held().epochs.heldStreams(epoch.number());
            }
            return; // what had begun is brought to its end, and was accounted for before it began
        }
        Long holds = store.held().footage.version();
        if (holds.equals(entered.get(epoch.number()))) {
            return;
        }
        try {
            overwritten.enterErased(epoch, "erased by the rule of class " + epoch.classId() + ", " + days + " days");
            entered.put(epoch.number(), holds);
            // The root goes next, and is not found again; with a trail nothing of an erasure waits for the ledger.
            store.ledger().awaitDurable();
        } catch (IOException e) {
            log.error("what epoch {} held may look unexplained to the check: {}", epoch.number(), e.toString());
        }
    }

    /** It is erased: nothing will be said of it again. */
    void settled(long epoch) {
        entered.remove(epoch);
    }
}
