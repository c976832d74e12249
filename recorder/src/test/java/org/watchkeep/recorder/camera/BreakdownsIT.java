// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.watchkeep.recorder.camera.SimulatedCamera.Coding;
import org.watchkeep.recorder.camera.SimulatedCamera.Drawn;
import org.watchkeep.recorder.rtsp.MediaSink;

/** A simulated camera that breaks down says so, to its client and to whoever started it. */
class BreakdownsIT {
    private final ScheduledExecutorService pacing = Executors.newSingleThreadScheduledExecutor();
    private final EventLoop loop = new DefaultEventLoop();
    private final Breakdowns breakdowns = new Breakdowns();
    private final CountDownLatch disconnected = new CountDownLatch(1);

    @AfterEach
    void stop() {
        pacing.shutdownNow();
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Takes no packet. */
    private final class Broken implements MediaSink {
        @Override
        public EventLoop loop() {
            return loop;
        }

        @Override
        public Set<Integer> tracks() {
            return Set.of(0);
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void sendRtp(int track, ByteBuf packet) {
            packet.release();
            throw new IllegalStateException("a fault of ours");
        }

        @Override
        public void sendRtcp(int track, ByteBuf packet) {
            packet.release();
        }

        @Override
        public void flush() {}

        @Override
        public void sendRaw(ByteBuf bytes) {
            bytes.release();
        }

        @Override
        public void end() {}

        @Override
        public void disconnect() {
            disconnected.countDown();
        }
    }

    @Test
    void onShot_wireTaskThrows_endsTheConnectionAndIsReported() throws Exception {
        SimulatedCamera camera = SimulatedCamera.drawn(1, "Quay", Coding.MJPEG);
        RunningCamera running = new RunningCamera(
                camera,
                new DrawnSource("Quay", 1, new Drawn(Coding.MJPEG)),
                CameraClock.system(),
                pacing,
                lasts -> {},
                breakdowns);
        assertThat(breakdowns.count()).isZero();
        breakdowns.report();
        running.subscribe(new Broken());
        running.start(0);
        assertThat(disconnected.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(breakdowns.count()).isPositive();
        assertThatThrownBy(breakdowns::report)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a fault of ours")
                .hasRootCauseInstanceOf(IllegalStateException.class);
        pacing.submit(() -> {
                    running.close();
                    return null;
                })
                .get(30, TimeUnit.SECONDS);
    }
}
