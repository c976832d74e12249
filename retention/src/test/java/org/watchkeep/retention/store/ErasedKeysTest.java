// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.MasterKeystore;

/**
 * Whoever has the disks, the keystore and its passphrase after an erasure: no key that stands anywhere, or that can be
 * derived from what stands there, opens a record of the erased epoch, although every byte of it still lies on its reel.
 */
class ErasedKeysTest {
    private static final StreamId GATE = StreamId.main("gate");

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();

    @Test
    void afterErasure_noKeyFoundAnywhere_opensARecordOfTheEpoch() throws IOException {
        StoreSettings settings = StoreRig.settings(folder, 4);
        StoreRig.init(disk, settings, clock);
        long first;
        SecretKey erasedKey;
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            first = rig.store.keys().epochs().get(0).number();
            record(rig);
            erasedKey = rig.store.keys().streamKey(first, 1).orElseThrow();
            clock.pass(1, TimeUnit.HOURS);
            StoreRig.await("the next epoch", () -> rig.recordingEpoch() > 1);
            record(rig);
            clock.pass(TimeUnit.DAYS.toMinutes(31) - 30, TimeUnit.MINUTES);
            StoreRig.await(
                    "erased",
                    () -> rig.store
                            .keys()
                            .epoch(first)
                            .filter(e -> e.state() == Epoch.State.ERASED)
                            .isPresent());
        }
        RawRecords raw = new RawRecords(disk);
        List<RawRecords.Raw> records = raw.all();
        List<RawRecords.Raw> erased = of(first, records);
        assertThat(erased).as("its bytes still lie there").hasSizeGreaterThan(3);
        assertThat(erased).as("the trial is one").allMatch(record -> raw.opens(erasedKey, record));

        List<SecretKey> derived = derived();
        assertThat(records.stream().filter(record -> record.header().epoch() != first))
                .as("the derived keys are keys")
                .allMatch(record -> derived.stream().anyMatch(key -> raw.opens(key, record)));
        for (SecretKey key : derived) {
            assertThat(erased).noneMatch(record -> raw.opens(key, record));
        }
        raw.assertNothingOnTheDisksOpens(erased);
    }

    private static void record(StoreRig rig) {
        rig.beginRun(GATE);
        for (int i = 0; i < 3; i++) {
            rig.record(GATE, 2_000);
        }
        StoreRig.await("recorded", () -> rig.isSettled(GATE));
        rig.endRun(GATE, GapCause.CONNECTION_LOST);
    }

    private static List<RawRecords.Raw> of(long epoch, List<RawRecords.Raw> records) {
        return records.stream()
                .filter(record -> record.header().epoch() == epoch)
                .toList();
    }

    /** Every stream key that master and homes still give. */
    private List<SecretKey> derived() throws IOException {
        List<SecretKey> derived = new ArrayList<>();
        MasterKeystore master = MasterKeystore.open(disk, folder.resolve("master.p12"), "rig".toCharArray());
        try (EpochKeys keys = EpochKeys.open(disk, folder.resolve("home-a"), folder.resolve("home-b"), master)) {
            for (Epoch epoch : keys.epochs()) {
                for (int stream = 0; stream < 4; stream++) {
                    keys.streamKey(epoch.number(), stream).ifPresent(derived::add);
                }
            }
        }
        return derived;
    }
}
