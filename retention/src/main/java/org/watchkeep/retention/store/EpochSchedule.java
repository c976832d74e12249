// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.keys.EpochKeys;

/**
 * Which key epoch of one retention class a fragment belongs to: the one that was open when the fragment opened. An epoch
 * closes at each UTC hour, at a clock step, at start-up, or after an hour of monotonic time, whichever comes first.
 *
 * <p>{@link #at} from any thread without waiting; {@link #roll} from the keeper's thread only.
 */
final class EpochSchedule {
    /** The grain of erasure: a promise is kept to within one of these. */
    static final long MOST_NANOS = TimeUnit.HOURS.toNanos(1);

    /** No segment of an epoch begins later than this after the epoch opened: an hour, and the second until it is rolled. */
    static final long REACH_MICROS = TimeUnit.HOURS.toMicros(1) + TimeUnit.MINUTES.toMicros(2);

    private final String classId;
    private final EpochKeys keys;
    private final Ledger ledger;
    private final StoreClock clock;
    private volatile Window window;

    /** The open epoch, since when it is open, and the one before it for fragments that opened earlier. */
    private record Window(
            Epoch current, long openedMonoNanos, @Nullable Epoch previous) {}

    EpochSchedule(String classId, EpochKeys keys, Ledger ledger, StoreClock clock) throws IOException {
        this.classId = classId;
        this.keys = keys;
        this.ledger = ledger;
        this.clock = clock;
        // Fragments cannot have opened before the store did: whatever claims so belongs to the first epoch.
        this.window = new Window(open(), Long.MIN_VALUE, null);
        this.window = new Window(window.current(), clock.monoNanos(), null);
    }

    private Epoch open() throws IOException {
        long utcMicros = clock.utcMicros();
        long monoNanos = clock.monoNanos();
        Epoch epoch = keys.openEpoch(classId, utcMicros, monoNanos);
        ledger.append(new LedgerEntry.EpochOpened(epoch.number(), classId, utcMicros, monoNanos), utcMicros);
        return epoch;
    }

    /** The epoch for a fragment that opened at this monotonic time. */
    Epoch at(long startMonoNanos) {
        Window w = window;
        Epoch previous = w.previous;
        return previous == null || startMonoNanos - w.openedMonoNanos >= 0 ? w.current : previous;
    }

    /** Opens the next epoch when it is time; its root is in both homes before anyone sees it. */
    void roll() throws IOException {
        Window w = window;
        boolean sameHour = hour(clock.utcMicros()) == hour(w.current.openedUtcMicros());
        if (!sameHour || clock.monoNanos() - w.openedMonoNanos >= MOST_NANOS) {
            rollNow();
        }
    }

    /** Opens the next epoch whatever the time: a clock has stepped. */
    void rollNow() throws IOException {
        Window w = window;
        Epoch next = open();
        window = new Window(next, clock.monoNanos(), w.current);
    }

    private static long hour(long utcMicros) {
        return ChronoUnit.HOURS.between(Instant.EPOCH, StreamState.instant(utcMicros));
    }
}
