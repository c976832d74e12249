// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The batches of one volume's writer: a bounded number, made when first needed and used again. Any thread, never waits;
 * guarded by its own monitor, held for memory work only.
 *
 * <p>An empty pool is how a slow disk is felt: event loops then keep fragments in their streams' own bounded queues. Each
 * volume has a pool of its own, so that one that hangs takes no batch from those that write. Within a volume half of the
 * batches belong to its rings in equal parts and the rest to whoever comes first, so that a ring whose head finds no
 * reel leaves the others theirs.
 */
final class BatchPool {
    /** 4 MiB: the spike's best; 1 MiB costs CPU, 16 MiB makes single writes slow. */
    static final int BATCH_BYTES = 4 << 20;

    /** All pools of a store together: at 250 ms between commits enough for 800 MB/s. */
    private static final int MOST_OF_A_STORE = 64;

    /** A volume of many: at 250 ms between commits 200 MB/s, all that a spinning disk writes. */
    private static final int LEAST_OF_A_VOLUME = 16;

    private final Deque<Batch> free = new ArrayDeque<>();
    private final Map<Ring, Integer> out = new HashMap<>();
    private final int most;
    private final int ownOfARing;
    private final int common;
    private int made;

    /** At most this many batches, fat ones for single large records included, for so many rings. */
    BatchPool(int most, int rings) {
        this.most = Math.max(most, 2 * rings);
        this.ownOfARing = this.most / (2 * rings);
        this.common = this.most - ownOfARing * rings;
    }

    /** The pool of one of so many volumes, each with so many rings. */
    static BatchPool share(int volumes, int rings) {
        return new BatchPool(Math.max(LEAST_OF_A_VOLUME, MOST_OF_A_STORE / volumes), rings);
    }

    /** A batch for the ring with room for this many record bytes; null when all that it may have are in use. */
    @Nullable
    synchronized Batch take(Ring ring, long recordBytes) {
        if (!mayTake(ring)) {
            return null;
        }
        int bytes = Math.max(BATCH_BYTES, Batch.capacityFor(recordBytes));
        boolean pooled = bytes == BATCH_BYTES;
        Batch batch = pooled ? free.pollFirst() : null;
        if (batch == null) {
            // At the limit a large record takes the place of a batch that lies free.
            if (made >= most && free.pollFirst() == null) {
                return null;
            }
            made = Math.min(most, made + 1);
            batch = new Batch(this, bytes, pooled);
        }
        batch.reset(ring);
        out.merge(ring, 1, Integer::sum);
        return batch;
    }

    private boolean mayTake(Ring ring) {
        if (out.getOrDefault(ring, 0) < ownOfARing) {
            return true;
        }
        int commonOut = 0;
        for (int ofRing : out.values()) {
            commonOut += Math.max(0, ofRing - ownOfARing);
        }
        return commonOut < common;
    }

    /** Gives a batch back that was taken for this ring. */
    synchronized void give(Batch batch, Ring takenFor) {
        out.merge(takenFor, -1, Integer::sum);
        if (batch.pooled) {
            free.addFirst(batch);
        } else {
            made--;
        }
    }
}
