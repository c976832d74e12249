// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentIndexTest {
    private static final long CACHE_BYTES = 4 << 20;
    private static final StreamId STREAM = SegmentRowTest.STREAM;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private SegmentIndex open() throws IOException {
        return SegmentIndex.open(folder.resolve("index"), CACHE_BYTES);
    }

    private static Segment segment(long epoch, long startMicros) {
        return SegmentRowTest.minute(epoch, startMicros, new Random(startMicros));
    }

    private static SegmentIndex.Row row(long epoch, int stream, long startMicros) {
        return new SegmentIndex.Row(stream, segment(epoch, startMicros));
    }

    @Test
    void put_rowsAndMarks_areThereAfterReopening() throws IOException {
        try (SegmentIndex index = open()) {
            assertThat(index.marks()).isEmpty();
            index.put(
                    List.of(row(1, 2, 100), row(1, 2, 200)), Map.of("head", "reel 7".getBytes(UTF_8), "", new byte[0]));
        }
        try (SegmentIndex index = open()) {
            assertThat(index.find(1, 2, STREAM, 100, 200)).containsExactly(segment(1, 100));
            assertThat(index.find(1, 2, STREAM, 0, Long.MAX_VALUE)).containsExactly(segment(1, 100), segment(1, 200));
            assertThat(index.find(1, 2, STREAM, 200, 100)).isEmpty();
            assertThat(index.marks()).containsOnlyKeys("", "head");
            assertThat(index.marks().get("head")).isEqualTo("reel 7".getBytes(UTF_8));
            assertThat(index.rows()).isBetween(2L, 4L);
        }
    }

    @Test
    void put_processKilled_isThereFromTheLog() throws IOException {
        Path image = folder.resolve("image");
        try (SegmentIndex index = open()) {
            index.put(List.of(row(1, 2, 100)), Map.of("head", new byte[] {1}));
            copyTree(folder.resolve("index"), image);
        }
        try (SegmentIndex index = SegmentIndex.open(image, CACHE_BYTES)) {
            assertThat(index.find(1, 2, STREAM, 0, 1_000)).containsExactly(segment(1, 100));
            assertThat(index.marks()).containsOnlyKeys("head");
        }
    }

    private static void copyTree(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void before_otherStreamsAndEpochs_areNeverReturned() throws IOException {
        try (SegmentIndex index = open()) {
            index.put(List.of(row(1, 1, 100), row(1, 3, 100), row(0, 2, 100), row(2, 2, 50)), Map.of());
            for (boolean flushed : new boolean[] {false, true}) {
                if (flushed) {
                    index.flush();
                }
                assertThat(index.before(1, 2, STREAM, Long.MAX_VALUE)).isEmpty();
                assertThat(index.before(1, 1, STREAM, 99)).isEmpty();
                assertThat(index.before(1, 1, STREAM, 100)).contains(segment(1, 100));
                assertThat(index.before(2, 2, STREAM, Long.MAX_VALUE)).contains(segment(2, 50));
                assertThat(index.find(1, 2, STREAM, Long.MIN_VALUE, Long.MAX_VALUE))
                        .isEmpty();
            }
        }
    }

    @Test
    void find_clockBefore1970_keepsTheOrder() throws IOException {
        try (SegmentIndex index = open()) {
            index.put(List.of(row(1, 2, 5), row(1, 2, -5)), Map.of());
            assertThat(index.find(1, 2, STREAM, -5, 6)).containsExactly(segment(1, -5), segment(1, 5));
            assertThat(index.before(1, 2, STREAM, 4)).contains(segment(1, -5));
        }
    }

    @Test
    void removeEpoch_manyTables_takesThatEpochOnlyAndKeepsMarks() throws IOException {
        try (SegmentIndex index = open()) {
            for (long epoch = 0; epoch < 4; epoch++) {
                for (int minute = 0; minute < 30; minute++) {
                    index.put(List.of(row(epoch, 2, minute)), Map.of("head", new byte[] {1}));
                }
                index.flush();
            }
            index.removeEpoch(1, List.of(2), java.util.Set.of());
            index.removeEpoch(9, List.of(2), java.util.Set.of());
            for (long epoch = 0; epoch < 4; epoch++) {
                assertThat(index.find(epoch, 2, STREAM, 0, 100)).hasSize(epoch == 1 ? 0 : 30);
            }
            assertThat(index.marks()).containsOnlyKeys("head");
        }
    }

    @Test
    void remove_rowThatIsNotThere_isNoError() throws IOException {
        try (SegmentIndex index = open()) {
            index.put(List.of(row(1, 2, 5), row(1, 2, 6), row(1, 2, 7)), Map.of());
            index.removeAll(List.of(new SegmentIndex.RowKey(1, 2, 6)));
            index.removeAll(List.of(row(1, 2, 5).key(), row(9, 9, 9).key()));
            assertThat(index.find(1, 2, STREAM, 0, 100)).containsExactly(segment(1, 7));
        }
    }

    @Test
    void close_callsInFlight_areWaitedForAndLaterOnesRefused() throws Exception {
        SegmentIndex index = open();
        index.put(List.of(row(1, 2, 5)), Map.of());
        CountDownLatch started = new CountDownLatch(4);
        ExecutorService readers = Executors.newFixedThreadPool(4);
        List<Future<Long>> reads = new ArrayList<>();
        for (int reader = 0; reader < 4; reader++) {
            reads.add(readers.submit(() -> readUntilClosed(index, started)));
        }
        started.await();
        index.close();
        index.close();
        for (Future<Long> read : reads) {
            assertThat(read.get()).isPositive();
        }
        readers.shutdown();
        assertThatThrownBy(() -> index.put(List.of(), Map.of())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(index::rows).isInstanceOf(IllegalStateException.class);
    }

    private static long readUntilClosed(SegmentIndex index, CountDownLatch started) throws IOException {
        for (long reads = 0; ; reads++) {
            try {
                assertThat(index.find(1, 2, STREAM, 0, 100)).hasSize(1);
            } catch (IllegalStateException e) {
                return reads;
            }
            if (reads == 0) {
                started.countDown();
            }
        }
    }

    @Test
    void open_heldByAnother_isNoDamage() throws IOException {
        try (SegmentIndex index = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(IndexUnreadableException.class);
            assertThat(index.rows()).isZero();
        }
    }

    private void fill() throws IOException {
        try (SegmentIndex index = open()) {
            for (int minute = 0; minute < 200; minute++) {
                index.put(List.of(row(1, 2, minute)), Map.of());
            }
            index.flush();
        }
    }

    private List<Path> files(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("index"))) {
            return files.filter(file -> file.toString().contains(suffix)).toList();
        }
    }

    private void readAll() throws IOException {
        try (SegmentIndex index = open()) {
            index.find(1, 2, STREAM, 0, 1_000);
        }
    }

    @Test
    void open_tableMissing_isDamage() throws IOException {
        fill();
        for (Path table : files(".sst")) {
            Files.delete(table);
        }
        assertThatThrownBy(this::readAll)
                .isInstanceOf(IndexUnreadableException.class)
                .hasMessageContaining("index");
    }

    @Test
    void open_tableCutShort_isDamage() throws IOException {
        fill();
        for (Path table : files(".sst")) {
            byte[] bytes = Files.readAllBytes(table);
            Files.write(table, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        }
        assertThatThrownBy(this::readAll).isInstanceOf(IndexUnreadableException.class);
    }

    @Test
    void find_tableWithABitFlipped_isDamageNotAnEnd() throws IOException {
        fill();
        for (Path table : files(".sst")) {
            byte[] bytes = Files.readAllBytes(table);
            bytes[bytes.length / 3] ^= 4;
            Files.write(table, bytes);
        }
        assertThatThrownBy(this::readAll).isInstanceOf(IndexUnreadableException.class);
    }

    @Test
    void open_manifestOrCurrentOverwritten_isDamage() throws IOException {
        for (String name : List.of("MANIFEST", "CURRENT")) {
            fill();
            for (Path file : files(name)) {
                Files.write(file, "nonsense".getBytes(UTF_8));
            }
            assertThatThrownBy(this::readAll).as(name).isInstanceOf(IndexUnreadableException.class);
            for (Path file : files("")) {
                Files.delete(file);
            }
        }
    }

    @Test
    void open_manifestMissing_isDamage() throws IOException {
        fill();
        for (Path file : files("MANIFEST")) {
            Files.delete(file);
        }
        assertThatThrownBy(this::readAll).isInstanceOf(IndexUnreadableException.class);
    }

    @Test
    void open_folderIsAFile_isPlainlyAnIoError() throws IOException {
        Files.write(folder.resolve("index"), new byte[1]);
        assertThatThrownBy(this::open).isInstanceOf(IOException.class).isNotInstanceOf(IndexUnreadableException.class);
    }
}
