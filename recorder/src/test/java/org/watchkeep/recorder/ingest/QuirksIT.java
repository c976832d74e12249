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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.Drawn;
import org.watchkeep.recorder.camera.FileFootage;
import org.watchkeep.recorder.camera.Quirk;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCamera.Begin;
import org.watchkeep.recorder.camera.SimulatedCamera.Play;
import org.watchkeep.recorder.camera.SimulatedCameras;
import org.watchkeep.recorder.media.SlabPool;
import org.watchkeep.recorder.rtsp.Await;
import org.watchkeep.recorder.rtsp.NettyTransport;
import org.watchkeep.recorder.rtsp.TcpConnector;
import org.watchkeep.recorder.rtsp.Timers;
import org.watchkeep.retention.store.SystemStoreClock;

/**
 * The whole catalogue of quirks: for each a simulated camera that has it, recorded by the real client over sockets, all at
 * the same time. What is expected of each stands in {@link QuirkRows}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuirksIT {
    /** Two groups of pictures: a camera that loops sends a key picture each second. */
    static final int PICTURES = 50;

    private final Map<Quirk, Row> rows = new LinkedHashMap<>();
    private final List<ByteBuffer> source = new ArrayList<>();
    private SimulatedCameras cameras;
    private EventLoopGroup loops;
    private ExecutorService nameLookups;

    /** One quirk, its camera's recorder, and what came of it. */
    final class Row {
        final Quirk quirk;
        final QuirkRows.Expected expected;
        final KeptFootage footage = new KeptFootage();
        final List<Alarm> alarms = new CopyOnWriteArrayList<>();
        final CompletableFuture<Void> stopped = new CompletableFuture<>();
        final CameraRecorder recorder;
        private final EventLoop loop;
        private boolean isStopping;

        Row(Quirk quirk, CameraSettings settings, CameraLoop shared, EventLoop loop) {
            this.quirk = quirk;
            this.expected = QuirkRows.of(quirk);
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

        boolean isSettled() {
            if (!isStopping && expected.until().test(this)) {
                isStopping = true;
                loop.execute(() -> recorder.stop(() -> stopped.complete(null)));
            }
            return stopped.isDone();
        }

        @Override
        public String toString() {
            return quirk.flag() + ": " + footage + " " + recorder.status().detail();
        }
    }

    @BeforeAll
    void recordAll(@TempDir Path folder) throws IOException {
        Path file = Drawn.elementaryFile(folder, "Quay", 1, PICTURES);
        FileFootage footage = FileFootage.read(file);
        slicesOf(Files.readAllBytes(file));
        List<SimulatedCamera> fleet = new ArrayList<>();
        List<Quirk> quirks = Quirk.all();
        for (int i = 0; i < quirks.size(); i++) {
            fleet.add(SimulatedCamera.fromFile(i + 1, footage, Play.LOOPING, Begin.WITH_FIRST_CLIENT)
                    .withQuirks(List.of(quirks.get(i)))
                    .withAccess(QuirkRows.access(quirks.get(i))));
        }
        cameras = SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), CameraClock.system(), fleet);
        NettyTransport transport = NettyTransport.best();
        loops = transport.loops(2, "quirks");
        nameLookups = Executors.newSingleThreadExecutor();
        SystemStoreClock clock = new SystemStoreClock();
        EventLoop first = loops.next();
        // All at once: what each camera does is tested, not the order of calls.
        ConnectLimits limits = new ConnectLimits(quirks.size(), quirks.size());
        ConnectBudget budget = new ConnectBudget(limits, first, Timers.of(first), clock::monoNanos);
        for (int i = 0; i < quirks.size(); i++) {
            EventLoop loop = loops.next();
            CameraLoop shared = new CameraLoop(
                    loop,
                    new TcpConnector(transport, loop, nameLookups),
                    Timers.of(loop),
                    clock,
                    new SecureRandom(),
                    new SlabPool(),
                    budget);
            URI url = URI.create(cameras.urls().get(i) + QuirkRows.query(quirks.get(i)));
            CameraSettings settings = new CameraSettings(
                    "cam" + (i + 1),
                    i + 1,
                    quirks.get(i).flag(),
                    url,
                    Optional.of(QuirkRows.login(quirks.get(i))),
                    "ordinary");
            Row row = new Row(quirks.get(i), settings, shared, loop);
            rows.put(row.quirk, row);
            loop.execute(row.recorder::start);
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(QuirkRows.LIMIT_SECONDS);
        // A row that does not settle must not hide how the others did: each says so itself.
        Await.until("all rows are settled", () -> unsettled().isEmpty() || System.nanoTime() > end, this::unsettled);
    }

    /** Asks every row, so that each is stopped as soon as it may be. */
    private List<Row> unsettled() {
        return rows.values().stream().filter(row -> !row.isSettled()).toList();
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

    @AfterAll
    void stop() throws IOException {
        List<CompletableFuture<Void>> stopping = new ArrayList<>();
        for (Row row : rows.values()) {
            if (!row.isStopping) {
                row.loop.execute(() -> row.recorder.stop(() -> row.stopped.complete(null)));
            }
            stopping.add(row.stopped);
        }
        assertThat(CompletableFuture.allOf(stopping.toArray(CompletableFuture<?>[]::new)))
                .succeedsWithin(10, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        nameLookups.shutdownNow();
        cameras.close();
    }

    Stream<Quirk> catalogue() {
        return Quirk.all().stream();
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void record_cameraWithTheQuirk_doesWhatIsWanted(Quirk quirk) {
        Row row = rows.get(quirk);
        Predicate<Row> until = row.expected.until();
        assertThat(until.test(row)).as("%s, settled: %s", quirk.flag(), row).isTrue();
        Consumer<Row> then = row.expected.then();
        then.accept(row);
    }
}
