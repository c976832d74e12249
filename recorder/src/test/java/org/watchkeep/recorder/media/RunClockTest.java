// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunClockTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long T0 = 100 * SECOND;

    private final RunClock clock = new RunClock(Long.MIN_VALUE);

    @Test
    void place_liveFromTheStart_anchorsAtTheFirstPicture() {
        for (int i = 0; i <= 25; i++) {
            clock.onPicture(i * 3_600L, T0 + i * 40_000_000L, 7_000_000);
        }
        assertThat(clock.isSettlingOver(T0 + SECOND)).isTrue();
        clock.settle(T0 + SECOND);
        assertThat(clock.place(90_000)).isEqualTo(new RunClock.Placed(T0, 7_000_000, 1_000_000));
        assertThat(clock.place(180_000).startMonoNanos()).isEqualTo(T0 + SECOND);
    }

    @Test
    void settle_afterABurstOfOldPictures_putsThemInThePast() {
        // Three seconds of video within 200 ms, then live.
        long arrival = T0;
        for (int i = 0; i < 75; i++) {
            clock.onPicture(i * 3_600L, arrival, 0);
            arrival += 200_000_000L / 75;
        }
        for (int i = 75; i < 105; i++) {
            arrival += 40_000_000L;
            clock.onPicture(i * 3_600L, arrival, 0);
        }
        assertThat(clock.isSettlingOver(arrival)).isTrue();
        clock.settle(arrival);
        assertThat(clock.place(90_000).startMonoNanos()).isBetween(T0 - 3 * SECOND, T0 - 2_700_000_000L);
        assertThat(clock.delayNanos(104 * 3_600L, arrival)).isBetween(0L, 50_000_000L);
    }

    @Test
    void isSettlingOver_whileTheBurstLasts_waits() {
        // Twice as fast as it was taken.
        for (int i = 0; i < 100; i++) {
            clock.onPicture(i * 3_600L, T0 + i * 20_000_000L, 0);
        }
        assertThat(clock.isSettlingOver(T0 + 1_990_000_000L)).isFalse();
        assertThat(clock.isSettlingOver(T0 + 2_400_000_000L)).isTrue();
    }

    @Test
    void settle_reachingBehindEarlierFootage_startsAtItsEnd() {
        RunClock after = new RunClock(T0 - SECOND);
        after.onPicture(0, T0, 0);
        after.onPicture(3 * 90_000, T0 + 1, 0);
        after.settle(T0 + 2);
        assertThat(after.place(90_000).startMonoNanos()).isEqualTo(T0 - SECOND);
    }

    /** A crystal 200 ppm off for a day, with jitter: our time stays within a tenth of a second of arrival, step by step. */
    @Test
    void place_cameraClock200PpmOff_staysWithArrival() {
        for (int ppm : new int[] {200, -200}) {
            stays(ppm, 100_000_000L);
        }
    }

    private static void stays(int ppm, long withinNanos) {
        RunClock clock = new RunClock(Long.MIN_VALUE);
        Random random = new Random(ppm);
        long expected = T0;
        for (long second = 0; second < 86_400; second++) {
            long mono = T0 + second * (SECOND + ppm * 1_000L);
            clock.onPicture(second * 90_000, mono + random.nextInt(30_000_000), mono / 1_000);
            if (second == 2) {
                clock.settle(mono);
            }
            if (second < 2) {
                continue;
            }
            RunClock.Placed placed = clock.place((second - 1) * 90_000);
            assertThat(placed.durationMicros()).isEqualTo(1_000_000);
            long off = placed.startMonoNanos() - (mono - 2 * SECOND);
            assertThat(Math.abs(off)).as("second %d at %d ppm", second, ppm).isLessThan(withinNanos);
            if (second > 2) {
                assertThat(Math.abs(placed.startMonoNanos() - expected)).isLessThanOrEqualTo(500_000);
            }
            expected = placed.startMonoNanos() + SECOND;
        }
    }

    /** One picture in six seconds, for twelve hours: 200 ppm would come to nine seconds. */
    @Test
    void place_timeLapseOff200Ppm_staysWithArrival() {
        long mono = T0;
        for (long picture = 0; picture < 12 * 600; picture++) {
            mono = T0 + picture * 6 * (SECOND - 200_000L);
            clock.onPicture(picture * 6 * 90_000, mono, mono / 1_000);
            if (picture == 0) {
                clock.settle(mono);
            }
            clock.place(picture * 6 * 90_000);
        }
        assertThat(Math.abs(clock.endMonoNanos() - mono)).isLessThan(100_000_000L);
    }

    @Test
    void onPicture_heldUpByTheNetwork_movesNothing() {
        clock.onPicture(0, T0, 0);
        clock.settle(T0);
        long ticks = 0;
        // Twelve seconds are held up and come at once, a window long, then it is live again.
        for (int i = 1; i < 25 * 60; i++) {
            ticks += 3_600;
            long mono = T0 + i * 40_000_000L;
            clock.onPicture(ticks, Math.max(mono, i > 250 && i < 550 ? T0 + 22 * SECOND : 0), 0);
            clock.place(ticks);
            assertThat(clock.leastDelayNanos()).isLessThan(SECOND);
        }
        assertThat(clock.endMonoNanos()).isBetween(T0 + 59_950_000_000L, T0 + 59_970_000_000L);
    }

    @Test
    void place_clockFarAhead_isCaughtUpFast() {
        clock.onPicture(0, T0, 0);
        clock.settle(T0);
        long ticks = 10 * 90_000;
        long mono = T0;
        // Ten seconds of video come at once, later than any burst that is waited for; then a live minute or five.
        for (int second = 0; second < 300; second++) {
            clock.onPicture(ticks, mono, 0);
            clock.place(ticks);
            ticks += 90_000;
            mono += SECOND;
        }
        assertThat(clock.delayNanos(ticks, mono)).isGreaterThan(-1_200_000_000L);
    }

    /** The network held the first pictures up, and let go when the clock had settled. */
    @ParameterizedTest
    @ValueSource(longs = {300, 900, 1_500, 2_000})
    void place_firstPicturesCameLate_isPutRightWithinAMinute(long lateMillis) {
        for (int second = 0; second < 60; second++) {
            for (int i = 25 * second; i < 25 * second + 25; i++) {
                long late = second < 2 ? lateMillis * 1_000_000 : 0;
                clock.onPicture(i * 3_600L, T0 + i * 40_000_000L + late, 0);
            }
            if (second == 1) {
                clock.settle(T0 + 2 * SECOND);
            }
            if (second >= 1) {
                clock.place((second + 1) * 90_000L);
            }
        }
        assertThat(clock.endMonoNanos() - T0).isBetween(59_900_000_000L, 60_100_000_000L);
    }

    @Test
    void place_holeBetweenPictures_startsAtTheEndBefore() {
        clock.onPicture(0, T0, 0);
        clock.settle(T0);
        RunClock.Placed first = clock.place(3_600);
        // The next fragment's pictures begin at 90,000 and end at 93,600.
        RunClock.Placed second = clock.place(93_600);
        assertThat(second.startMonoNanos()).isEqualTo(first.startMonoNanos() + 40_000_000L);
        assertThat(second.durationMicros()).isEqualTo(1_000_000);
    }
}
