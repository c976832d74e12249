// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.PowerCut;

class MasterKeystoreTest {
    private static final Path FILE = Path.of("/data/keys/master.p12");
    /** Enough for a test; a product's keystore has 600,000. */
    private static final int FEW_ROUNDS = 1000;

    private final FakeDisk disk = new FakeDisk();

    private static char[] passphrase() {
        return "correct horse battery staple".toCharArray();
    }

    @Test
    void open_whatWasCreated_isTheSameKey() throws Exception {
        MasterKeystore made = MasterKeystore.create(disk, FILE, passphrase());

        MasterKeystore opened = MasterKeystore.open(disk, FILE, passphrase());

        assertThat(opened.masterId()).isEqualTo(made.masterId()).matches("[0-9a-f]{16}");
        assertThat(opened.key().getEncoded()).isEqualTo(made.key().getEncoded()).hasSize(32);
    }

    @Test
    void create_twice_givesDifferentKeys() throws Exception {
        MasterKeystore one = MasterKeystore.create(disk, FILE, passphrase(), FEW_ROUNDS);
        MasterKeystore other = MasterKeystore.create(disk, FILE.resolveSibling("other.p12"), passphrase(), FEW_ROUNDS);

        assertThat(one.masterId()).isNotEqualTo(other.masterId());
    }

    @Test
    void create_keystoreThere_isRefusedAndKept() throws Exception {
        MasterKeystore.create(disk, FILE, passphrase(), FEW_ROUNDS);
        byte[] before = disk.contents(FILE);

        assertThatThrownBy(() -> MasterKeystore.create(disk, FILE, passphrase(), FEW_ROUNDS))
                .isInstanceOf(KeystoreException.class)
                .hasMessage("keystore " + FILE + ": is there already (expected: none)");
        assertThat(disk.contents(FILE)).isEqualTo(before);
    }

    @Test
    void create_file_hasStrongRoundsAndNeitherKeyNorPassphraseInClear() throws Exception {
        MasterKeystore made = MasterKeystore.create(disk, FILE, passphrase());

        byte[] bytes = disk.contents(FILE);
        assertThat(contains(bytes, made.key().getEncoded())).isFalse();
        assertThat(contains(bytes, new String(passphrase()).getBytes(StandardCharsets.US_ASCII)))
                .isFalse();
        // DER INTEGER 600,000: in the PBKDF2 parameters of master and trail key, and in the integrity check.
        byte[] rounds = {0x02, 0x03, 0x09, 0x27, (byte) 0xc0};
        assertThat(count(bytes, rounds)).isEqualTo(3);
        assertThat(System.getProperty("keystore.pkcs12.macIterationCount")).isNull();
    }

    @Test
    void create_file_isReadByAnyPkcs12Reader() throws Exception {
        MasterKeystore made = MasterKeystore.create(disk, FILE, passphrase(), FEW_ROUNDS);

        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(disk.contents(FILE)), passphrase());

        assertThat(store.getKey("watchkeep-master-" + made.masterId(), passphrase())
                        .getEncoded())
                .isEqualTo(made.key().getEncoded());
    }

    @Test
    void create_passphraseEmptyOrNotAscii_isRefused() {
        for (String bad : new String[] {"", "pässword", "two\nlines", "x".repeat(1025)}) {
            assertThatThrownBy(() -> MasterKeystore.create(disk, FILE, bad.toCharArray()))
                    .isInstanceOf(KeystoreException.class)
                    .hasMessage("passphrase: " + bad.length()
                            + " characters (expected: 1 to 1024 printable ASCII characters)");
        }
    }

    @Test
    void open_missing_saysSoAndWhatNext() {
        assertThatThrownBy(() -> MasterKeystore.open(disk, FILE, passphrase()))
                .isInstanceOfSatisfying(
                        KeystoreException.class,
                        e -> assertThat(e.next()).contains("keys backup").contains("init"))
                .hasMessage("keystore " + FILE + ": is not there (expected: the master key of this site)");
    }

    @Test
    void open_wrongPassphrase_saysSo() throws Exception {
        MasterKeystore.create(disk, FILE, passphrase(), FEW_ROUNDS);

        for (String wrong : new String[] {"correct horse", "", "pässword"}) {
            assertThatThrownBy(() -> MasterKeystore.open(disk, FILE, wrong.toCharArray()))
                    .isInstanceOf(KeystoreException.class)
                    .hasMessage("keystore " + FILE + ": does not open with this passphrase")
                    .hasMessageNotContaining("correct horse");
        }
    }

    @Test
    void open_cutShort_saysDamaged() throws Exception {
        MasterKeystore.create(disk, FILE, passphrase(), FEW_ROUNDS);
        byte[] whole = disk.contents(FILE);

        for (int length = 1; length < whole.length; length++) {
            replace(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> MasterKeystore.open(disk, FILE, passphrase()))
                    .as("cut to %s bytes", length)
                    .isInstanceOf(KeystoreException.class)
                    .hasMessageContaining("is damaged");
        }
    }

    @Test
    void open_integrityCheckDamagedButKeyOpens_saysDamagedNotWrongPassphrase() throws Exception {
        MasterKeystore.create(disk, FILE, passphrase(), FEW_ROUNDS);
        byte[] bytes = disk.contents(FILE);
        // The last bytes are the salt and rounds of the integrity check.
        bytes[bytes.length - 8] ^= 1;
        replace(bytes);

        assertThatThrownBy(() -> MasterKeystore.open(disk, FILE, passphrase()))
                .isInstanceOf(KeystoreException.class)
                .hasMessage("keystore " + FILE + ": is damaged (expected: the PKCS#12 file that was written)");
    }

    @Test
    void open_emptyOrHugeOrForeign_isRefused() throws Exception {
        replace(new byte[0]);
        assertThatThrownBy(() -> MasterKeystore.open(disk, FILE, passphrase()))
                .isInstanceOf(KeystoreException.class)
                .hasMessageContaining("0 bytes (expected: a PKCS#12 file of 1 to 65536)");
        replace(new byte[MasterKeystore.MAX_FILE_BYTES + 1]);
        assertThatThrownBy(() -> MasterKeystore.open(disk, FILE, passphrase()))
                .isInstanceOf(KeystoreException.class)
                .hasMessageContaining("65537 bytes");

        KeyStore empty = KeyStore.getInstance("PKCS12");
        empty.load(null, null);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        empty.store(bytes, passphrase());
        replace(bytes.toByteArray());
        assertThatThrownBy(() -> MasterKeystore.open(disk, FILE, passphrase()))
                .isInstanceOf(KeystoreException.class)
                .hasMessageContaining("entries [] (expected: one, watchkeep-master-…");
    }

    @Property(tries = 300)
    void open_bytesFlipped_isOurExceptionOrTheSameKey(
            @ForAll @IntRange(max = 10_000) int at, @ForAll @IntRange(min = 1, max = 255) int flip) throws Exception {
        MasterKeystore made = Fixed.MASTER;
        byte[] bytes = Fixed.BYTES.clone();
        bytes[at % bytes.length] ^= (byte) flip;
        replace(bytes);
        try {
            assertThat(MasterKeystore.open(disk, FILE, passphrase()).masterId()).isEqualTo(made.masterId());
        } catch (KeystoreException e) {
            assertThat(e).hasMessageContaining(FILE.toString());
            assertThat(e.next()).isNotEmpty();
        }
    }

    @Property(tries = 200)
    void open_nonsense_isOurException(@ForAll @Size(min = 1, max = 600) byte[] nonsense) throws Exception {
        replace(nonsense);

        assertThatThrownBy(() -> MasterKeystore.open(disk, FILE, passphrase())).isInstanceOf(KeystoreException.class);
    }

    @Test
    void create_powerCutAtEveryStep_leavesNoKeystoreOrAWholeOne() throws Exception {
        FakeDisk counted = new FakeDisk();
        MasterKeystore.create(counted, FILE, passphrase(), FEW_ROUNDS);
        for (long step = 1; step <= counted.changes(); step++) {
            for (long seed = 0; seed < 8; seed++) {
                FakeDisk cut = new FakeDisk().tearSectors();
                cut.cutAt(step, seed);
                assertThatThrownBy(() -> MasterKeystore.create(cut, FILE, passphrase(), FEW_ROUNDS))
                        .isInstanceOf(PowerCut.class);
                FakeDisk after = cut.restart();
                MasterKeystore made = after.exists(FILE)
                        ? MasterKeystore.open(after, FILE, passphrase())
                        : MasterKeystore.create(after, FILE, passphrase(), FEW_ROUNDS);
                assertThat(MasterKeystore.open(after, FILE, passphrase()).masterId())
                        .as("cut at step %s, seed %s", step, seed)
                        .isEqualTo(made.masterId());
            }
        }
    }

    @Test
    void create_acknowledged_survivesAPowerCut() throws Exception {
        MasterKeystore made = MasterKeystore.create(disk, FILE, passphrase(), FEW_ROUNDS);
        disk.powerCut(0);

        assertThat(MasterKeystore.open(disk.restart(), FILE, passphrase()).masterId())
                .isEqualTo(made.masterId());
    }

    @Test
    void create_diskFails_saysWhere() {
        disk.fullAfter(0);

        assertThatThrownBy(() -> MasterKeystore.create(disk, FILE, passphrase(), FEW_ROUNDS))
                .isInstanceOf(KeystoreException.class)
                .hasMessageContaining("cannot be written")
                .hasMessageContaining("No space left on device");
    }

    private static final class Fixed {
        static final MasterKeystore MASTER;
        static final byte[] BYTES;

        static {
            try {
                FakeDisk disk = new FakeDisk();
                MASTER = MasterKeystore.create(disk, FILE, passphrase(), FEW_ROUNDS);
                BYTES = disk.contents(FILE);
            } catch (IOException e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }

    private void replace(byte[] bytes) throws IOException {
        disk.createFolders(Path.of("/data/keys"));
        if (disk.exists(FILE)) {
            disk.delete(FILE);
        }
        try (DiskFile file = disk.open(FILE, Disk.Mode.WRITE)) {
            file.write(ByteBuffer.wrap(bytes), 0);
        }
    }

    static boolean contains(byte[] bytes, byte[] part) {
        return count(bytes, part) > 0;
    }

    private static int count(byte[] bytes, byte[] part) {
        int found = 0;
        for (int i = 0; i + part.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
                found++;
            }
        }
        return found;
    }
}
