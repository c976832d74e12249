// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.ArrayDeque;

/**
 * The slabs of one event loop. Grows to what its streams hold at once, which the limits of access unit and fragment bound,
 * and keeps that: direct memory is dear to get and comes back only when the collector pleases. Confined to its event loop,
 * save {@link #allocatedBytes}.
 */
public final class SlabPool {
    private final ArrayDeque<Slab> free = new ArrayDeque<>();
    private volatile long allocatedBytes;

    /** A slab with one owner: the caller. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    Slab take() {
        Slab slab = free.pollLast();
        if (slab == null) {
            slab = new Slab(this);
            allocatedBytes += Slab.BYTES;
        }
        slab.own();
        return slab;
    }

    void back(Slab slab) {
        free.addLast(slab);
    }

    /** Direct memory held, in use or free. Any thread. */
    public long allocatedBytes() {
        return allocatedBytes;
    }

    /** Slabs that nobody owns. */
    int freeSlabs() {
        return free.size();
    }
}
