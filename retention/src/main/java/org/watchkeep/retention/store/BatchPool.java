// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The batches of a store: a bounded number, made when first needed and used again. Any thread; never waits.
 *
 * <p>An empty pool is how a slow disk is felt: event loops then keep fragments in their streams' own bounded queues.
 */
final class BatchPool {
    /** 4 MiB: the spike's best; 1 MiB costs CPU, 16 MiB makes single writes slow. */
    static final int BATCH_BYTES = 4 << 20;

    private final ConcurrentLinkedQueue<Batch> free = new ConcurrentLinkedQueue<>();
    private final AtomicInteger made = new AtomicInteger();
    private final int most;

    /** At most this many batches, fat ones for single large records included. */
    BatchPool(int most) {
        this.most = most;
    }

    /** A batch for the ring with room for this many record bytes; null when all are in use. */
    @Nullable
    Batch take(Ring ring, long recordBytes) {
        int bytes = Math.max(BATCH_BYTES, Batch.capacityFor(recordBytes));
        if (bytes == BATCH_BYTES) {
            Batch batch = free.poll();
            if (batch != null) {
                batch.reset(ring);
                return batch;
            }
        }
        if (made.incrementAndGet() > most) {
            made.decrementAndGet();
            // At the limit a large record takes the place of a batch that lies free.
            if (bytes == BATCH_BYTES || free.poll() == null) {
                return null;
            }
        }
        return new Batch(bytes, bytes == BATCH_BYTES, ring);
    }

    /** Gives a batch back. */
    void give(Batch batch) {
        if (batch.pooled) {
            free.add(batch);
        } else {
            made.decrementAndGet();
        }
    }
}
