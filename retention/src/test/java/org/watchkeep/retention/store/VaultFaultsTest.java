// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults.Operation;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.hold.HoldState;

/** Faults of the vault's disk and of a key home must not hide what is good, write without end, or leave a key behind. */
class VaultFaultsTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final int REELS = 6;
    private static final int VAULT_REELS = 4;
    private static final long VAULT_REEL_BYTES = 1 << 20;

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();

    private Path vaultFolder() {
        return folder.resolve("vault");
    }

    private Path vaultReel(int index) {
        return vaultFolder().resolve(String.format("reels/reel-%05d.wk", index));
    }

    private HoldingRig begin() throws IOException {
        SmallReels.init(disk, folder, clock, REELS);
        Volume.enrol(disk, EvidenceVault.ID, vaultFolder(), VAULT_REELS * VAULT_REEL_BYTES, VAULT_REEL_BYTES);
        disk.settle();
        return open();
    }

    private HoldingRig open() throws IOException {
        return new HoldingRig(
                disk,
                StoreRig.settings(folder, REELS),
                clock,
                StoreTrail.NONE,
                StoreParts.IndexSettings.ON_DISK,
                Map.of(GATE, StoreRig.CLASS),
                Optional.of(vaultFolder()));
    }

    /** A burst that is held. */
    private HoldId held(HoldingRig held) throws IOException {
        clock.pass(5, TimeUnit.MINUTES);
        held.rig.beginRun(GATE);
        Instant from = held.now();
        SmallReels.record(held.rig, GATE, 1);
        Instant to = held.now();
        held.rig.endRun(GATE, GapCause.CONNECTION_LOST);
        StoreRig.await("indexed", () -> {
            held.store.keeper().wake();
            return held.store.streamState(GATE).unindexed().isEmpty();
        });
        return held.held(from, to, GATE);
    }

    private static HoldState state(HoldingRig held, HoldId id) {
        return held.register.hold(id).orElseThrow().state();
    }

    @Test
    void damagedSealOfACopy_hidesNoneOfItsPictures() throws IOException {
        HoldId id;
        try (HoldingRig held = begin()) {
            id = held(held);
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.COPIED);
        }
        try (HoldingRig held = open()) {
            EvidenceVault vault = held.vault.orElseThrow();
            assertThat(held.copier().round()).isFalse();
            int stream = held.store.streamState(GATE).number;
            VaultCopy copy = vault.copies(id.text(), stream).get(0);
            FragmentRef seal = copy.segment().seal().orElseThrow();
            disk.damage(vaultReel(0), seal.offset() + seal.recordBytes() - 8, (byte) 1, (byte) 2, (byte) 3, (byte) 4);
            assertThat(vault.check(stream, copy, false)).isFalse();
            assertThat(vault.copies(id.text(), stream))
                    .as("it cannot be copied again")
                    .containsExactly(copy);
            assertThat(vault.check(stream, copy, true)).isFalse();
            VaultCopy left = vault.copies(id.text(), stream).get(0);
            assertThat(left.sequences()).isEqualTo(copy.sequences());
            assertThat(left.segment().seal()).isEmpty();
        }
    }

    @Test
    void reelThatStaysUnreadable_makesNothingBeWrittenAgain() throws IOException {
        HoldId second;
        try (HoldingRig held = begin()) {
            assertThat(state(held, held(held))).isEqualTo(HoldState.SECURED);
            assertThat(held.copier().round()).isFalse();
            second = held(held);
            disk.faults().failPath(vaultReel(1), Operation.READ);
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, second)).as("its copies do not read back").isEqualTo(HoldState.SECURED);
            disk.faults().heal();
        }
        disk.faults().failPath(vaultReel(0), Operation.READ);
        try (HoldingRig held = open()) {
            held.copier().round();
            held.copier().round();
            long before = disk.faults().count(Operation.WRITE);
            for (int i = 0; i < 4; i++) {
                held.copier().round();
            }
            assertThat(disk.faults().count(Operation.WRITE)).isEqualTo(before);
            disk.faults().heal();
            held.copier().round();
            assertThat(state(held, second)).isEqualTo(HoldState.COPIED);
        }
    }

    @Test
    void keyOfACaseThatIsOver_isOverwrittenInTheHomeThatFailed_inALaterRound() throws IOException {
        try (HoldingRig held = begin()) {
            HoldId id = held(held);
            assertThat(held.copier().round()).isFalse();
            Path key = folder.resolve("home-b").resolve("cases").resolve(id + ".key");
            byte[] live = disk.contents(key);
            held.release(id);
            disk.faults().failPath(key, Operation.WRITE, Operation.SYNC);
            held.copier().round();
            assertThat(held.copier().alarms()).anyMatch(alarm -> alarm.contains("key of case " + id));
            assertThat(disk.contents(key)).isEqualTo(live);
            held.copier().round();
            assertThat(held.copier().alarms()).as("still so").anyMatch(alarm -> alarm.contains("key of case " + id));
            disk.faults().heal();
            held.copier().round();
            assertThat(held.copier().alarms()).isEqualTo(List.of());
            assertThat(disk.contents(key)).isNotEqualTo(live);
        }
    }
}
