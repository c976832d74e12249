// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.disk;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.watchkeep.bench.report.Spread;
import org.watchkeep.retention.disk.DirectIoUnavailableException;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;

/**
 * The store's pattern of writing on one disk: a file whose blocks are claimed beforehand, written past the page cache in
 * batches one behind the other, synced at most a quarter of a second apart; then again from its beginning, as a reel that
 * comes round. Written as fast as the disk takes it. Confined to one thread; used once.
 */
final class DiskTrial {
    /** As the store's batches. */
    private static final int BATCH_BYTES = 4 << 20;

    /** As the store's commits. */
    private static final long COMMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** As the store's smallest reel. */
    private static final long LEAST_BYTES = 64L << 20;

    private static final long CAMERA_BYTES_A_SECOND = 4_000_000 / 8;

    /** The rest is for those who look at footage, for clearing, and for a disk's bad days. */
    private static final double SHARE_FOR_RECORDING = 0.7;

    private static final List<String> FIGURES = List.of(
            "firstRoundMBps",
            "sustainedMBps",
            "writeP50Ms",
            "writeP99Ms",
            "writeMaxMs",
            "syncP50Ms",
            "syncP99Ms",
            "syncMaxMs",
            "firstRoundSyncP99Ms",
            "cameras");

    private final Disk disk;
    private final Path folder;
    private final long bytes;
    private final int rounds;
    private final LongSupplier nanoTime;

    DiskTrial(Disk disk, Path folder, long bytes, int rounds, LongSupplier nanoTime) {
        this.disk = disk;
        this.folder = folder;
        this.bytes = bytes;
        this.rounds = rounds;
        this.nanoTime = nanoTime;
    }

    /** What is written for so many bytes asked for. */
    static long wholeBatches(long bytes) {
        if (bytes < LEAST_BYTES) {
            throw new IllegalArgumentException("size: " + bytes + " bytes (expected: at least " + LEAST_BYTES + ")");
        }
        return bytes / BATCH_BYTES * BATCH_BYTES;
    }

    /** How one or more rounds went. */
    private static final class Rounds {
        final Spread writes = new Spread();
        final Spread syncs = new Spread();
        long bytes;
        long nanos;

        double megabytesPerSecond() {
            return Math.round(bytes * 1e4 / Math.max(1, nanos)) / 10.0;
        }
    }

    /** False where the disk takes no direct I/O. */
    boolean run(ObjectNode document) throws IOException {
        Path reel = folder.resolve("reel");
        long from = nanoTime.getAsLong();
        disk.allocate(reel, bytes);
        document.put("sizeMB", bytes / 1_000_000);
        document.put("rounds", rounds);
        document.put("allocateSeconds", Math.round((nanoTime.getAsLong() - from) / 1e6) / 1e3);
        try (DiskFile file = disk.open(reel, Disk.Mode.WRITE_DIRECT)) {
            ByteBuffer batch = noise();
            Rounds first = new Rounds();
            Rounds later = new Rounds();
            write(file, batch, first);
            for (int round = 1; round < rounds; round++) {
                write(file, batch, later);
            }
            figures(document, first, later);
            return true;
        } catch (DirectIoUnavailableException e) {
            document.put("directIo", false);
            FIGURES.forEach(document::putNull);
            document.put("reason", "the file system takes no direct I/O, so the store refuses it: " + e.getMessage());
            return false;
        }
    }

    private static ByteBuffer noise() {
        ByteBuffer batch = ByteBuffer.allocateDirect(BATCH_BYTES + Disk.BLOCK)
                .alignedSlice(Disk.BLOCK)
                .limit(BATCH_BYTES)
                .slice();
        SplittableRandom random = new SplittableRandom(3);
        for (int at = 0; at < BATCH_BYTES; at += Long.BYTES) {
            batch.putLong(at, random.nextLong());
        }
        return batch;
    }

    private void write(DiskFile file, ByteBuffer batch, Rounds round) throws IOException {
        long begun = nanoTime.getAsLong();
        long commitAt = begun + COMMIT_NANOS;
        for (long at = 0; at < bytes; at += BATCH_BYTES) {
            // No two batches are the same to a disk that looks for that.
            batch.putLong(0, round.nanos ^ at).putLong(BATCH_BYTES / 2, begun ^ at);
            long before = nanoTime.getAsLong();
            file.write(batch.duplicate(), at);
            long after = nanoTime.getAsLong();
            round.writes.add(after - before);
            if (after - commitAt >= 0 || at + BATCH_BYTES >= bytes) {
                file.sync();
                round.syncs.add(nanoTime.getAsLong() - after);
                commitAt = nanoTime.getAsLong() + COMMIT_NANOS;
            }
        }
        round.bytes += bytes;
        round.nanos += nanoTime.getAsLong() - begun;
    }

    private static void figures(ObjectNode document, Rounds first, Rounds later) {
        document.put("directIo", true);
        document.put("firstRoundMBps", first.megabytesPerSecond());
        document.put("sustainedMBps", later.megabytesPerSecond());
        put(document, "write", later.writes);
        put(document, "sync", later.syncs);
        document.put("syncs", later.syncs.count());
        document.put("firstRoundWriteP99Ms", first.writes.millis(0.99));
        document.put("firstRoundSyncP50Ms", first.syncs.millis(0.5));
        document.put("firstRoundSyncP99Ms", first.syncs.millis(0.99));
        document.put("firstRoundSyncMaxMs", first.syncs.millis(1));
        double slower = Math.min(first.megabytesPerSecond(), later.megabytesPerSecond()) * 1e6;
        document.put("cameras", (long) (slower * SHARE_FOR_RECORDING / CAMERA_BYTES_A_SECOND));
        document.put("camerasBasis", "4 Mbit/s each, 70 % of the slower of first and later rounds");
    }

    private static void put(ObjectNode document, String name, Spread spread) {
        document.put(name + "P50Ms", spread.millis(0.5));
        document.put(name + "P99Ms", spread.millis(0.99));
        document.put(name + "MaxMs", spread.millis(1));
    }
}
