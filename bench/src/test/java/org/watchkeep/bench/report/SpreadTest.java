// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void millis_manyCalls_areExact() {
        Spread spread = new Spread();
        for (int i = 2_000; i > 0; i--) {
            spread.add(i * 1_000_000L);
        }
        assertThat(spread.millis(0.5)).isEqualTo(1_000);
        assertThat(spread.millis(0.99)).isEqualTo(1_980);
        assertThat(spread.millis(1)).isEqualTo(2_000);
        spread.add(5_000_000_000L);
        assertThat(spread.millis(1)).isEqualTo(5_000);
        assertThat(spread.count()).isEqualTo(2_001);
    }

    @Test
    void millis_nothingTimed_isRefused() {
        assertThatThrownBy(() -> new Spread().millis(0.5)).isInstanceOf(IllegalStateException.class);
    }
}
