// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.crypto.SecretKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.keys.Epoch;

/**
 * Seals, after a start, the segments that the stop left open, while recording already runs. What a seal says is read from
 * the disk, so each volume has a lane of its own: one that hangs keeps nobody else's segments open. Streams whose segments
 * lie on several volumes have a lane together. The writers ask a thread of its own for batches, which touches no disk.
 */
final class Sealer {
    private static final Logger log = LoggerFactory.getLogger(Sealer.class);

    /** A seal that finds no batch free is tried again this much later. */
    private static final long AGAIN_MILLIS = 200;

    /** One of a disk that does not answer, so much later. */
    private static final long SILENT_MILLIS = 10_000;

    /** All lanes together at the stop: the segments of one camera are read in less. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /**
     * Seals of a stream that may be found damaged, the newest first, before its next one begins a chain of its own: a start
     * must not read a month of them.
     */
    private static final int MOST_DAMAGED_SEALS = 8;

    /** The lane of streams that lie on several volumes; no volume has this name. */
    private static final String SEVERAL = "";

    private final FootageStore store;
    private final StreamBook streams;
    private final StoreClock pace;
    private final ExecutorService encryptor = Executors.newSingleThreadExecutor(task -> daemon(task, "store-sealer"));
    private final Map<String, ScheduledThreadPoolExecutor> lanes = new HashMap<>();
    private volatile boolean stopping;

    Sealer(FootageStore store, StreamBook streams, StoreClock pace) {
        this.store = store;
        this.pace = pace;
        this.streams = streams;
        lanes.put(SEVERAL, lane("several"));
        store.volumes().keySet().forEach(volume -> lanes.put(volume, lane(volume)));
    }

    private static ScheduledThreadPoolExecutor lane(String name) {
        ScheduledThreadPoolExecutor lane = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "sealer-" + name));
        lane.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return lane;
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Begins, stream by stream. */
    void start() {
        StoreLoop loop = store.loop(encryptor);
        for (StreamState stream : streams.all()) {
            List<SegmentBuilder> open = stream.segments(SegmentBuilder::isLeftOpen);
            if (!open.isEmpty()) {
                execute(stream, loop, laneOf(open));
            }
        }
    }

    private String laneOf(List<SegmentBuilder> open) {
        Set<String> volumes = new HashSet<>();
        for (SegmentBuilder segment : open) {
            Segment found = segment.toSegment();
            volumes.add(found.configuration().volume());
            found.fragments().forEach(fragment -> volumes.add(fragment.volume()));
        }
        return volumes.size() == 1 && lanes.keySet().containsAll(volumes)
                ? volumes.iterator().next()
                : SEVERAL;
    }

    private ScheduledThreadPoolExecutor lane(StreamState stream, String name) {
        ScheduledThreadPoolExecutor lane = lanes.get(name);
        if (lane == null) {
            throw new IllegalStateException("no volume " + name + " to seal segments of " + stream.id);
        }
        return lane;
    }

    private void execute(StreamState stream, StoreLoop loop, String lane) {
        lane(stream, lane).execute(() -> attempt(stream, loop, lane));
    }

    /** Never by an interrupt: that would close the channel a lane reads from, for every reader. */
    void stop() {
        stopping = true;
        lanes.values().forEach(ExecutorService::shutdown);
        long until = pace.monoNanos() + PATIENCE_NANOS;
        try {
            for (ExecutorService lane : lanes.values()) {
                if (!lane.awaitTermination(until - pace.monoNanos(), TimeUnit.NANOSECONDS)) {
                    log.warn("a sealer is still reading at the stop; it goes on at the next start");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        encryptor.shutdown();
    }

    private void attempt(StreamState stream, StoreLoop loop, String lane) {
        try {
            if (!chain(stream, lane)) {
                execute(stream, loop, SEVERAL);
                return;
            }
            for (SegmentBuilder open : stream.segments(SegmentBuilder::isLeftOpen)) {
                if (stopping) {
                    return;
                }
                if (!seal(stream, open, loop)) {
                    again(stream, loop, lane, AGAIN_MILLIS);
                    return;
                }
            }
        } catch (NotAnsweringException e) {
            log.warn("sealing what the stop left open of {} waits: {}", stream.id, e.toString());
            again(stream, loop, lane, SILENT_MILLIS);
        } catch (IOException e) {
            log.error("sealing what the stop left open of {}: {}", stream.id, e.toString());
        } catch (RejectedExecutionException e) {
            log.info("the store is being closed; {} is sealed at the next start", stream.id);
        }
    }

    private void again(StreamState stream, StoreLoop loop, String lane, long millis) {
        try {
            // What goes wrong in the attempt it reports itself.
            var unused = lane(stream, lane).schedule(() -> attempt(stream, loop, lane), millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            log.info("the store is being closed; {} is sealed at the next start", stream.id);
        }
    }

    /** What came of looking at the seal that the next one may chain to. */
    private enum Chained {
        YES,
        CLEARED,
        DAMAGED
    }

    /**
     * The next seal chains to the newest one on the disk that can be read, unless a newer was written since the start. One
     * that is damaged is passed over: the chain then says, by run and number, which segment it leaves out.
     *
     * @return false where that one lies on a volume that this lane does not read
     */
    private boolean chain(StreamState stream, String lane) throws IOException {
        if (stream.lastSealed().isPresent()) {
            return true;
        }
        int damaged = 0;
        List<Epoch> epochs = store.held().epochs.epochs();
        for (int i = epochs.size() - 1; i >= 0; i--) {
            List<Segment> rows = store.segments(epochs.get(i).number(), stream, Instant.MIN, Instant.MAX);
            for (int j = rows.size() - 1; j >= 0; j--) {
                Optional<FragmentRef> seal = rows.get(j).seal();
                if (seal.isEmpty()) {
                    continue;
                }
                if (!lane.equals(SEVERAL) && !seal.get().volume().equals(lane)) {
                    return false;
                }
                Chained chained = chainTo(stream, rows.get(j));
                damaged += chained == Chained.DAMAGED ? 1 : 0;
                if (chained == Chained.YES || damaged == MOST_DAMAGED_SEALS) {
                    return true;
                }
            }
        }
        return true;
    }

    private Chained chainTo(StreamState stream, Segment sealed) throws IOException {
        try {
            Digest digest = store.digest(sealed).orElseThrow();
            stream.sealedIfFirst(new StreamState.SealedSegment(sealed.run(), sealed.number(), digest));
            return Chained.YES;
        } catch (FragmentGoneException cleared) {
            return Chained.CLEARED;
        } catch (NotAnsweringException e) {
            throw e;
        } catch (IOException e) {
            // Damaged, or a bad sector. The stream's other segments are sealed all the same.
            log.error(
                    "the seal of segment {} of run {} of {} is passed over: {}",
                    sealed.number(),
                    sealed.run(),
                    stream.id,
                    e.toString());
            return Chained.DAMAGED;
        }
    }

    /** False when no batch is free. */
    private boolean seal(StreamState stream, SegmentBuilder open, StoreLoop loop) throws IOException {
        Segment segment = open.toSegment();
        Optional<SecretKey> key = store.keys().streamKey(open.epoch, stream.number);
        if (key.isEmpty()) {
            stream.giveUp(open.key);
            return true;
        }
        SealText text;
        try {
            text = textOf(stream, segment);
        } catch (NotAnsweringException e) {
            throw e;
        } catch (IOException e) {
            // Gone, damaged, or a bad sector. It must not be tried at each start: the index's mark would stand still.
            log.error(
                    "segment {} of run {} of {} gets no seal: {}",
                    segment.number(),
                    segment.run(),
                    stream.id,
                    e.toString());
            stream.giveUp(open.key);
            return true;
        }
        try {
            return CompletableFuture.supplyAsync(() -> put(stream, open, text, key.get(), loop), encryptor)
                    .join();
        } catch (CompletionException e) {
            throw new IOException("the seal of segment " + segment.number() + " of run " + segment.run(), e.getCause());
        }
    }

    /** On the loop's thread: encrypts the seal into a batch; false when none is free. */
    private boolean put(StreamState stream, SegmentBuilder open, SealText text, SecretKey key, StoreLoop loop) {
        SealWriter.Sealed seal = SealWriter.of(text, open.startUtcMicros, FragmentFlags.AT_RECOVERY, loop.cipher());
        Batch batch = loop.batchFor(store.ringFor(stream), seal.header().recordBytes());
        if (batch == null) {
            return false;
        }
        loop.cipher().seal(seal.header(), seal.digest(), List.of(seal.payload()), key, batch.buffer(), batch.used());
        batch.add(seal.header(), stream, seal.digest());
        stream.sealed(new StreamState.SealedSegment(text.run(), text.segment(), seal.digest()));
        return true;
    }

    private SealText textOf(StreamState stream, Segment segment) throws IOException {
        List<SealText.Line> lines = new ArrayList<>();
        for (FragmentRef fragment : segment.fragments()) {
            lines.add(new SealText.Line(
                    fragment.sequence(),
                    StreamState.micros(fragment.start()),
                    fragment.durationMicros(),
                    store.digest(segment, fragment)));
        }
        Digest configuration = store.opened(segment, segment.configuration(), RecordHeader.Kind.CONFIGURATION)
                .digest();
        return new SealText(
                stream.number,
                segment.run(),
                segment.number(),
                segment.epoch(),
                stream.lastSealed(),
                configuration,
                lines);
    }
}
