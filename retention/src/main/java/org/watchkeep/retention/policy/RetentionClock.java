// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How old footage is: store.md, section 4. A pure state machine, fed with readings of the recorder's two clocks; it
 * touches no file and no clock itself. Guarded by its owner.
 *
 * <p>It counts <i>elapsed</i> time, which only grows and comes from the monotonic clock; an epoch's <i>stamp</i> is the
 * elapsed time when it was opened. Where UTC has moved and elapsed time has not (the machine was off, or somebody set the
 * clock) there is doubt, until UTC is put right by itself, or a witness or a person says that it is right.
 *
 * <p>Time that passed unseen can only have passed where the recorder was stopped, or where the clock goes on by itself (a machine
 * that slept). When UTC is said to be right, what it went on by counts, for what is <i>erased</i>, from the first such place since
 * it was last vouched for: what was stamped before it is that much older, what was stamped after it is not. So nothing is ever
 * taken for older than it is; and no age ever becomes less. For what is <i>shown</i> it counts from the last place where it can
 * have passed. Where UTC only ever went on, and only over stops, each stop has what UTC went on by over it, which is so as long
 * as UTC goes on while the machine is off; where it was set as well, all of it may have passed over the last.
 *
 * <p>UTC and elapsed time may drift apart a little: up to {@link #TOLERANCE_MICROS} is no doubt, and is made up for at
 * {@link #SLEW_PPM}, so that a crystal that is off does not add up over a month.
 */
public final class RetentionClock {
    /** Half of what an epoch is erased before its limit: within this, no reckoning can pass the limit unseen. */
    public static final long TOLERANCE_MICROS = TimeUnit.SECONDS.toMicros(30);

    /** More than any crystal is off; and little enough that a clock moved on in small steps gains minutes a month. */
    static final long SLEW_PPM = 100;

    /** Steps of UTC between two settlements that are told apart; further ones count as part of the last. */
    static final int MOST_JUMPS = 64;

    /** No place where time passed unseen. */
    private static final long NONE = -1;

    /** What the recorder's clocks say at one moment. */
    public record Reading(long utcMicros, long monoNanos, String bootId) {}

    /**
     * Time that UTC went on by (or back, where negative) while elapsed time stood.
     *
     * @param atElapsedMicros where it stood, or the first place where it may have
     * @param untilElapsedMicros the last such place
     */
    public record Jump(long atElapsedMicros, long untilElapsedMicros, long micros) {
        Jump(long atElapsedMicros, long micros) {
            this(atElapsedMicros, atElapsedMicros, micros);
        }
    }

    /**
     * All there is to know of the clock; what is written down. Immutable.
     *
     * @param elapsedMicros time since the clock was first made, as far as it was seen
     * @param zeroUtcMicros UTC when nothing had elapsed, as reckoned now
     * @param forgottenMicros jumps that were settled so long ago that nothing is left that was stamped before them
     * @param unseenAt where time may first have passed unseen since UTC was last vouched for; -1 nowhere
     * @param unseenUntil the last such place; -1 nowhere
     * @param stepped whether UTC was set since then: it went back, or on while the recorder ran
     * @param taken time that did pass unseen, oldest first, all forward
     * @param inDoubt steps of UTC that nobody has vouched for, oldest first, either way
     */
    public record State(
            long elapsedMicros,
            long zeroUtcMicros,
            long forgottenMicros,
            long unseenAt,
            long unseenUntil,
            boolean stepped,
            List<Jump> taken,
            List<Jump> inDoubt,
            long monoNanos,
            String bootId) {
        public State {
            taken = List.copyOf(taken);
            inDoubt = List.copyOf(inDoubt);
        }

        /** How old it is as reckoned: never less than it was once said to be. */
        public long ageMicros(long stamp) {
            return elapsedMicros - stamp + sumBehind(taken, stamp);
        }

        /** How old it may be, by its own reckoning or UTC's: what is past its limit by this is not shown. */
        public long greatestAgeMicros(long stamp) {
            long passed = taken.stream()
                    .filter(jump -> jump.untilElapsedMicros >= stamp)
                    .mapToLong(Jump::micros)
                    .sum();
            long atLast = stepped && unseenUntil >= stamp ? doubtMicros() : 0;
            return elapsedMicros - stamp + passed + Math.max(0, Math.max(sumBehind(inDoubt, stamp), atLast));
        }

        /** Whether UTC says otherwise than what was seen to elapse: nothing is erased then. */
        public boolean doubtful() {
            return !inDoubt.isEmpty();
        }

        /** By how much UTC is off what is reckoned; 0 where there is no doubt. */
        public long doubtMicros() {
            return sum(inDoubt);
        }

        /** All the time that ever passed by this clock: what explains an erasure. */
        public long spentMicros() {
            return elapsedMicros + forgottenMicros + sum(taken);
        }

        /** What UTC should be by this clock. */
        public long utcMicros() {
            return zeroUtcMicros + spentMicros();
        }

        /** The stamp of something of which only UTC is known, believed as the clock now believes UTC. */
        public long stampOf(long utcMicros) {
            long stamp = elapsedMicros - (utcMicros() - utcMicros);
            for (int i = taken.size() - 1; i >= 0; i--) {
                Jump jump = taken.get(i);
                if (stamp <= jump.atElapsedMicros) {
                    // Inside the jump itself, or before it.
                    stamp = Math.min(jump.atElapsedMicros, stamp + jump.micros);
                }
            }
            return Math.min(stamp, elapsedMicros);
        }

        private State at(long elapsed, long mono, String boot) {
            return new State(
                    elapsed,
                    zeroUtcMicros,
                    forgottenMicros,
                    unseenAt,
                    unseenUntil,
                    stepped,
                    taken,
                    inDoubt,
                    mono,
                    boot);
        }

        private State elapsed(long micros) {
            return at(elapsedMicros + micros, monoNanos, bootId);
        }

        private State inDoubt(List<Jump> jumps, boolean isStepped) {
            return new State(
                    elapsedMicros,
                    zeroUtcMicros,
                    forgottenMicros,
                    unseenAt,
                    unseenUntil,
                    isStepped,
                    taken,
                    jumps,
                    monoNanos,
                    bootId);
        }

        /** Here time may have passed unseen; what is stamped from now on lies behind it. */
        private State unseen() {
            return new State(
                    elapsedMicros + 1,
                    zeroUtcMicros,
                    forgottenMicros,
                    unseenAt == NONE ? elapsedMicros : unseenAt,
                    elapsedMicros,
                    stepped,
                    taken,
                    inDoubt,
                    monoNanos,
                    bootId);
        }

        private State vouched(long zero, List<Jump> nowTaken) {
            return new State(
                    elapsedMicros, zero, forgottenMicros, NONE, NONE, false, nowTaken, List.of(), monoNanos, bootId);
        }

        /** A jump counts for what was stamped at it or before it. */
        private static long sumBehind(List<Jump> jumps, long stamp) {
            return jumps.stream()
                    .filter(jump -> jump.atElapsedMicros >= stamp)
                    .mapToLong(Jump::micros)
                    .sum();
        }

        private static long sum(List<Jump> jumps) {
            return jumps.stream().mapToLong(Jump::micros).sum();
        }
    }

    private State state;

    /** Goes on from what was written down; the next reading says what has happened since. */
    public RetentionClock(State state) {
        this.state = state;
    }

    /** A clock of a store that never had one: its UTC is believed, as there is nothing to compare it with. */
    public static RetentionClock begin(Reading now) {
        return new RetentionClock(new State(
                0, now.utcMicros(), 0, NONE, NONE, false, List.of(), List.of(), now.monoNanos(), now.bootId()));
    }

    public State state() {
        return state;
    }

    /**
     * Takes a reading in.
     *
     * @param witnessed whether a second witness (NTP in sync, the machine's clock chip, most cameras) agrees with UTC
     */
    public void tick(Reading now, boolean witnessed) {
        boolean sameBoot = now.bootId().equals(state.bootId) && now.monoNanos() >= state.monoNanos;
        long passed = sameBoot ? (now.monoNanos() - state.monoNanos) / 1_000 : 0;
        // The part of a microsecond that is cut off is kept for the next reading.
        long monoNanos = sameBoot ? state.monoNanos + passed * 1_000 : now.monoNanos();
        state = state.at(state.elapsedMicros + passed, monoNanos, now.bootId());
        if (!sameBoot) {
            state = state.unseen();
        }
        long off = now.utcMicros() - state.utcMicros();
        if (Math.abs(off) <= TOLERANCE_MICROS) {
            // UTC that had been set back meets the reckoning again: somebody put it right, or this machine slept just
            // as long.
            boolean mayHaveSlept = sameBoot && off - state.doubtMicros() > TOLERANCE_MICROS;
            state = state.inDoubt(List.of(), state.stepped);
            if (mayHaveSlept) {
                state = state.unseen();
            }
            follow(off, passed);
            if (witnessed) {
                state = state.vouched(state.zeroUtcMicros, state.taken);
            }
            return;
        }
        long unexplained = off - state.doubtMicros();
        if (Math.abs(unexplained) > TOLERANCE_MICROS) {
            jump(unexplained, !sameBoot);
        } else {
            follow(unexplained, passed);
        }
        if (witnessed) {
            confirmUtc(now.utcMicros());
        }
    }

    /** UTC is this and is right: a witness says so, or a person, whose word is entered first. */
    public void confirmUtc(long utcMicros) {
        long off = utcMicros - state.utcMicros();
        if (off > 0 && state.unseenAt != NONE) {
            List<Jump> taken = new ArrayList<>(state.taken);
            taken.addAll(passed(off));
            state = state.vouched(state.zeroUtcMicros, taken);
        } else {
            // Only what the time is called changes, not how old anything is.
            state = state.vouched(state.zeroUtcMicros + off, state.taken);
        }
    }

    /** Where so much time passed that nobody saw. */
    private List<Jump> passed(long off) {
        List<Jump> seen = state.inDoubt;
        if (state.stepped || seen.isEmpty()) {
            return List.of(new Jump(state.unseenAt, state.unseenUntil, off));
        }
        List<Jump> passed = new ArrayList<>();
        long left = off;
        for (int i = 0; i < seen.size(); i++) {
            Jump stop = seen.get(i);
            // Within the tolerance they are not what it is off by: the last has the rest.
            long micros = i == seen.size() - 1 ? left : Math.min(left, stop.micros);
            passed.add(new Jump(state.unseenAt, stop.atElapsedMicros, micros));
            left -= micros;
        }
        return passed;
    }

    /** For an epoch that is opened now. */
    public long stamp() {
        return state.elapsedMicros;
    }

    /** Jumps before the oldest stamp that still matters say nothing any more. */
    public void forgetBefore(long oldestStamp) {
        long forgotten = state.forgottenMicros;
        List<Jump> left = new ArrayList<>(state.taken);
        while (!left.isEmpty() && left.get(0).untilElapsedMicros < oldestStamp) {
            forgotten += left.remove(0).micros;
        }
        state = new State(
                state.elapsedMicros,
                state.zeroUtcMicros,
                forgotten,
                state.unseenAt,
                state.unseenUntil,
                state.stepped,
                left,
                state.inDoubt,
                state.monoNanos,
                state.bootId);
    }

    /** Elapsed time follows UTC as fast as a clock may be slewed: it never stands, let alone goes back. */
    private void follow(long offMicros, long passedMicros) {
        long most = passedMicros * SLEW_PPM / 1_000_000;
        state = state.elapsed(Math.max(-most, Math.min(most, offMicros)));
    }

    private void jump(long micros, boolean isOverStop) {
        List<Jump> jumps = new ArrayList<>(state.inDoubt);
        boolean isOneTooMany = jumps.size() >= MOST_JUMPS;
        if (isOneTooMany) {
            Jump last = jumps.remove(jumps.size() - 1);
            jumps.add(new Jump(last.atElapsedMicros, last.micros + micros));
        } else {
            jumps.add(new Jump(state.elapsedMicros, micros));
        }
        // A clock that goes on by itself while the recorder runs: this machine may have slept.
        boolean mayHaveSlept = micros > 0 && !isOverStop;
        state = state.inDoubt(jumps, state.stepped || !isOverStop || micros < 0 || isOneTooMany);
        state = mayHaveSlept ? state.unseen() : state.elapsed(1);
    }
}
