// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.DiskFile;

/** A volume has more reels than a process has descriptors. */
class ReadFilesTest {
    private final Set<DiskFile> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger opened = new AtomicInteger();
    private final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    /** Reads of the first reel wait until they are let go. */
    private DiskFile file(Reel reel) {
        opened.incrementAndGet();
        DiskFile file = new DiskFile() {
            @Override
            public void write(ByteBuffer bytes, long position) {
                throw new UnsupportedOperationException("reading only");
            }

            @Override
            public int read(ByteBuffer bytes, long position) throws IOException {
                if (position == 1) {
                    reading.countDown();
                    StoreRig.await(release);
                }
                if (!open.contains(this)) {
                    throw new IOException("closed under its reader: " + reel.path);
                }
                return reel.index;
            }

            @Override
            public void sync() {
                throw new UnsupportedOperationException("reading only");
            }

            @Override
            public long size() {
                return 0;
            }

            @Override
            public void close() {
                assertThat(open.remove(this)).isTrue();
            }
        };
        open.add(file);
        return file;
    }

    private static Reel reel(int index) {
        return new Reel(index, Path.of("reel-" + index));
    }

    @Test
    void read_ofMoreReelsThanMayBeOpen_eachIsReadAndTheOldestAreClosed() throws IOException {
        ReadFiles files = new ReadFiles(this::file);
        Set<Reel> reels = new HashSet<>();
        for (int i = 0; i < 2 * ReadFiles.MOST_OPEN; i++) {
            Reel reel = reel(i);
            reels.add(reel);
            assertThat(files.read(reel, ByteBuffer.allocate(0), 0)).isEqualTo(i);
            assertThat(open).hasSizeLessThanOrEqualTo(ReadFiles.MOST_OPEN);
        }
        for (Reel reel : reels) {
            assertThat(files.read(reel, ByteBuffer.allocate(0), 0)).isEqualTo(reel.index);
        }
        files.close();
        assertThat(open).isEmpty();
    }

    @Test
    void read_underWayWhileItsFileIsTheOldest_isClosedBehindTheReader() throws IOException {
        ReadFiles files = new ReadFiles(this::file);
        Reel slow = reel(7);
        CompletableFuture<Integer> read = CompletableFuture.supplyAsync(() -> {
            try {
                return files.read(slow, ByteBuffer.allocate(0), 1);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        StoreRig.await(reading);
        for (int i = 100; i < 100 + ReadFiles.MOST_OPEN; i++) {
            files.read(reel(i), ByteBuffer.allocate(0), 0);
        }
        assertThat(open).hasSize(ReadFiles.MOST_OPEN + 1);
        release.countDown();
        assertThat(read.join()).isEqualTo(7);
        assertThat(open).hasSize(ReadFiles.MOST_OPEN);
        files.close();
    }

    @Test
    void read_again_usesTheFileThatIsOpen() throws IOException {
        ReadFiles files = new ReadFiles(this::file);
        Reel reel = reel(3);
        files.read(reel, ByteBuffer.allocate(0), 0);
        files.read(reel, ByteBuffer.allocate(0), 0);
        assertThat(opened).hasValue(1);
        files.close();
    }
}
