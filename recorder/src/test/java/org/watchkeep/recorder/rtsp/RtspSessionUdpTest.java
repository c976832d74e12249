// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.ok;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.silent;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.status;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.watchkeep.recorder.rtp.RtcpWriter;
import org.watchkeep.recorder.rtp.SenderReport;
import org.watchkeep.recorder.rtp.Tolerance;

/** Which transport a session asks for, and what it makes of datagrams; with a camera and a network in memory. */
class RtspSessionUdpTest {
    private static final int SOURCE = 0x65aabbcc;
    private static final String GRANTED = "Transport: RTP/AVP;unicast;client_port=40000-40001;server_port=6970-6971\r\n"
            + "Session: 12345678;timeout=60\r\n";

    private final ScriptedCamera camera = new ScriptedCamera();
    private final FakeTimers timers = new FakeTimers();
    private final SessionMemory memory = new SessionMemory();
    private final List<String> seen = new ArrayList<>();
    private Optional<SessionEnd> end = Optional.empty();
    private Optional<RtspTrack> track = Optional.empty();

    private final class Notes implements RtspSession.Listener {
        @Override
        public void onTrack(RtspTrack setUp) {
            track = Optional.of(setUp);
        }

        @Override
        public void onPlaying() {
            seen.add("playing");
        }

        @Override
        public void onBytes() {}

        @Override
        public void onRtp(ByteBuf packet) throws IOException {
            if (packet.readableBytes() < 12) {
                throw new IOException("no RTP");
            }
            seen.add("rtp " + packet.getUnsignedShort(packet.readerIndex() + 2));
        }

        @Override
        public void onRtcp(ByteBuf packet) {
            seen.add("rtcp");
        }

        @Override
        public void onEnd(SessionEnd how) {
            assertThat(end).isEmpty();
            end = Optional.of(how);
        }
    }

    @AfterEach
    void release() {
        camera.release();
    }

    private RtspSession play(TransportChoice choice) {
        return play("rtsp://192.0.2.7/live", choice);
    }

    private RtspSession play(String url, TransportChoice choice) {
        seen.clear();
        end = Optional.empty();
        RtspSession session = new RtspSession(
                new RtspSessionSettings(
                        "cam-1", RtspUrl.parse(url), Optional.empty(), "Watchkeep-test", choice, TlsTrust.SYSTEM),
                camera,
                timers,
                new Random(1),
                memory,
                new Notes());
        session.start();
        camera.answer();
        return session;
    }

    private RtspSession playUdp() {
        camera.on("SETUP", ok(GRANTED));
        return play(TransportChoice.UDP);
    }

    private ScriptedCamera.Ports ports() {
        return camera.ports().get(camera.ports().size() - 1);
    }

    private static byte[] packet(int number) {
        ByteBuf packet = Unpooled.buffer(20);
        packet.writeByte(0x80)
                .writeByte(96)
                .writeShort(number)
                .writeInt(0)
                .writeInt(SOURCE)
                .writeZero(8);
        return packet.array();
    }

    private void arrive(int... numbers) {
        for (int number : numbers) {
            ports().arrive(true, 6970, packet(number));
        }
    }

    private static byte[] goodbye() {
        ByteBuf out = Unpooled.buffer(36, 36);
        RtcpWriter.senderReport(out, new SenderReport(SOURCE, 0x1111_2222_3333_4444L, 0), 1, 1);
        RtcpWriter.goodbye(out, SOURCE);
        return out.array();
    }

    private String asked() {
        return camera.last("SETUP").headers().first("Transport").orElse("");
    }

    private long setUps(String transport) {
        return camera.requests().stream()
                .filter(r -> r.headers().first("Transport").orElse("").startsWith(transport))
                .count();
    }

    private SessionEnd ended() {
        return end.orElseThrow(() -> new AssertionError("the session has not ended"));
    }

    @Test
    void udp_granted_bringsPacketsInOrderAndOnce() {
        playUdp();
        arrive(1, 3, 2, 3, 4);
        ports().arrive(false, 6971, goodbye());

        assertThat(asked()).isEqualTo("RTP/AVP;unicast;client_port=40000-40001");
        assertThat(seen).containsExactly("playing", "rtp 1", "rtp 2", "rtp 3", "rtp 4", "rtcp");
        assertThat(track.orElseThrow().transport()).isEqualTo("udp");
        assertThat(track.orElseThrow().channel()).isEqualTo(40_000);
        assertThat(track.orElseThrow().tolerances()).isEmpty();
    }

    @Test
    void udp_missingPacket_isGivenUpByTime() {
        playUdp();
        arrive(1, 3);
        timers.advanceMillis(99);
        assertThat(seen).containsExactly("playing", "rtp 1");
        timers.advanceMillis(1);
        assertThat(seen).containsExactly("playing", "rtp 1", "rtp 3");
    }

    @Test
    void udp_granted_opensTheWayAndReportsAtMostEveryFiveSeconds() {
        playUdp();
        assertThat(ports().sent)
                .anyMatch(s -> s.startsWith("rtp 6970 8000"))
                .anyMatch(s -> s.startsWith("rtcp 6971 80c9"));
        for (int second = 0; second < 60; second++) {
            arrive(second);
            int before = ports().sent.size();
            timers.advanceMillis(1_000);
            assertThat(ports().sent.size() - before).isLessThanOrEqualTo(1);
        }
        assertThat(ports().sent.stream().filter(s -> s.startsWith("rtcp 6971 81c9")))
                .hasSizeBetween(12, 24);
    }

    @Test
    void udp_reports_sayWhatWasLostAndWhenTheSenderReportCame() {
        playUdp();
        arrive(1, 2, 5);
        ports().arrive(false, 6971, goodbye());
        arrive(6);
        timers.advanceMillis(5_000);
        String report = ports().sent.stream()
                .filter(s -> s.startsWith("rtcp 6971 81c9"))
                .findFirst()
                .orElseThrow();
        // 6 expected, 4 received: a third of 256ths is 85, 2 in all; highest 6; LSR.
        assertThat(report)
                .startsWith("rtcp 6971 81c90007")
                .contains("65aabbcc" + "55000002" + "00000006")
                .contains("22223333");
    }

    @Test
    void udp_packetsFromElsewhere_areCountedAndLeftOut() {
        RtspSession session = playUdp();
        arrive(1);
        ports().arrive(true, new InetSocketAddress("198.51.100.9", 6970), packet(2));
        ports().arrive(true, 7000, packet(2));
        ports().arrive(false, new InetSocketAddress("198.51.100.9", 6971), goodbye());
        assertThat(seen).containsExactly("playing", "rtp 1");
        assertThat(session.strayFrames()).isEqualTo(3);
    }

    /** OpenIPC: the port is learnt from the first packet, and reports go to the port beside it. */
    @Test
    void udp_noServerPort_isLearntFromTheFirstPacket() {
        camera.on("SETUP", ok("Transport: RTP/AVP;unicast;client_port=40000-40001\r\nSession: 1\r\n"));
        play(TransportChoice.UDP);
        assertThat(ports().sent).isEmpty();
        ports().arrive(true, 7002, packet(1));
        timers.advanceMillis(5_000);
        assertThat(seen).contains("rtp 1");
        assertThat(ports().sent).isNotEmpty().allMatch(s -> s.startsWith("rtcp 7003 "));
        assertThat(track.orElseThrow().tolerances()).containsExactly(Tolerance.NO_SERVER_PORT);
    }

    @Test
    void udp_mediaFromAnotherPortThanSaid_isTakenAndNoted() {
        playUdp();
        timers.advanceMillis(1_000);
        ports().arrive(true, 7002, packet(1));
        assertThat(seen).contains("rtp 1");
        assertThat(track.orElseThrow().tolerances()).containsExactly(Tolerance.MEDIA_FROM_OTHER_PORT);
    }

    @Test
    void udp_noTransportInTheAnswer_isWhatWasAsked() {
        camera.on("SETUP", ok("Session: 1\r\n"));
        play(TransportChoice.UDP);
        ports().arrive(true, 7002, packet(1));
        assertThat(seen).containsExactly("playing", "rtp 1");
    }

    @ParameterizedTest
    @EnumSource(
            value = TransportChoice.class,
            names = {"UDP", "AUTO"})
    void udpAsked_tcpGranted_switches(TransportChoice choice) {
        memory.preferUdp(true);
        camera.on("SETUP", ok("Transport: RTP/AVP/TCP;unicast;interleaved=2-3\r\nSession: 1\r\n"));
        play(choice);
        camera.sendFrame(2, packet(1));
        assertThat(seen).containsExactly("playing", "rtp 1");
        assertThat(track.orElseThrow().transport()).isEqualTo("tcp");
        assertThat(track.orElseThrow().tolerances()).contains(Tolerance.TCP_WHERE_UDP_WAS_ASKED);
        assertThat(ports().isClosed).isTrue();
    }

    /** Over a new connection, with a fresh DESCRIBE (Hikvision); and the next session asks for it at once. */
    @ParameterizedTest
    @CsvSource({"true, true", "false, true", "true, false"})
    void auto_tcpRefused_asksForUdpAndRemembers(boolean by461, boolean granted) {
        camera.on("SETUP", request -> {
            boolean asksTcp = request.headers().first("Transport").orElse("").contains("interleaved");
            return asksTcp && by461
                    ? status(461, "").apply(request)
                    : ok(granted ? GRANTED : "").apply(request);
        });
        play(TransportChoice.AUTO);
        arrive(1);
        assertThat(camera.methods()).isEqualTo("OPTIONS DESCRIBE SETUP OPTIONS DESCRIBE SETUP PLAY");
        assertThat(seen).containsExactly("playing", "rtp 1");
        play(TransportChoice.AUTO);
        assertThat(setUps("RTP/AVP/TCP")).isOne();
        assertThat(setUps("RTP/AVP;")).isEqualTo(2);
    }

    @Test
    void auto_bothRefused_isRefused() {
        camera.on("SETUP", status(461, ""));
        play(TransportChoice.AUTO);
        assertThat(ended().reason()).isEqualTo(SessionEnd.Reason.REFUSED);
        assertThat(ended().detail()).isEqualTo("SETUP: answered 461 No");
        assertThat(camera.dialled()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(
            value = TransportChoice.class,
            names = {"UDP", "TCP"})
    void configured_refused_isRefused(TransportChoice choice) {
        camera.on("SETUP", status(461, ""));
        play(choice);
        assertThat(ended().reason()).isEqualTo(SessionEnd.Reason.REFUSED);
        assertThat(camera.dialled()).hasSize(1);
    }

    @Test
    void tcpConfigured_udpGranted_isRefusedWithWhatWasGranted() {
        camera.on("SETUP", ok("Transport: RTP/AVP;unicast;client_port=4000-4001\r\n"));
        play(TransportChoice.TCP);
        assertThat(ended().reason()).isEqualTo(SessionEnd.Reason.REFUSED);
        assertThat(ended().detail())
                .isEqualTo("SETUP: granted RTP/AVP;unicast;client_port=4000-4001 (expected: interleaved over TCP)");
    }

    @Test
    void auto_udpWithoutPackets_endsAndAsksForTcpNext() {
        memory.preferUdp(true);
        camera.on("SETUP", ok(GRANTED));
        play(TransportChoice.AUTO);
        timers.advanceMillis(2_999);
        assertThat(end).isEmpty();
        timers.advanceMillis(1);
        camera.answer();
        assertThat(ended().reason()).isEqualTo(SessionEnd.Reason.SILENT);
        assertThat(ended().detail()).contains("no packet over UDP");
        assertThat(memory.isUdpPreferred(true)).isFalse();
    }

    /** What becomes of the connection after that explains nothing. */
    @Test
    void auto_udpWithoutPacketsAndHungUpBeforeTheTeardownIsAnswered_saysTheFirst() {
        memory.preferUdp(true);
        camera.on("SETUP", ok(GRANTED));
        camera.on("TEARDOWN", silent());
        play(TransportChoice.AUTO);
        timers.advanceSeconds(3);
        camera.answer();
        camera.hangUp();
        assertThat(ended().reason()).isEqualTo(SessionEnd.Reason.SILENT);
        assertThat(ended().detail()).contains("no packet over UDP");
    }

    @Test
    void udpConfigured_withoutPackets_isLeftToTheMediaWatchdog() {
        playUdp();
        timers.advanceSeconds(4);
        assertThat(end).isEmpty();
    }

    /** A lost TEARDOWN leaves the stream flowing: once more, and then the next session tries again. */
    @Test
    void close_teardownUnanswered_isSentTwiceAndByTheNextSession() {
        RtspSession session = playUdp();
        camera.on("TEARDOWN", silent());
        session.close("stop");
        camera.answer();
        timers.advanceMillis(1_000);
        camera.answer();
        assertThat(end).isEmpty();
        timers.advanceMillis(1_000);
        assertThat(ended().reason()).isEqualTo(SessionEnd.Reason.CLOSED);
        assertThat(camera.methods()).endsWith("PLAY TEARDOWN TEARDOWN");
        assertThat(ports().isClosed).isTrue();
        assertThat(ports().sent).last().asString().contains("cb0001");

        camera.on("TEARDOWN", ok(""));
        playUdp();
        assertThat(camera.methods()).endsWith("DESCRIBE TEARDOWN SETUP PLAY");
        assertThat(camera.last("TEARDOWN").headers().first("Session")).contains("12345678");
    }

    @Test
    void close_teardownAnswered_endsAtOnceAndLeavesNothing() {
        RtspSession session = playUdp();
        session.close("stop");
        arrive(1);
        camera.answer();
        assertThat(ended().reason()).isEqualTo(SessionEnd.Reason.CLOSED);
        assertThat(seen).containsExactly("playing");
        assertThat(memory.takeAbandoned()).isEmpty();
    }

    /** The datagrams of the last picture arrive behind the end of the connection. */
    @Test
    void onClosed_overUdp_stillTakesTheLastPackets() {
        playUdp();
        arrive(1);
        camera.hangUp();
        arrive(2, 4);
        assertThat(end).isEmpty();
        timers.advanceMillis(300);
        assertThat(ended().reason()).isEqualTo(SessionEnd.Reason.LOST);
        assertThat(seen).containsExactly("playing", "rtp 1", "rtp 2", "rtp 4");
        assertThat(memory.takeAbandoned()).hasSize(1);
    }

    @Test
    void goodbye_overUdp_endsUnlessPacketsGoOn() {
        playUdp();
        arrive(1);
        ports().arrive(false, 6971, goodbye());
        timers.advanceMillis(500);
        arrive(2);
        timers.advanceMillis(2_000);
        assertThat(end).isEmpty();
        ports().arrive(false, 6971, goodbye());
        timers.advanceMillis(1_000);
        assertThat(ended().detail()).isEqualTo("the camera said goodbye");
    }

    @Test
    void noRtp_overUdp_isCountedAndEndsNothing() {
        RtspSession session = playUdp();
        ports().arrive(true, 6970, new byte[] {1, 2, 3});
        arrive(1);
        assertThat(end).isEmpty();
        assertThat(seen).containsExactly("playing", "rtp 1");
        assertThat(session.datagrams().refused()).isOne();
    }

    /** Datagrams beside TLS would be in clear. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rtsps_anyMemory_asksForTcp(boolean preferUdp) {
        memory.preferUdp(preferUdp);
        play("rtsps://192.0.2.7/live", TransportChoice.AUTO);
        assertThat(asked()).startsWith("RTP/AVP/TCP");
        assertThat(track.orElseThrow().transport()).isEqualTo("rtsps");
        assertThat(camera.last("PLAY").uri()).isEqualTo("rtsps://192.0.2.7/live");
    }

    @Test
    void redirect_fromTlsToPlain_isRefused() {
        camera.on("DESCRIBE", status(302, "Location: rtsp://192.0.2.7/other\r\n"));
        play("rtsps://192.0.2.7/live", TransportChoice.AUTO);
        assertThat(ended().reason()).isEqualTo(SessionEnd.Reason.REFUSED);
        assertThat(ended().detail()).contains("from rtsps:// to rtsp://");
        assertThat(camera.dialled()).hasSize(1);
    }
}
