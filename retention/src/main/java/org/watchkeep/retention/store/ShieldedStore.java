// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.keys.EpochKeys;

/** Opens a store of which some footage is held, and whose acts are entered in a trail. */
public final class ShieldedStore {
    private ShieldedStore() {}

    /** As {@link FootageStore#open}; no epoch is erased and no reel is cleared before holds are asked. */
    public static FootageStore open(
            StoreSettings settings,
            Disk disk,
            EpochKeys keys,
            StoreClock clock,
            AcknowledgementListener listener,
            Holding holding,
            StoreTrail trail)
            throws IOException {
        return FootageStore.open(
                StoreParts.open(settings, disk, keys, clock, StoreParts.IndexSettings.ON_DISK)
                        .with(holding)
                        .with(trail),
                new SystemStoreClock(),
                VolumeWriter.COMMIT_NANOS,
                listener);
    }
}
