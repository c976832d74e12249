// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AmountsTest {
    @Test
    void bits_withAndWithoutUnit_areDecimal() {
        assertThat(Amounts.bits("4M")).isEqualTo(4_000_000);
        assertThat(Amounts.bits("0.7M")).isEqualTo(700_000);
        assertThat(Amounts.bits("1G")).isEqualTo(1_000_000_000);
        assertThat(Amounts.bits("64k")).isEqualTo(64_000);
        assertThat(Amounts.bits("12")).isEqualTo(12);
    }

    @Test
    void amounts_nonsense_sayWhatWasExpected() {
        assertThatThrownBy(() -> Amounts.bits("4 Mbit")).hasMessageContaining("as in 4M");
        assertThatThrownBy(() -> Amounts.duration("soon")).hasMessageContaining("30s");
    }

    @Test
    void duration_eachUnit() {
        assertThat(Amounts.duration("30s")).isEqualTo(Duration.ofSeconds(30));
        assertThat(Amounts.duration("5m")).isEqualTo(Duration.ofMinutes(5));
        assertThat(Amounts.duration("2h")).isEqualTo(Duration.ofHours(2));
    }
}
