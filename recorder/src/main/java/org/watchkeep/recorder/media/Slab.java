// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.nio.ByteBuffer;

/**
 * A block of direct memory, written by one chain and shared by those who hold parts of it: the fragment that ends in it and
 * the one that begins in it. Counts its owners; the last to leave gives it back to its pool. Confined to its event loop.
 */
final class Slab {
    /** 64 KiB: about 130 ms at 4 Mbit/s. A stream wastes half of one on average; larger ones only waste more. */
    static final int BYTES = 64 << 10;

    private final SlabPool pool;
    private final ByteBuffer memory = ByteBuffer.allocateDirect(BYTES);
    private int owners;

    /** How far it is written. The end may stay unused where a length did not fit. The writing chain's alone. */
    int filled;

    Slab(SlabPool pool) {
        this.pool = pool;
    }

    /** The memory, by absolute index only: its position means nothing. */
    ByteBuffer memory() {
        return memory;
    }

    /** A view of its own onto a part. */
    ByteBuffer view(int from, int to) {
        return memory.slice(from, to - from);
    }

    void own() {
        owners++;
    }

    void disown() {
        if (owners <= 0) {
            throw new IllegalStateException("slab without owner given back");
        }
        if (--owners == 0) {
            filled = 0;
            pool.back(this);
        }
    }
}
