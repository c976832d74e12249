// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.Campaign;
import org.watchkeep.retention.disk.RealDisk;

/**
 * A ring of four reels of 64 MiB on a real disk that the head goes round and round, while eight readers hold spans and
 * read them again and again across the wrap: each read is right by its digest, or gone. Never anything else.
 */
class RingWrapIT {
    private static final int READERS = 8;
    private static final int REELS = 4;
    private static final int FRAGMENT_BYTES = 1_000_000;
    private static final List<StreamId> STREAMS =
            List.of(StreamId.main("gate"), StreamId.main("square"), StreamId.main("bridge"));

    @TempDir
    private Path folder;

    @Test
    void head_goesRoundThreeTimes_readersSeeRightOrGone() throws Exception {
        wrap(3);
    }

    @Test
    @Tag("campaign")
    void head_goesRoundManyTimes_readersSeeRightOrGone() throws Exception {
        wrap(Math.max(3, Campaign.of(50)));
    }

    private void wrap(int rounds) throws Exception {
        TestClock clock = new TestClock();
        StoreSettings settings = StoreRig.settings(folder, REELS);
        RealDisk disk = new RealDisk();
        StoreRig.init(disk, settings, clock);
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong right = new AtomicLong();
        AtomicLong gone = new AtomicLong();
        ConcurrentLinkedQueue<Throwable> wrong = new ConcurrentLinkedQueue<>();
        long target = (long) rounds * REELS * StoreRig.REEL_BYTES;
        try (StoreRig rig = StoreRig.open(disk, settings, clock, STREAMS.toArray(StreamId[]::new))) {
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                long seed = 77L + i;
                Thread reader = new Thread(() -> read(rig, new Random(seed), done, right, gone, wrong), "reader-" + i);
                reader.start();
                readers.add(reader);
            }
            write(rig, clock, target);
            done.set(true);
            for (Thread reader : readers) {
                reader.join(TimeUnit.SECONDS.toMillis(60));
                assertThat(reader.isAlive()).isFalse();
            }
            System.out.printf(
                    "%d rounds: %d reads right, %d gone, %d wrong%n", rounds, right.get(), gone.get(), wrong.size());
            assertThat(wrong).isEmpty();
            assertThat(right).hasPositiveValue();
            assertThat(gone).hasPositiveValue();
            assertThat(STREAMS)
                    .allSatisfy(stream ->
                            assertThat(rig.status(stream).droppedFragments()).isZero());
        }
        try (StoreRig rig = StoreRig.open(disk, settings, clock, STREAMS.toArray(StreamId[]::new))) {
            CheckReport report = rig.store.check(true, Optional.empty());
            assertThat(report.findings()).isEmpty();
            assertThat(report.isClean()).isTrue();
        }
    }

    /** Writes this many bytes, never further ahead than the queues take: what is tested is the wrap, not the overflow. */
    private static void write(StoreRig rig, TestClock clock, long bytes) {
        STREAMS.forEach(rig::beginRun);
        ByteBuffer content = ByteBuffer.allocateDirect(FRAGMENT_BYTES);
        byte[] noise = new byte[FRAGMENT_BYTES];
        new Random(5).nextBytes(noise);
        content.put(noise).flip();
        long appended = 0;
        for (long n = 0; n * FRAGMENT_BYTES * STREAMS.size() < bytes; n++) {
            clock.pass(1, TimeUnit.SECONDS);
            for (StreamId stream : STREAMS) {
                content.putLong(0, appended++);
                rig.append(stream, content);
            }
            long enough = n - 3;
            STREAMS.forEach(stream -> rig.awaitAcknowledged(stream, enough));
        }
        STREAMS.forEach(stream -> rig.endRun(stream, GapCause.CONNECTION_LOST));
    }

    private static void read(
            StoreRig rig,
            Random random,
            AtomicBoolean done,
            AtomicLong right,
            AtomicLong gone,
            ConcurrentLinkedQueue<Throwable> wrong) {
        try {
            while (!done.get()) {
                StreamId stream = STREAMS.get(random.nextInt(STREAMS.size()));
                List<Segment> held = rig.store.segments(stream, Instant.MIN, Instant.MAX);
                if (held.isEmpty()) {
                    Thread.onSpinWait();
                    continue;
                }
                // Holds one span, from the oldest the head will reach first, until it is gone.
                Segment segment = held.get(random.nextInt(Math.min(3, held.size())));
                while (!done.get() && readAll(rig, segment, right, gone)) {
                    Thread.onSpinWait();
                }
            }
        } catch (IOException | RuntimeException | AssertionError e) {
            wrong.add(e);
        }
    }

    /** False once something of the segment is gone. */
    private static boolean readAll(StoreRig rig, Segment segment, AtomicLong right, AtomicLong gone)
            throws IOException {
        for (FragmentRef ref : segment.fragments()) {
            try {
                Digest digest = rig.store.digest(segment, ref);
                StoreRig.Acknowledged key = new StoreRig.Acknowledged(segment.stream(), segment.run(), ref.sequence());
                assertThat(digest).isEqualTo(rig.acknowledged.get(key));
                right.incrementAndGet();
            } catch (FragmentGoneException e) {
                gone.incrementAndGet();
                return false;
            }
        }
        return true;
    }
}
