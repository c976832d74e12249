// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Pattern;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.Filter;
import org.rocksdb.FlushOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.watchkeep.retention.disk.OwnerOnly;

/**
 * Which segments there are and where their fragments lie: one RocksDB row a segment. A cache: it may be deleted at any
 * time, and reels and ledger build it again. The only class that knows RocksDB; nothing native leaves it.
 *
 * <pre>
 *   row      epoch (8) stream (4) start micros (8, sign bit flipped)  ->  SegmentRow   big-endian: a scan is a time range
 *   summary  0xFE stream (4) epoch (8)                                ->  SummaryRow   a camera's day is a few blocks
 *   mark     0xFF name                                                ->  bytes of the caller's
 * </pre>
 *
 * A summary stands only as long as the rows it sums up: whatever puts or removes one of them removes it in the same batch.
 *
 * <p>Batches go to the write-ahead log and are not synced: after a power cut the newest rows and marks may be missing, always
 * from the end, so what the marks say was indexed is there. Any thread but event loops; {@link #close} waits for calls in
 * flight.
 */
final class SegmentIndex implements Index {
    /** About 25 rows: a minute of the neighbours in the same epoch comes with one read. */
    private static final long BLOCK_BYTES = 16 << 10;

    /** Index and filter are cut in parts of this size, so that what is rarely asked for is not held. */
    private static final long METADATA_BLOCK_BYTES = 4 << 10;

    private static final double BLOOM_BITS_A_KEY = 10;

    /** Epoch and stream: one filter entry for all of a camera's segments in an epoch. */
    private static final int PREFIX_BYTES = 12;

    private static final int KEY_BYTES = 20;

    /** Twenty minutes of 1,000 cameras; two of them at most wait for the disk. */
    private static final long WRITE_BUFFER_BYTES = 16 << 20;

    /** Bounds descriptors and table readers; 31 GB of index are some 500 tables of 64 MiB. */
    private static final int MAX_OPEN_FILES = 512;

    /** RocksDB's own notes, of which two files are kept. */
    private static final long INFO_LOG_BYTES = 1 << 20;

    private static final Pattern MANIFEST = Pattern.compile("MANIFEST-\\d{1,20}");

    /** The file CURRENT holds one short name. */
    private static final int MAX_CURRENT_BYTES = 64;

    /** Above every epoch number, which is never negative; and below the marks. */
    private static final byte SUMMARY = (byte) 0xFE;

    private static final int SUMMARY_KEY_BYTES = 13;

    /** Above every epoch number, which is never negative. */
    private static final byte MARK = (byte) 0xFF;

    /** A segment and the number of its stream. */
    record Row(int stream, Segment segment) {
        RowKey key() {
            return new RowKey(segment.epoch(), stream, SegmentRow.micros(segment.start()));
        }
    }

    /** What names a row. */
    record RowKey(long epoch, int stream, long startMicros) {
        RowKey {
            if (epoch < 0 || stream < 0) {
                throw new IllegalArgumentException("epoch: " + epoch + ", stream: " + stream + " (expected: >= 0)");
            }
        }

        byte[] toBytes() {
            return ByteBuffer.allocate(KEY_BYTES)
                    .putLong(epoch)
                    .putInt(stream)
                    .putLong(startMicros ^ Long.MIN_VALUE)
                    .array();
        }
    }

    /** What names a summary. */
    private record SummaryKey(int stream, long epoch) {
        byte[] toBytes() {
            return ByteBuffer.allocate(SUMMARY_KEY_BYTES)
                    .put(SUMMARY)
                    .putInt(stream)
                    .putLong(epoch)
                    .array();
        }
    }

    /** What RocksDB is opened with, closed after it in the order opposite to opening. */
    private record Natives(Cache cache, Filter filter, Options options, WriteOptions unsynced) {
        static Natives create(long cacheBytes) {
            Cache cache = new LRUCache(cacheBytes);
            Filter filter = new BloomFilter(BLOOM_BITS_A_KEY);
            return new Natives(cache, filter, options(cache, filter), new WriteOptions().setSync(false));
        }

        private static Options options(Cache cache, Filter filter) {
            BlockBasedTableConfig table = new BlockBasedTableConfig()
                    .setBlockCache(cache)
                    .setBlockSize(BLOCK_BYTES)
                    .setMetadataBlockSize(METADATA_BLOCK_BYTES)
                    .setIndexType(IndexType.kTwoLevelIndexSearch)
                    .setFilterPolicy(filter)
                    .setPartitionFilters(true)
                    .setCacheIndexAndFilterBlocks(true)
                    .setCacheIndexAndFilterBlocksWithHighPriority(true)
                    .setPinTopLevelIndexAndFilter(true)
                    .setPinL0FilterAndIndexBlocksInCache(true);
            return new Options()
                    .setCreateIfMissing(true)
                    .setParanoidChecks(true)
                    .setTableFormatConfig(table)
                    .useCappedPrefixExtractor(PREFIX_BYTES)
                    .setCompressionType(CompressionType.LZ4_COMPRESSION)
                    .setWriteBufferSize(WRITE_BUFFER_BYTES)
                    .setMaxOpenFiles(MAX_OPEN_FILES)
                    .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                    .setMaxLogFileSize(INFO_LOG_BYTES)
                    .setKeepLogFileNum(2);
        }

        void close() {
            unsynced.close();
            options.close();
            filter.close();
            cache.close();
        }
    }

    private final Path folder;
    private final Natives natives;
    private final RocksDB db;

    /** Calls hold the read side, closing the write side. */
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
    /** Guarded by {@link #life}. */
    private boolean closed;

    private SegmentIndex(Path folder, Natives natives, RocksDB db) {
        this.folder = folder;
        this.natives = natives;
        this.db = db;
    }

    /**
     * Opens the index in this folder, an empty one where there is none.
     *
     * @param cacheBytes memory for blocks, index and filters together
     * @throws IndexUnreadableException when it is damaged: delete the folder, open again, rebuild
     */
    static SegmentIndex open(Path folder, long cacheBytes) throws IOException {
        Files.createDirectories(folder, OwnerOnly.folder(folder));
        checkManifest(folder);
        RocksDB.loadLibrary();
        Natives natives = Natives.create(cacheBytes);
        try {
            return new SegmentIndex(folder, natives, RocksDB.open(natives.options(), folder.toString()));
        } catch (RocksDBException e) {
            natives.close();
            throw failure("open", folder, e);
        }
    }

    /** A missing manifest is damage, but RocksDB takes it for a fault of the disk. */
    private static void checkManifest(Path folder) throws IOException {
        Path current = folder.resolve("CURRENT");
        if (!Files.exists(current)) {
            return;
        }
        if (Files.size(current) > MAX_CURRENT_BYTES) {
            throw new IndexUnreadableException(
                    current + ": " + Files.size(current) + " bytes (expected: the name of a manifest)");
        }
        String manifest = Files.readString(current, ISO_8859_1).strip();
        if (!MANIFEST.matcher(manifest).matches() || !Files.exists(folder.resolve(manifest))) {
            throw new IndexUnreadableException(
                    current + ": names '" + manifest + "' (expected: a manifest that exists)");
        }
    }

    @Override
    public void put(List<Row> rows, Map<String, byte[]> marks) throws IOException {
        write("put", batch -> {
            for (Row row : rows) {
                batch.put(row.key().toBytes(), SegmentRow.encode(row.segment()));
            }
            dropSummaries(batch, rows.stream().map(Row::key).toList());
            for (Map.Entry<String, byte[]> mark : marks.entrySet()) {
                batch.put(markKey(mark.getKey()), mark.getValue());
            }
        });
    }

    @Override
    public Map<String, byte[]> marks() throws IOException {
        return call("marks", () -> {
            Map<String, byte[]> marks = new TreeMap<>();
            try (ReadOptions options = new ReadOptions().setTotalOrderSeek(true);
                    RocksIterator rows = db.newIterator(options)) {
                for (rows.seek(new byte[] {MARK}); rows.isValid(); rows.next()) {
                    byte[] key = rows.key();
                    marks.put(new String(key, 1, key.length - 1, UTF_8), rows.value());
                }
                rows.status();
            }
            return marks;
        });
    }

    private static byte[] markKey(String name) {
        byte[] utf8 = name.getBytes(UTF_8);
        return ByteBuffer.allocate(1 + utf8.length).put(MARK).put(utf8).array();
    }

    @Override
    public List<Segment> find(long epoch, int stream, StreamId id, long fromStartMicros, long toStartMicros)
            throws IOException {
        if (fromStartMicros >= toStartMicros) {
            return List.of();
        }
        byte[] from = new RowKey(epoch, stream, fromStartMicros).toBytes();
        byte[] to = new RowKey(epoch, stream, toStartMicros).toBytes();
        return call("find", () -> {
            List<Segment> found = new ArrayList<>();
            try (Slice end = new Slice(to);
                    ReadOptions options =
                            new ReadOptions().setAutoPrefixMode(true).setIterateUpperBound(end);
                    RocksIterator rows = db.newIterator(options)) {
                for (rows.seek(from); rows.isValid(); rows.next()) {
                    found.add(SegmentRow.decode(rows.value(), epoch, id));
                }
                rows.status();
            }
            return found;
        });
    }

    @Override
    public Optional<Segment> before(long epoch, int stream, StreamId id, long startMicros) throws IOException {
        byte[] first = new RowKey(epoch, stream, Long.MIN_VALUE).toBytes();
        byte[] last = new RowKey(epoch, stream, startMicros).toBytes();
        return call("before", () -> {
            try (Slice begin = new Slice(first);
                    ReadOptions options =
                            new ReadOptions().setTotalOrderSeek(true).setIterateLowerBound(begin);
                    RocksIterator rows = db.newIterator(options)) {
                rows.seekForPrev(last);
                if (!rows.isValid()) {
                    rows.status();
                    return Optional.empty();
                }
                return Optional.of(SegmentRow.decode(rows.value(), epoch, id));
            }
        });
    }

    @Override
    public void removeAll(List<RowKey> keys) throws IOException {
        write("remove", batch -> {
            for (RowKey key : keys) {
                batch.delete(key.toBytes());
            }
            dropSummaries(batch, keys);
        });
    }

    private static void dropSummaries(WriteBatch batch, List<RowKey> changed) throws RocksDBException {
        Set<SummaryKey> stale = new LinkedHashSet<>();
        changed.forEach(key -> stale.add(new SummaryKey(key.stream, key.epoch)));
        for (SummaryKey key : stale) {
            batch.delete(key.toBytes());
        }
    }

    @Override
    public void summarise(long epoch, int stream, StreamId id) throws IOException {
        List<Segment> rows = find(epoch, stream, id, Long.MIN_VALUE, Long.MAX_VALUE);
        if (rows.isEmpty()) {
            return;
        }
        byte[] summary = SummaryRow.encode(rows.stream().map(SegmentSummary::of).toList());
        write("summarise", batch -> batch.put(new SummaryKey(stream, epoch).toBytes(), summary));
    }

    @Override
    public Map<Long, List<SegmentSummary>> summaries(int stream, StreamId id, long fromEpoch, long toEpoch)
            throws IOException {
        byte[] from = new SummaryKey(stream, fromEpoch).toBytes();
        byte[] behind = new SummaryKey(stream, Math.addExact(toEpoch, 1)).toBytes();
        return call("summaries", () -> {
            Map<Long, List<SegmentSummary>> found = new HashMap<>();
            try (Slice end = new Slice(behind);
                    ReadOptions options =
                            new ReadOptions().setTotalOrderSeek(true).setIterateUpperBound(end);
                    RocksIterator rows = db.newIterator(options)) {
                for (rows.seek(from); rows.isValid(); rows.next()) {
                    long epoch = ByteBuffer.wrap(rows.key()).getLong(SUMMARY_KEY_BYTES - Long.BYTES);
                    found.put(epoch, SummaryRow.decode(rows.value(), epoch, id));
                }
                rows.status();
            }
            return found;
        });
    }

    @Override
    public Optional<SummaryRow.Totals> totals(long epoch, int stream, StreamId id) throws IOException {
        return call("totals", () -> {
            byte[] value = db.get(new SummaryKey(stream, epoch).toBytes());
            return value == null ? Optional.empty() : Optional.of(SummaryRow.totals(value, epoch, id));
        });
    }

    /** All rows but the kept streams' are gone at once, and whole tables of them are given back to the file system. */
    @Override
    public void removeEpoch(long epoch, Collection<Integer> streams, Set<Integer> kept) throws IOException {
        if (epoch == Long.MAX_VALUE) {
            throw new IllegalArgumentException("epoch: " + epoch + " (expected: below 2^63 - 1)");
        }
        call("remove an epoch", () -> {
            dropSummariesOf(epoch, streams);
            byte[] from = new RowKey(epoch, 0, Long.MIN_VALUE).toBytes();
            for (int stream : new TreeSet<>(kept)) {
                removeRange(from, new RowKey(epoch, stream, Long.MIN_VALUE).toBytes());
                from = new RowKey(epoch, stream + 1, Long.MIN_VALUE).toBytes();
            }
            removeRange(from, new RowKey(epoch + 1, 0, Long.MIN_VALUE).toBytes());
            return epoch;
        });
    }

    private void removeRange(byte[] from, byte[] to) throws RocksDBException {
        db.deleteRange(natives.unsynced(), from, to);
        db.deleteFilesInRanges(db.getDefaultColumnFamily(), List.of(from, to), false);
    }

    private void dropSummariesOf(long epoch, Collection<Integer> streams) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch()) {
            for (int stream : streams) {
                batch.delete(new SummaryKey(stream, epoch).toBytes());
            }
            db.write(natives.unsynced(), batch);
        }
    }

    /** About how many rows there are: RocksDB's own estimate, marks included, which rows written twice mislead. */
    long rows() throws IOException {
        return call("rows", () -> db.getLongProperty("rocksdb.estimate-num-keys"));
    }

    /** Writes all rows to tables. Tests read from tables with it; otherwise RocksDB knows when. */
    void flush() throws IOException {
        call("flush", () -> {
            try (FlushOptions options = new FlushOptions().setWaitForFlush(true)) {
                db.flush(options);
            }
            return this;
        });
    }

    /** Syncs the log and closes, when the last call in flight has returned. */
    @Override
    public void close() throws IOException {
        life.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            try {
                db.syncWal();
                db.closeE();
            } catch (RocksDBException e) {
                throw failure("close", folder, e);
            } finally {
                // closeE leaves the handle open when it throws; closing twice does nothing.
                db.close();
                natives.close();
            }
        } finally {
            life.writeLock().unlock();
        }
    }

    private interface Call<T> {
        T run() throws RocksDBException, IOException;
    }

    private interface Change {
        void addTo(WriteBatch batch) throws RocksDBException;
    }

    private void write(String act, Change change) throws IOException {
        call(act, () -> {
            try (WriteBatch batch = new WriteBatch()) {
                change.addTo(batch);
                db.write(natives.unsynced(), batch);
            }
            return this;
        });
    }

    private <T> T call(String act, Call<T> call) throws IOException {
        life.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("index is closed: " + folder);
            }
            return call.run();
        } catch (RocksDBException e) {
            throw failure(act, folder, e);
        } finally {
            life.readLock().unlock();
        }
    }

    /** Damage is a case of its own: the caller can do something about it. */
    private static IOException failure(String act, Path folder, RocksDBException e) {
        Status status = e.getStatus();
        String message = "index " + folder + ": " + act + ": " + e.getMessage();
        boolean isDamage = status != null
                && switch (status.getCode()) {
                    case Corruption, NotSupported, InvalidArgument -> true;
                    default -> false;
                };
        return isDamage ? new IndexUnreadableException(message, e) : new IOException(message, e);
    }
}
