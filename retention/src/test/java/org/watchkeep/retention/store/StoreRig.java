// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.MasterKeystore;
import org.watchkeep.retention.keys.TestMaster;

/**
 * A store for tests: one volume, one class, an event loop of its own, payloads that can be told from stream and number,
 * and the harness's own book of what was acknowledged.
 */
final class StoreRig implements AutoCloseable {
    static final String CLASS = "ordinary";
    static final long REEL_BYTES = 64L << 20;

    /** A twelfth of what it is: a test that waits for each second to be durable spends its time in nothing else. */
    private static final long COMMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    static final char[] PASSPHRASE = "rig".toCharArray();
    private static final long PATIENCE_SECONDS = 60;

    private static final byte[] NOISE = noise();

    private static byte[] noise() {
        byte[] noise = new byte[32 << 20];
        new Random(1).nextBytes(noise);
        return noise;
    }

    /** A fragment as the listener heard of it. */
    record Acknowledged(StreamId stream, long run, long sequence) {}

    final TestClock clock;
    final StoreSettings settings;
    final FootageStore store;
    final TestPace pace = new TestPace();
    final Map<Acknowledged, Digest> acknowledged = new ConcurrentHashMap<>();
    private final ExecutorService eventLoop = Executors.newSingleThreadExecutor(task -> new Thread(task, "test-loop"));
    private final EpochKeys keys;
    private final StreamBook streams;
    private final StoreLoop loop;
    private final Map<StreamId, Feed> feeds = new LinkedHashMap<>();

    private StoreRig(
            Disk disk,
            StoreSettings settings,
            TestClock clock,
            StoreParts.IndexSettings index,
            Map<StreamId, String> classes,
            Holding holding,
            StoreTrail trail)
            throws IOException {
        this.settings = settings;
        this.clock = clock;
        Path folder = settings.folder();
        this.keys = EpochKeys.open(
                disk,
                folder.resolve("home-a"),
                folder.resolve("home-b"),
                MasterKeystore.open(disk, folder.resolve("master.p12"), PASSPHRASE));
        FootageStore opened = null;
        try {
            StoreParts parts = StoreParts.open(settings, disk, keys, clock, index)
                    .with(holding)
                    .with(trail);
            this.streams = parts.streams();
            opened = FootageStore.open(
                    parts,
                    pace,
                    COMMIT_NANOS,
                    (stream, run, sequence, digest) ->
                            acknowledged.put(new Acknowledged(stream, run, sequence), digest));
            opened.configure(classes);
        } catch (IOException | RuntimeException e) {
            keys.close();
            eventLoop.shutdown();
            if (opened != null) {
                opened.close();
            }
            throw e;
        }
        this.store = opened;
        this.loop = store.loop(eventLoop);
        for (StreamId stream : classes.keySet()) {
            feeds.put(stream, new Feed(onLoop(() -> loop.stream(stream))));
        }
    }

    static StoreSettings settings(Path folder, int reels) {
        return settings(folder, 1, reels, CLASS);
    }

    /** Volumes v1, v2 ... of so many reels each. */
    static StoreSettings settings(Path folder, int volumes, int reels, String... classes) {
        return new StoreSettings(
                folder,
                IntStream.rangeClosed(1, volumes)
                        .mapToObj(i -> "v" + i)
                        .map(id -> new StoreSettings.VolumeSettings(id, folder.resolve(id), reels * REEL_BYTES))
                        .toList(),
                Stream.of(classes)
                        .map(id -> new StoreSettings.ClassSettings(id, 31))
                        .toList());
    }

    /** Makes keys and volumes. */
    static void init(Disk disk, StoreSettings settings, TestClock clock) throws IOException {
        Path folder = settings.folder();
        disk.createFolders(folder);
        TestMaster.create(disk, folder.resolve("master.p12"), PASSPHRASE);
        EpochKeys.create(disk, folder.resolve("home-a"), folder.resolve("home-b"));
        FootageStore.init(settings, disk, clock);
    }

    /** Opens what {@link #init} made. */
    static StoreRig open(Disk disk, StoreSettings settings, TestClock clock, StreamId... streams) throws IOException {
        return open(disk, settings, clock, StoreParts.IndexSettings.ON_DISK, streams);
    }

    /** Opens what {@link #init} made, with an index of the test's. */
    static StoreRig open(
            Disk disk, StoreSettings settings, TestClock clock, StoreParts.IndexSettings index, StreamId... streams)
            throws IOException {
        Map<StreamId, String> classes = new LinkedHashMap<>();
        List.of(streams).forEach(stream -> classes.put(stream, CLASS));
        return new StoreRig(disk, settings, clock, index, classes, Holding.NONE, StoreTrail.NONE);
    }

    /** Opens what {@link #init} made; each stream in a class of its own choice, numbered in the map's order. */
    static StoreRig openClasses(Disk disk, StoreSettings settings, TestClock clock, Map<StreamId, String> classes)
            throws IOException {
        return new StoreRig(
                disk, settings, clock, StoreParts.IndexSettings.ON_DISK, classes, Holding.NONE, StoreTrail.NONE);
    }

    /** Opens what {@link #init} made; with what is held in it. */
    static StoreRig openShielded(
            Disk disk, StoreSettings settings, TestClock clock, Holding holding, StreamId... streams)
            throws IOException {
        return openShielded(disk, settings, clock, holding, StoreParts.IndexSettings.ON_DISK, streams);
    }

    /** The same, with an index of the test's. */
    static StoreRig openShielded(
            Disk disk,
            StoreSettings settings,
            TestClock clock,
            Holding holding,
            StoreParts.IndexSettings index,
            StreamId... streams)
            throws IOException {
        Map<StreamId, String> classes = new LinkedHashMap<>();
        List.of(streams).forEach(stream -> classes.put(stream, CLASS));
        return new StoreRig(disk, settings, clock, index, classes, holding, StoreTrail.NONE);
    }

    /** Opens what {@link #init} made, with what is held in it; everything is entered in this trail. */
    static StoreRig openHolding(
            Disk disk,
            StoreSettings settings,
            TestClock clock,
            Holding holding,
            StoreTrail trail,
            StoreParts.IndexSettings index,
            Map<StreamId, String> classes)
            throws IOException {
        return new StoreRig(disk, settings, clock, index, classes, holding, trail);
    }

    /** Opens what {@link #init} made; everything is entered in this trail. */
    static StoreRig openTrailed(
            Disk disk, StoreSettings settings, TestClock clock, StoreTrail trail, StreamId... streams)
            throws IOException {
        Map<StreamId, String> classes = new LinkedHashMap<>();
        List.of(streams).forEach(stream -> classes.put(stream, CLASS));
        return new StoreRig(disk, settings, clock, StoreParts.IndexSettings.ON_DISK, classes, Holding.NONE, trail);
    }

    /** One stream being recorded. Confined to the loop but for its constructor. */
    private static final class Feed {
        final StreamAppender appender;
        long run;
        long sequence;
        final AtomicLong appended = new AtomicLong();
        boolean running;

        Feed(StreamAppender appender) {
            this.appender = appender;
        }

        void append(ByteBuffer content, TestClock clock) {
            append(content, clock, FragmentFlags.KEY_PICTURE);
        }

        void append(ByteBuffer content, TestClock clock, int flags) {
            appender.append(new Fragment(
                    List.of(content),
                    clock.utcMicros() - 1_000_000,
                    clock.monoNanos() - 1_000_000_000L,
                    1_000_000,
                    flags,
                    Fragment.OFFSET_UNKNOWN,
                    () -> {}));
            sequence++;
            appended.incrementAndGet();
        }
    }

    // ---- recording ------------------------------------------------------------------------------------------------

    /** Payload bytes that a test can make again: pseudo-random from stream, run and sequence. */
    static ByteBuffer payload(StreamId stream, long run, long sequence, int bytes) {
        int from = Math.floorMod(stream.hashCode() * 31L + run * 1_000_003L + sequence * 97, NOISE.length - bytes);
        byte[] content = Arrays.copyOfRange(NOISE, from, from + bytes);
        byte[] mark = ("PLAIN PICTURE " + stream + " " + run + " " + sequence).getBytes(UTF_8);
        System.arraycopy(mark, 0, content, 0, Math.min(mark.length, bytes));
        return ByteBuffer.wrap(content);
    }

    static ByteBuffer configurationOf(StreamId stream) {
        return ByteBuffer.wrap(("INIT SEGMENT OF " + stream).getBytes(UTF_8));
    }

    /** Begins a run. */
    void beginRun(StreamId stream) {
        onLoop(() -> {
            Feed feed = feed(stream);
            feed.run = feed.appender.beginRun(new RunStart(configurationOf(stream), "avc1.640028", ""));
            feed.sequence = 0;
            feed.running = true;
            return null;
        });
    }

    /** Appends a second of footage that ends now, and lets a second pass before. */
    void record(StreamId stream, int bytes) {
        clock.pass(1, TimeUnit.SECONDS);
        append(stream, bytes);
    }

    /** Appends a second of footage that ends now; what it will be called when it is acknowledged. */
    Acknowledged append(StreamId stream, int bytes) {
        return onLoop(() -> {
            Feed feed = feed(stream);
            Acknowledged name = new Acknowledged(stream, feed.run, feed.sequence);
            feed.append(payload(stream, feed.run, feed.sequence, bytes), clock);
            return name;
        });
    }

    /** Lets a second pass and appends it, with a key picture at its beginning or with none. */
    void record(StreamId stream, int bytes, boolean isKey) {
        clock.pass(1, TimeUnit.SECONDS);
        onLoop(() -> {
            Feed feed = feed(stream);
            feed.append(payload(stream, feed.run, feed.sequence, bytes), clock, isKey ? FragmentFlags.KEY_PICTURE : 0);
            return null;
        });
    }

    /** Appends a second of footage that ends now; the bytes are the store's only during the call. */
    void append(StreamId stream, ByteBuffer content) {
        onLoop(() -> {
            feed(stream).append(content.duplicate(), clock);
            return null;
        });
    }

    void endRun(StreamId stream, GapCause cause) {
        onLoop(() -> {
            Feed feed = feed(stream);
            feed.running = false;
            feed.appender.endRun(cause, "test");
            return null;
        });
    }

    private Feed feed(StreamId stream) {
        Feed feed = feeds.get(stream);
        if (feed == null) {
            throw new IllegalArgumentException("no such stream in the rig: " + stream);
        }
        return feed;
    }

    StreamStatus status(StreamId stream) {
        return feed(stream).appender.status();
    }

    /** Whether everything appended to the stream was acknowledged or lost. */
    boolean isSettled(StreamId stream) {
        StreamStatus status = status(stream);
        return status.acknowledgedFragments() + status.droppedFragments()
                == feed(stream).appended.get();
    }

    /** Waits until this many fragments of the stream are durable. */
    void awaitAcknowledged(StreamId stream, long fragments) {
        await(
                stream + " has " + fragments + " acknowledged",
                () -> status(stream).acknowledgedFragments() >= fragments);
    }

    /** The epoch that footage goes into: open for a moment already before anything is recorded in it. */
    long recordingEpoch() {
        return store.schedules().stream()
                .mapToLong(EpochSchedule::current)
                .max()
                .orElseThrow();
    }

    /** Waits for what other threads bring about; fails after a minute, which nothing here takes. */
    static void await(String what, BooleanSupplier done) {
        long rounds = PATIENCE_SECONDS * 200;
        while (!done.getAsBoolean()) {
            if (rounds-- == 0) {
                throw new AssertionError("did not come true: " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    /** The same for what the keeper brings about: it has a round for each look, and nothing waits for its second. */
    void awaitKept(String what, BooleanSupplier done) {
        await(what, () -> {
            store.keeper().wake();
            return done.getAsBoolean();
        });
    }

    /** Waits until the test lets go; fails after a minute. */
    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the test never let go");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The volume that a stream is written to now. */
    String volumeOf(StreamId stream) {
        return store.ringFor(store.state(stream)).volume.id;
    }

    <T> T onLoop(java.util.concurrent.Callable<T> task) {
        try {
            return eventLoop.submit(task).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException runtime) {
                throw runtime;
            }
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    EpochKeys keys() {
        return keys;
    }

    /** The boot in whose own time this is. */
    String boot(Moment moment) {
        return streams.boots.id(moment);
    }

    // ---- looking --------------------------------------------------------------------------------------------------

    List<Segment> segments(StreamId stream) throws IOException {
        return store.segments(stream, Instant.MIN, Instant.MAX);
    }

    List<Gap> gaps(StreamId stream) {
        return store.gaps(stream, Instant.MIN, Instant.MAX);
    }

    /** Ends every run, then the store: a clean stop. */
    @Override
    public void close() throws IOException {
        onLoop(() -> {
            feeds.values().forEach(feed -> feed.appender.close(GapCause.RECORDER_STOPPED, "stop"));
            return null;
        });
        try (keys) {
            store.close();
        } finally {
            eventLoop.shutdown();
        }
    }

    /** The power was cut: whatever its threads still try fails on the dead disk; they are only seen to their end. */
    void abandon() {
        eventLoop.shutdown();
        for (AutoCloseable part : List.<AutoCloseable>of(store, keys)) {
            try {
                part.close();
            } catch (Exception dead) {
                System.out.println("abandoned on a dead disk: " + dead.getMessage());
            }
        }
    }
}
