// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults.Operation;

/** How a recorder ended, and what the next one says of it. */
class StopsTest {
    private static final StreamId GATE = StreamId.main("gate");

    @TempDir
    private Path folder;

    private FakeDisk disk = new FakeDisk();
    private final TickingClock clock = new TickingClock();
    private StoreSettings settings;

    @BeforeEach
    void init() throws IOException {
        settings = SmallReels.init(disk, folder, clock, 6);
    }

    private StoreRig open(StreamId... streams) throws IOException {
        return StoreRig.open(disk, settings, clock, streams);
    }

    private StoreRig recorded() throws IOException {
        StoreRig rig = open(GATE);
        rig.beginRun(GATE);
        SmallReels.record(rig, GATE, 1);
        return rig;
    }

    private void kill(StoreRig rig) throws IOException {
        rig.store.ledger().appendDurably(new LedgerEntry.VolumeFailed("v1", "test"), clock.utcMicros());
        disk.kill();
        rig.abandon();
        disk = disk.restart();
        clock.pass(5, TimeUnit.SECONDS);
    }

    private static List<String> details(StoreRig rig, GapCause cause) {
        return rig.gaps(GATE).stream()
                .filter(gap -> gap.cause() == cause)
                .map(Gap::detail)
                .toList();
    }

    @Test
    void stop_clean_isNotCalledCutShort() throws IOException {
        recorded().close();
        clock.pass(5, TimeUnit.SECONDS);
        try (StoreRig rig = open(GATE)) {
            assertThat(rig.store.cutShort()).isEmpty();
            assertThat(details(rig, GapCause.RECORDER_STOPPED)).isNotEmpty().doesNotContain(Recovery.NOT_CLEAN);
        }
    }

    @Test
    void killed_theNextRecorderSaysSoAlsoAfterAReader() throws IOException {
        kill(recorded());
        open().close();
        try (StoreRig rig = open(GATE)) {
            assertThat(rig.store.cutShort()).isPresent();
            assertThat(details(rig, GapCause.RECORDER_STOPPED)).contains(Recovery.NOT_CLEAN);
        }
        // Said once: the stop after that was a clean one.
        try (StoreRig rig = open(GATE)) {
            assertThat(rig.store.cutShort()).isEmpty();
        }
    }

    @Test
    void gapsAroundAStart_touch() throws IOException {
        recorded().close();
        clock.pass(5, TimeUnit.SECONDS);
        try (StoreRig rig = open(GATE)) {
            List<Gap> gaps = rig.gaps(GATE);
            Gap connecting = gaps.get(gaps.size() - 1);
            assertThat(connecting.cause()).isEqualTo(GapCause.CONNECTING);
            assertThat(gaps.get(gaps.size() - 2).to()).contains(connecting.from());
        }
    }

    @Test
    void ledgerFullAtTheStop_saysWhatIsSafeAndWhatToDo() throws IOException {
        StoreRig rig = recorded();
        disk.faults().failPath(folder.resolve("ledger"), Operation.WRITE, Operation.SYNC);
        assertThatThrownBy(rig::close)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("all that was recorded is safe")
                .hasMessageContaining(folder.resolve("ledger").toString())
                .hasMessageNotContaining("RecorderStopped");
        disk.faults().heal();
        try (StoreRig next = open(GATE)) {
            assertThat(next.segments(GATE)).isNotEmpty();
            assertThat(next.store.cutShort()).isPresent();
        }
    }

    @Test
    void ledgerFull_aReaderReadsAndEndsWell() throws IOException {
        recorded().close();
        disk.faults().failPath(folder.resolve("ledger"), Operation.WRITE);
        try (StoreRig rig = open()) {
            assertThat(rig.store.segments(GATE, Instant.MIN, Instant.MAX)).isNotEmpty();
        }
    }

    /** Time passes between any two looks at it. */
    private static final class TickingClock extends TestClock {
        @Override
        public long utcMicros() {
            pass(25, TimeUnit.MICROSECONDS);
            return super.utcMicros();
        }
    }
}
