// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.store.AcknowledgementListener;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.StoreClock;
import org.watchkeep.retention.store.StoreLoop;
import org.watchkeep.retention.store.SystemStoreClock;

/**
 * A fragment appended to a store on the disk of the temporary folder, hashed and encrypted on the bench's own thread, which
 * stands for an event loop; it waits when the disk is behind.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class AppendBench {
    private static final int CAMERAS = 32;
    private static final long VOLUME_BYTES = 1L << 30;

    /**
     * As much waits for the disk at a time, of the 256 MB that a store's batches hold. Acknowledged four times a second, so
     * that nothing here is faster than 800 MB/s: look at the bytes allocated, and at what is slower than that.
     */
    private static final long UNDER_WAY_BYTES = 200_000_000;

    @Param({"500000", "20000"})
    private int bytes;

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final List<Feed> feeds = new ArrayList<>();
    private Path folder;
    private EpochKeys keys;
    private FootageStore store;
    private long appended;

    @Setup
    public void open() throws IOException {
        folder = Files.createTempDirectory("watchkeep-bench-");
        StoreClock clock = new SystemStoreClock();
        StoreFolder of = new StoreFolder(folder.resolve("store"), VOLUME_BYTES, false);
        of.make(clock);
        keys = of.openKeys();
        store = FootageStore.open(of.settings(), of.disk(), keys, clock, AcknowledgementListener.NONE);
        store.configure(StoreFolder.streams(CAMERAS));
        StoreLoop loop = store.loop(tasks::add);
        for (int camera = 1; camera <= CAMERAS; camera++) {
            feeds.add(new Feed(loop, camera, clock, Feed.noise(bytes)));
        }
    }

    @TearDown
    public void close() throws IOException, InterruptedException {
        feeds.forEach(Feed::close);
        // Closing asks the loop for its last batches, so somebody must be the loop.
        Thread closing = new Thread(() -> {
            try {
                store.close();
                keys.close();
            } catch (IOException e) {
                e.printStackTrace();
            }
        });
        closing.start();
        while (closing.isAlive()) {
            run();
            closing.join(1);
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        }
    }

    private void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    @Benchmark
    public long fragment() {
        run();
        feeds.get((int) (appended % CAMERAS)).second();
        if (++appended % CAMERAS == 0) {
            while ((appended - acknowledged()) * bytes > UNDER_WAY_BYTES) {
                run();
                LockSupport.parkNanos(100_000);
            }
        }
        return appended;
    }

    private long acknowledged() {
        long acknowledged = 0;
        for (Feed feed : feeds) {
            acknowledged +=
                    feed.status().acknowledgedFragments() + feed.status().droppedFragments();
        }
        return acknowledged;
    }
}
