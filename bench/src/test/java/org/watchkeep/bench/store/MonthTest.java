// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class MonthTest {
    private static final long END_SECOND = 1_790_000_123L;

    @Property(tries = 200)
    void before_anySize_isWithoutHolesAndBreaksAtHoursAndReels(
            @ForAll @IntRange(min = 1, max = 300) int cameras,
            @ForAll @IntRange(min = 0, max = 3_000) int more,
            @ForAll @LongRange(min = 10, max = 9_000) long reelSeconds) {
        long segments = (long) cameras + more;
        Month month = Month.before(END_SECOND * 1_000_000, segments, cameras, reelSeconds * 1_002, 1_000);
        long counted = (month.steps().size() - 1L) * cameras + month.firstCameras();
        assertThat(counted).isEqualTo(segments);
        assertThat(month.firstCameras()).isBetween(1, cameras);
        long at = month.steps().get(0).startSecond();
        for (Month.Step step : month.steps()) {
            assertThat(step.startSecond()).isEqualTo(at);
            assertThat(step.seconds()).isBetween(1, 60);
            assertThat(step.reel()).isBetween(0L, month.reels() - 1);
            assertThat(step.reelStartSecond()).isLessThanOrEqualTo(step.startSecond());
            at += step.seconds();
            assertThat(Math.floorDiv(at - 1, 3_600L)).isEqualTo(step.hour());
        }
        assertThat(at).isEqualTo(END_SECOND);
        assertThat(month.steps().get(0).reel()).isZero();
        assertThat(month.steps().get(month.steps().size() - 1).reel()).isEqualTo(month.reels() - 1);
    }
}
