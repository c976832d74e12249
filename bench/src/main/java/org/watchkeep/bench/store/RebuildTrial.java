// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.store.AcknowledgementListener;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.StoreClock;
import org.watchkeep.retention.store.StoreLoop;
import org.watchkeep.retention.store.SystemStoreClock;

/**
 * A store of real reels whose index is then deleted: hours of a fleet recorded within seconds, by a clock that runs ahead and
 * with fragments of a few bytes. Records, record lists and ledger are what recording makes; only the pictures are missing.
 * Confined to one thread.
 */
final class RebuildTrial {
    private static final int LOOPS = 2;

    /** A record list does not say more of a large fragment than of a small one. */
    private static final int PAYLOAD_BYTES = 64;

    private static final int SEGMENT_SECONDS = 60;

    /** Per segment: 60 records with their entries in the list, configuration, seal; and as much again to spare. */
    private static final long SEGMENT_BYTES = 48 << 10;

    /** Eight reels of the smallest size. */
    private static final long LEAST_BYTES = 512L << 20;

    /** So many seconds may be under way to the disk. */
    private static final int SECONDS_AHEAD = 600;

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private RebuildTrial() {}

    static long volumeBytes(long segments) {
        return LEAST_BYTES + segments * SEGMENT_BYTES;
    }

    /** The machine's clock, set back, and moved by hand. */
    private static final class MovingClock implements StoreClock {
        private final StoreClock machine = new SystemStoreClock();
        private final long backNanos;
        private volatile long passedNanos;
        private final long startUtcMicros = machine.utcMicros();
        private final long startMonoNanos = machine.monoNanos();

        MovingClock(long backSeconds) {
            backNanos = TimeUnit.SECONDS.toNanos(backSeconds);
        }

        void passedSeconds(long seconds) {
            passedNanos = TimeUnit.SECONDS.toNanos(seconds);
        }

        @Override
        public long utcMicros() {
            return startUtcMicros + (passedNanos - backNanos) / 1_000;
        }

        @Override
        public long monoNanos() {
            return startMonoNanos + passedNanos - backNanos;
        }

        @Override
        public String bootId() {
            return machine.bootId();
        }
    }

    /** Records about so many segments into a new store, closes it and deletes its index. */
    static void record(StoreFolder folder, int cameras, long segments) throws IOException {
        long seconds = Math.max(1, segments / cameras) * SEGMENT_SECONDS;
        MovingClock clock = new MovingClock(seconds + SEGMENT_SECONDS);
        folder.make(clock);
        ExecutorService[] executors = new ExecutorService[LOOPS];
        for (int i = 0; i < LOOPS; i++) {
            executors[i] = Executors.newSingleThreadExecutor(task -> new Thread(task, "bench-loop"));
        }
        try (EpochKeys keys = folder.openKeys();
                FootageStore store = FootageStore.open(
                        folder.settings(), folder.disk(), keys, clock, AcknowledgementListener.NONE)) {
            store.configure(StoreFolder.streams(cameras));
            List<List<Feed>> feeds = feeds(store, executors, cameras, clock);
            for (long second = 1; second <= seconds; second++) {
                clock.passedSeconds(second);
                onEach(executors, feeds, Feed::second);
                awaitAcknowledged(feeds, (second - SECONDS_AHEAD) * cameras);
            }
            onEach(executors, feeds, Feed::close);
        } finally {
            for (ExecutorService executor : executors) {
                executor.shutdown();
            }
        }
        FootageStore.deleteIndex(folder.settings());
    }

    private static List<List<Feed>> feeds(
            FootageStore store, ExecutorService[] executors, int cameras, StoreClock clock) throws IOException {
        ByteBuffer payload = Feed.noise(PAYLOAD_BYTES);
        List<List<Feed>> feeds = new ArrayList<>();
        for (int i = 0; i < LOOPS; i++) {
            StoreLoop loop = store.loop(executors[i]);
            List<Feed> ofLoop = new ArrayList<>();
            int first = 1 + i;
            await(executors[i].submit(() -> {
                for (int camera = first; camera <= cameras; camera += LOOPS) {
                    ofLoop.add(new Feed(loop, camera, clock, payload));
                }
            }));
            feeds.add(ofLoop);
        }
        return feeds;
    }

    private interface Act {
        void on(Feed feed);
    }

    private static void onEach(ExecutorService[] executors, List<List<Feed>> feeds, Act act) throws IOException {
        List<Future<?>> done = new ArrayList<>();
        for (int i = 0; i < LOOPS; i++) {
            List<Feed> ofLoop = feeds.get(i);
            done.add(executors[i].submit(() -> ofLoop.forEach(act::on)));
        }
        for (Future<?> one : done) {
            await(one);
        }
    }

    private static void await(Future<?> done) throws IOException {
        try {
            done.get();
        } catch (ExecutionException e) {
            throw new IOException("recording failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while recording", e);
        }
    }

    /** Nothing may be dropped, so the clock waits for the disk. */
    private static void awaitAcknowledged(List<List<Feed>> feeds, long fragments) throws IOException {
        long acknowledged = 0;
        while (acknowledged < fragments) {
            acknowledged = 0;
            long dropped = 0;
            for (List<Feed> ofLoop : feeds) {
                for (Feed feed : ofLoop) {
                    acknowledged += feed.status().acknowledgedFragments();
                    dropped += feed.status().droppedFragments();
                }
            }
            if (dropped > 0) {
                throw new IOException(
                        dropped + " fragments were dropped (expected: none): the disk does not take them");
            }
            if (acknowledged < fragments) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }
}
