// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.watchkeep.retention.policy.RetentionClock;
import org.watchkeep.retention.policy.TimeWitness;
import org.watchkeep.retention.store.StoreClock;

/**
 * True time, and beside it the two clocks of a machine: a monotonic one whose crystal is fast and that begins anew with each
 * boot, and UTC, which drifts until it is put right and can be set to anything. Moved by one thread; read by any.
 */
final class SimulatedTime implements StoreClock {
    /**
     * Within 70 days of here lie a leap day and, in {@code Africa/Casablanca}, both changes of the clocks; no European zone
     * has both within half a year.
     */
    static final Instant BEGIN = Instant.parse("2028-01-15T00:00:00Z");

    /** An ordinary crystal: 1.6 s fast a day. */
    private static final long CRYSTAL_PPM = 18;

    /** What UTC loses until it is corrected: 2 s a day. */
    private static final long UTC_LOSES_PPM = 23;

    private static final long MONO_AT_BOOT_MICROS = TimeUnit.SECONDS.toMicros(5);

    /** All that the clocks are read from, replaced as one. */
    private record Now(long trueMicros, long offsetMicros, long offsetSinceMicros, String bootId, long bootedMicros) {
        Now at(long micros) {
            return new Now(micros, offsetMicros, offsetSinceMicros, bootId, bootedMicros);
        }
    }

    private final Map<String, Long> boots = new HashMap<>();
    private volatile Now now;

    SimulatedTime() {
        long begin = ChronoUnit.MICROS.between(Instant.EPOCH, BEGIN);
        this.now = new Now(begin, 0, begin, "", begin);
        boot(0);
    }

    // ---- moving ---------------------------------------------------------------------------------------------------

    void pass(long amount, TimeUnit unit) {
        now = now.at(now.trueMicros + unit.toMicros(amount));
    }

    /** Passes the time until then; a time that is over already passes nothing. */
    void passUntil(long trueMicros) {
        now = now.at(Math.max(now.trueMicros, trueMicros));
    }

    /** The machine is off for so long, and starts again. */
    void boot(long offMicros) {
        Now was = now;
        long booted = was.trueMicros + offMicros;
        String id = "simulated-" + (boots.size() + 1);
        boots.put(id, booted);
        now = new Now(booted, was.offsetMicros, was.offsetSinceMicros, id, booted);
    }

    /** UTC is set: so far off the true time. */
    void setUtcOff(long micros) {
        now = new Now(now.trueMicros, micros, now.trueMicros, now.bootId, now.bootedMicros);
    }

    // ---- the truth ------------------------------------------------------------------------------------------------

    long trueMicros() {
        return now.trueMicros;
    }

    /** Whether UTC is so far off that no recorder can take it for right. */
    boolean isUtcWrong() {
        return Math.abs(utcMicros() - now.trueMicros) > RetentionClock.TOLERANCE_MICROS;
    }

    /** When, in truth, the recorder's own clock showed this. */
    long trueMicros(String bootId, long ownMicros) {
        Long booted = boots.get(bootId);
        if (booted == null) {
            throw new IllegalArgumentException(
                    "boot: " + bootId + " (expected: one of " + boots.size() + " simulated)");
        }
        long own = ownMicros - MONO_AT_BOOT_MICROS;
        return booted + own - own * CRYSTAL_PPM / (1_000_000 + CRYSTAL_PPM);
    }

    // ---- the clocks -----------------------------------------------------------------------------------------------

    @Override
    public long utcMicros() {
        Now at = now;
        return at.trueMicros + at.offsetMicros - (at.trueMicros - at.offsetSinceMicros) * UTC_LOSES_PPM / 1_000_000;
    }

    @Override
    public long monoNanos() {
        Now at = now;
        long up = at.trueMicros - at.bootedMicros;
        return MONO_AT_BOOT_MICROS * 1_000 + up * 1_000 + up * CRYSTAL_PPM / 1_000;
    }

    @Override
    public String bootId() {
        return now.bootId;
    }

    /** The clock chip, which is right. */
    @Override
    public TimeWitness witness() {
        return utcMicros -> Math.abs(utcMicros - now.trueMicros) <= RetentionClock.TOLERANCE_MICROS;
    }

    Instant utc() {
        return instant(utcMicros());
    }

    static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
