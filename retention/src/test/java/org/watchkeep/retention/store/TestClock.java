// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.watchkeep.retention.policy.TimeWitness;

/** Both clocks, moved by hand. Any thread. */
class TestClock implements StoreClock {
    /** 2026-06-01T10:30:00Z: half past, so that a test of some minutes stays within an hour unless it means to leave it. */
    static final long START_UTC_MICROS = 1_780_309_800_000_000L;

    private final AtomicLong utcMicros = new AtomicLong(START_UTC_MICROS);
    private final AtomicLong monoNanos = new AtomicLong(5_000_000_000L);
    private volatile String bootId = "boot-1";
    private volatile boolean witnessed;
    private volatile long mostUnseenMicros = Long.MAX_VALUE;

    @Override
    public long utcMicros() {
        return utcMicros.get();
    }

    @Override
    public long monoNanos() {
        return monoNanos.get();
    }

    @Override
    public String bootId() {
        return bootId;
    }

    @Override
    public TimeWitness witness() {
        return new TimeWitness() {
            @Override
            public boolean agrees(long utcMicros) {
                return witnessed;
            }

            @Override
            public boolean vouches(long utcMicros, long unseenMicros) {
                return unseenMicros <= mostUnseenMicros && agrees(utcMicros);
            }
        };
    }

    /** The witness is the clock chip: it agrees, and its word is enough for a day. */
    void witnessedByChip() {
        witnessed = true;
        mostUnseenMicros = SystemTimeWitness.MOST_UNSEEN_MICROS;
    }

    /** Whether somebody else says that the wall clock is right. */
    void witnessed(boolean agrees) {
        witnessed = agrees;
    }

    /** Time passes. */
    void pass(long amount, TimeUnit unit) {
        utcMicros.addAndGet(unit.toMicros(amount));
        monoNanos.addAndGet(unit.toNanos(amount));
    }

    /** Somebody sets the wall clock. */
    void step(long amount, TimeUnit unit) {
        utcMicros.addAndGet(unit.toMicros(amount));
    }

    /** The machine starts anew: monotonic time begins again. */
    void reboot(String nextBoot) {
        monoNanos.set(1_000_000_000L);
        bootId = nextBoot;
    }
}
