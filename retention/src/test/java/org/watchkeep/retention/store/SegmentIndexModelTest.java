// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random acts on the index and on a sorted map: both must always answer alike. */
class SegmentIndexModelTest {
    private static final long CACHE_BYTES = 1 << 20;
    private static final StreamId STREAM = SegmentRowTest.STREAM;
    private static final Comparator<SegmentIndex.RowKey> ORDER = Comparator.comparingLong(SegmentIndex.RowKey::epoch)
            .thenComparingInt(SegmentIndex.RowKey::stream)
            .thenComparingLong(SegmentIndex.RowKey::startMicros);

    private final TreeMap<SegmentIndex.RowKey, Segment> model = new TreeMap<>(ORDER);
    private final Map<String, Integer> marks = new TreeMap<>();
    private final Set<Summed> summed = new HashSet<>();

    private record Summed(int stream, long epoch) {
        static Summed of(SegmentIndex.RowKey key) {
            return new Summed(key.stream(), key.epoch());
        }
    }

    @Property(tries = 40)
    void everyAct_onIndexAndSortedMap_answersAlike(@ForAll long seed) throws IOException {
        // One instance serves all tries.
        model.clear();
        marks.clear();
        summed.clear();
        Random random = new Random(seed);
        Path folder = Files.createTempDirectory("segment-index");
        SegmentIndex index = SegmentIndex.open(folder, CACHE_BYTES);
        try {
            for (int act = 0; act < 120; act++) {
                if (random.nextInt(25) == 0) {
                    index.close();
                    index = SegmentIndex.open(folder, CACHE_BYTES);
                }
                act(index, random);
                check(index, random);
            }
        } finally {
            index.close();
            deleteTree(folder);
        }
    }

    private void act(SegmentIndex index, Random random) throws IOException {
        switch (random.nextInt(15)) {
            case 0 -> {
                long epoch = random.nextInt(4);
                index.removeEpoch(epoch, List.of(0, 1, 2, 3, 4, 5), java.util.Set.of());
                model.keySet().removeIf(key -> key.epoch() == epoch);
                summed.removeIf(one -> one.epoch == epoch);
            }
            case 1, 2 -> {
                List<SegmentIndex.RowKey> keys = List.of(key(random), key(random));
                index.removeAll(keys);
                keys.forEach(model::remove);
                keys.forEach(key -> summed.remove(Summed.of(key)));
            }
            case 3 -> index.flush();
            case 4, 5, 6 -> {
                SegmentIndex.RowKey any = key(random);
                index.summarise(any.epoch(), any.stream(), STREAM);
                summed.add(new Summed(any.stream(), any.epoch()));
            }
            default -> put(index, random);
        }
    }

    private void put(SegmentIndex index, Random random) throws IOException {
        List<SegmentIndex.Row> rows = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            SegmentIndex.RowKey key = key(random);
            Segment segment = SegmentRowTest.small(key.epoch(), key.startMicros(), random);
            rows.add(new SegmentIndex.Row(key.stream(), segment));
            model.put(key, segment);
            summed.remove(Summed.of(key));
        }
        String mark = "mark-" + random.nextInt(3);
        int value = random.nextInt(100);
        index.put(rows, Map.of(mark, new byte[] {(byte) value}));
        marks.put(mark, value);
    }

    private static SegmentIndex.RowKey key(Random random) {
        return new SegmentIndex.RowKey(random.nextInt(4), random.nextInt(3), random.nextInt(20) - 3);
    }

    /** What was summed up and whose rows are as they were then is found, and nothing else. */
    private void checkSummaries(SegmentIndex index, int stream, long from, long to) throws IOException {
        Map<Long, List<SegmentSummary>> expected = new TreeMap<>();
        for (Summed one : summed) {
            List<SegmentSummary> rows = model.entrySet().stream()
                    .filter(row ->
                            row.getKey().stream() == stream && row.getKey().epoch() == one.epoch)
                    .map(row -> SegmentSummary.of(row.getValue()))
                    .toList();
            if (one.stream == stream && one.epoch >= from && one.epoch <= to && !rows.isEmpty()) {
                expected.put(one.epoch, rows);
            }
        }
        assertThat(index.summaries(stream, STREAM, from, to)).isEqualTo(expected);
    }

    private void check(SegmentIndex index, Random random) throws IOException {
        SegmentIndex.RowKey from = key(random);
        SegmentIndex.RowKey to =
                new SegmentIndex.RowKey(from.epoch(), from.stream(), from.startMicros() + random.nextInt(12));
        assertThat(index.find(from.epoch(), from.stream(), STREAM, from.startMicros(), to.startMicros()))
                .isEqualTo(List.copyOf(model.subMap(from, to).values()));
        Optional<Segment> before = Optional.ofNullable(model.floorEntry(from))
                .filter(entry -> entry.getKey().epoch() == from.epoch() && entry.getKey().stream() == from.stream())
                .map(Map.Entry::getValue);
        assertThat(index.before(from.epoch(), from.stream(), STREAM, from.startMicros()))
                .isEqualTo(before);
        checkSummaries(index, from.stream(), from.epoch(), from.epoch() + random.nextInt(4));
        Map<String, Integer> found = new TreeMap<>();
        index.marks().forEach((name, value) -> found.put(name, (int) value[0]));
        assertThat(found).isEqualTo(marks);
    }

    private static void deleteTree(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
