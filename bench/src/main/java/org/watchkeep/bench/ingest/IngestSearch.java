// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Refusal;

/**
 * Finds how many cameras are carried: doubles until it breaks, then halves the step. One bad run on a machine with
 * neighbours proves nothing, so what failed is tried again, and where that goes well a third run decides. Ends at the
 * latest when the time is up, with what it knows by then. Confined to one thread; used once.
 */
final class IngestSearch {
    /** Nearer than this share, and two runs of the same number differ by more. */
    private static final double NEAR = 0.05;

    private final Trial trial;
    private final Bounds bounds;
    private final LongSupplier nanoTime;
    private final List<Attempt> attempts = new ArrayList<>();
    private final long beganNanos;
    private long longestNanos;
    private String brokeFirst = "nothing";

    /** Runs so many cameras once. */
    interface Trial {
        Attempt run(int cameras) throws IOException, ConfigException, Refusal;
    }

    /** @param broke what gave way first; {@code nothing} where it was carried */
    record Attempt(int cameras, boolean carried, String broke) {}

    /**
     * @param from the first number tried
     * @param most never more than this
     * @param time no run is begun that would end after it, as far as can be foreseen
     */
    record Bounds(int from, int most, Duration time) {
        Bounds {
            if (from < 1 || from > most) {
                throw new IllegalArgumentException("cameras: " + from + " (expected: 1 to " + most + ")");
            }
        }
    }

    /**
     * @param most the largest number that was carried; 0 where none was
     * @param brokeAt the smallest that was not; empty where nothing broke
     * @param brokeFirst what gave way there
     * @param ended why no more was tried
     */
    record Found(int most, OptionalInt brokeAt, String brokeFirst, String ended, List<Attempt> attempts) {
        Found {
            attempts = List.copyOf(attempts);
        }
    }

    IngestSearch(Trial trial, Bounds bounds, LongSupplier nanoTime) {
        this.trial = trial;
        this.bounds = bounds;
        this.nanoTime = nanoTime;
        this.beganNanos = nanoTime.getAsLong();
    }

    /** @throws Refusal when not even the first try could be made */
    Found search() throws IOException, ConfigException, Refusal {
        int good = 0;
        int bad = 0;
        int count = bounds.from();
        while (true) {
            if (!isTimeLeft()) {
                return found(good, bad, "time was up after " + bounds.time().toMinutes() + " minutes");
            }
            boolean carried;
            try {
                carried = isCarried(count);
            } catch (Refusal e) {
                if (attempts.isEmpty()) {
                    throw e;
                }
                return found(good, bad, count + " cameras could not be tried: " + e.getMessage());
            }
            if (carried) {
                good = count;
            } else {
                bad = count;
            }
            if (bad == 0 && good >= bounds.most()) {
                return found(good, bad, "nothing broke up to " + bounds.most() + " cameras");
            }
            if (bad > 0 && bad - good <= Math.max(1, Math.round(NEAR * bad))) {
                return found(good, bad, String.format(Locale.ROOT, "found to within %.0f %%", 100 * NEAR));
            }
            count = bad == 0 ? Math.min(bounds.most(), 2 * good) : (good + bad) / 2;
        }
    }

    private Found found(int good, int bad, String ended) {
        return new Found(good, bad == 0 ? OptionalInt.empty() : OptionalInt.of(bad), brokeFirst, ended, attempts);
    }

    /** Two runs of at most three decide. */
    private boolean isCarried(int cameras) throws IOException, ConfigException, Refusal {
        Attempt first = attempt(cameras);
        if (first.carried()) {
            return true;
        }
        boolean carried = false;
        if (isTimeLeft()) {
            carried = attempt(cameras).carried()
                    && isTimeLeft()
                    && attempt(cameras).carried();
        }
        if (!carried) {
            brokeFirst = first.broke();
        }
        return carried;
    }

    private Attempt attempt(int cameras) throws IOException, ConfigException, Refusal {
        long before = nanoTime.getAsLong();
        Attempt attempt = trial.run(cameras);
        longestNanos = Math.max(longestNanos, nanoTime.getAsLong() - before);
        attempts.add(attempt);
        return attempt;
    }

    private boolean isTimeLeft() {
        return nanoTime.getAsLong() - beganNanos + longestNanos <= bounds.time().toNanos();
    }
}
