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
 *   untried ──one stream tries──► accepted ──a refusal──► doubtful: one stream at a time, once the calls under way have ended
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
        /** Nobody knows: this stream finds out. */
        TRY,
        WAIT
    }

    /**
     * @param known the last that was heard of this login is that it is right
     * @param worked it was right once
     * @param underWay calls that were let go and are not {@link #over}
     * @param refusals since it was accepted last
     */
    private record State(
            boolean known, boolean worked, int underWay, int refusals, long shutUntilNanos, long nextWaitNanos) {
        static final State UNTRIED = new State(false, false, 0, 0, Long.MIN_VALUE, Backoff.FIRST_LOGIN_NANOS);

        boolean isShut(long monoNanos) {
            return shutUntilNanos != Long.MIN_VALUE && monoNanos - shutUntilNanos < 0;
        }

        State with(int callsUnderWay) {
            return new State(known, worked, callsUnderWay, refusals, shutUntilNanos, nextWaitNanos);
        }

        State accepted() {
            return new State(true, true, underWay, 0, Long.MIN_VALUE, Backoff.FIRST_LOGIN_NANOS);
        }

        State refused(long monoNanos) {
            int inRow = refusals + 1;
            if (inRow < MAX_REFUSALS || isShut(monoNanos)) {
                // Calls that were under way when it shut change nothing more.
                return new State(false, worked, underWay, inRow, shutUntilNanos, nextWaitNanos);
            }
            long next = Math.min(Backoff.LIMIT_LOGIN_NANOS, 2 * nextWaitNanos);
            return new State(false, worked, underWay, inRow, monoNanos + nextWaitNanos, next);
        }
    }

    private final AtomicBoolean alarmed = new AtomicBoolean();
    private final AtomicReference<State> state = new AtomicReference<>(State.UNTRIED);

    private State now() {
        return Objects.requireNonNull(state.get());
    }

    /** Whoever may go says {@link #over} once, when its login was accepted or refused or the call ended without either. */
    Answer ask(long monoNanos) {
        while (true) {
            State now = now();
            // A call that is under way was let go on what was known then: its own refusal may be the one that shuts.
            if (!now.known() && (now.underWay() > 0 || now.isShut(monoNanos))) {
                return Answer.WAIT;
            }
            if (state.compareAndSet(now, now.with(now.underWay() + 1))) {
                return now.known() ? Answer.GO : Answer.TRY;
            }
        }
    }

    /** What this call had to say of the login it has said. */
    void over() {
        state.updateAndGet(now -> now.with(now.underWay() - 1));
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
        state.updateAndGet(State::accepted);
    }

    /**
     * The device refused the login.
     *
     * @return whether it may only have too many connections: it had taken this login, and has refused it to no stream since
     */
    boolean refused(long monoNanos) {
        State before = Objects.requireNonNull(state.getAndUpdate(now -> now.refused(monoNanos)));
        return before.worked() && before.refusals() == 0;
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
