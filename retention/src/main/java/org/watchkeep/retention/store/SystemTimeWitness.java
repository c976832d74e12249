// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.watchkeep.retention.policy.RetentionClock;
import org.watchkeep.retention.policy.TimeWitness;

/**
 * The machine's clock chip, which runs while the machine is off. Linux sets it from the system clock only while NTP is in
 * sync, so a system clock that somebody set by hand finds no witness here. Where there is none it never agrees.
 */
final class SystemTimeWitness implements TimeWitness {
    private static final Path CHIP = Path.of("/sys/class/rtc/rtc0/since_epoch");

    /**
     * After a stop the system clock comes from the chip, which is no second word then. A repair or a night is believed; for a
     * longer one there is a person at hand, who looks at a watch: a chip that jumped by a month would have everything erased.
     */
    static final long MOST_UNSEEN_MICROS = TimeUnit.DAYS.toMicros(1);

    private final Path chip;

    SystemTimeWitness() {
        this(CHIP);
    }

    SystemTimeWitness(Path chip) {
        this.chip = chip;
    }

    @Override
    public boolean vouches(long utcMicros, long unseenMicros) {
        return unseenMicros <= MOST_UNSEEN_MICROS && agrees(utcMicros);
    }

    @Override
    public boolean agrees(long utcMicros) {
        try {
            long chipMicros = TimeUnit.SECONDS.toMicros(
                    Long.parseLong(Files.readString(chip, US_ASCII).strip()));
            return Math.abs(chipMicros - utcMicros) <= RetentionClock.TOLERANCE_MICROS;
        } catch (IOException | NumberFormatException none) {
            return false;
        }
    }
}
