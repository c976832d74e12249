// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the kernel is told to gather, in time that is moved by hand. */
class ReadPaceTest {
    private static final int TICK_MILLIS = 250;

    private final FakeTimers timers = new FakeTimers();
    private final List<Integer> told = new ArrayList<>();
    private final ReadPace pace = new ReadPace(timers, told::add);

    private void ticks(int count, int bytesEach) {
        for (int i = 0; i < count; i++) {
            pace.onRead(bytesEach);
            timers.advanceMillis(TICK_MILLIS);
        }
    }

    private int last() {
        return told.get(told.size() - 1);
    }

    @Test
    void tick_steadyStream_gathersATenthOfASecond() {
        pace.onMedia();
        ticks(40, 125_000);
        assertThat(last()).isBetween(37_500, 62_500);
    }

    @Test
    void tick_fastStream_gathersOneReadAtMost() {
        pace.onMedia();
        ticks(40, 2_000_000);
        assertThat(last()).isEqualTo(ReadPace.MOST_BYTES);
    }

    @Test
    void tick_steadyStream_tellsTheKernelSeldom() {
        pace.onMedia();
        ticks(400, 125_000);
        assertThat(told).hasSizeLessThan(20);
    }

    @Test
    void tick_slowStream_isLeftAsItIs() {
        pace.onMedia();
        ticks(40, 5_000);
        assertThat(told).isEmpty();
    }

    @Test
    void tick_silence_givesWhatHasComeAtOnce() {
        pace.onMedia();
        ticks(40, 125_000);
        ticks(1, 0);
        assertThat(last()).isEqualTo(1);
    }

    @Test
    void tick_streamQuietens_givesWhatHasComeAtOnce() {
        pace.onMedia();
        ticks(40, 125_000);
        ticks(1, 10_000);
        assertThat(last()).isEqualTo(1);
    }

    /** Pictures of 17 kB, a key picture of ten times that every two seconds, read when what is gathered for has come. */
    @Test
    void tick_readsFallIntoTicksUnevenly_goesOnGathering() {
        pace.onMedia();
        int waiting = 0;
        for (int picture = 0; picture < 40 * 50; picture++) {
            waiting += picture % 50 == 0 ? 170_000 : 17_000;
            if (told.isEmpty() || waiting >= last()) {
                pace.onRead(waiting);
                waiting = 0;
            }
            timers.advanceMillis(40);
        }
        assertThat(told).isNotEmpty().hasSizeLessThan(20).doesNotContain(1);
    }

    @Test
    void tick_streamHasSlowedDown_neverGathersForLong() {
        pace.onMedia();
        ticks(40, 500_000);
        ticks(12, 15_000);
        assertThat(last()).isLessThan(15_000);
    }

    @Test
    void awaitsAnswer_whileMediaCome_gathersNothingUntilItIsThere() {
        pace.onMedia();
        ticks(40, 125_000);
        pace.awaitsAnswer(true);
        assertThat(last()).isEqualTo(1);
        ticks(4, 125_000);
        assertThat(last()).isEqualTo(1);
        pace.awaitsAnswer(false);
        ticks(4, 125_000);
        assertThat(last()).isGreaterThan(30_000);
    }

    /** While RTP time stands still a picture's time is that of its arrival, and gathering would bend it. */
    @Test
    void holdAtOnce_whileMediaCome_gathersNothingUntilItIsOver() {
        pace.onMedia();
        ticks(40, 125_000);
        pace.holdAtOnce(true);
        assertThat(last()).isEqualTo(1);
        pace.awaitsAnswer(true);
        pace.awaitsAnswer(false);
        ticks(40, 125_000);
        assertThat(last()).isEqualTo(1);
        pace.holdAtOnce(false);
        ticks(4, 125_000);
        assertThat(last()).isGreaterThan(30_000);
    }

    @Test
    void onRead_noMediaYet_gathersNothing() {
        ticks(40, 125_000);
        assertThat(told).isEmpty();
    }

    @Test
    void stop_whileGathering_givesAllAndLooksNoMore() {
        pace.onMedia();
        ticks(40, 125_000);
        pace.stop();
        assertThat(last()).isEqualTo(1);
        assertThat(timers.untilNextNanos()).isEqualTo(-1);
    }
}
