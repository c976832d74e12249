// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.policy.TimeWitness;

class SystemTimeWitnessTest {
    private static final long NOW = TestClock.START_UTC_MICROS;

    @TempDir
    private Path folder;

    private Path chip;

    @BeforeEach
    void chip() throws IOException {
        chip = folder.resolve("since_epoch");
        Files.writeString(chip, TimeUnit.MICROSECONDS.toSeconds(NOW) + "\n");
    }

    @Test
    void chipThatAgrees_vouchesForANight_andForAClockSetBack() {
        TimeWitness witness = new SystemTimeWitness(chip);
        assertThat(witness.vouches(NOW, TimeUnit.HOURS.toMicros(14))).isTrue();
        assertThat(witness.vouches(NOW, -TimeUnit.DAYS.toMicros(400))).isTrue();
    }

    @Test
    void chipThatAgrees_doesNotVouchForAMonth() {
        TimeWitness witness = new SystemTimeWitness(chip);
        assertThat(witness.agrees(NOW)).isTrue();
        assertThat(witness.vouches(NOW, TimeUnit.DAYS.toMicros(31))).isFalse();
        assertThat(witness.vouches(NOW, SystemTimeWitness.MOST_UNSEEN_MICROS + 1))
                .isFalse();
    }

    @Test
    void chipThatSaysOtherwise_orNothing_vouchesForNothing() throws IOException {
        assertThat(new SystemTimeWitness(chip).vouches(NOW + TimeUnit.MINUTES.toMicros(1), 0))
                .isFalse();
        Files.writeString(chip, "soon");
        assertThat(new SystemTimeWitness(chip).vouches(NOW, 0)).isFalse();
        assertThat(new SystemTimeWitness(folder.resolve("none")).vouches(NOW, 0))
                .isFalse();
    }
}
