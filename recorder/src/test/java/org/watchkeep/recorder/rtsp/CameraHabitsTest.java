// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.ok;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.status;

import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a profile says steers the session where the choice is left to us; what the camera says outranks it. */
class CameraHabitsTest {
    private static final CameraHabits UDP_AND_OPTIONS =
            new CameraHabits(true, Optional.of("OPTIONS"), OptionalInt.of(25));

    private final ScriptedCamera camera = new ScriptedCamera();
    private final FakeTimers timers = new FakeTimers();
    private final SessionMemory memory = new SessionMemory();

    @AfterEach
    void release() {
        camera.release();
    }

    private void play(TransportChoice transport, CameraHabits habits) {
        RtspSessionSettings settings = new RtspSessionSettings(
                "cam-1",
                RtspUrl.parse("rtsp://192.0.2.7/live"),
                Optional.empty(),
                "Watchkeep-test",
                transport,
                TlsTrust.SYSTEM,
                habits);
        new RtspSession(settings, camera, timers, new Random(1), memory, new Nobody()).start();
        camera.answer();
    }

    private String asked() {
        return camera.last("SETUP").headers().first("Transport").orElseThrow();
    }

    @Test
    void setUp_familyPrefersUdp_asksForUdpWhereTheChoiceIsOurs() {
        play(TransportChoice.AUTO, UDP_AND_OPTIONS);
        assertThat(asked()).contains("client_port=");
    }

    @Test
    void setUp_transportConfigured_outranksTheFamily() {
        play(TransportChoice.TCP, UDP_AND_OPTIONS);
        assertThat(asked()).contains("interleaved=");
    }

    @Test
    void setUp_deviceHasRefusedUdp_outranksTheFamily() {
        memory.preferUdp(false);
        play(TransportChoice.AUTO, UDP_AND_OPTIONS);
        assertThat(asked()).contains("interleaved=");
    }

    @Test
    void setUp_familyPrefersUdpAndTheCameraRefuses_asksForTcp() {
        camera.on(
                "SETUP",
                request -> request.headers().first("Transport").orElseThrow().contains("client_port")
                        ? status(461, "").apply(request)
                        : ok("Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n")
                                .apply(request));
        play(TransportChoice.AUTO, UDP_AND_OPTIONS);
        assertThat(asked()).contains("interleaved=");
        assertThat(memory.isUdpPreferred(true)).isFalse();
    }

    @Test
    void keepalive_familysMethodAndInterval_areTaken() {
        camera.on("OPTIONS", ok("Public: GET_PARAMETER, OPTIONS\r\n"));
        play(TransportChoice.TCP, UDP_AND_OPTIONS);
        timers.advanceSeconds(25);
        camera.answer();
        assertThat(camera.methods()).endsWith("PLAY OPTIONS");
    }

    @Test
    void keepalive_shorterTimeoutOrMethodNotAdvertised_outrankTheFamily() {
        camera.on("OPTIONS", ok("Public: GET_PARAMETER\r\n"));
        camera.on("SETUP", ok("Session: 1;timeout=20\r\n"));
        play(TransportChoice.TCP, new CameraHabits(false, Optional.of("SET_PARAMETER"), OptionalInt.of(25)));
        timers.advanceSeconds(10);
        camera.answer();
        assertThat(camera.methods()).endsWith("PLAY GET_PARAMETER");
    }

    /** Is told, and says nothing. */
    private static final class Nobody implements RtspSession.Listener {
        @Override
        public void onTrack(RtspTrack track) {}

        @Override
        public void onPlaying() {}

        @Override
        public void onBytes() {}

        @Override
        public void onRtp(ByteBuf packet) {}

        @Override
        public void onRtcp(ByteBuf packet) {}

        @Override
        public void onEnd(SessionEnd end) {}
    }
}
