// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import org.jspecify.annotations.Nullable;
import org.watchkeep.recorder.rtp.StreamFormatException;
import org.watchkeep.recorder.rtp.StreamOrigin;

/**
 * The access unit at hand, whose bytes are the newest of the track's chain. A unit must be {@link #begin begun} before bytes
 * come; whoever writes them makes room first ({@link #grow}). Confined to its event loop.
 */
final class AccessUnitBuilder {
    /** 8 MiB: ten times the largest key picture of the profiles (4K at 30 Mbit/s). Nothing from a camera is let grow beyond. */
    static final int MAX_BYTES = 8 << 20;

    private final StreamOrigin origin;
    private final SlabChain chain;
    private @Nullable AccessUnit unit;

    AccessUnitBuilder(StreamOrigin origin, SlabChain chain) {
        this.origin = origin;
        this.chain = chain;
    }

    /** The unit at hand; null between units. */
    @Nullable
    AccessUnit unit() {
        return unit;
    }

    AccessUnit begin() {
        AccessUnit begun = new AccessUnit(chain.place());
        unit = begun;
        return begun;
    }

    /** Goes on with the newest unit of the chain, which had seemed complete. */
    void reopen(AccessUnit newest) {
        unit = newest;
    }

    /** The unit at hand is complete; its bytes are the chain's newest. */
    AccessUnit finish() {
        AccessUnit finished = current();
        unit = null;
        return finished;
    }

    /** Drops the unit at hand and its bytes. */
    void discard() {
        if (unit != null) {
            chain.rewind(unit.from);
            unit = null;
        }
    }

    /** The unit at hand, which there must be. */
    AccessUnit current() {
        if (unit == null) {
            throw new IllegalStateException("no access unit begun");
        }
        return unit;
    }

    /** So many bytes more are to be written to the chain. */
    void grow(int bytes) throws StreamFormatException {
        AccessUnit current = current();
        if (bytes > MAX_BYTES - current.sizeBytes) {
            throw new StreamFormatException(
                    "access unit bytes: " + (current.sizeBytes + (long) bytes) + " (expected: at most " + MAX_BYTES
                            + ")",
                    origin,
                    StreamFormatException.UNKNOWN,
                    current.sizeBytes);
        }
        current.sizeBytes += bytes;
    }
}
