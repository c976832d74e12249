// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.policy.Erasing;

/** What an erasure takes from whoever shows footage. The erase lock is held. */
final class ShownInStore implements Erasing.Shown {
    private static final Logger log = LoggerFactory.getLogger(ShownInStore.class);

    private final FootageStore store;
    private final Map<Long, Long> stamps;

    /** @param stamps of the epochs that live */
    ShownInStore(FootageStore store, Map<Long, Long> stamps) {
        this.store = store;
        this.stamps = stamps;
    }

    @Override
    public void end(long epoch) {
        // A reading asks whether its key is still handed out before it gives anything to anybody: see RecordReader.
        stamps.remove(epoch);
    }

    @Override
    public void forget(long epoch) {
        try {
            store.held().rows.forget(epoch);
        } catch (IOException e) {
            log.error("rows of erased epoch {} stay in the index, they are not shown: {}", epoch, e.toString());
        }
    }
}
