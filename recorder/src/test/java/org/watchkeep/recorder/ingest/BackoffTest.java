// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class BackoffTest {
    @Property(tries = 100)
    void afterFailure_manyTimes_doublesToThirtySeconds(@ForAll long seed) {
        Backoff backoff = new Backoff(new Random(seed));
        long ceiling = Backoff.FIRST_NANOS;
        for (int i = 0; i < 20; i++) {
            long wait = backoff.afterFailure();
            long most = i == 0 ? Backoff.FIRST_NANOS * 3 / 2 : ceiling;
            assertThat(wait).isBetween(Math.max(Backoff.FIRST_NANOS, ceiling / 2), most);
            ceiling = Math.min(Backoff.LIMIT_NANOS, 2 * ceiling);
        }
        backoff.reset();
        assertThat(backoff.afterFailure()).isBetween(Backoff.FIRST_NANOS, Backoff.FIRST_NANOS * 3 / 2);
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
}
