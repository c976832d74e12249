// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What people hear of a ledger that cannot be written. */
class LedgerTroubleTest {
    private static final OptionalLong PLENTY = OptionalLong.of(2 * LedgerTrouble.SHORT_BYTES);
    private final IOException full = new IOException("/data/ledger/2026-06.ledger: No space left on device");

    private final TestClock clock = new TestClock();
    private final List<String> alarms = new ArrayList<>();
    private final List<String> over = new ArrayList<>();
    private final LedgerTrouble trouble = new LedgerTrouble(Path.of("/data"), clock, alarms::add, over::add);

    @Test
    void failing_forMinutes_oneAlarmAndOneReminderAMinute() {
        int minutes = 3;
        for (int i = 0; i < minutes * 60 * 5; i++) {
            trouble.failed(full);
            clock.pass(200, TimeUnit.MILLISECONDS);
        }
        assertThat(alarms).hasSize(minutes);
        assertThat(alarms.get(0))
                .contains(
                        "/data/ledger/2026-06.ledger: No space left on device",
                        "stops no recording",
                        "Free space on the disk with /data");
        assertThat(over).isEmpty();
        trouble.committed();
        trouble.committed();
        assertThat(over).hasSize(1);
    }

    @Test
    void diskFills_nothingToBeEntered_isSaidAllTheSameAndOnce() {
        trouble.look(PLENTY);
        assertThat(alarms).isEmpty();
        trouble.look(OptionalLong.of(0));
        trouble.failed(full);
        assertThat(alarms).hasSize(1);
        trouble.committed();
        assertThat(over).isEmpty();
        trouble.look(PLENTY);
        assertThat(over).hasSize(1);
    }

    @Test
    void diskNearlyFull_thenFails_isSaidAgainAtOnceAndEndsWithRoomToSpare() {
        trouble.look(OptionalLong.of(LedgerTrouble.SHORT_BYTES - 1));
        trouble.failed(full);
        assertThat(alarms).hasSize(2);
        trouble.committed();
        trouble.look(OptionalLong.of(LedgerTrouble.SHORT_BYTES + 1));
        assertThat(over).isEmpty();
        trouble.look(PLENTY);
        assertThat(over).hasSize(1);
    }

    @Test
    void entriesLost_areCountedInWhatIsSaid() {
        trouble.failed(full);
        trouble.lost(7);
        clock.pass(LedgerTrouble.REMIND_NANOS, TimeUnit.NANOSECONDS);
        trouble.failed(full);
        trouble.committed();
        assertThat(alarms.get(1)).contains("7 entries");
        assertThat(over.get(0)).contains("7 entries");
    }
}
