// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.io.IOException;
import java.util.List;

/** Reads entries in order: from bundles, and behind them from the open tail. One bundle in memory at a time. */
public final class TrailReader {
    private final TrailFiles files;
    private final Tail tail;

    /** Takes each entry's bytes. */
    @FunctionalInterface
    public interface Visitor {
        void entry(long index, byte[] bytes) throws IOException;
    }

    /** Entries from an index on that is behind the last bundle. */
    interface Tail {
        List<byte[]> from(long index) throws IOException;
    }

    TrailReader(TrailFiles files, Tail tail) {
        this.files = files;
        this.tail = tail;
    }

    void read(long from, long to, Visitor visitor) throws IOException {
        long at = from;
        while (at < to) {
            long bundle = at / TrailFiles.WIDTH;
            boolean isSealed = files.disk().exists(files.bundle(bundle));
            List<byte[]> entries = isSealed
                    ? Bundle.decode(files.read(files.bundle(bundle), TrailFiles.MAX_BUNDLE_BYTES))
                    : tail.from(at);
            if (entries.isEmpty() && !isSealed && files.disk().exists(files.bundle(bundle))) {
                continue;
            }
            int skip = isSealed ? (int) (at % TrailFiles.WIDTH) : 0;
            if (skip >= entries.size()) {
                throw new DamagedTrailException("entry " + at + ": is not in " + files.bundle(bundle));
            }
            for (byte[] entry : entries.subList(skip, entries.size())) {
                if (at < to) {
                    visitor.entry(at++, entry);
                }
            }
        }
    }
}
