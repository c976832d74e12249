// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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

    /** Clock steps can close several epochs within the length of one fragment; more than this many at once are not met. */
    private static final int KEPT_WINDOWS = 8;

    private final String classId;
    private final EpochKeys keys;
    private final Ledger ledger;
    private final StoreClock clock;
    private final Consumer<Epoch> opened;
    /** Newest first. */
    private volatile List<Window> windows;

    /** An epoch and since when it is open. */
    private record Window(Epoch epoch, long openedMonoNanos) {}

    /** @param opened hears of each epoch before anything is recorded in it */
    EpochSchedule(String classId, EpochKeys keys, Ledger ledger, StoreClock clock, Consumer<Epoch> opened)
            throws IOException {
        this.classId = classId;
        this.keys = keys;
        this.ledger = ledger;
        this.clock = clock;
        this.opened = opened;
        this.windows = List.of(new Window(open(), clock.monoNanos()));
    }

    private Epoch open() throws IOException {
        long utcMicros = clock.utcMicros();
        long monoNanos = clock.monoNanos();
        Epoch epoch = keys.openEpoch(classId, utcMicros, monoNanos);
        opened.accept(epoch);
        ledger.append(new LedgerEntry.EpochOpened(epoch.number(), classId, utcMicros, monoNanos), utcMicros);
        return epoch;
    }

    /**
     * The epoch for a fragment that opened at this monotonic time. Fragments cannot have opened before the store did:
     * whatever claims so belongs to the first epoch.
     */
    Epoch at(long startMonoNanos) {
        List<Window> newestFirst = windows;
        for (Window window : newestFirst) {
            if (startMonoNanos - window.openedMonoNanos >= 0) {
                return window.epoch;
            }
        }
        return newestFirst.get(newestFirst.size() - 1).epoch;
    }

    /** Opens the next epoch when it is time; its root is in both homes before anyone sees it. */
    void roll() throws IOException {
        Window open = windows.get(0);
        boolean sameHour = hour(clock.utcMicros()) == hour(open.epoch.openedUtcMicros());
        if (!sameHour || clock.monoNanos() - open.openedMonoNanos >= MOST_NANOS) {
            rollNow();
        }
    }

    boolean isOf(String id) {
        return classId.equals(id);
    }

    /** The number of the epoch that new fragments belong to. */
    long current() {
        return windows.get(0).epoch.number();
    }

    /** Opens the next epoch whatever the time: a clock has stepped. */
    void rollNow() throws IOException {
        List<Window> next = new ArrayList<>(windows);
        next.add(0, new Window(open(), clock.monoNanos()));
        windows = List.copyOf(next.subList(0, Math.min(KEPT_WINDOWS, next.size())));
    }

    /** How far into its epoch something was recorded. UTC set forward since the epoch was opened makes nothing younger. */
    static long intoEpochMicros(long openedUtcMicros, Instant start) {
        return Math.max(0, Math.min(REACH_MICROS, StreamState.micros(start) - openedUtcMicros));
    }

    /** An hour and a little, or longer where the next one could not be opened in time; the newest has no end. */
    static boolean reaches(Epoch epoch, long nextOpened, Instant from, Instant to) {
        long opened = epoch.openedUtcMicros();
        long reach = 2 * StreamAppender.SEGMENT_MICROS;
        long end = Math.max(opened + REACH_MICROS, nextOpened);
        return opened - reach < boundedMicros(to) && (end == Long.MAX_VALUE || end + reach > boundedMicros(from));
    }

    /** Instant.MIN and MAX stand for "all": they do not fit into microseconds. */
    static long boundedMicros(Instant instant) {
        if (instant.getEpochSecond() <= Long.MIN_VALUE / 1_000_000) {
            return Long.MIN_VALUE;
        }
        return instant.getEpochSecond() >= Long.MAX_VALUE / 1_000_000 ? Long.MAX_VALUE : StreamState.micros(instant);
    }

    private static long hour(long utcMicros) {
        return ChronoUnit.HOURS.between(Instant.EPOCH, StreamState.instant(utcMicros));
    }
}
