// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.nio.ByteBuffer;

/**
 * Opens a run: one uninterrupted camera session with one codec configuration. Immutable.
 *
 * @param configuration the MP4 init segment ({@code ftyp}+{@code moov}), between position and limit
 * @param codec RFC 6381 name, {@code avc1.640028}
 * @param notes which camera tolerances were used; kept with the run, evidence quotes it; may be empty
 */
public record RunStart(ByteBuffer configuration, String codec, String notes) {
    /** 64 KiB: parameter sets are under 1 kB on every camera we know; this bounds what a bad one can make us keep. */
    public static final int MAX_CONFIGURATION_BYTES = 64 << 10;

    public RunStart {
        int size = configuration.remaining();
        if (size == 0 || size > MAX_CONFIGURATION_BYTES) {
            throw new IllegalArgumentException(
                    "configuration bytes: " + size + " (expected: 1 to " + MAX_CONFIGURATION_BYTES + ")");
        }
        ByteBuffer copy = ByteBuffer.allocate(size);
        copy.put(configuration.duplicate()).flip();
        configuration = copy.asReadOnlyBuffer();
    }

    /** A read-only view of the init segment. */
    @Override
    public ByteBuffer configuration() {
        return configuration.duplicate();
    }
}
