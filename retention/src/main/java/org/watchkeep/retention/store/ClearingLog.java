// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;

/**
 * Where the clearing of a reel is entered before it happens: entry first, act second. Today the ledger journal; the
 * audit trail takes this place with exact erasure.
 */
@FunctionalInterface
interface ClearingLog {
    /** Returns when the entry is durable; throws, and the reel stays, when it cannot be. */
    void cleared(LedgerEntry.ReelCleared entry, long utcMicros) throws IOException;
}
