// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.PowerCut;

/** A new master: at every power cut every root opens, what was erased stays so, and in the end nothing opens under the old one. */
class MasterRotationTest {
    private static final Path KEYSTORE = Path.of("/etc/watchkeep/master.p12");
    private static final Path A = Path.of("/a/keys");
    private static final Path B = Path.of("/b/keys");
    private static final int FEW_ROUNDS = 1_000;
    private static final int EPOCHS = 6;
    private static final long ERASED = 2;
    private static final int HELD_STREAM = 3;

    private final Map<Long, byte[]> expected = new TreeMap<>();
    private byte[] heldKey = {};

    private static char[] passphrase() {
        return "correct horse".toCharArray();
    }

    private FakeDisk store() throws IOException {
        FakeDisk disk = new FakeDisk().tearSectors();
        MasterKeystore master = MasterKeystore.create(disk, KEYSTORE, passphrase(), FEW_ROUNDS);
        EpochKeys.create(disk, A, B);
        try (EpochKeys keys = EpochKeys.open(disk, A, B, master)) {
            for (int i = 0; i < EPOCHS; i++) {
                long number = keys.openEpoch("town", 1_000, 2_000).number();
                expected.put(
                        number,
                        keys.streamKey(number, 1).map(SecretKey::getEncoded).orElseThrow());
            }
            heldKey = keys.streamKey(ERASED, HELD_STREAM)
                    .map(SecretKey::getEncoded)
                    .orElseThrow();
            try (HeldKeys held = HeldKeys.open(disk, A, B, master)) {
                held.keep(List.of(new HeldKey(ERASED, HELD_STREAM)), keys);
            }
            keys.erase(ERASED, 3_000);
            expected.remove(ERASED);
        }
        disk.settle();
        return disk;
    }

    private static EpochKeys open(FakeDisk disk) throws IOException {
        return EpochKeys.open(disk, A, B, MasterKeystore.open(disk, KEYSTORE, passphrase()));
    }

    private static HeldKeys held(FakeDisk disk) throws IOException {
        return HeldKeys.open(disk, A, B, MasterKeystore.open(disk, KEYSTORE, passphrase()));
    }

    private static MasterRotation.Rotated rotate(FakeDisk disk, EpochKeys keys) throws IOException {
        try (HeldKeys held = held(disk)) {
            return MasterRotation.run(disk, KEYSTORE, passphrase(), keys, held, FEW_ROUNDS);
        }
    }

    private void checkHeld(FakeDisk disk, String when) throws IOException {
        try (HeldKeys held = held(disk)) {
            assertThat(held.streamKey(ERASED, HELD_STREAM)
                            .map(SecretKey::getEncoded)
                            .orElseThrow())
                    .as(when)
                    .isEqualTo(heldKey);
        }
    }

    private void checkKeys(EpochKeys keys, String when) {
        expected.forEach((number, key) -> assertThat(
                        keys.streamKey(number, 1).map(SecretKey::getEncoded).orElseThrow())
                .as("epoch %d %s", number, when)
                .isEqualTo(key));
        assertThat(keys.streamKey(ERASED, 1)).as("erased, %s", when).isEmpty();
    }

    @Test
    void rotated_keepsEveryKey_andNothingOpensUnderTheOldMaster() throws IOException {
        FakeDisk disk = store();
        MasterKeystore old = MasterKeystore.open(disk, KEYSTORE, passphrase());
        try (EpochKeys keys = open(disk)) {
            MasterRotation.Rotated rotated = rotate(disk, keys);
            assertThat(rotated.fromMasterId()).isEqualTo(old.masterId());
            checkKeys(keys, "at once");
            long next = keys.openEpoch("town", 5_000, 6_000).number();
            expected.put(
                    next, keys.streamKey(next, 1).map(SecretKey::getEncoded).orElseThrow());
        }
        MasterKeystore now = MasterKeystore.open(disk, KEYSTORE, passphrase());
        assertThat(now.isRotating()).isFalse();
        assertThat(now.masterId()).isNotEqualTo(old.masterId());
        try (EpochKeys keys = EpochKeys.open(disk, A, B, now)) {
            checkKeys(keys, "after a start");
        }
        checkHeld(disk, "held, after a start");
        assertThatThrownBy(() -> EpochKeys.open(disk, A, B, old)).isInstanceOf(KeyHomeException.class);
        for (Path file : disk.files()) {
            assertThat(new String(disk.contents(file), StandardCharsets.ISO_8859_1))
                    .as("%s", file)
                    .doesNotContain("watchkeep-retiring");
        }
    }

    @Test
    void powerCut_atEachStep_losesNoKey_andTheRotationGoesOn() throws IOException {
        for (long step = 1; ; step++) {
            expected.clear();
            FakeDisk disk = store();
            String from = MasterKeystore.open(disk, KEYSTORE, passphrase()).masterId();
            try (EpochKeys keys = open(disk)) {
                disk.cutAt(step, step);
                rotate(disk, keys);
            } catch (PowerCut | IOException e) {
                assertThat(disk.isDead()).as("step %d: %s", step, e).isTrue();
            }
            if (!disk.isDead()) {
                System.out.println("power cut at " + (step - 1) + " steps of a rotation");
                return;
            }
            FakeDisk left = disk.restart();
            MasterKeystore found = MasterKeystore.open(left, KEYSTORE, passphrase());
            try (EpochKeys keys = EpochKeys.open(left, A, B, found)) {
                checkKeys(keys, "after a cut at step " + step);
                if (found.isRotating() || found.masterId().equals(from)) {
                    rotate(left, keys);
                }
                checkKeys(keys, "rotated again, step " + step);
            }
            MasterKeystore now = MasterKeystore.open(left, KEYSTORE, passphrase());
            assertThat(now.isRotating()).isFalse();
            assertThat(now.masterId()).isNotEqualTo(from);
            checkHeld(left, "held, step " + step);
            try (EpochKeys alone = EpochKeys.open(left, Path.of("/none"), step % 2 == 0 ? A : B, now)) {
                checkKeys(alone, "with one home, step " + step);
            }
        }
    }

    @Test
    void oneHomeAway_keepsTheOldMaster_untilItIsBack() throws IOException {
        FakeDisk disk = store();
        MasterKeystore master = MasterKeystore.open(disk, KEYSTORE, passphrase());
        try (EpochKeys keys = EpochKeys.open(disk, A, Path.of("/none"), master)) {
            assertThatThrownBy(() -> rotate(disk, keys))
                    .isInstanceOf(KeyHomeException.class)
                    .hasMessageContaining("one key home is away");
            checkKeys(keys, "with one home");
        }
        MasterKeystore both = MasterKeystore.open(disk, KEYSTORE, passphrase());
        assertThat(both.isRotating()).isTrue();
        try (EpochKeys keys = EpochKeys.open(disk, A, B, both)) {
            checkKeys(keys, "with both again");
            rotate(disk, keys);
            checkKeys(keys, "rotated");
        }
        try (EpochKeys keys = open(disk)) {
            checkKeys(keys, "at the next start");
        }
    }
}
