// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RetentionRuleTest {
    private static final String WHY = "Requests reach us within three weeks.";

    @Test
    void withinItsLimit_isTaken() throws PolicyException {
        RetentionRule rule = RetentionRule.of("town", 31, 31, "  " + WHY + " ");
        assertThat(rule.reason()).isEqualTo(WHY);
        assertThat(rule.limitMicros() - rule.dueMicros()).isEqualTo(TimeUnit.MINUTES.toMicros(1));
    }

    @Test
    void whatCannotBe_isNamed() {
        refused("town", 0, 31, WHY, "0 days (expected: 1 to 31");
        refused("town", -7, 31, WHY, "-7 days (expected: 1 to 31");
        refused("town", 32, 31, WHY, "32 days (expected: 1 to 31");
        refused("town", 31, 0, WHY, "limit of 0 days");
        refused("town", 31, 367, WHY, "limit of 367 days");
        refused("town", 31, 31, " \n", "a reason of 0 characters");
        refused("town", 31, 31, "x".repeat(2_001), "a reason of 2001 characters");
    }

    private static void refused(String classId, int days, int limit, String reason, String named) {
        assertThatThrownBy(() -> RetentionRule.of(classId, days, limit, reason))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("retention class town")
                .hasMessageContaining(named);
    }

    @Test
    void brake_letsTimeThrough_andNothingElse() {
        long day = TimeUnit.DAYS.toMicros(1);
        Brake.Mark before = new Brake.Mark(100 * day, 31 * day);
        assertThat(Brake.allows(before, new Brake.Mark(101 * day, 31 * day))).isTrue();
        assertThat(Brake.allows(before, new Brake.Mark(100 * day, 31 * day))).isTrue();
        assertThat(Brake.allows(before, new Brake.Mark(140 * day, 31 * day))).isTrue();
        assertThat(Brake.allows(before, new Brake.Mark(101 * day, 30 * day))).isFalse();
        assertThat(Brake.allows(before, new Brake.Mark(101 * day, 366 * day))).isTrue();
    }
}
