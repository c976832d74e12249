// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.HeldKey;
import org.watchkeep.retention.keys.HeldKeys;

/** The kept keys in their homes, taken from the epochs of the store. */
public final class KeysInHomes implements Holds.KeyStore {
    private final HeldKeys held;
    private final EpochKeys epochs;

    public KeysInHomes(HeldKeys held, EpochKeys epochs) {
        this.held = held;
        this.epochs = epochs;
    }

    @Override
    public void keep(Set<HeldKey> keys) throws IOException {
        held.keep(keys, epochs);
    }

    @Override
    public void drop(Set<HeldKey> keys) throws IOException {
        held.drop(keys);
    }

    @Override
    public void reunite() throws IOException {
        held.reunite();
    }

    @Override
    public List<HeldKey> kept() {
        return held.kept();
    }
}
