// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: doubling, up to a limit, each time with a random part, so that a switch that comes
 * back does not meet two hundred calls in one instant. Confined to its camera.
 */
final class Backoff {
    static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Cameras ban whoever fails to log in a few times, commonly for some minutes to half an hour. */
    static final long FIRST_LOGIN_NANOS = TimeUnit.MINUTES.toNanos(5);

    static final long LIMIT_LOGIN_NANOS = TimeUnit.HOURS.toNanos(1);

    private final RandomGenerator random;
    private long nanos = FIRST_NANOS;
    private long loginNanos = FIRST_LOGIN_NANOS;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** Footage flows: the next failure is a first one again. */
    void reset() {
        nanos = FIRST_NANOS;
        loginNanos = FIRST_LOGIN_NANOS;
    }

    /** A wait, for people. */
    static String text(long waitNanos) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(waitNanos);
        if (seconds >= 120) {
            return TimeUnit.SECONDS.toMinutes(seconds) + " minutes";
        }
        return seconds >= 2 ? seconds + " s" : TimeUnit.NANOSECONDS.toMillis(waitNanos) + " ms";
    }

    /** After a failure of any kind but the login: 0.5 s to 30 s. */
    long afterFailure() {
        long ceiling = nanos;
        nanos = Math.min(LIMIT_NANOS, 2 * nanos);
        // The upper half of the interval is random; at the first step, which is the least, half of it is added instead.
        return ceiling == FIRST_NANOS
                ? FIRST_NANOS + random.nextLong(FIRST_NANOS / 2 + 1)
                : Math.max(FIRST_NANOS, ceiling - random.nextLong(ceiling / 2 + 1));
    }

    /** After a refused login: 5 min to 1 h. The random part only adds: never sooner than said. */
    long afterRefusedLogin() {
        long floor = loginNanos;
        loginNanos = Math.min(LIMIT_LOGIN_NANOS, 2 * loginNanos);
        return Math.min(LIMIT_LOGIN_NANOS, floor + random.nextLong(floor / 10 + 1));
    }
}
