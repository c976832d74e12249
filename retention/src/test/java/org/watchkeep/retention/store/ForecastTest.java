// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ForecastTest {
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    @Test
    void oneRing_keepsAsLongAsItsReelsLast() {
        assertThat(days(Forecast.of(List.of(new Forecast.Pace("v1/town", 6 * HOUR, 31)), 100), 0))
                .isCloseTo(25, within(1e-6));
    }

    @Test
    void twoRings_lackTheSame() {
        List<Forecast.Pace> rings =
                List.of(new Forecast.Pace("v1/town", 6 * HOUR, 31), new Forecast.Pace("v1/park", 12 * HOUR, 7));
        List<RetentionActs.RingForecast> forecast = Forecast.of(rings, 120);
        double town = days(forecast, 0);
        double park = days(forecast, 1);
        assertThat(31 - town).isCloseTo(7 - park, within(1e-6));
        assertThat(4 * town + 2 * park).as("reels in use").isCloseTo(120, within(1e-6));
    }

    @Test
    void unmeasured_isSaidToBe() {
        List<Forecast.Pace> rings =
                List.of(new Forecast.Pace("v1/town", 6 * HOUR, 31), new Forecast.Pace("v1/park", 0, 7));
        assertThat(Forecast.of(rings, 120)).allMatch(ring -> ring.days().isEmpty());
        assertThat(Forecast.of(List.of(), 120)).isEmpty();
    }

    private static double days(List<RetentionActs.RingForecast> forecast, int ring) {
        return forecast.get(ring).days().orElseThrow();
    }
}
