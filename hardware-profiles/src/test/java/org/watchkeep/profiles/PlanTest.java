// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.watchkeep.profiles.Limit.Factor;

/** The arithmetic of what a machine carries, against sums done by hand. */
class PlanTest {
    private static final List<RecorderProfile> RECORDERS = Profiles.builtIn().recorders();

    private static RecorderLimits limits(String id) {
        return RecorderLimits.of(Profiles.builtIn().recorder(id).orElseThrow());
    }

    private static Plan plan(int cameras, long bitsPerSecond, int days) {
        return Plan.of(new Demand(cameras, bitsPerSecond, days, 1), RECORDERS);
    }

    @Test
    void maxIngest_ofTheSeeds_isWhatTheSumsSay() {
        // 3 disks x 180 TB a year, 1 port x 0.65, 14 and 20 disks x 550 TB a year.
        assertThat(limits("small-4x8-r5").maxIngest().available()).isCloseTo(136.9, within(0.5));
        assertThat(limits("small-4x8-r5").maxIngest().factor()).isEqualTo(Factor.DISK_WORKLOAD);
        assertThat(limits("mid-8x16-r6").maxIngest().available()).isCloseTo(650, within(0.1));
        assertThat(limits("mid-8x16-r6").maxIngest().factor()).isEqualTo(Factor.NETWORK);
        assertThat(limits("town-16x20-r6").maxIngest().available()).isCloseTo(1_952, within(1.0));
        assertThat(limits("town-16x20-r6").maxIngest().factor()).isEqualTo(Factor.DISK_WORKLOAD);
        assertThat(limits("town-24x20-2xr6").maxIngest().available()).isCloseTo(2_789, within(1.0));
        assertThat(limits("edge-pi-ssd").maxIngest().available()).isCloseTo(121.7, within(0.5));
    }

    @Test
    void ingestKeptFor_theEdgeFor31Days_isTwoCameras() {
        // 3.6 TB x 0.85 / 1.01 over 31 days.
        assertThat(limits("edge-pi-ssd").ingestKeptFor(31)).isCloseTo(9.05, within(0.05));
    }

    @Test
    void plan_195CamerasOf4MbitFor31Days_isTheLargestSeed() {
        Plan plan = plan(195, 4_000_000, 31);
        assertThat(plan.demand().megabytesPerSecond()).isCloseTo(97.5, within(0.01));
        assertThat(plan.demand().footageTerabytes()).isCloseTo(261.1, within(0.1));
        assertThat(plan.demand().storedTerabytes()).isCloseTo(263.8, within(0.1));
        Plan.Fit choice = plan.choice().orElseThrow();
        assertThat(choice.profile().id()).isEqualTo("town-24x20-2xr6");
        assertThat(choice.tightest().limit().factor()).isEqualTo(Factor.CAPACITY);
        assertThat(choice.tightest().ratio()).isCloseTo(340 / 263.8, within(0.01));
        assertThat(choice.volumesNeeded()).isEqualTo(2);
        assertThat(choice.hasSpareVolume()).isFalse();
    }

    @Test
    void plan_195CamerasOf3Mbit_fitTheSmallerTownRecorder() {
        assertThat(plan(195, 3_000_000, 31).choice().orElseThrow().profile().id())
                .isEqualTo("town-16x20-r6");
    }

    @Test
    void plan_195CamerasOf4Mbit_needsSixteenDataDisksForCapacity() {
        Plan.Requirement needed = plan(195, 4_000_000, 31).requirement();
        assertThat(needed.disksByCapacity()).isEqualTo(16);
        assertThat(needed.disksByWorkload()).isEqualTo(6);
        assertThat(needed.disksBySpindles()).isEqualTo(13);
        assertThat(needed.dataDisks()).isEqualTo(16);
        assertThat(needed.arrays()).isEqualTo(2);
        assertThat(needed.disks()).isEqualTo(20);
        assertThat(needed.disksWithSpareArray()).isEqualTo(32);
        assertThat(needed.tenGigabitPorts()).isEqualTo(1);
    }

    @Test
    void plan_moreThanAnyCarries_saysHowManyRecordersDo() {
        Plan plan = plan(2_000, 8_000_000, 31);
        assertThat(plan.choice()).isEmpty();
        assertThat(plan.best().profile().id()).isEqualTo("town-24x20-2xr6");
        assertThat(plan.best().shortfalls()).extracting(m -> m.limit().factor()).contains(Factor.CAPACITY);
        // 2,000 x 8 Mbit/s x 31 d x 1.01 = 5,411 TB over 340 TB each.
        assertThat(plan.recordersOfBest()).isEqualTo(16);
    }

    @Test
    void demand_impossible_isRefused() {
        assertThatThrownBy(() -> new Demand(0, 4_000_000, 31, 1)).hasMessageContaining("cameras: 0");
        assertThatThrownBy(() -> new Demand(1, 10, 31, 1)).hasMessageContaining("bitrate: 10");
        assertThatThrownBy(() -> new Demand(1, 4_000_000, 0, 1)).hasMessageContaining("days: 0");
    }

    @Property(tries = 300)
    void plan_anyDemand_choosesOneThatCarriesAndMoreNeverFitsLess(
            @ForAll @IntRange(min = 1, max = 5_000) int cameras,
            @ForAll @LongRange(min = 100_000, max = 50_000_000) long bitsPerSecond,
            @ForAll @IntRange(min = 1, max = 366) int days) {
        Plan plan = plan(cameras, bitsPerSecond, days);
        plan.choice().ifPresent(fit -> {
            assertThat(fit.shortfalls()).isEmpty();
            assertThat(fit.tightest().ratio()).isGreaterThanOrEqualTo(1);
        });
        assertThat(plan.requirement().dataDisks()).isPositive();
        if (plan.choice().isEmpty()) {
            assertThat(plan(cameras + 1, bitsPerSecond, days).choice()).isEmpty();
            assertThat(plan.recordersOfBest()).isGreaterThan(1);
        }
    }
}
