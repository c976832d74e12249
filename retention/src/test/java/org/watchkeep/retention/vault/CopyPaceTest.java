// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CopyPaceTest {
    private static final long MEGABYTE = 1_000_000;

    private final CopyPace pace = new CopyPace();
    private long now = 5;

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    void unmeasured_isWhatASlowDiskDoes() {
        pace.begin(now);
        pace.pause(now);
        assertThat(pace.bytesPerSecond()).isEqualTo(CopyPace.UNMEASURED_BYTES_PER_SECOND);
    }

    /** Eight copies of a batch are read back, and said, within a microsecond. */
    @Test
    void severalAtOnce_areNotTakenForAFastDisk() {
        pace.begin(now);
        for (int batch = 0; batch < 200; batch++) {
            pass(80);
            for (int i = 0; i < 8; i++) {
                now += 100;
                pace.copied(MEGABYTE, now);
            }
        }
        pace.pause(now);
        assertThat((double) pace.bytesPerSecond()).isCloseTo(100e6, within(20e6));
    }

    @Test
    void slowerThanBefore_isSeenSoon() {
        pace.begin(now);
        for (int i = 0; i < 20; i++) {
            pass(1_000);
            pace.copied(200 * MEGABYTE, now);
        }
        for (int i = 0; i < 8; i++) {
            pass(1_000);
            pace.copied(MEGABYTE, now);
        }
        assertThat(pace.bytesPerSecond()).isBetween(MEGABYTE, 30 * MEGABYTE);
    }

    @Test
    void timeBetweenRounds_isNoCopying() {
        pace.begin(now);
        pass(500);
        pace.copied(50 * MEGABYTE, now);
        pace.pause(now);
        long before = pace.bytesPerSecond();
        pass(3_600_000);
        pace.begin(now);
        pass(500);
        pace.copied(50 * MEGABYTE, now);
        assertThat(pace.bytesPerSecond()).isGreaterThan(before);
    }

    @Test
    void aMomentOfCopying_saysNothing() {
        pace.begin(now);
        now += 10;
        pace.copied(MEGABYTE, now);
        pace.pause(now);
        assertThat(pace.bytesPerSecond()).isEqualTo(CopyPace.UNMEASURED_BYTES_PER_SECOND);
    }
}
