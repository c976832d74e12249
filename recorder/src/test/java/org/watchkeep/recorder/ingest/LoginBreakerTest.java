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
        breaker.over();
        assertThat(breaker.ask(0)).isEqualTo(TRY);
        breaker.accepted();
        breaker.over();
        assertThat(breaker.ask(0)).isEqualTo(GO);
        assertThat(breaker.ask(0)).isEqualTo(GO);
    }

    /** One channel without permission is no reason to keep the others out. */
    @Test
    void refused_onceAmongAcceptances_shutsNobodyOut() {
        for (int i = 0; i < 10; i++) {
            breaker.accepted();
            breaker.refused(i);
            assertThat(breaker.isShut(i)).isFalse();
            assertThat(breaker.ask(i)).isEqualTo(TRY);
            breaker.over();
        }
    }

    @Test
    void refused_twiceInARow_shutsUntilTheLongWaitIsOverThenLetsOneTry() {
        breaker.refused(0);
        breaker.refused(0);
        long first = Backoff.FIRST_LOGIN_NANOS;
        assertThat(breaker.ask(first - 1)).isEqualTo(WAIT);
        assertThat(breaker.waitNanos(0)).isEqualTo(first);
        assertThat(breaker.ask(first)).isEqualTo(TRY);
        assertThat(breaker.ask(first)).isEqualTo(WAIT);
        breaker.refused(first);
        breaker.over();
        assertThat(breaker.waitNanos(first)).isEqualTo(2 * first);

        assertThat(breaker.ask(3 * first)).isEqualTo(TRY);
        breaker.accepted();
        breaker.over();
        assertThat(breaker.ask(3 * first)).isEqualTo(GO);
    }

    /** Four were let go together: what these will be told must be known before a fifth may try. */
    @Test
    void refused_whileOtherCallsAreUnderWay_letsNobodyTryUntilTheyHaveEnded() {
        breaker.accepted();
        for (int i = 0; i < 4; i++) {
            assertThat(breaker.ask(0)).isEqualTo(GO);
        }
        breaker.refused(0);
        breaker.over();
        assertThat(breaker.isShut(0)).isFalse();
        for (int i = 0; i < 3; i++) {
            assertThat(breaker.ask(0)).isEqualTo(WAIT);
            breaker.over();
        }
        assertThat(breaker.ask(0)).isEqualTo(TRY);
    }

    @Test
    void refused_afterAnAcceptance_mayBeBusyOnceForAllStreams() {
        assertThat(breaker.refused(0)).isFalse();
        for (int i = 0; i < 3; i++) {
            breaker.accepted();
            assertThat(breaker.refused(0)).isTrue();
            assertThat(breaker.refused(0)).isFalse();
            assertThat(breaker.refused(Backoff.FIRST_LOGIN_NANOS)).isFalse();
        }
    }

    @Test
    void mayAlarm_manyStreams_isForOne() {
        assertThat(breaker.mayAlarm()).isTrue();
        assertThat(breaker.mayAlarm()).isFalse();
        breaker.alarmOver();
        assertThat(breaker.mayAlarm()).isTrue();
    }
}
