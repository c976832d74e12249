// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandler;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.watchkeep.recorder.media.SlabPool;
import org.watchkeep.recorder.rtsp.Connector;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.FakeTimers;
import org.watchkeep.recorder.rtsp.PortPair;
import org.watchkeep.recorder.rtsp.RtspUrl;
import org.watchkeep.recorder.rtsp.ScriptedCamera;
import org.watchkeep.retention.store.StoreClock;

/** Cameras in memory, each with its recorder, and time that the test moves. */
abstract class CameraRigs {
    static final String ASKS_DIGEST = "WWW-Authenticate: Digest realm=\"x\", nonce=\"1\"\r\n";

    final FakeTimers timers = new FakeTimers();
    final SlabPool slabs = new SlabPool();
    final List<Rig> rigs = new ArrayList<>();
    private final ConnectBudget budget =
            new ConnectBudget(ConnectLimits.DEFAULT, this::execute, timers, timers::nowNanos);

    /** As an event loop does: after what runs at present. */
    private void execute(Runnable task) {
        timers.after(0, task);
    }

    /** Time as the timers have it; wall time runs along. */
    private final class Clock implements StoreClock {
        @Override
        public long utcMicros() {
            return 1_700_000_000_000_000L + timers.nowNanos() / 1_000;
        }

        @Override
        public long monoNanos() {
            return timers.nowNanos();
        }

        @Override
        public String bootId() {
            return "test";
        }
    }

    static CameraSettings settings(String id, Optional<Credentials> login) {
        return new CameraSettings(id, 7, "Town hall", URI.create("rtsp://192.0.2.7/live"), login, "ordinary");
    }

    /** One camera and its recorder. */
    final class Rig implements AlarmSink {
        final ScriptedCamera camera = new ScriptedCamera();
        final NotedFootage footage = new NotedFootage();
        final List<String> alarms = new ArrayList<>();
        final List<Long> dialledAtMillis = new ArrayList<>();
        final CameraRecorder recorder;
        TestVideo video = new TestVideo();
        boolean isStopped;

        Rig(String id) {
            this(id, new Device(id));
        }

        Rig(String id, Device device) {
            this(id, device, settings(id, Optional.of(new Credentials("admin", "s3cret"))));
        }

        Rig(String id, Device device, CameraSettings settings) {
            Connector noted = new Connector() {
                @Override
                public void connect(RtspUrl to, ChannelHandler handler, Consumer<IOException> onFailure) {
                    dialledAtMillis.add(timers.nowNanos() / 1_000_000);
                    camera.connect(to, handler, onFailure);
                }

                @Override
                public PortPair openPorts(@Nullable SocketAddress localEnd, PortPair.Receiver receiver)
                        throws IOException {
                    return camera.openPorts(localEnd, receiver);
                }
            };
            CameraLoop loop = new CameraLoop(
                    CameraRigs.this::execute, noted, timers, new Clock(), new Random(id.hashCode()), slabs, budget);
            recorder = new CameraRecorder(settings, device, loop, footage, this, "Watchkeep-test");
            rigs.add(this);
        }

        Rig start() {
            recorder.start();
            run(0);
            return this;
        }

        /** Lets time pass in steps of a picture; the camera answers, and plays video if told so. */
        void run(long millis, boolean plays) {
            for (long passed = 0; passed <= millis; passed += 40) {
                timers.advanceMillis(passed == 0 ? 0 : 40);
                camera.answer();
                if (plays && camera.isConnected()) {
                    video.next().forEach(packet -> camera.sendFrame(0, packet));
                }
            }
        }

        void step(long millis) {
            timers.advanceMillis(millis);
            camera.answer();
        }

        long utcMicros() {
            return new Clock().utcMicros();
        }

        void run(long millis) {
            run(millis, false);
        }

        void play(long millis) {
            run(millis, true);
        }

        /** Until it dials again; how long that took. */
        long untilNextDial() {
            int before = dialledAtMillis.size();
            long from = timers.nowNanos();
            while (dialledAtMillis.size() == before && timers.untilNextNanos() >= 0) {
                timers.advanceMillis(Math.max(1, TimeUnit.NANOSECONDS.toMillis(timers.untilNextNanos())));
                camera.answer();
            }
            return TimeUnit.NANOSECONDS.toMillis(timers.nowNanos() - from);
        }

        CameraState state() {
            return recorder.status().state();
        }

        @Override
        public void raise(Alarm alarm) {
            alarms.add("raise " + alarm.kind());
            assertThat(alarm.text()).doesNotContain("s3cret");
        }

        @Override
        public void clear(Alarm alarm) {
            alarms.add("clear " + alarm.kind());
        }
    }

    @AfterEach
    void release() {
        for (Rig rig : rigs) {
            if (!rig.isStopped) {
                rig.recorder.stop(() -> {});
                rig.camera.answer();
                timers.advanceSeconds(2);
            }
            assertThat(rig.state()).isEqualTo(CameraState.STOPPED);
            assertThat(rig.footage.isRunOpen).isFalse();
            rig.camera.release();
        }
        timers.advanceMillis(0);
        assertThat(timers.untilNextNanos()).as("timers left behind").isNegative();
    }

    static void refuseLogin(ScriptedCamera camera) {
        camera.on("DESCRIBE", ScriptedCamera.status(401, ASKS_DIGEST));
    }

    static void acceptLogin(ScriptedCamera camera) {
        camera.on(
                "DESCRIBE",
                r -> r.headers().first("Authorization").isEmpty()
                        ? ScriptedCamera.status(401, ASKS_DIGEST).apply(r)
                        : ScriptedCamera.described(r, "", ScriptedCamera.SDP));
    }

    void advance(List<Rig> streams, int seconds) {
        advance(streams, seconds, () -> false);
    }

    /** Until something has come to be, and at most so long. */
    void advance(List<Rig> streams, int atMostSeconds, BooleanSupplier until) {
        for (int passed = 0; passed < atMostSeconds && !until.getAsBoolean(); passed++) {
            timers.advanceSeconds(1);
            for (Rig rig : streams) {
                rig.camera.answer();
                if (rig.camera.isConnected()) {
                    rig.video.next().forEach(packet -> rig.camera.sendFrame(0, packet));
                }
            }
        }
    }

    static long signed(List<Rig> streams) {
        return streams.stream()
                .flatMap(rig -> rig.camera.requests().stream())
                .filter(r -> r.method().equals("DESCRIBE"))
                .filter(r -> r.headers().first("Authorization").isPresent())
                .count();
    }
}
