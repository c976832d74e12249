// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.watchkeep.recorder.media.SlabPool;
import org.watchkeep.recorder.rtsp.TcpConnector;
import org.watchkeep.recorder.rtsp.Timers;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.StoreClock;
import org.watchkeep.retention.store.StoreLoop;
import org.watchkeep.retention.store.StreamId;

/**
 * All cameras: the event loops and, spread over them, one {@link CameraRecorder} each.
 *
 * <p>Order of stopping: {@link #stop} (cameras are told, last fragments go to the store), then the store is closed (it
 * fetches the last batches from the event loops), then {@link #close} ends the loops.
 *
 * <p>Any thread but the event loops themselves.
 */
public final class RecorderTier implements AutoCloseable {
    /** Name servers that hang hold a thread for some seconds each; cameras are mostly given by address. */
    private static final int NAME_LOOKUP_THREADS = 4;

    private static final long CLOSE_LIMIT_SECONDS = 5;

    /** An event loop and what its cameras share. */
    private record LoopRoom(EventLoop loop, CameraLoop shared, StoreLoop store) {}

    /** A camera and the loop it is confined to. */
    private record Placed(CameraRecorder recorder, EventLoop loop, boolean isSub) {}

    private final RecorderSettings settings;
    private final FootageStore store;
    private final StoreClock clock;
    private final RandomGenerator random;
    private final AlarmSink alarms;
    private final EventLoopGroup loops;
    private final ExecutorService nameLookups;
    private final ConnectBudget budget;
    private final Map<String, Device> devices = new HashMap<>();
    private final List<LoopRoom> rooms = new ArrayList<>();
    private final List<Placed> recorders = new CopyOnWriteArrayList<>();
    private @Nullable CompletableFuture<Void> stopped;
    private @Nullable PushPort pushPort;

    /** @param random for jitter and nonces; used by several threads at once, so {@link java.security.SecureRandom} */
    public RecorderTier(
            RecorderSettings settings, FootageStore store, StoreClock clock, RandomGenerator random, AlarmSink alarms) {
        this.settings = settings;
        this.store = store;
        this.clock = clock;
        this.random = random;
        this.alarms = alarms;
        this.loops = settings.transport().loops(settings.eventLoops(), "ingest");
        this.nameLookups =
                Executors.newFixedThreadPool(NAME_LOOKUP_THREADS, new DefaultThreadFactory("name-lookup", true));
        EventLoop first = loops.next();
        budget = new ConnectBudget(settings.connects(), first, Timers.of(first), clock::monoNanos);
        for (int i = 0; i < settings.eventLoops(); i++) {
            EventLoop loop = i == 0 ? first : loops.next();
            TcpConnector connector = new TcpConnector(settings.transport(), loop, nameLookups, settings.udpPorts());
            CameraLoop shared = new CameraLoop(loop, connector, Timers.of(loop), clock, random, new SlabPool(), budget);
            rooms.add(new LoopRoom(loop, shared, store.loop(loop)));
        }
    }

    /**
     * Tells the store which streams are configured and begins to call these cameras. Once.
     *
     * @param cameras one for each stream to be recorded
     * @throws IllegalArgumentException when two cameras share an id
     */
    public synchronized void start(List<CameraSettings> cameras) throws IOException {
        if (!recorders.isEmpty() || stopped != null) {
            throw new IllegalStateException("the recorder was started before");
        }
        Map<StreamId, String> classes = new LinkedHashMap<>();
        for (CameraSettings camera : cameras) {
            if (classes.put(camera.stream(), camera.classId()) != null) {
                throw new IllegalArgumentException("camera stream: " + camera.stream() + " twice");
            }
        }
        openPushPort(cameras);
        store.configure(classes);
        for (int i = 0; i < cameras.size(); i++) {
            LoopRoom room = rooms.get(i % rooms.size());
            CameraSettings camera = cameras.get(i);
            String key = camera.isPushed() ? camera.url().toString() : Device.key(camera.address());
            Device device = devices.computeIfAbsent(key, Device::new);
            CameraRecorder recorder = CompletableFuture.supplyAsync(() -> begin(camera, device, room), room.loop())
                    .join();
            recorders.add(new Placed(recorder, room.loop(), camera.isSub()));
            if (camera.isPushed() && pushPort != null) {
                pushPort.add(camera, recorder, room.loop());
            }
        }
    }

    private void openPushPort(List<CameraSettings> cameras) throws IOException {
        Optional<CameraSettings> pushed =
                cameras.stream().filter(CameraSettings::isPushed).findFirst();
        if (pushed.isEmpty()) {
            return;
        }
        RecorderSettings.Push port = settings.push()
                .orElseThrow(() -> new IllegalArgumentException("camera "
                        + pushed.get().id() + " pushes, and there is no address to push to (expected: push: listen)"));
        pushPort = new PushPort(port, settings, loops, random, clock::monoNanos);
    }

    /** Where cameras push to; empty where none does. */
    public synchronized Optional<InetSocketAddress> pushAddress() {
        return Optional.ofNullable(pushPort).map(PushPort::address);
    }

    private CameraRecorder begin(CameraSettings camera, Device device, LoopRoom room) {
        FootageSink footage = FootageSink.of(room.store().stream(camera.stream()));
        CameraRecorder recorder =
                new CameraRecorder(camera, device, room.shared(), footage, alarms, settings.userAgent());
        recorder.start();
        return recorder;
    }

    /** Every camera once, by its number, its sub stream within it. */
    public List<CameraStatus> statuses() {
        Map<String, CameraStatus> cameras = new HashMap<>();
        // Main streams first, whatever the order they were given in: a sub stream is part of its camera.
        recorders.stream()
                .sorted(Comparator.comparing(Placed::isSub))
                .map(placed -> placed.recorder().status())
                .forEach(status -> cameras.merge(status.id(), status, CameraStatus::withSub));
        return cameras.values().stream()
                .sorted(Comparator.comparingInt(CameraStatus::number).thenComparing(CameraStatus::id))
                .toList();
    }

    /** How many cameras are being called, and how many wait for that. */
    public ConnectLoad connectLoad() {
        return budget.load();
    }

    /** Direct memory held for footage on its way to the store. */
    public long slabBytes() {
        return rooms.stream()
                .mapToLong(r -> r.shared().slabs().allocatedBytes())
                .sum();
    }

    /**
     * Stops every camera: TEARDOWN, the open fragment to the store, the gap's cause said.
     *
     * @return done when all have, within about a second
     */
    public synchronized CompletableFuture<Void> stop() {
        if (stopped == null) {
            stopped = CompletableFuture.allOf(
                    recorders.stream().map(RecorderTier::stop).toArray(CompletableFuture<?>[]::new));
        }
        return stopped;
    }

    private static CompletableFuture<Void> stop(Placed placed) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        placed.loop().execute(() -> {
            try {
                placed.recorder().stop(() -> done.complete(null));
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    /**
     * Ends the event loops, a camera that was not stopped losing its open fragment. The store must have been closed before,
     * or what it had not yet fetched is lost.
     */
    @Override
    public synchronized void close() {
        if (pushPort != null) {
            pushPort.close();
        }
        loops.shutdownGracefully(0, CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS).syncUninterruptibly();
        nameLookups.shutdownNow();
    }
}
