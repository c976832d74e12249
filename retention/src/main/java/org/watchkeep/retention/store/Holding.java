// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.Optional;
import org.watchkeep.retention.keys.HeldKeys;

/**
 * What a store is opened with so that footage can be held in it. Immutable.
 *
 * @param keys kept beyond their epochs; the opener closes them, after the store. Empty: nothing can be held
 */
public record Holding(HeldFootage footage, Optional<HeldKeys> keys) {
    /** Nothing can be held. */
    public static final Holding NONE = new Holding(HeldFootage.NONE, Optional.empty());
}
