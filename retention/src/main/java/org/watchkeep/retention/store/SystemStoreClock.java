// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.watchkeep.retention.policy.TimeWitness;

/** The machine's clocks. Immutable. */
public final class SystemStoreClock implements StoreClock {
    private static final Path LINUX_BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final String bootId;
    private final TimeWitness witness = new SystemTimeWitness();

    public SystemStoreClock() {
        this.bootId = readBootId();
    }

    /** Elsewhere than on Linux each process counts as a boot of its own: nanoTime is not comparable across them. */
    private static String readBootId() {
        try {
            return Files.readString(LINUX_BOOT_ID, US_ASCII).strip();
        } catch (IOException notLinux) {
            return UUID.randomUUID().toString();
        }
    }

    @Override
    public long utcMicros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    @Override
    public long monoNanos() {
        return System.nanoTime();
    }

    @Override
    public String bootId() {
        return bootId;
    }

    @Override
    public TimeWitness witness() {
        return witness;
    }
}
