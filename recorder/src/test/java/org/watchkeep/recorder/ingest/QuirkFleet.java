// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.Drawn;
import org.watchkeep.recorder.camera.Fault;
import org.watchkeep.recorder.camera.FileFootage;
import org.watchkeep.recorder.camera.Quirk;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCamera.Begin;
import org.watchkeep.recorder.camera.SimulatedCamera.Play;
import org.watchkeep.recorder.camera.SimulatedCameras;
import org.watchkeep.recorder.media.SlabPool;
import org.watchkeep.recorder.rtsp.Await;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.MountAccess;
import org.watchkeep.recorder.rtsp.NettyTransport;
import org.watchkeep.recorder.rtsp.TcpConnector;
import org.watchkeep.recorder.rtsp.Timers;
import org.watchkeep.recorder.rtsp.TlsTrust;
import org.watchkeep.recorder.rtsp.TransportChoice;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.SystemStoreClock;

/** Simulated cameras with quirks on one port, each recorded by a recorder of its own until enough was seen of it. */
final class QuirkFleet implements AutoCloseable {
    /** Two groups of pictures: a camera that loops sends a key picture each second. */
    private static final int PICTURES = 50;

    private static final long SPACING_MILLIS = 20;

    /** Only a machine that hangs takes so long. */
    private static final int LIMIT_SECONDS = 40;

    /**
     * One camera, and how it is recorded.
     *
     * @param query behind its address
     * @param until what must come to be before the recorder is stopped
     */
    record Plan(
            List<Quirk> quirks,
            List<Fault> faults,
            MountAccess access,
            Credentials login,
            TransportChoice transport,
            String query,
            Predicate<Row> until) {}

    private final List<Row> rows = new ArrayList<>();
    private final List<ByteBuffer> source = new ArrayList<>();
    private final SimulatedCameras cameras;
    private final EventLoopGroup loops;
    private final ExecutorService nameLookups = Executors.newSingleThreadExecutor();

    QuirkFleet(Path folder, List<Plan> plans) throws IOException {
        Path file = Drawn.elementaryFile(folder, "Quay", 1, PICTURES);
        FileFootage footage = FileFootage.read(file);
        slicesOf(Files.readAllBytes(file));
        List<SimulatedCamera> fleet = new ArrayList<>();
        for (Plan plan : plans) {
            fleet.add(SimulatedCamera.fromFile(fleet.size() + 1, footage, Play.LOOPING, Begin.WITH_FIRST_CLIENT)
                    .withQuirks(plan.quirks())
                    .withFaults(plan.faults())
                    .withAccess(plan.access()));
        }
        cameras = SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), CameraClock.system(), fleet);
        NettyTransport transport = NettyTransport.best();
        loops = transport.loops(2, "quirks");
        SystemStoreClock clock = new SystemStoreClock();
        EventLoop first = loops.next();
        // All at once: what each camera does is tested, not the order of calls.
        ConnectLimits limits = new ConnectLimits(plans.size(), plans.size());
        ConnectBudget budget = new ConnectBudget(limits, first, Timers.of(first), clock::monoNanos);
        for (Plan plan : plans) {
            EventLoop loop = loops.next();
            CameraLoop shared = new CameraLoop(
                    loop,
                    new TcpConnector(transport, loop, nameLookups),
                    Timers.of(loop),
                    clock,
                    new SecureRandom(),
                    new SlabPool(),
                    budget);
            Row row = new Row(plan, settings(plan, rows.size()), shared, loop);
            rows.add(row);
            // Spread, so that not all of them are at their busiest at once.
            var unused = loop.schedule(row.recorder::start, rows.size() * SPACING_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private CameraSettings settings(Plan plan, int index) {
        return new CameraSettings(
                "cam" + (index + 1),
                index + 1,
                "Camera " + (index + 1),
                URI.create(cameras.urls().get(index) + plan.query()),
                Optional.of(plan.login()),
                "ordinary",
                plan.transport(),
                TlsTrust.SYSTEM);
    }

    /** Cuts at start codes (H.264 Annex B); none of these units ends in a zero. */
    private void slicesOf(byte[] stream) {
        int from = -1;
        for (int i = 0; i <= stream.length; i++) {
            boolean isCode = i + 3 < stream.length
                    && stream[i] == 0
                    && stream[i + 1] == 0
                    && stream[i + 2] == 0
                    && stream[i + 3] == 1;
            if (isCode || i == stream.length) {
                int type = from < 0 ? 0 : stream[from] & 0x1f;
                if (type == 1 || type == 5) {
                    source.add(ByteBuffer.wrap(stream, from, i - from).slice());
                }
                from = i + 4;
            }
        }
    }

    /** Waits until each row has seen what it was to see, or the limit is over: then each may say so itself. */
    void awaitAll() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        Await.until("all rows are settled", () -> unsettled().isEmpty() || System.nanoTime() > end, this::unsettled);
    }

    /** Asks every row, so that each is stopped as soon as it may be. */
    private List<Row> unsettled() {
        return rows.stream().filter(row -> !row.isSettled()).toList();
    }

    /** In the order of the plans. */
    List<Row> rows() {
        return rows;
    }

    @Override
    public void close() throws IOException {
        rows.forEach(Row::stop);
        CompletableFuture<?>[] stopping = rows.stream().map(row -> row.stopped).toArray(CompletableFuture<?>[]::new);
        assertThat(CompletableFuture.allOf(stopping)).succeedsWithin(10, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        nameLookups.shutdownNow();
        cameras.close();
    }

    /** One camera's recorder and what came of it. */
    final class Row {
        final Plan plan;
        final KeptFootage footage = new KeptFootage();
        final List<Alarm> alarms = new CopyOnWriteArrayList<>();
        final CameraRecorder recorder;
        private final CompletableFuture<Void> stopped = new CompletableFuture<>();
        private final EventLoop loop;
        private boolean isStopping;

        Row(Plan plan, CameraSettings settings, CameraLoop shared, EventLoop loop) {
            this.plan = plan;
            this.loop = loop;
            AlarmSink sink = new AlarmSink() {
                @Override
                public void raise(Alarm alarm) {
                    alarms.add(alarm);
                }

                @Override
                public void clear(Alarm alarm) {
                    alarms.remove(alarm);
                }
            };
            this.recorder =
                    new CameraRecorder(settings, new Device(settings.id()), shared, footage, sink, "Watchkeep-test");
        }

        /** The camera's slices, round and round, as many as were recorded. */
        List<ByteBuffer> sent() {
            List<ByteBuffer> sent = new ArrayList<>();
            int count = footage.slices().size();
            for (int i = 0; i < count; i++) {
                sent.add(source.get(i % source.size()));
            }
            return sent;
        }

        /** What was said of gaps, less what a test machine that stood still for ten seconds had to say. */
        List<GapCause> gaps() {
            return footage.gaps().stream()
                    .filter(cause -> cause != GapCause.CAMERA_UNREACHABLE)
                    .toList();
        }

        private boolean isSettled() {
            if (plan.until().test(this)) {
                stop();
            }
            return stopped.isDone();
        }

        private void stop() {
            if (!isStopping) {
                isStopping = true;
                loop.execute(() -> recorder.stop(() -> stopped.complete(null)));
            }
        }

        @Override
        public String toString() {
            return plan.quirks().stream().map(Quirk::flag).toList() + ": " + footage + " "
                    + recorder.status().detail();
        }
    }
}
