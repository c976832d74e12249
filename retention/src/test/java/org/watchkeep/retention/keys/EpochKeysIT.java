// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.RealDisk;

/** A life of a keystore and two homes on the machine's own file system. */
class EpochKeysIT {
    @TempDir
    private Path folder;

    private final RealDisk disk = new RealDisk();

    private static char[] passphrase() {
        return "correct horse battery staple".toCharArray();
    }

    private Path home(String name) {
        return folder.resolve("keys").resolve(name);
    }

    private EpochKeys open(String a, String b) throws IOException {
        MasterKeystore master = MasterKeystore.open(folder.resolve("keys/master.p12"), passphrase());
        return EpochKeys.open(disk, home(a), home(b), master);
    }

    @Test
    void life_onARealDisk_keepsAndErasesWhatItShould() throws IOException {
        MasterKeystore.create(folder.resolve("keys/master.p12"), passphrase());
        EpochKeys.create(disk, home("a"), home("b"));
        byte[] second;
        try (EpochKeys keys = open("a", "b")) {
            for (int i = 1; i <= KeyHome.GROWTH + 2; i++) {
                assertThat(keys.openEpoch("standard", i, i).number()).isEqualTo(i);
            }
            second = keys.streamKey(2, 7).map(SecretKey::getEncoded).orElseThrow();
            Erasure erasure = keys.erase(1, 99);
            assertThat(erasure.homesOverwritten()).isEqualTo(2);
            assertThat(erasure.homesOutstanding()).isZero();
            assertThat(keys.alarms()).isEmpty();
        }
        for (String alone : new String[] {"a", "b"}) {
            try (EpochKeys keys = open(alone, "gone")) {
                assertThat(keys.streamKey(1, 7)).isEmpty();
                assertThat(keys.streamKey(2, 7).map(SecretKey::getEncoded))
                        .hasValueSatisfying(key -> assertThat(key).isEqualTo(second));
                assertThat(keys.alarms()).hasSize(1);
            }
        }
        EpochKeys.replaceHome(disk, home("a"), home("c"));
        try (EpochKeys keys = open("a", "c")) {
            assertThat(keys.alarms()).isEmpty();
            assertThat(keys.openEpoch("standard", 100, 100).number()).isGreaterThan(KeyHome.GROWTH + 2);
        }
        try (Stream<Path> left = Files.walk(folder)) {
            assertThat(left.map(path -> String.valueOf(path.getFileName()))).noneMatch(name -> name.endsWith(".new"));
        }
        assertThatThrownBy(() -> MasterKeystore.open(folder.resolve("keys/master.p12"), "wrong".toCharArray()))
                .isInstanceOf(KeystoreException.class)
                .hasMessageEndingWith("does not open with this passphrase");
    }
}
