// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Stands in memory until the RocksDB index takes this file's place whole (the index author: keep yours, drop this). */
final class SegmentIndex implements Closeable {
    record Row(int stream, Segment segment) {}

    private record Key(long epoch, int stream, long start) {}

    private final TreeMap<Key, Segment> rows = new TreeMap<>(
            Comparator.comparingLong(Key::epoch).thenComparingInt(Key::stream).thenComparingLong(Key::start));
    private final Map<String, byte[]> marks = new HashMap<>();

    static SegmentIndex open(Path folder, long cacheBytes) throws IOException {
        if (cacheBytes <= 0) {
            throw new IndexUnreadableException(folder + " cacheBytes: " + cacheBytes);
        }
        return new SegmentIndex();
    }

    synchronized void put(List<Row> added, Map<String, byte[]> newMarks) throws IOException {
        for (Row row : added) {
            Segment segment = row.segment();
            rows.put(new Key(segment.epoch(), row.stream(), StreamState.micros(segment.start())), segment);
        }
        marks.putAll(newMarks);
    }

    synchronized Map<String, byte[]> marks() throws IOException {
        return new HashMap<>(marks);
    }

    synchronized List<Segment> find(long epoch, int stream, StreamId id, long from, long to) throws IOException {
        return new ArrayList<>(rows.subMap(new Key(epoch, stream, from), new Key(epoch, stream, to))
                .values());
    }

    synchronized Optional<Segment> before(long epoch, int stream, StreamId id, long start) throws IOException {
        Map.Entry<Key, Segment> row = rows.floorEntry(new Key(epoch, stream, start));
        return row == null || row.getKey().epoch() != epoch || row.getKey().stream() != stream
                ? Optional.empty()
                : Optional.of(row.getValue());
    }

    synchronized void remove(long epoch, int stream, long start) throws IOException {
        rows.remove(new Key(epoch, stream, start));
    }

    @Override
    public void close() throws IOException {}
}
