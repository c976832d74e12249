// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One pre-allocated file of a volume. Any thread; guarded by its own monitor, held for an assignment only.
 *
 * <pre>
 *   FREE ──claim──► READY ──head──► HEAD ──full──► FULL ──clear──► READY
 *                                    └──I/O error──► RETIRED ◄──────┘ (never written again)
 *                 READY ◄──the volume is at fault── DOUBTFUL ──the reel is──► RETIRED
 * </pre>
 */
final class Reel {
    enum State {
        /** Never written, or of no ring. */
        FREE,
        /** Cleared for its ring: the head's next reel. */
        READY,
        /** Being written. */
        HEAD,
        /** Holds footage. */
        FULL,
        /** Met an I/O error before anything in it was acknowledged: its volume's fault or its own, the next sync tells. */
        DOUBTFUL,
        /** Met an I/O error; still read, never written again. */
        RETIRED
    }

    final int index;
    final Path path;
    private State state = State.FREE;
    private @Nullable ReelHeader header;
    private long readableEnd;

    Reel(int index, Path path) {
        this.index = index;
        this.path = path;
    }

    synchronized State state() {
        return state;
    }

    /** The header of the generation it holds; null where it holds none. */
    @Nullable
    synchronized ReelHeader header() {
        return header;
    }

    synchronized void become(State next, @Nullable ReelHeader generation) {
        state = next;
        header = generation;
    }

    synchronized void become(State next) {
        state = next;
    }

    /** End of the records that are known to be durable. */
    synchronized long readableEnd() {
        return readableEnd;
    }

    synchronized void readableEnd(long offset) {
        readableEnd = offset;
    }

    synchronized long serial() {
        return header == null ? 0 : header.serial();
    }
}
