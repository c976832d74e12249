// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

/** Master keys for tests of other packages, without a keystore's 600,000 rounds. */
public final class TestMaster {
    private TestMaster() {}

    /** A new random master key that is in no file. */
    public static MasterKeystore random() {
        return MasterKeystore.of(MasterKeystore.randomKey());
    }
}
