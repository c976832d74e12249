// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.recorder.camera.PlainClient.Frame;
import org.watchkeep.recorder.camera.SimulatedCamera.Begin;
import org.watchkeep.recorder.camera.SimulatedCamera.Play;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.MountAccess;
import org.watchkeep.recorder.rtsp.Peer;

class SimulatedCamerasIT {
    @TempDir
    Path folder;

    private @Nullable SimulatedCameras started;

    private SimulatedCameras fleet() {
        return Objects.requireNonNull(started);
    }

    private void start(SimulatedCamera... cameras) throws IOException {
        started = SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), CameraClock.system(), List.of(cameras));
    }

    @AfterEach
    void stop() throws IOException {
        if (started != null) {
            started.close();
        }
    }

    private PlainClient playing(int camera) throws IOException {
        return new PlainClient(fleet().urls().get(camera)).play();
    }

    private static SimulatedCamera drawnWith(String... faults) {
        List<Fault> script = new ArrayList<>();
        for (String fault : faults) {
            script.add(Fault.parse(fault));
        }
        return SimulatedCamera.drawn(1, "Quay").withFaults(script);
    }

    @Test
    void once_firstClient_getsEveryPictureThenGoodbyeAndTheEnd() throws Exception {
        List<Picture> drawn = Drawn.pictures("Quay", 2, 60);
        FileFootage footage = FileFootage.read(Drawn.elementaryFile(folder, drawn));
        start(SimulatedCamera.fromFile(1, footage, Play.ONCE, Begin.WITH_FIRST_CLIENT));

        List<Frame> frames = new ArrayList<>();
        try (PlainClient client = playing(0)) {
            assertThatThrownBy(() -> {
                        while (true) {
                            frames.add(client.frame());
                        }
                    })
                    .isInstanceOf(EOFException.class);
        }

        List<Frame> rtp = frames.stream().filter(Frame::isRtp).toList();
        assertThat(rtp.stream().filter(Frame::isMarked)).hasSize(drawn.size());
        for (int i = 1; i < rtp.size(); i++) {
            assertThat(rtp.get(i).sequence()).isEqualTo((rtp.get(i - 1).sequence() + 1) & 0xffff);
        }
        Frame first = frames.get(0);
        assertThat(first.packet().get(1) & 0xff).as("a sender report first").isEqualTo(200);
        assertThat(first.packet().getInt(16)).isEqualTo(rtp.get(0).timestamp());
        Frame last = frames.get(frames.size() - 1);
        assertThat(last.packet().get(last.packet().limit() - 7) & 0xff)
                .as("goodbye last")
                .isEqualTo(203);
        assertThat(fleet().ended()).succeedsWithin(30, TimeUnit.SECONDS);
    }

    @Test
    void looping_threeCamerasOfOneFile_goOnWithSteadyTimes() throws Exception {
        FileFootage footage = FileFootage.read(Drawn.elementaryFile(folder, Drawn.pictures("Quay", 2, 10)));
        start(
                SimulatedCamera.fromFile(1, footage, Play.LOOPING, Begin.AT_ONCE),
                SimulatedCamera.fromFile(2, footage, Play.LOOPING, Begin.AT_ONCE),
                SimulatedCamera.fromFile(3, footage, Play.LOOPING, Begin.AT_ONCE));

        for (int camera = 0; camera < 3; camera++) {
            try (PlainClient client = playing(camera)) {
                List<Integer> times = timesOf(client, 35);
                for (int i = 1; i < times.size(); i++) {
                    assertThat(times.get(i) - times.get(i - 1)).isEqualTo(times.get(1) - times.get(0));
                }
            }
        }
    }

    /** Timestamps of the next so many pictures. */
    private static List<Integer> timesOf(PlainClient client, int pictures) throws IOException {
        List<Integer> times = new ArrayList<>();
        while (times.size() < pictures) {
            Frame frame = client.rtp();
            if (frame.isMarked()) {
                times.add(frame.timestamp());
            }
        }
        return times;
    }

    @Test
    void describe_drawnCamera_namesItAndItsParameterSets() throws Exception {
        start(SimulatedCamera.drawn(1, "Market Square"));

        try (PlainClient client = new PlainClient(fleet().urls().get(0))) {
            assertThat(client.describe())
                    .contains("s=Market Square\r\n", "a=rtpmap:96 H264/90000\r\n", "profile-level-id=42")
                    .containsPattern("sprop-parameter-sets=[A-Za-z0-9+/=]+,[A-Za-z0-9+/=]+\r\n");
        }
    }

    @Test
    void drop_atItsTime_breaksTheConnectionButNotTheCamera() throws Exception {
        start(drawnWith("drop@1s"));

        try (PlainClient client = playing(0)) {
            assertThatThrownBy(() -> {
                        while (true) {
                            client.frame();
                        }
                    })
                    .isInstanceOfAny(EOFException.class, SocketException.class);
        }
        try (PlainClient again = playing(0)) {
            assertThat(timesOf(again, 20)).hasSize(20);
        }
    }

    @Test
    void stall_forASecond_leavesAHoleInTimeNotInTheSequence() throws Exception {
        start(drawnWith("stall:1s@2s"));

        try (PlainClient client = playing(0)) {
            Frame before = client.rtp();
            int longest = 0;
            for (int i = 0; i < 1000 && longest == 0; i++) {
                Frame next = client.rtp();
                assertThat(next.sequence()).isEqualTo((before.sequence() + 1) & 0xffff);
                int step = next.timestamp() - before.timestamp();
                longest = step > 7_200 ? step : 0;
                before = next;
            }
            assertThat(longest).isGreaterThanOrEqualTo(90_000);
        }
    }

    @Test
    void reboot_afterwards_everyCounterIsNew() throws Exception {
        start(drawnWith("reboot:3s@2s"));
        Frame before;
        try (PlainClient client = playing(0)) {
            before = client.rtp();
            assertThatThrownBy(() -> {
                        while (true) {
                            client.frame();
                        }
                    })
                    .isInstanceOfAny(EOFException.class, SocketException.class);
        }

        assertThatThrownBy(() -> playing(0)).as("the port refuses").isInstanceOf(ConnectException.class);

        try (PlainClient again = playingWhenBack()) {
            Frame after = again.rtp();
            assertThat(after.ssrc()).isNotEqualTo(before.ssrc());
            assertThat(timesOf(again, 5)).hasSize(5);
        }
    }

    private PlainClient playingWhenBack() throws Exception {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try {
                return playing(0);
            } catch (ConnectException e) {
                assertThat(System.nanoTime()).as("the camera came back").isLessThan(limit);
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    @Test
    void jump_anHour_movesRtpTimeByAnHour() throws Exception {
        start(drawnWith("jump=3600s@2s"));

        try (PlainClient client = playing(0)) {
            List<Integer> times = timesOf(client, 50);
            List<Integer> steps = new ArrayList<>();
            for (int i = 1; i < times.size(); i++) {
                steps.add(times.get(i) - times.get(i - 1));
            }
            assertThat(steps).containsOnly(7_200, 7_200 + 3_600 * 90_000);
            assertThat(steps.stream().filter(step -> step != 7_200)).hasSize(1);
        }
    }

    @Test
    void lose_aFifth_leavesHolesInTheSequence() throws Exception {
        start(drawnWith("lose:20%,seed=3"));

        try (PlainClient client = playing(0)) {
            int first = client.rtp().sequence();
            int last = first;
            for (int i = 0; i < 200; i++) {
                last = client.rtp().sequence();
            }
            assertThat((last - first) & 0xffff).isBetween(215, 300);
        }
    }

    @Test
    void garbage_betweenPackets_isNoFrame() throws Exception {
        start(drawnWith("garbage@2s"));

        try (PlainClient client = playing(0)) {
            assertThatThrownBy(() -> {
                        while (true) {
                            client.frame();
                        }
                    })
                    .isInstanceOf(PlainClient.NotAFrame.class);
        }
    }

    @Test
    void start_portTaken_saysSo() throws Exception {
        start(SimulatedCamera.drawn(1, "Quay"));
        InetSocketAddress taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), fleet().port());

        assertThatThrownBy(() ->
                        SimulatedCameras.start(taken, CameraClock.system(), List.of(SimulatedCamera.drawn(1, "Quay"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(Integer.toString(fleet().port()));
    }

    @Test
    @Tag("alone")
    void drawn_recordedByFfmpegWithDigest_hasAnUnbrokenBarCode() throws Exception {
        Peer.assumeProgram("ffmpeg");
        start(SimulatedCamera.drawn(3, "Station Road")
                .withAccess(
                        new MountAccess(MountAccess.Scheme.DIGEST, "camera", new Credentials("operator", "secret"))));
        Path copy = folder.resolve("copy.mp4");

        Peer.Result result = Peer.run(List.of(
                "ffmpeg",
                "-v",
                "error",
                "-rtsp_transport",
                "tcp",
                "-i",
                fleet().urls().get(0).toString().replace("rtsp://", "rtsp://operator:secret@"),
                "-t",
                "4",
                "-c",
                "copy",
                copy.toString()));

        assertThat(result.exit()).as(result.output()).isZero();
        PictureReport report = PictureProbe.read(copy);
        assertThat(report.pictures()).isBetween(48L, 54L);
        assertThat(report.isUnbroken()).as(report.toString()).isTrue();
    }

    @Test
    @Tag("alone")
    void drawn_playedByGStreamer_decodes() throws Exception {
        Peer.assumeProgram("gst-launch-1.0");
        start(SimulatedCamera.drawn(1, "Quay"), SimulatedCamera.drawn(2, "Town Hall"));

        Peer.Result result = Peer.run(List.of(
                "gst-launch-1.0",
                "-q",
                "rtspsrc",
                "location=" + fleet().urls().get(1),
                "protocols=tcp",
                "!",
                "rtph264depay",
                "!",
                "h264parse",
                "!",
                "avdec_h264",
                "!",
                "identity",
                "eos-after=50",
                "!",
                "fakesink",
                "sync=false"));

        assertThat(result.exit()).as(result.output()).isZero();
    }
}
