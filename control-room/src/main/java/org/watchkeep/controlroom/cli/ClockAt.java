// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.watchkeep.retention.policy.RetentionClock;
import org.watchkeep.retention.policy.TimeWitness;
import org.watchkeep.retention.store.StoreClock;

/**
 * The clock of a test: it goes on from an instant that was named, as a machine that was switched on then, whose clock chip
 * says the same. Immutable.
 */
final class ClockAt implements StoreClock {
    /** A monotonic reading of nothing would stand for one that nobody took. */
    private static final long UP_NANOS = 1_000_000_000L;

    private final long atUtcMicros;
    private final StoreClock machine;
    private final long sinceNanos;
    private final String bootId = "at-" + UUID.randomUUID();

    ClockAt(Instant at, StoreClock machine) {
        this.atUtcMicros = ChronoUnit.MICROS.between(Instant.EPOCH, at);
        this.machine = machine;
        this.sinceNanos = machine.monoNanos();
    }

    @Override
    public long utcMicros() {
        return atUtcMicros + (machine.monoNanos() - sinceNanos) / 1_000;
    }

    @Override
    public long monoNanos() {
        return UP_NANOS + machine.monoNanos() - sinceNanos;
    }

    @Override
    public String bootId() {
        return bootId;
    }

    @Override
    public TimeWitness witness() {
        return asked -> Math.abs(asked - utcMicros()) <= RetentionClock.TOLERANCE_MICROS;
    }
}
