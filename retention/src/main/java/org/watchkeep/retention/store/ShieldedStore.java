// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.policy.Erasing;

/** Opens a store of which some footage is held: its reels are shielded from the first moment on. */
public final class ShieldedStore {
    private ShieldedStore() {}

    /** As {@link FootageStore#open}; no epoch is erased and no reel is cleared before holds are asked. */
    public static FootageStore open(
            StoreSettings settings,
            Disk disk,
            EpochKeys keys,
            StoreClock clock,
            AcknowledgementListener listener,
            Erasing.Holds holds,
            ReelShield shield)
            throws IOException {
        return open(settings, disk, keys, clock, listener, holds, shield, StoreTrail.NONE);
    }

    /** The same, with a trail that erasures, and all else that must be on record, are entered in. */
    public static FootageStore open(
            StoreSettings settings,
            Disk disk,
            EpochKeys keys,
            StoreClock clock,
            AcknowledgementListener listener,
            Erasing.Holds holds,
            ReelShield shield,
            StoreTrail trail)
            throws IOException {
        return FootageStore.open(
                StoreParts.open(settings, disk, keys, clock, StoreParts.IndexSettings.ON_DISK)
                        .with(holds, shield)
                        .with(trail),
                new SystemStoreClock(),
                VolumeWriter.COMMIT_NANOS,
                listener);
    }
}
