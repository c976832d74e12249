// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Property(tries = 100)
    void afterFailure_manyTimes_doublesToThirtySeconds(@ForAll long seed) {
        Backoff backoff = new Backoff(new Random(seed));
        long ceiling = Backoff.FIRST_NANOS;
        for (int i = 0; i < 20; i++) {
            long wait = backoff.afterFailure();
            assertThat(wait).isBetween(Math.max(Backoff.FIRST_NANOS, ceiling / 2), ceiling);
            ceiling = Math.min(Backoff.LIMIT_NANOS, 2 * ceiling);
        }
        backoff.reset();
        assertThat(backoff.afterFailure()).isEqualTo(Backoff.FIRST_NANOS);
    }

    @Property(tries = 100)
    void afterRefusedLogin_manyTimes_doublesToAnHour(@ForAll long seed) {
        Backoff backoff = new Backoff(new Random(seed));
        long floor = Backoff.FIRST_LOGIN_NANOS;
        for (int i = 0; i < 10; i++) {
            assertThat(backoff.afterRefusedLogin())
                    .isBetween(floor, Math.min(Backoff.LIMIT_LOGIN_NANOS, floor + floor / 10));
            floor = Math.min(Backoff.LIMIT_LOGIN_NANOS, 2 * floor);
        }
    }

    @Test
    void delayNanos_aThousandCamerasAtOnce_areSpacedOut() {
        ConnectBudget budget = new ConnectBudget(100);
        for (int i = 0; i < 1_000; i++) {
            assertThat(budget.delayNanos(100)).isEqualTo(i * ConnectBudget.SPACING_NANOS);
        }
        long later = 100 + 1_000 * ConnectBudget.SPACING_NANOS + 5;
        assertThat(budget.delayNanos(later)).isZero();
        assertThat(budget.delayNanos(later)).isEqualTo(ConnectBudget.SPACING_NANOS);
    }
}
