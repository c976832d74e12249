// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;

/** How much of a ring is cleared before the head needs it. */
class ClearingAheadTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final int REELS = 8;

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();

    /** Ten minutes a reel, full, and then a new boot whose monotonic time begins again. */
    private StoreRig rebooted() throws IOException {
        StoreSettings settings = SmallReels.init(disk, folder, clock, REELS);
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            rig.beginRun(GATE);
            for (int i = 0; i < REELS + 1; i++) {
                clock.pass(10, TimeUnit.MINUTES);
                SmallReels.record(rig, GATE, 1);
            }
        }
        clock.reboot("boot-2");
        StoreRig rig = StoreRig.open(disk, settings, clock, GATE);
        rig.beginRun(GATE);
        SmallReels.record(rig, GATE, 1);
        return rig;
    }

    @Test
    void reboot_fullRing_aQuarterOfItIsNotCleared() throws IOException {
        try (StoreRig rig = rebooted()) {
            Ring ring = rig.store.rings().get(0);
            assertThat(ring.size()).isGreaterThanOrEqualTo(REELS - 1);
            assertThat(Keeper.wantedReady(ring)).isEqualTo(1);
        }
    }

    @Test
    void pace_ofThisProcess_fiveMinutesStandReadyWithinAQuarter() throws IOException {
        StoreSettings settings = SmallReels.init(disk, folder, clock, 40);
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            Ring ring = rig.store.rings().get(0);
            Ring fast = new Ring(ring.volume, ring.classId, ring.writer);
            for (int i = 0; i < 40; i++) {
                fast.found(SmallReels.reels(rig).get(i));
            }
            Reel reel = SmallReels.reels(rig).get(0);
            fast.opened(reel, 0);
            fast.opened(reel, TimeUnit.MINUTES.toNanos(1));
            assertThat(Keeper.wantedReady(fast)).isEqualTo(1);
            fast.opened(reel, TimeUnit.MINUTES.toNanos(2));
            assertThat(Keeper.wantedReady(fast)).isEqualTo(5);
            fast.opened(reel, TimeUnit.MINUTES.toNanos(2) + 1);
            fast.opened(reel, TimeUnit.MINUTES.toNanos(2) + 2);
            assertThat(Keeper.wantedReady(fast)).isEqualTo(10);
        }
    }
}
