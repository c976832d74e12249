// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.Optional;
import org.watchkeep.retention.keys.HeldKeys;

/**
 * What a store is opened with so that footage can be held in it. Immutable.
 *
 * @param keys kept beyond their epochs; the opener closes them, after the store. Empty: nothing can be held
 * @param vault that held footage is copied to; closed by its own thread's owner
 */
public record Holding(HeldFootage footage, Optional<HeldKeys> keys, Optional<EvidenceVault> vault) {
    /** Nothing can be held. */
    public static final Holding NONE = new Holding(HeldFootage.NONE, Optional.empty());

    /** Without a vault: what is held stays on its reels. */
    public Holding(HeldFootage footage, Optional<HeldKeys> keys) {
        this(footage, keys, Optional.empty());
    }
}
