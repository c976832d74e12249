// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.watchkeep.retention.policy.TimeWitness;
import org.watchkeep.retention.store.StoreClock;
import org.watchkeep.retention.store.SystemStoreClock;

/** The machine's clocks, moved on by hand: days pass in no time, by both of them, and nobody doubts it. Moved by one thread. */
final class MovedClock implements StoreClock {
    private final StoreClock machine = new SystemStoreClock();
    private final AtomicLong aheadMicros = new AtomicLong();

    void pass(long amount, TimeUnit unit) {
        aheadMicros.addAndGet(unit.toMicros(amount));
    }

    @Override
    public long utcMicros() {
        return machine.utcMicros() + aheadMicros.get();
    }

    @Override
    public long monoNanos() {
        return machine.monoNanos() + TimeUnit.MICROSECONDS.toNanos(aheadMicros.get());
    }

    @Override
    public String bootId() {
        return machine.bootId();
    }

    /** It was moved on purpose. */
    @Override
    public TimeWitness witness() {
        return utcMicros -> true;
    }

    Instant utc() {
        return Instant.EPOCH.plus(utcMicros(), ChronoUnit.MICROS);
    }
}
