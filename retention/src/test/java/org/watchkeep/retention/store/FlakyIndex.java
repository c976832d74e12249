// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A real index whose disk fails on command. One of these is the faults, and makes the index it stands before. */
final class FlakyIndex implements Index.Opening {
    private static final long CACHE_BYTES = 8 << 20;

    volatile boolean failOpen;
    volatile boolean failWrites;
    volatile boolean failReads;
    volatile boolean damaged;

    /** Called before it is opened, on the thread that opens it. */
    volatile Runnable beforeOpen = () -> {};

    /** Called after each look for rows, on the thread that looked. */
    volatile Runnable afterFind = () -> {};

    final AtomicInteger opened = new AtomicInteger();

    StoreParts.IndexSettings settings(int mostWaiting) {
        return new StoreParts.IndexSettings(this, mostWaiting);
    }

    @Override
    public Index open(Path folder) throws IOException {
        beforeOpen.run();
        if (failOpen) {
            throw new IOException("scripted: cannot open " + folder);
        }
        opened.incrementAndGet();
        return new OneThatFails(SegmentIndex.open(folder, CACHE_BYTES));
    }

    private final class OneThatFails implements Index {
        private final SegmentIndex index;
        private @Nullable IOException broken;

        OneThatFails(SegmentIndex index) {
            this.index = index;
        }

        /** As RocksDB does: after a failed write every other fails until it is opened anew. */
        private synchronized void mayWrite() throws IOException {
            if (damaged) {
                damaged = false;
                throw new IndexUnreadableException("scripted: damaged");
            }
            if (failWrites) {
                broken = new IOException("scripted: no space left on device");
            }
            if (broken != null) {
                throw broken;
            }
        }

        @Override
        public void put(List<SegmentIndex.Row> rows, Map<String, byte[]> marks) throws IOException {
            mayWrite();
            index.put(rows, marks);
        }

        @Override
        public Map<String, byte[]> marks() throws IOException {
            return index.marks();
        }

        @Override
        public List<Segment> find(long epoch, int stream, StreamId id, long from, long to) throws IOException {
            if (failReads) {
                throw new IOException("scripted: cannot read");
            }
            List<Segment> found = index.find(epoch, stream, id, from, to);
            afterFind.run();
            return found;
        }

        @Override
        public Optional<Segment> before(long epoch, int stream, StreamId id, long start) throws IOException {
            return index.before(epoch, stream, id, start);
        }

        @Override
        public Map<Long, List<SegmentSummary>> summaries(int stream, StreamId id, long from, long to)
                throws IOException {
            return index.summaries(stream, id, from, to);
        }

        @Override
        public Optional<SummaryRow.Totals> totals(long epoch, int stream, StreamId id) throws IOException {
            return index.totals(epoch, stream, id);
        }

        @Override
        public void summarise(long epoch, int stream, StreamId id) throws IOException {
            mayWrite();
            index.summarise(epoch, stream, id);
        }

        @Override
        public void removeAll(List<SegmentIndex.RowKey> keys) throws IOException {
            mayWrite();
            index.removeAll(keys);
        }

        @Override
        public void removeEpoch(long epoch, Collection<Integer> streams, Set<Integer> kept) throws IOException {
            mayWrite();
            index.removeEpoch(epoch, streams, kept);
        }

        @Override
        public void close() throws IOException {
            index.close();
        }
    }
}
