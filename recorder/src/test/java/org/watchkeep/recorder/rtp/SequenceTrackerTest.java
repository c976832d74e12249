// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.watchkeep.recorder.rtp.SequenceTracker.Verdict.AFTER_LOSS;
import static org.watchkeep.recorder.rtp.SequenceTracker.Verdict.LATE;
import static org.watchkeep.recorder.rtp.SequenceTracker.Verdict.NEXT;
import static org.watchkeep.recorder.rtp.SequenceTracker.Verdict.RESTART;

import org.junit.jupiter.api.Test;

class SequenceTrackerTest {
    private final SequenceTracker tracker = new SequenceTracker();

    @Test
    void accept_overManyWraps_countsIn64Bits() {
        for (int i = 0; i < 300_000; i++) {
            assertThat(tracker.accept(i & 0xffff)).isEqualTo(NEXT);
            assertThat(tracker.highest()).isEqualTo(i);
        }
    }

    @Test
    void accept_gapAcrossTheWrap_saysHowManyAreMissing() {
        tracker.accept(65_534);
        assertThat(tracker.accept(2)).isEqualTo(AFTER_LOSS);
        assertThat(tracker.lastLoss()).isEqualTo(3);
        assertThat(tracker.accept(3)).isEqualTo(NEXT);
    }

    @Test
    void accept_duplicateNumber_geovision_isLate() {
        tracker.accept(10);
        assertThat(tracker.accept(10)).isEqualTo(LATE);
        assertThat(tracker.accept(11)).isEqualTo(NEXT);
    }

    @Test
    void accept_reordered_keepsTheHigher() {
        tracker.accept(10);
        assertThat(tracker.accept(12)).isEqualTo(AFTER_LOSS);
        assertThat(tracker.accept(11)).isEqualTo(LATE);
        assertThat(tracker.accept(13)).isEqualTo(NEXT);
    }

    @Test
    void accept_farStep_isAnotherNumbering() {
        tracker.accept(10);
        assertThat(tracker.accept(40_000)).isEqualTo(RESTART);
        assertThat(tracker.accept(40_001)).isEqualTo(NEXT);
        assertThat(tracker.accept(5)).isEqualTo(RESTART);
    }

    @Test
    void accept_numbersFrozen_recordsAgainAfterAHundred() {
        tracker.accept(7);
        for (int i = 1; i < SequenceTracker.MAX_MISORDER; i++) {
            assertThat(tracker.accept(7)).isEqualTo(LATE);
        }
        assertThat(tracker.accept(7)).isEqualTo(RESTART);
    }

    @Test
    void highest_afterRestart_neverRepeats() {
        tracker.accept(60_000);
        long before = tracker.highest();
        tracker.accept(50_000);
        assertThat(tracker.highest()).isGreaterThan(before);
    }
}
