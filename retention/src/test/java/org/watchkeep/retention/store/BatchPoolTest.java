// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;

/** Who gets a batch when there are few: each ring its own, large records too. */
class BatchPoolTest {
    private static final int SMALL = 100_000;
    private static final int LARGE = 20_000_000;

    @TempDir
    private Path folder;

    private StoreRig rig;
    private Ring first;
    private Ring second;

    @BeforeEach
    void open() throws IOException {
        FakeDisk disk = new FakeDisk();
        TestClock clock = new TestClock();
        StoreSettings settings = StoreRig.settings(folder, 1, 4, "first", "second");
        StoreRig.init(disk, settings, clock);
        rig = StoreRig.open(disk, settings, clock);
        first = rig.store.rings().get(0);
        second = rig.store.rings().get(1);
    }

    @AfterEach
    void close() throws IOException {
        rig.close();
    }

    private static List<Batch> takeAll(BatchPool pool, Ring ring, int bytes) {
        List<Batch> taken = new ArrayList<>();
        for (Batch batch = pool.take(ring, bytes); batch != null; batch = pool.take(ring, bytes)) {
            taken.add(batch);
        }
        return taken;
    }

    @Test
    void take_oneRingTakesAllItCan_theOtherStillHasItsOwn() {
        BatchPool pool = new BatchPool(16, 2);
        assertThat(takeAll(pool, first, SMALL)).hasSize(12);
        List<Batch> own = takeAll(pool, second, SMALL);
        assertThat(own).hasSize(4);
        own.forEach(Batch::giveBack);
        assertThat(takeAll(pool, second, SMALL)).hasSize(4);
    }

    @Test
    void take_onlyRing_hasAllOfThem() {
        assertThat(takeAll(new BatchPool(16, 1), first, SMALL)).hasSize(16);
    }

    @Test
    void take_moreRingsThanBatches_eachHasOne() {
        BatchPool pool = new BatchPool(1, 2);
        assertThat(takeAll(pool, first, SMALL)).hasSize(3);
        assertThat(takeAll(pool, second, SMALL)).hasSize(1);
    }

    @Test
    void take_largeRecordWhenAllWereMade_takesThePlaceOfAFreeOne() {
        BatchPool pool = new BatchPool(4, 1);
        List<Batch> all = takeAll(pool, first, SMALL);
        assertThat(pool.take(first, LARGE)).isNull();
        all.forEach(Batch::giveBack);
        Batch fat = pool.take(first, LARGE);
        assertThat(fat).isNotNull();
        assertThat(fat.fits(LARGE)).isTrue();
        assertThat(takeAll(pool, first, SMALL)).hasSize(3);
        fat.giveBack();
        assertThat(takeAll(pool, first, SMALL)).hasSize(1);
    }

    @Test
    void take_largeRecordsOneAfterTheOther_noneStarvesAndNoneIsLeftOver() {
        BatchPool pool = new BatchPool(4, 1);
        takeAll(pool, first, SMALL).forEach(Batch::giveBack);
        for (int i = 0; i < 20; i++) {
            List<Batch> fat = takeAll(pool, first, LARGE);
            assertThat(fat).hasSize(4);
            fat.forEach(Batch::giveBack);
        }
        assertThat(takeAll(pool, first, SMALL)).hasSize(4);
    }

    @Test
    void giveBack_sentToAnotherRing_countsForTheOneItWasTakenFor() {
        BatchPool pool = new BatchPool(4, 2);
        List<Batch> taken = takeAll(pool, first, SMALL);
        taken.forEach(batch -> batch.moveTo(second));
        assertThat(takeAll(pool, second, SMALL)).hasSize(1);
        taken.forEach(Batch::giveBack);
        assertThat(takeAll(pool, first, SMALL)).hasSize(3);
    }
}
