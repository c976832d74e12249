// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;

/**
 * How much the store holds now. Immutable.
 *
 * @param reels reels with footage
 * @param fragments fragments that can be read
 * @param bytes their records' bytes
 */
public record StoreTotals(long reels, long fragments, long bytes) {
    static StoreTotals of(FootageStore store) throws IOException {
        long fragments = 0;
        long bytes = 0;
        for (StreamId stream : store.streams()) {
            for (Segment segment : store.segments(stream, Instant.MIN, Instant.MAX)) {
                fragments += segment.fragments().size();
                bytes += segment.sizeBytes();
            }
        }
        long reels = store.volumes().values().stream()
                .mapToLong(Volume::readableReels)
                .sum();
        return new StoreTotals(reels, fragments, bytes);
    }
}
