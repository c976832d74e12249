// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.crypto.SecretKey;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults.Operation;
import org.watchkeep.retention.disk.PowerCut;

/** What a hold keeps of an epoch opens it after its root is gone; what it does not keep never opens again. */
class HeldKeysTest {
    private static final Path A = Path.of("/a/keys");
    private static final Path B = Path.of("/b/keys");
    private static final Path AWAY = Path.of("/away");

    private final MasterKeystore master = TestMaster.random();
    private FakeDisk disk = new FakeDisk();

    @BeforeEach
    void homes() throws IOException {
        EpochKeys.create(disk, A, B);
    }

    private EpochKeys epochs() throws IOException {
        return EpochKeys.open(disk, A, B, master);
    }

    private HeldKeys held() throws IOException {
        return HeldKeys.open(disk, A, B, master);
    }

    private static byte[] bytes(Optional<SecretKey> key) {
        return key.map(SecretKey::getEncoded).orElse(new byte[0]);
    }

    @Test
    void keep_thenRootErasedAndRestarted_opensHeldStreamOnly() throws IOException {
        byte[] key;
        try (EpochKeys epochs = epochs();
                HeldKeys held = held()) {
            long epoch = epochs.openEpoch("ordinary", 1, 1).number();
            key = bytes(epochs.streamKey(epoch, 7));
            held.keep(List.of(new HeldKey(epoch, 7)), epochs);
            epochs.erase(epoch, 2);
            assertThat(epochs.streamKey(epoch, 7)).isEmpty();
        }
        try (HeldKeys held = held()) {
            assertThat(bytes(held.streamKey(1, 7))).isEqualTo(key);
            assertThat(held.streamKey(1, 8)).isEmpty();
            assertThat(held.streamKey(2, 7)).isEmpty();
        }
        for (Path alone : List.of(A, B)) {
            try (HeldKeys held = HeldKeys.open(disk, alone, AWAY, master)) {
                assertThat(bytes(held.streamKey(1, 7))).as("in %s alone", alone).isEqualTo(key);
                assertThat(held.alarms()).hasSize(1);
            }
        }
    }

    @Test
    void keep_rootErased_refusedAndNothingWritten() throws IOException {
        try (EpochKeys epochs = epochs();
                HeldKeys held = held()) {
            long epoch = epochs.openEpoch("ordinary", 1, 1).number();
            long other = epochs.openEpoch("ordinary", 2, 2).number();
            epochs.erase(epoch, 2);
            assertThatThrownBy(() -> held.keep(List.of(new HeldKey(other, 1), new HeldKey(epoch, 1)), epochs))
                    .isInstanceOf(KeyHomeException.class)
                    .hasMessageContaining("epoch 1 stream 1: its root is erased");
            assertThat(held.kept()).isEmpty();
            assertThat(held.isKept(new HeldKey(other, 1))).isFalse();
        }
    }

    @Test
    void keep_moreThanTheFirstBlocks_growsAndKeepsAll() throws IOException {
        Set<HeldKey> many = new TreeSet<>();
        try (EpochKeys epochs = epochs();
                HeldKeys held = held()) {
            long epoch = epochs.openEpoch("ordinary", 1, 1).number();
            for (int stream = 1; stream <= HeldKeyHome.GROWTH + 20; stream++) {
                many.add(new HeldKey(epoch, stream));
            }
            held.keep(many, epochs);
            held.drop(List.of(new HeldKey(epoch, 3)));
            many.remove(new HeldKey(epoch, 3));
        }
        try (HeldKeys held = held()) {
            assertThat(held.kept()).containsExactlyElementsOf(many);
        }
    }

    @Test
    void drop_overwritesInBothHomes() throws IOException {
        HeldKey key = new HeldKey(1, 4);
        try (EpochKeys epochs = epochs();
                HeldKeys held = held()) {
            epochs.openEpoch("ordinary", 1, 1);
            held.keep(List.of(key), epochs);
            byte[] before = disk.contents(A.resolve(HeldKeyHome.FILE));
            held.drop(List.of(key));
            assertThat(held.streamKey(1, 4)).isEmpty();
            byte[] wrapped = Arrays.copyOfRange(before, 40, 100);
            for (Path home : List.of(A, B)) {
                assertThat(ByteBuffer.wrap(disk.contents(home.resolve(HeldKeyHome.FILE)), 16, 84))
                        .isEqualTo(ByteBuffer.allocate(84));
            }
            assertThat(wrapped).isNotEqualTo(new byte[60]);
        }
    }

    @Test
    void drop_whileAHomeIsAway_isDoneWhenItReturns() throws IOException {
        HeldKey key = new HeldKey(1, 4);
        try (EpochKeys epochs = epochs();
                HeldKeys held = held()) {
            epochs.openEpoch("ordinary", 1, 1);
            held.keep(List.of(key), epochs);
            disk.faults().failPath(B.resolve(HeldKeyHome.FILE), Operation.WRITE, Operation.SYNC);
            held.drop(List.of(key));
            assertThat(held.homesAway()).isEqualTo(1);
            assertThat(held.alarms()).hasSize(1);
            disk.faults().heal();
            held.reunite();
            assertThat(held.homesAway()).isZero();
            assertThat(held.kept()).isEmpty();
            assertThat(held.alarms()).isEmpty();
        }
        try (HeldKeys alone = HeldKeys.open(disk, B, AWAY, master)) {
            assertThat(alone.kept()).isEmpty();
        }
    }

    @Test
    void open_keptInOneHomeOnly_isCarriedToTheOther() throws IOException {
        HeldKey key = new HeldKey(1, 4);
        try (EpochKeys epochs = epochs();
                HeldKeys held = HeldKeys.open(disk, A, AWAY, master)) {
            epochs.openEpoch("ordinary", 1, 1);
            held.keep(List.of(key), epochs);
        }
        held().close();
        try (HeldKeys alone = HeldKeys.open(disk, B, AWAY, master)) {
            assertThat(alone.kept()).containsExactly(key);
        }
    }

    @Test
    void open_damagedBlock_isWholeAgainFromTheOtherHome() throws IOException {
        HeldKey key = new HeldKey(1, 4);
        try (EpochKeys epochs = epochs();
                HeldKeys held = held()) {
            epochs.openEpoch("ordinary", 1, 1);
            held.keep(List.of(key), epochs);
        }
        disk.damage(A.resolve(HeldKeyHome.FILE), 60, (byte) 1, (byte) 2);
        try (HeldKeys held = held()) {
            assertThat(held.kept()).containsExactly(key);
            assertThat(held.alarms()).isEmpty();
        }
        try (HeldKeys alone = HeldKeys.open(disk, A, AWAY, master)) {
            assertThat(alone.kept()).containsExactly(key);
        }
    }

    @Test
    void open_anotherMaster_refused() throws IOException {
        try (EpochKeys epochs = epochs();
                HeldKeys held = held()) {
            epochs.openEpoch("ordinary", 1, 1);
            held.keep(List.of(new HeldKey(1, 4)), epochs);
        }
        assertThatThrownBy(() -> HeldKeys.open(disk, A, B, TestMaster.random()))
                .isInstanceOf(KeyHomeException.class)
                .hasMessageContaining("held key of epoch 1 stream 4");
    }

    @Test
    void open_noHome_refusedInOneSentence() {
        assertThatThrownBy(() -> HeldKeys.open(disk, AWAY, Path.of("/away2"), master))
                .isInstanceOf(KeyHomeException.class)
                .hasMessageContaining("no key home is left");
    }

    /** Kept before the cut: there after it, in each home alone. Being kept: there or not. Dropped: never there again. */
    @Test
    void powerCut_atEveryStepOfKeepAndDrop_losesNothingAndRevivesNothing() throws IOException {
        HeldKey old = new HeldKey(1, 1);
        HeldKey fresh = new HeldKey(1, 2);
        long steps = Long.MAX_VALUE;
        for (long step = 1; step <= steps; step++) {
            for (long seed = step * 4; seed < step * 4 + 4; seed++) {
                disk = seed % 2 == 0 ? new FakeDisk() : new FakeDisk().tearSectors();
                EpochKeys.create(disk, A, B);
                boolean[] done = new boolean[2];
                EpochKeys epochs = epochs();
                epochs.openEpoch("ordinary", 1, 1);
                HeldKeys held = held();
                held.keep(List.of(old), epochs);
                disk.settle();
                long before = disk.changes();
                disk.cutAt(step, seed);
                try {
                    Set<HeldKey> many = new TreeSet<>(List.of(fresh));
                    for (int stream = 3; stream < HeldKeyHome.GROWTH + 3; stream++) {
                        many.add(new HeldKey(1, stream));
                    }
                    held.keep(many, epochs);
                    done[0] = true;
                    held.drop(List.of(old));
                    done[1] = true;
                    steps = disk.changes() - before;
                    return;
                } catch (PowerCut expected) {
                    disk = disk.restart();
                }
                for (Path alone : List.of(A, B)) {
                    try (HeldKeys left = HeldKeys.open(disk, alone, AWAY, master)) {
                        assertThat(left.alarms())
                                .as("step %s seed %s", step, seed)
                                .hasSize(1);
                        if (done[0]) {
                            assertThat(left.isKept(fresh))
                                    .as("step %s seed %s", step, seed)
                                    .isTrue();
                        } else {
                            assertThat(left.isKept(old))
                                    .as("step %s seed %s", step, seed)
                                    .isTrue();
                        }
                    }
                }
                try (HeldKeys left = held()) {
                    left.drop(List.of(old)); // the register, which has the release, says it again
                }
                for (Path alone : List.of(A, B)) {
                    try (HeldKeys left = HeldKeys.open(disk, alone, AWAY, master)) {
                        assertThat(left.isKept(old))
                                .as("step %s seed %s", step, seed)
                                .isFalse();
                    }
                }
            }
        }
    }

    @Property(tries = 300)
    void parse_anyBytes_damagedOrEmptyNeverElse(@ForAll @Size(max = Disk.BLOCK) byte[] bytes, @ForAll boolean padded) {
        ByteBuffer block = ByteBuffer.wrap(padded ? Arrays.copyOf(bytes, Disk.BLOCK) : bytes);
        assertThat(HeldKeyBlock.isNewer(block)).isFalse();
        HeldKeyBlock.claim(block);
        assertThatThrownBy(() -> HeldKeyBlock.parse(block, 0)).isInstanceOf(DamagedBlockException.class);
    }
}
