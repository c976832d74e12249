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
import java.util.Set;
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
import org.watchkeep.recorder.camera.SimulatedCamera.Coding;
import org.watchkeep.recorder.camera.SimulatedCamera.Play;
import org.watchkeep.recorder.camera.SimulatedCameras;
import org.watchkeep.recorder.camera.TlsQuirk;
import org.watchkeep.recorder.camera.WireTally;
import org.watchkeep.recorder.media.SlabPool;
import org.watchkeep.recorder.media.VideoCodec;
import org.watchkeep.recorder.rtsp.Await;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.MediaTransport;
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
            Subject subject,
            Predicate<Row> until) {
        boolean isTls() {
            return quirks.stream().anyMatch(TlsQuirk.class::isInstance);
        }

        /** Certificates and versions hold for a port, and who draws would hold up the pace of those who play. */
        boolean isAlone() {
            return isTls() || subject == Subject.DRAWN || subject == Subject.JPEG;
        }
    }

    /** What a camera shows. */
    enum Subject {
        /** A file in H.264, parameter sets in band, round and round from its beginning. */
        H264,
        /** The same in H.265. */
        H265,
        /** A drawn street in H.264. */
        DRAWN,
        /** A drawn street in JPEG pictures. */
        JPEG;

        /** Only in place of a drawing a quirk shows another thing: a file's pictures are what they are. */
        VideoCodec codec(List<Quirk> quirks) throws IOException {
            return switch (this) {
                case H264 -> VideoCodec.H264;
                case H265 -> VideoCodec.H265;
                case DRAWN ->
                    Drawn.clip(quirks).filter(Drawn::isInH265).isPresent() ? VideoCodec.H265 : VideoCodec.H264;
                case JPEG -> VideoCodec.JPEG;
            };
        }
    }

    private final List<Row> rows = new ArrayList<>();
    private final FileFootage inH264;
    private final FileFootage inH265;
    private final List<SimulatedCameras> fleets = new ArrayList<>();
    private final EventLoopGroup loops;
    private final ExecutorService nameLookups = Executors.newSingleThreadExecutor();

    private final long droppedBefore = droppedBySystem();

    /** Datagrams for which a socket had no room, since the machine was started; 0 where the system does not say. */
    private static long droppedBySystem() throws IOException {
        Path counters = Path.of("/proc/net/snmp");
        if (!Files.isReadable(counters)) {
            return 0;
        }
        List<String[]> udp = Files.readAllLines(counters).stream()
                .filter(line -> line.startsWith("Udp:"))
                .map(line -> line.split(" ", -1))
                .toList();
        int column = List.of(udp.get(0)).indexOf("RcvbufErrors");
        return column < 0 ? 0 : Long.parseLong(udp.get(1)[column]);
    }

    QuirkFleet(Path folder, List<Plan> plans) throws IOException {
        inH264 = FileFootage.read(Drawn.elementaryFile(folder, "Quay", 1, PICTURES));
        inH265 = Drawn.inH265(folder, PICTURES);
        List<SimulatedCamera> sharing = new ArrayList<>();
        for (Plan plan : plans) {
            if (!plan.isAlone()) {
                sharing.add(camera(plan, sharing.size() + 1));
            }
        }
        SimulatedCameras together = started(sharing);
        int shared = 0;
        NettyTransport transport = NettyTransport.best();
        loops = transport.loops(2, "quirks");
        SystemStoreClock clock = new SystemStoreClock();
        EventLoop first = loops.next();
        // All at once: what each camera does is tested, not the order of calls.
        ConnectLimits limits = new ConnectLimits(plans.size(), plans.size());
        ConnectBudget budget = new ConnectBudget(limits, first, Timers.of(first), clock::monoNanos);
        for (Plan plan : plans) {
            EventLoop loop = loops.next();
            CameraLoop room = new CameraLoop(
                    loop,
                    new TcpConnector(transport, loop, nameLookups),
                    Timers.of(loop),
                    clock,
                    new SecureRandom(),
                    new SlabPool(),
                    budget);
            Row row = plan.isAlone()
                    ? new Row(plan, alone(plan), 0, room, loop)
                    : new Row(plan, together, shared++, room, loop);
            rows.add(row);
            // Spread, so that not all of them are at their busiest at once.
            var unused = loop.schedule(row.recorder::start, rows.size() * SPACING_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private SimulatedCamera camera(Plan plan, int number) {
        SimulatedCamera camera = switch (plan.subject()) {
            case H264 -> SimulatedCamera.fromFile(number, inH264, Play.LOOPING, Begin.WITH_FIRST_CLIENT);
            case H265 -> SimulatedCamera.fromFile(number, inH265, Play.LOOPING, Begin.WITH_FIRST_CLIENT);
            case DRAWN -> SimulatedCamera.drawn(number, "Quay");
            case JPEG -> SimulatedCamera.drawn(number, "Quay", Coding.MJPEG);
        };
        return camera.withQuirks(plan.quirks()).withFaults(plan.faults()).withAccess(plan.access());
    }

    private SimulatedCameras started(List<SimulatedCamera> fleet) throws IOException {
        SimulatedCameras started = SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), CameraClock.system(), fleet);
        fleets.add(started);
        return started;
    }

    private SimulatedCameras alone(Plan plan) throws IOException {
        SimulatedCamera camera = camera(plan, rows.size() + 1);
        return started(List.of(plan.isTls() ? camera.withTransports(Set.of(MediaTransport.RTSPS)) : camera));
    }

    private CameraSettings settings(Plan plan, SimulatedCameras cameras, int index) {
        int number = rows.size() + 1;
        return new CameraSettings(
                "cam" + number,
                number,
                "Camera " + number,
                URI.create(cameras.urls().get(index) + plan.query()),
                Optional.of(plan.login()),
                "ordinary",
                plan.transport(),
                plan.isTls() ? TlsTrust.pinned(cameras.certificateSha256()) : TlsTrust.SYSTEM);
    }

    /** The slices that a camera sends, once round; empty where they are drawn as time goes. */
    private List<ByteBuffer> source(Plan plan) throws IOException {
        return switch (plan.subject()) {
            case H264 -> Drawn.slices(inH264);
            case H265 -> Drawn.slices(inH265);
            case DRAWN -> Drawn.clip(plan.quirks()).map(Drawn::slices).orElse(List.of());
            case JPEG -> List.of();
        };
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
        for (SimulatedCameras fleet : fleets) {
            fleet.close();
        }
    }

    /** One camera's recorder and what came of it. */
    final class Row {
        final Plan plan;
        final KeptFootage footage;
        /** What the camera knows of the packets that it sent, and of those that it did not. */
        final WireTally wire;

        private final List<ByteBuffer> source;
        final List<Alarm> alarms = new CopyOnWriteArrayList<>();
        final CameraRecorder recorder;
        private final CompletableFuture<Void> stopped = new CompletableFuture<>();
        private final EventLoop loop;
        private boolean isStopping;

        /** @param index the camera's, among these */
        Row(Plan plan, SimulatedCameras cameras, int index, CameraLoop shared, EventLoop loop) throws IOException {
            CameraSettings settings = settings(plan, cameras, index);
            this.plan = plan;
            this.wire = cameras.wireTallies().get(index);
            this.source = source(plan);
            this.footage = new KeptFootage(plan.subject().codec(plan.quirks()));
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

        /**
         * The camera's slices, round and round from the first recorded one, as many as were recorded; those themselves where
         * nobody knows what was sent.
         */
        List<ByteBuffer> sent() {
            List<ByteBuffer> recorded = footage.slices();
            if (source.isEmpty() || recorded.isEmpty()) {
                return recorded;
            }
            return sent(plan.subject() == Subject.DRAWN ? source.indexOf(recorded.get(0)) : 0);
        }

        private List<ByteBuffer> sent(int first) {
            List<ByteBuffer> recorded = footage.slices();
            assertThat(first).as("the first slice, among those of the clip").isNotNegative();
            List<ByteBuffer> sent = new ArrayList<>();
            for (int i = 0; i < recorded.size(); i++) {
                sent.add(slice(first + i));
            }
            return sent;
        }

        /** The camera's n-th slice since it began. */
        ByteBuffer slice(int n) {
            return source.get(n % source.size());
        }

        /** What was said of gaps, less what a test machine that stood still for ten seconds had to say. */
        List<GapCause> gaps() {
            return footage.gaps().stream()
                    .filter(cause -> cause != GapCause.CAMERA_UNREACHABLE)
                    .toList();
        }

        /** Datagrams that the system dropped since the fleet began, this row's or another's. */
        long droppedBySystem() {
            try {
                return QuirkFleet.droppedBySystem() - droppedBefore;
            } catch (IOException e) {
                throw new AssertionError("the system's counters", e);
            }
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
            return plan.quirks().stream().map(Quirk::flag).toList() + " " + plan.subject() + ": " + footage + " "
                    + recorder.status().detail();
        }
    }
}
