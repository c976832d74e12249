// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Keeps a device from locking us out: cameras and recorders ban whoever fails to log in some five times, and one with 64
 * channels and a wrong password would see 64 failures in a moment.
 *
 * <pre>
 *   untried ──one stream tries──► accepted ──a refusal──► doubtful: one stream at a time
 *      ▲                             ▲                        │ {@link #MAX_REFUSALS} in a row
 *      │                             └─────────┐              ▼
 *      └───────────── (start)            accepted ◄── shut: nobody until the wait is over, then one stream
 * </pre>
 *
 * <p>Any thread; nothing waits.
 */
final class LoginBreaker {
    /** Two streams refused with one login: it is the login, not one channel's permission. */
    static final int MAX_REFUSALS = 2;

    /** While another stream tries, ask again so soon. */
    static final long TRYING_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** What a stream may do. */
    enum Answer {
        /** The login is known to be right. */
        GO,
        /** Nobody knows: this stream finds out, and says so by accepted, refused or untold. */
        TRY,
        WAIT
    }

    private record State(boolean known, boolean trying, int refusals, long shutUntilNanos, long nextWaitNanos) {
        static final State UNTRIED = new State(false, false, 0, Long.MIN_VALUE, Backoff.FIRST_LOGIN_NANOS);
        static final State KNOWN = new State(true, false, 0, Long.MIN_VALUE, Backoff.FIRST_LOGIN_NANOS);

        boolean isShut(long monoNanos) {
            return shutUntilNanos != Long.MIN_VALUE && monoNanos - shutUntilNanos < 0;
        }

        State with(boolean nowTrying) {
            return new State(known, nowTrying, refusals, shutUntilNanos, nextWaitNanos);
        }
    }

    private final AtomicBoolean alarmed = new AtomicBoolean();
    private final AtomicReference<State> state = new AtomicReference<>(State.UNTRIED);

    private State now() {
        return Objects.requireNonNull(state.get());
    }

    Answer ask(long monoNanos) {
        while (true) {
            State now = now();
            if (now.known()) {
                return Answer.GO;
            }
            if (now.trying() || now.isShut(monoNanos)) {
                return Answer.WAIT;
            }
            if (state.compareAndSet(now, now.with(true))) {
                return Answer.TRY;
            }
        }
    }

    /** After {@link Answer#WAIT}: how long until it is worth asking again. */
    long waitNanos(long monoNanos) {
        State now = now();
        return now.isShut(monoNanos) ? now.shutUntilNanos() - monoNanos : TRYING_NANOS;
    }

    boolean isShut(long monoNanos) {
        return now().isShut(monoNanos);
    }

    /** The device took the login. */
    void accepted() {
        state.set(State.KNOWN);
    }

    /** The call ended before the login was accepted or refused; only to be said by the stream that was to try. */
    void untold() {
        state.updateAndGet(now -> now.with(false));
    }

    /**
     * The device refused the login.
     *
     * @param busy it may only have too many connections: the first wait is short
     */
    void refused(long monoNanos, boolean busy) {
        state.updateAndGet(now -> {
            int refusals = now.refusals() + 1;
            if (refusals < MAX_REFUSALS || now.isShut(monoNanos)) {
                // Calls that were under way when it shut change nothing more.
                return new State(false, false, refusals, now.shutUntilNanos(), now.nextWaitNanos());
            }
            long wait = busy ? Backoff.LIMIT_NANOS : now.nextWaitNanos();
            long next = busy ? now.nextWaitNanos() : Math.min(Backoff.LIMIT_LOGIN_NANOS, 2 * wait);
            return new State(false, false, refusals, monoNanos + wait, next);
        });
    }

    /** True once: the stream that asks first raises the one alarm for all of the device that share the login. */
    boolean mayAlarm() {
        return alarmed.compareAndSet(false, true);
    }

    /** The stream that had raised the alarm is recording again. */
    void alarmOver() {
        alarmed.set(false);
    }
}
