// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Entry;
import org.watchkeep.retention.disk.FakeDisk;

/** Sums of an hour, one alarm a spell. */
class EarlyEndingsTest {
    private static final String TOWN = "town";
    private static final String PARK = "park";

    @TempDir
    private Path folder;

    private final TestClock clock = new TestClock();

    private static SegmentBuilder.Key segment(int number) {
        return new SegmentBuilder.Key(1, number);
    }

    private static Map<Long, Set<SegmentBuilder.Key>> of(long epoch, int... numbers) {
        Set<SegmentBuilder.Key> keys = new java.util.HashSet<>();
        for (int number : numbers) {
            keys.add(segment(number));
        }
        return Map.of(epoch, keys);
    }

    private TestTrail trail() throws IOException {
        return TestTrail.open(new FakeDisk(), folder, clock);
    }

    @Test
    void anHourOfLosses_isOneEntryAnEpochAndClass() throws IOException {
        try (TestTrail trail = trail()) {
            EarlyEndings early = new EarlyEndings(trail.entries(), clock);
            long began = clock.utcMicros();
            early.lost(TOWN, of(7, 1, 2));
            for (int minute = 1; minute < 60; minute++) {
                clock.pass(1, TimeUnit.MINUTES);
                early.lost(TOWN, of(minute < 30 ? 7 : 8, 2, minute + 2));
                early.lost(PARK, of(9, minute));
                early.round();
                trail.entries().settle();
            }
            assertThat(trail.of(Act.EPOCH_ERASED_EARLY)).isEmpty();
            clock.pass(1, TimeUnit.MINUTES);
            early.round();
            trail.entries().settle();
            assertThat(trail.of(Act.EPOCH_ERASED_EARLY))
                    .extracting(entry -> entry.data().text("class"))
                    .containsExactly(TOWN, TOWN);
            Entry first = trail.of(Act.EPOCH_ERASED_EARLY).get(0);
            assertThat(first.data().number("epoch")).isEqualTo(7);
            assertThat(first.data().number("segments"))
                    .as("one that lies on several reels is one")
                    .isEqualTo(31);
            assertThat(first.happened()).isEqualTo(StreamState.instant(began));

            early.settleLast();
            trail.entries().settleLast();
            assertThat(trail.of(Act.EPOCH_ERASED_EARLY)).hasSize(3);
        }
    }

    @Test
    void aSpell_isOneAlarmUntilADayWithoutLoss() throws IOException {
        try (TestTrail trail = trail()) {
            EarlyEndings early = new EarlyEndings(trail.entries(), clock);
            assertThat(early.alarms()).isEmpty();
            for (int night = 0; night < 3; night++) {
                early.lost(TOWN, of(night + 1, 1));
                clock.pass(20, TimeUnit.HOURS);
                early.round();
                assertThat(early.alarms())
                        .as("night %d", night)
                        .singleElement()
                        .asString()
                        .contains("class town");
            }
            early.lost(PARK, of(9, 1));
            assertThat(early.alarms()).hasSize(2);
            clock.pass(5, TimeUnit.HOURS);
            early.round();
            assertThat(early.alarms()).singleElement().asString().contains("class park");
            clock.pass(20, TimeUnit.HOURS);
            early.round();
            assertThat(early.alarms()).isEmpty();
        }
    }

    @Test
    void nothingLost_isNothing() throws IOException {
        try (TestTrail trail = trail()) {
            EarlyEndings early = new EarlyEndings(trail.entries(), clock);
            early.lost(TOWN, Map.of());
            early.settleLast();
            assertThat(early.alarms()).isEmpty();
        }
    }
}
