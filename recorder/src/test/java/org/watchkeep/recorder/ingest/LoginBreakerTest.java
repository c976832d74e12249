// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.watchkeep.recorder.ingest.LoginBreaker.Answer.GO;
import static org.watchkeep.recorder.ingest.LoginBreaker.Answer.TRY;
import static org.watchkeep.recorder.ingest.LoginBreaker.Answer.WAIT;

import org.junit.jupiter.api.Test;

class LoginBreakerTest {
    private final LoginBreaker breaker = new LoginBreaker();

    @Test
    void ask_untried_letsOneStreamFindOut() {
        assertThat(breaker.ask(0)).isEqualTo(TRY);
        assertThat(breaker.ask(0)).isEqualTo(WAIT);
        breaker.untold();
        assertThat(breaker.ask(0)).isEqualTo(TRY);
        breaker.accepted();
        assertThat(breaker.ask(0)).isEqualTo(GO);
        assertThat(breaker.ask(0)).isEqualTo(GO);
    }

    /** One channel without permission is no reason to keep the others out. */
    @Test
    void refused_onceAmongAcceptances_shutsNobodyOut() {
        for (int i = 0; i < 10; i++) {
            breaker.accepted();
            breaker.refused(i, false);
            assertThat(breaker.isShut(i)).isFalse();
            assertThat(breaker.ask(i)).isEqualTo(TRY);
        }
    }

    @Test
    void refused_twiceInARow_shutsUntilTheLongWaitIsOverThenLetsOneTry() {
        breaker.refused(0, false);
        breaker.refused(0, false);
        long first = Backoff.FIRST_LOGIN_NANOS;
        assertThat(breaker.ask(first - 1)).isEqualTo(WAIT);
        assertThat(breaker.waitNanos(0)).isEqualTo(first);
        assertThat(breaker.ask(first)).isEqualTo(TRY);
        assertThat(breaker.ask(first)).isEqualTo(WAIT);
        breaker.refused(first, false);
        assertThat(breaker.waitNanos(first)).isEqualTo(2 * first);

        assertThat(breaker.ask(3 * first)).isEqualTo(TRY);
        breaker.accepted();
        assertThat(breaker.ask(3 * first)).isEqualTo(GO);
    }

    @Test
    void refused_byADeviceThatMayBeBusy_waitsShortlyTheFirstTime() {
        breaker.accepted();
        breaker.refused(0, true);
        breaker.refused(0, true);
        assertThat(breaker.waitNanos(0)).isEqualTo(Backoff.LIMIT_NANOS);
    }

    @Test
    void mayAlarm_manyStreams_isForOne() {
        assertThat(breaker.mayAlarm()).isTrue();
        assertThat(breaker.mayAlarm()).isFalse();
        breaker.alarmOver();
        assertThat(breaker.mayAlarm()).isTrue();
    }
}
