// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.watchkeep.retention.store.Digest;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.SimulatedStore;
import org.watchkeep.retention.store.StoreLoop;
import org.watchkeep.retention.store.StreamId;

/** The cameras, and the event loop that records them. Driven by one thread, which waits for the loop. */
final class Fleet implements Closeable {
    /** Real time; a store that takes longer for a few kilobytes has stopped. */
    private static final long PATIENCE_SECONDS = 120;

    private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    /** Ten milliseconds: a head that wants a reel wakes the keeper, and here nobody else does its rounds. */
    private static final int POLLS_A_ROUND = 50;

    private final ExecutorService eventLoop =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "simulated-cameras"));
    private final Map<StreamId, Feed> feeds = new LinkedHashMap<>();
    private Runnable keeper = () -> {};

    Fleet(List<CameraTruth> cameras, SimulatedTime time) {
        cameras.forEach(camera -> feeds.put(camera.stream, new Feed(camera, time)));
    }

    /** The store has started. */
    void into(SimulatedStore store) {
        keeper = store::keepHouse;
        StoreLoop loop = store.store().loop(eventLoop);
        onLoop(() -> feeds.values().forEach(feed -> feed.into(loop.stream(feed.truth.stream))));
    }

    /** On the store's writer threads. */
    void acknowledged(StreamId stream, long run, long sequence, Digest digest) {
        Feed feed = feeds.get(stream);
        if (feed == null) {
            throw new IllegalArgumentException("acknowledged to nobody: " + stream + " " + run + " " + digest);
        }
        feed.acknowledged(run, sequence);
    }

    List<Feed> which(Predicate<Integer> byNumber) {
        List<Feed> all = List.copyOf(feeds.values());
        List<Feed> some = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (byNumber.test(i)) {
                some.add(all.get(i));
            }
        }
        return some;
    }

    /** Those that record begin. */
    void begin(List<Feed> some) {
        onLoop(() -> some.forEach(Feed::begin));
    }

    /** What came since is appended, and durable or lost on return. */
    void record(List<Feed> some) {
        onLoop(() -> some.forEach(Feed::fragment));
        settle();
    }

    void end(List<Feed> some, GapCause cause) {
        onLoop(() -> some.forEach(feed -> feed.end(cause)));
        settle();
    }

    /** The recorder stops. */
    void close(GapCause cause) {
        onLoop(() -> feeds.values().forEach(feed -> feed.close(cause)));
    }

    private void settle() {
        long rounds = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS) / POLL_NANOS;
        for (Feed feed : feeds.values()) {
            while (!feed.isSettled()) {
                if (rounds-- == 0) {
                    throw new IllegalStateException("the store neither takes nor drops what " + feed.truth.stream
                            + " sends, for " + PATIENCE_SECONDS + " s");
                }
                if (rounds % POLLS_A_ROUND == 0) {
                    keeper.run();
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
            feed.settle();
        }
    }

    private void onLoop(Runnable task) {
        try {
            eventLoop.submit(task).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the simulated cameras failed", e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("the store keeps the event loop for " + PATIENCE_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        eventLoop.shutdown();
    }
}
