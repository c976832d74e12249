// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TimestampExtenderTest {
    /** 32 bits at 90 kHz last 13 h 15 min: three days hold five wraps, and the half-range bug of 6.6 h eleven times. */
    @Test
    void extend_threeDays_ascendsByTrueSteps() {
        TimestampExtender time = new TimestampExtender();
        long start = 0xfffffff0L;
        long first = time.extend((int) start);
        for (long seconds = 1; seconds <= 3 * 86_400; seconds++) {
            assertThat(time.extend((int) (start + seconds * 90_000)) - first).isEqualTo(seconds * 90_000);
        }
    }

    @Test
    void extend_stepBackOverTheWrap_isAStepBack() {
        TimestampExtender time = new TimestampExtender();
        long first = time.extend(5);
        assertThat(time.extend(-3_595) - first).isEqualTo(-3_600);
        assertThat(time.extend(3_605) - first).isEqualTo(3_600);
    }

    @Test
    void nearest_ofAReport_movesNothing() {
        TimestampExtender time = new TimestampExtender();
        long first = time.extend(-10);
        assertThat(time.nearest(20) - first).isEqualTo(30);
        assertThat(time.extend(-5) - first).isEqualTo(5);
    }

    @Property
    void extend_anyStepsOfHalfTheRange_addUp(
            @ForAll int start,
            @ForAll @IntRange(min = -0x7fff_ffff) int one,
            @ForAll @IntRange(min = -0x7fff_ffff) int two) {
        TimestampExtender time = new TimestampExtender();
        long first = time.extend(start);
        assertThat(time.extend(start + one) - first).isEqualTo(one);
        assertThat(time.extend(start + one + two) - first).isEqualTo((long) one + two);
    }
}
