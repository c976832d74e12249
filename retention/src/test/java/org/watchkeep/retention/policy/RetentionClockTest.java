// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.policy.RetentionClock.Reading;

class RetentionClockTest {
    private static final long HOUR = TimeUnit.HOURS.toMicros(1);
    private static final long DAY = TimeUnit.DAYS.toMicros(1);
    private static final long START = 1_780_309_800_000_000L;

    private long utc = START;
    private long mono = 7_000_000_000L;
    private String boot = "boot-1";
    private final RetentionClock clock = RetentionClock.begin(reading());

    private Reading reading() {
        return new Reading(utc, mono, boot);
    }

    /** Time passes, looked at once an hour. */
    private void pass(long micros) {
        for (long left = micros; left > 0; left -= HOUR) {
            long step = Math.min(left, HOUR);
            utc += step;
            mono += step * 1_000;
            clock.tick(reading(), false);
        }
    }

    /** The machine is off for a while; its clock goes on as it should, or not. */
    private void off(long micros, long utcGoesOn) {
        utc += utcGoesOn;
        mono = 1_000_000_000L + micros % 7;
        boot += "'";
        clock.tick(reading(), false);
    }

    @Test
    void running_countsWhatElapses() {
        long stamp = clock.stamp();
        pass(40 * DAY);
        assertThat(clock.state().ageMicros(stamp)).isEqualTo(40 * DAY);
        assertThat(clock.state().doubtful()).isFalse();
    }

    @Test
    void setForwardAMonth_agesNothing_showsNothingPastByUtc() {
        long stamp = clock.stamp();
        pass(2 * DAY);
        utc += 31 * DAY;
        pass(HOUR);
        assertThat(clock.state().doubtful()).isTrue();
        assertThat(clock.state().ageMicros(stamp)).isEqualTo(2 * DAY + HOUR + 1);
        assertThat(clock.state().greatestAgeMicros(stamp)).isEqualTo(33 * DAY + HOUR + 1);
        assertThat(clock.state().greatestAgeMicros(clock.stamp())).isZero();
    }

    @Test
    void setBackAYear_agesOn_andIsNoLongerInDoubtWhenPutRight() {
        long stamp = clock.stamp();
        pass(DAY);
        utc -= 365 * DAY;
        pass(DAY);
        assertThat(clock.state().doubtful()).isTrue();
        assertThat(clock.state().greatestAgeMicros(stamp)).isCloseTo(2 * DAY, within(10L));
        utc += 365 * DAY;
        pass(DAY);
        assertThat(clock.state().doubtful()).isFalse();
        assertThat(clock.state().ageMicros(stamp)).isCloseTo(3 * DAY, within(10L));
    }

    @Test
    void forwardAndBack_endsTheDoubtByItself() {
        long stamp = clock.stamp();
        pass(DAY);
        utc += 31 * DAY;
        pass(DAY);
        utc -= 31 * DAY;
        pass(DAY);
        assertThat(clock.state().doubtful()).isFalse();
        assertThat(clock.state().ageMicros(stamp)).isCloseTo(3 * DAY, within(10L));
        assertThat(clock.state().greatestAgeMicros(stamp)).isCloseTo(3 * DAY, within(10L));
    }

    @Test
    void offForTenDays_waitsForAWord_andThenAgesOnlyWhatWasThereBefore() {
        long before = clock.stamp();
        pass(DAY);
        off(10 * DAY, 10 * DAY);
        assertThat(clock.state().doubtful()).isTrue();
        assertThat(clock.state().ageMicros(before)).isCloseTo(DAY, within(10L));
        assertThat(clock.state().greatestAgeMicros(before)).isCloseTo(11 * DAY, within(10L));
        long after = clock.stamp();
        pass(HOUR);
        clock.confirmUtc(utc);
        assertThat(clock.state().doubtful()).isFalse();
        assertThat(clock.state().ageMicros(before)).isCloseTo(11 * DAY + HOUR, within(10L));
        assertThat(clock.state().ageMicros(after)).isCloseTo(HOUR, within(10L));
    }

    /** Nobody can tell whether it slept at the step or only stopped later: it is erased by the one, and shown by the other. */
    @Test
    void setForwardAndStopped_whatWasStampedBetweenIsErasedLater_andShownNoLongerThanItMay() {
        long before = clock.stamp();
        pass(DAY);
        utc += TimeUnit.MINUTES.toMicros(2);
        clock.tick(reading(), false);
        long between = clock.stamp();
        pass(HOUR);
        off(10 * DAY, 10 * DAY - TimeUnit.MINUTES.toMicros(2));
        clock.confirmUtc(utc);
        assertThat(clock.state().ageMicros(before)).isCloseTo(11 * DAY + HOUR, within(10L));
        assertThat(clock.state().ageMicros(between)).isCloseTo(HOUR, within(10L));
        assertThat(clock.state().greatestAgeMicros(between)).isCloseTo(10 * DAY + HOUR, within(10L));
        long after = clock.stamp();
        pass(HOUR);
        assertThat(clock.state().greatestAgeMicros(after)).isCloseTo(HOUR, within(10L));
    }

    /** Put right by the start itself: the step over the stop says nothing of how long that was. */
    @Test
    void setForwardAndPutRightOverAStop_beforeAnybodyVouches_showsNothingLongerEither() {
        utc += 45 * DAY;
        clock.tick(reading(), false);
        long between = clock.stamp();
        pass(HOUR);
        off(14 * DAY, 14 * DAY - 45 * DAY);
        assertThat(clock.state().doubtful()).isTrue();
        assertThat(clock.state().greatestAgeMicros(between)).isCloseTo(14 * DAY + HOUR, within(10L));
        clock.confirmUtc(utc);
        assertThat(clock.state().ageMicros(between)).isCloseTo(HOUR, within(10L));
        assertThat(clock.state().greatestAgeMicros(between)).isCloseTo(14 * DAY + HOUR, within(10L));
    }

    /** Set back, asleep for just as long, put right: what was recorded after the sleep is as young as it is. */
    @Test
    void setBackAndSleptAsLong_whatComesAfterIsNotTakenForOlder() {
        long before = clock.stamp();
        pass(DAY);
        utc -= 14 * DAY;
        clock.tick(reading(), false);
        utc += 14 * DAY;
        clock.tick(reading(), false);
        assertThat(clock.state().doubtful()).isFalse();
        long after = clock.stamp();
        pass(HOUR);
        utc += 14 * DAY;
        clock.tick(reading(), true);
        assertThat(clock.state().ageMicros(before)).isCloseTo(15 * DAY + HOUR, within(10L));
        assertThat(clock.state().ageMicros(after)).isCloseTo(HOUR, within(10L));
    }

    /** Two power cuts before anybody vouches, and nobody touched the clock: what was recorded between is shown. */
    @Test
    void offTwice_eachStopHasItsOwn() {
        long before = clock.stamp();
        pass(DAY);
        off(40 * DAY, 40 * DAY);
        long between = clock.stamp();
        pass(DAY);
        off(HOUR, HOUR);
        clock.confirmUtc(utc);
        assertThat(clock.state().ageMicros(before)).isCloseTo(42 * DAY + HOUR, within(10L));
        assertThat(clock.state().ageMicros(between)).isCloseTo(DAY, within(10L));
        assertThat(clock.state().greatestAgeMicros(between)).isCloseTo(DAY + HOUR, within(10L));
    }

    /** A dead battery: the clock starts at 1970 and NTP puts it right minutes later. */
    @Test
    void clockLostItsTimeOverAStop_whenPutRight_theTimeIsTheStops() {
        long before = clock.stamp();
        pass(DAY);
        long right = utc + 3 * DAY;
        off(3 * DAY, -utc);
        long after = clock.stamp();
        pass(HOUR);
        utc = right + HOUR;
        pass(HOUR);
        clock.tick(reading(), true);
        assertThat(clock.state().doubtful()).isFalse();
        assertThat(clock.state().ageMicros(before)).isCloseTo(4 * DAY + 2 * HOUR, within(10L));
        assertThat(clock.state().ageMicros(after)).isCloseTo(2 * HOUR, within(10L));
    }

    @Test
    void setBackAndVouchedFor_changesTheNameOfTheTimeOnly() {
        long stamp = clock.stamp();
        pass(DAY);
        utc -= 2 * HOUR;
        clock.tick(reading(), true);
        assertThat(clock.state().doubtful()).isFalse();
        assertThat(clock.state().utcMicros()).isEqualTo(utc);
        assertThat(clock.state().ageMicros(stamp)).isCloseTo(DAY, within(10L));
    }

    @Test
    void aCrystalThatIsOff_isFollowed() {
        long stamp = clock.stamp();
        for (int minute = 0; minute < 31 * 24 * 60; minute++) {
            utc += 60_000_000L;
            mono += 60_006_000_000L; // 100 ppm fast
            clock.tick(reading(), false);
        }
        assertThat(clock.state().doubtful()).isFalse();
        assertThat(clock.state().ageMicros(stamp)).isCloseTo(31 * DAY, within(1_000_000L));
    }

    @Test
    void stampOf_whatUtcSays_isTheStampGivenThen() {
        pass(DAY);
        long utcThen = utc;
        long stamp = clock.stamp();
        pass(DAY);
        off(5 * DAY, 5 * DAY);
        clock.tick(reading(), true);
        pass(HOUR);
        assertThat(clock.state().stampOf(utcThen)).isCloseTo(stamp, within(10L));
        long spent = clock.state().spentMicros();
        clock.forgetBefore(clock.stamp());
        assertThat(clock.state().spentMicros()).isEqualTo(spent);
        assertThat(clock.state().taken()).isEmpty();
        assertThat(clock.state().utcMicros()).isCloseTo(utc, within(10L));
    }
}
