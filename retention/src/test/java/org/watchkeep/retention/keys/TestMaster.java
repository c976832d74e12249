// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.io.IOException;
import java.nio.file.Path;
import org.watchkeep.retention.disk.Disk;

/** Master keys for tests of other packages, without a keystore's 600,000 rounds. */
public final class TestMaster {
    /** Of no worth against anybody who has the file; a store that is opened a dozen times a test is opened in no time. */
    private static final int FEW_ROUNDS = 1_000;

    private TestMaster() {}

    /** As {@link MasterKeystore#create(Disk, Path, char[])} makes it, but for the rounds. */
    public static MasterKeystore create(Disk disk, Path keystore, char[] passphrase) throws KeystoreException {
        return MasterKeystore.create(disk, keystore, passphrase, FEW_ROUNDS);
    }

    /** As {@link MasterRotation#run} does it, but for the rounds. */
    public static void rotate(Disk disk, Path keystore, char[] passphrase, EpochKeys keys, HeldKeys held)
            throws IOException {
        MasterRotation.run(disk, keystore, passphrase, keys, held, FEW_ROUNDS);
    }

    /** A new random master key that is in no file. */
    public static MasterKeystore random() {
        return MasterKeystore.of(MasterKeystore.randomKey());
    }
}
