// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The stop before this life of the store, as its streams are accounted for, and the note of its own. Any thread. */
final class Stops {
    private static final Logger log = LoggerFactory.getLogger(Stops.class);

    private final StoreParts parts;
    private final Recovery recovery;
    private volatile Optional<Instant> cutShort = Optional.empty();

    /** It keeps the account of streams; one that was only opened to be read has nothing to say by its stop. */
    private volatile boolean isRecorder;

    Stops(StoreParts parts, Recovery recovery) {
        this.parts = parts;
        this.recovery = recovery;
    }

    /** These streams are accounted for from now on. */
    void recording(Map<StreamId, String> streams) {
        if (!streams.isEmpty()) {
            isRecorder = true;
        }
    }

    /** The time since the last that is known of this stream. */
    synchronized void account(StreamState state, Moment now) {
        recovery.accountForStop(state, now)
                .filter(stop -> cutShort.map(stop::isAfter).orElse(true))
                .ifPresent(stop -> cutShort = Optional.of(stop));
    }

    /** The newest end of a stream's footage, or of its last known gap, that no clean stop made. */
    Optional<Instant> cutShort() {
        return cutShort;
    }

    /** Enters that this life ends, everything before it being durable. */
    void note() throws IOException {
        StoreClock clock = parts.clock();
        long utcMicros = clock.utcMicros();
        try {
            parts.ledger()
                    .appendDurably(
                            new LedgerEntry.RecorderStopped(utcMicros, clock.monoNanos(), clock.bootId(), true),
                            utcMicros);
        } catch (IOException e) {
            if (isRecorder) {
                throw notNoted(e);
            }
            log.warn("{}; nothing was recorded, so nothing is lost", e.getMessage());
        }
    }

    private StoreException notNoted(IOException why) {
        return new StoreException(
                "all that was recorded is safe, but the stop could not be noted: " + why.getMessage(),
                "Free space on the disk with " + parts.settings().folder().toAbsolutePath()
                        + "; the next start finds all footage, and shows this stop as one that was not clean.",
                why);
    }

    /** After {@link #note}: a ledger that could not be written has said so there. */
    void closeLedger() throws IOException {
        try {
            parts.ledger().close();
        } catch (IOException e) {
            if (isRecorder) {
                throw e;
            }
            log.debug("what the opening found is found again by the next: {}", e.toString());
        }
    }
}
