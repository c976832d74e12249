// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.FakeDisk;

/** Looks through every file as a stranger with the disks in hand would. */
class KeysSecrecyTest {
    private static final Path A = Path.of("/a/keys");
    private static final Path B = Path.of("/b/keys");
    private static final Path KEYSTORE = Path.of("/etc/watchkeep/master.p12");
    private static final char[] PASSPHRASE = "correct horse".toCharArray();

    private final FakeDisk disk = new FakeDisk();
    private final List<byte[]> secrets = new ArrayList<>();

    private void live(int epochs, int erased) throws IOException {
        MasterKeystore master = MasterKeystore.create(disk, KEYSTORE, PASSPHRASE, 1000);
        secrets.add(master.key().getEncoded());
        RootCipher cipher = new RootCipher(master);
        EpochKeys.create(disk, A, B);
        try (EpochKeys keys = EpochKeys.open(disk, A, B, master)) {
            for (int i = 1; i <= epochs; i++) {
                long number = keys.openEpoch("standard", i, i).number();
                keys.streamKey(number, 7).map(SecretKey::getEncoded).ifPresent(secrets::add);
                collectRoots(cipher);
                if (i <= erased) {
                    keys.erase(number, i);
                }
            }
        }
    }

    private void collectRoots(RootCipher cipher) throws IOException {
        byte[] file = disk.contents(A.resolve(KeyHome.FILE));
        for (int slot = 0; slot < file.length / Disk.BLOCK - HomeHeader.COPIES; slot++) {
            if (SlotBlock.parse(block(file, slot), slot) instanceof Slot.Live live) {
                secrets.add(cipher.unwrap(live));
            }
        }
    }

    private static ByteBuffer block(byte[] file, int slot) {
        int from = (HomeHeader.COPIES + slot) * Disk.BLOCK;
        return ByteBuffer.wrap(Arrays.copyOfRange(file, from, from + Disk.BLOCK));
    }

    @Test
    void files_afterALife_holdNoKeyInClear() throws IOException {
        live(40, 10);

        assertThat(secrets).hasSizeGreaterThan(80);
        for (Path path : disk.files()) {
            byte[] bytes = disk.contents(path);
            for (byte[] secret : secrets) {
                assertThat(MasterKeystoreTest.contains(bytes, secret))
                        .as("a key in clear in %s", path)
                        .isFalse();
                String hex = HexFormat.of().formatHex(secret);
                assertThat(MasterKeystoreTest.contains(bytes, hex.getBytes(StandardCharsets.US_ASCII)))
                        .as("a key in hexadecimal in %s", path)
                        .isFalse();
            }
        }
    }

    @Test
    void files_afterALife_areTheKeystoreTheHomesAndTheirTagsOnly() throws IOException {
        live(3, 1);

        assertThat(disk.files().stream().map(path -> String.valueOf(path.getFileName())))
                .containsExactlyInAnyOrder(
                        "master.p12", "epochs.slots", "CACHEDIR.TAG", "epochs.slots", "CACHEDIR.TAG");
    }

    @Test
    void slots_afterALife_haveNoNonceTwice() throws IOException {
        live(60, 0);
        byte[] file = disk.contents(A.resolve(KeyHome.FILE));
        Set<String> nonces = new HashSet<>();
        for (int slot = 0; slot < 60; slot++) {
            Slot.Live live = (Slot.Live) SlotBlock.parse(block(file, slot), slot);
            nonces.add(HexFormat.of().formatHex(live.root().toBytes(), 0, WrappedRoot.NONCE_BYTES));
        }
        assertThat(nonces).hasSize(60);
    }

    /** With master key and both homes in hand, what was erased is not to be had: not even its wrapped root is left. */
    @Test
    void erase_then_theWrappedRootIsInNoFile() throws IOException {
        MasterKeystore master = TestMaster.random();
        EpochKeys.create(disk, A, B);
        try (EpochKeys keys = EpochKeys.open(disk, A, B, master)) {
            keys.openEpoch("standard", 1, 1);
            Slot.Live live = (Slot.Live) SlotBlock.parse(block(disk.contents(A.resolve(KeyHome.FILE)), 0), 0);
            byte[] wrapped = live.root().toBytes();
            assertThat(filesWith(wrapped)).hasSize(2);

            keys.erase(1, 2);

            for (int from = 0; from + 8 <= wrapped.length; from++) {
                assertThat(filesWith(Arrays.copyOfRange(wrapped, from, from + 8)))
                        .isEmpty();
            }
        }
    }

    private List<Path> filesWith(byte[] part) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path path : disk.files()) {
            if (MasterKeystoreTest.contains(disk.contents(path), part)) {
                found.add(path);
            }
        }
        return found;
    }
}
