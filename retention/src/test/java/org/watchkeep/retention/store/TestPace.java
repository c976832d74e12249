// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What writers pace themselves by: real time, of which a test can skip some. Any thread. */
final class TestPace implements StoreClock {
    private final StoreClock real = new SystemStoreClock();
    private final AtomicLong skippedNanos = new AtomicLong();

    @Override
    public long utcMicros() {
        return real.utcMicros();
    }

    @Override
    public long monoNanos() {
        return real.monoNanos() + skippedNanos.get();
    }

    @Override
    public String bootId() {
        return real.bootId();
    }

    void skip(long amount, TimeUnit unit) {
        skippedNanos.addAndGet(unit.toNanos(amount));
    }
}
