// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

class CameraClockTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final CameraClock clock = new CameraClock(90_000);

    @Test
    void utcMicrosAt_afterReport_followsRtpTime() {
        assertThat(offer(NOW.plusMillis(1_500))).isTrue();
        assertThat(clock.utcMicrosAt(1_000 + 45_000)).hasValue(micros(NOW.plusMillis(2_000)));
        assertThat(clock.utcMicrosAt(1_000 - 90_000)).hasValue(micros(NOW.plusMillis(500)));
    }

    @Test
    void utcMicrosAt_beforeAnyReport_isEmpty() {
        assertThat(clock.utcMicrosAt(0)).isEmpty();
    }

    /** Pictures that come two seconds late at first say nothing of the camera's clock. */
    @Test
    void offsetMicros_afterReports_isThatOfTheNewest() {
        assertThat(clock.offsetMicros()).isEmpty();
        offer(NOW.minusSeconds(2));
        assertThat(clock.offsetMicros()).hasValue(-2_000_000);
        offer(NOW.plusMillis(30));
        clock.offer(new SenderReport(1, 0, 0), 0, micros(NOW));
        assertThat(clock.offsetMicros()).hasValue(30_000);
        clock.forget();
        assertThat(clock.offsetMicros()).isEmpty();
    }

    @Test
    void utcMicrosAt_longAfterTheLastReport_isEmpty() {
        offer(NOW);
        assertThat(clock.utcMicrosAt(1_000 + 600 * 90_000L)).isPresent();
        assertThat(clock.utcMicrosAt(1_000 + 600 * 90_000L + 1)).isEmpty();
    }

    @Test
    void onStep_reportFromBefore_saysNothingOfWhatFollows() {
        offer(NOW);
        clock.onStep(1_000 + 90_000, 1_000 + 5 * 90_000);
        assertThat(clock.utcMicrosAt(1_000 + 5 * 90_000)).isEmpty();
    }

    @Test
    void onStep_reportOfTheNewTime_stays() {
        offer(NOW);
        clock.onStep(1_000 - 3_600 * 90_000L, 1_000);
        assertThat(clock.utcMicrosAt(1_000)).hasValue(micros(NOW));
    }

    @Test
    void offer_timeOfZero_hikvision_isRefused() {
        assertThat(clock.offer(new SenderReport(1, 0, 0), 0, micros(NOW))).isFalse();
    }

    @Test
    void offer_uptimeInsteadOfTime_hikvision_isRefused() {
        assertThat(clock.offer(new SenderReport(1, 86_400L << 32, 0), 0, micros(NOW)))
                .isFalse();
    }

    @Test
    void offer_cameraWithoutBattery_keepsItsBelief() {
        Instant factory = Instant.parse("1970-01-01T00:10:00Z");
        assertThat(offer(factory)).isTrue();
        assertThat(clock.utcMicrosAt(1_000)).hasValue(micros(factory));
    }

    @Test
    void offer_yearsAhead_isRefused() {
        assertThat(offer(NOW.plusSeconds(5L * 365 * 86_400))).isFalse();
    }

    @Test
    void offer_after2036_countsInTheNextEra() {
        Instant later = Instant.parse("2040-06-01T00:00:00Z");
        long seconds = later.getEpochSecond() + CameraClock.NTP_TO_UNIX_SECONDS - (1L << 32);
        assertThat(clock.offer(new SenderReport(1, seconds << 32, 0), 0, micros(later)))
                .isTrue();
        assertThat(clock.utcMicrosAt(0)).hasValue(micros(later));
    }

    private boolean offer(Instant camera) {
        long seconds = camera.getEpochSecond() + CameraClock.NTP_TO_UNIX_SECONDS;
        // Rounded up, so that whole milliseconds survive the binary fraction.
        long fraction = ((long) camera.getNano() << 32) / 1_000_000_000L + (camera.getNano() > 0 ? 1 : 0);
        return clock.offer(new SenderReport(1, seconds << 32 | fraction, 1_000), 1_000, micros(NOW));
    }

    private static long micros(Instant instant) {
        return Instant.EPOCH.until(instant, ChronoUnit.MICROS);
    }
}
