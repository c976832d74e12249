// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.watchkeep.recorder.rtp.RtcpWriter;
import org.watchkeep.recorder.rtp.SenderReport;
import org.watchkeep.recorder.rtp.Tolerance;

/** Whose datagrams are recorded when others send to the same ports. */
class UdpReceiverTest {
    private static final int SAID_PORT = 6970;
    private static final int SOURCE = 0x65aabbcc;
    private static final int STRANGER = 0x0bad0bad;
    private static final InetAddress ELSEWHERE = NetUtil.createInetAddressFromIpAddressString("198.51.100.9");
    private static final TransportHeader.Ports SAID = new TransportHeader.Ports(SAID_PORT, SAID_PORT + 1);

    private final FakeTimers timers = new FakeTimers();
    private final Set<Tolerance> tolerances = EnumSet.noneOf(Tolerance.class);
    private final List<String> seen = new ArrayList<>();
    private int signsOfLife;
    private final UdpReceiver receiver =
            new UdpReceiver(new UdpReceiver.Track(Set.of(96), 90_000), timers, new Random(1), tolerances, new Notes());
    private ScriptedCamera.Ports ports = new ScriptedCamera.Ports(receiver);

    private final class Notes implements UdpReceiver.Owner {
        @Override
        public void onBytes() {
            signsOfLife++;
        }

        @Override
        public void onRtp(ByteBuf packet) {
            seen.add("rtp " + packet.getUnsignedShort(packet.readerIndex() + 2));
        }

        @Override
        public void onRtcp(ByteBuf packet) {
            seen.add("rtcp");
        }

        @Override
        public void onGoodbye() {
            seen.add("goodbye");
        }

        @Override
        public void onBadBytes(IOException cause) {
            throw new AssertionError(cause);
        }
    }

    @AfterEach
    void close() {
        receiver.close();
    }

    private void play(Optional<TransportHeader.Ports> said, Optional<Integer> ssrc) {
        play(new DatagramPeer(List.of(ScriptedCamera.ADDRESS), said, ssrc));
    }

    private void play(DatagramPeer peer) {
        try {
            receiver.openPorts(of -> {
                ports = new ScriptedCamera.Ports(of);
                return ports;
            });
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        receiver.granted(peer);
        receiver.open();
    }

    private void playAsSaid() {
        play(Optional.of(SAID), Optional.empty());
    }

    private static byte[] packet(int number, int payloadType, int ssrc) {
        ByteBuf packet = Unpooled.buffer(20, 20);
        packet.writeByte(0x80).writeByte(payloadType).writeShort(number).writeInt(0);
        return packet.writeInt(ssrc).writeZero(8).array();
    }

    private static byte[] packet(int number) {
        return packet(number, 96, SOURCE);
    }

    private static byte[] strange(int number) {
        return packet(number, 96, STRANGER);
    }

    private void rtp(int port, byte[] packet) {
        ports.arrive(true, port, packet);
    }

    private static byte[] report() {
        ByteBuf out = Unpooled.buffer(28, 28);
        RtcpWriter.senderReport(out, new SenderReport(SOURCE, 0x1111_2222_3333_4444L, 0), 1, 1);
        return out.array();
    }

    private static byte[] goodbye() {
        ByteBuf out = Unpooled.buffer(8, 8);
        RtcpWriter.goodbye(out, SOURCE);
        return out.array();
    }

    @Test
    void onRtp_strangerComesFirst_theCameraIsRecordedAndNobodyElse() {
        playAsSaid();
        ports.arrive(true, new InetSocketAddress(ELSEWHERE, SAID_PORT), strange(500));
        rtp(7_000, strange(501));
        rtp(SAID_PORT, packet(1));
        rtp(7_000, strange(502));
        ports.arrive(true, new InetSocketAddress(ELSEWHERE, SAID_PORT), strange(503));
        rtp(SAID_PORT, packet(2));

        assertThat(seen).containsExactly("rtp 1", "rtp 2");
        assertThat(receiver.counts()).isEqualTo(new DatagramCounts(0, 0, 0, 4));
        assertThat(receiver.refusals())
                .contains("datagrams refused: 4, as from")
                .contains("not the address we talk to");
        assertThat(tolerances).isEmpty();
    }

    @Test
    void onRtp_garbageFromTheCamera_isCountedAndNeverASignOfLife() {
        playAsSaid();
        rtp(SAID_PORT, new byte[] {1, 2, 3});
        rtp(SAID_PORT, packet(1, 97, SOURCE));
        byte[] otherVersion = packet(2);
        otherVersion[0] = 0x40;
        rtp(SAID_PORT, otherVersion);
        byte[] paddedBeyond = packet(3);
        paddedBeyond[0] = (byte) 0xa0;
        paddedBeyond[19] = 21;
        rtp(SAID_PORT, paddedBeyond);
        ports.arrive(false, SAID_PORT + 1, new byte[] {(byte) 0x80, (byte) 200, 0, 6});
        rtp(SAID_PORT, new byte[] {(byte) 0x80, (byte) 200, 0, 6});
        assertThat(signsOfLife).isZero();
        rtp(SAID_PORT, packet(4));

        assertThat(seen).containsExactly("rtp 4");
        assertThat(signsOfLife).isOne();
        assertThat(receiver.counts().refused()).isEqualTo(6);
    }

    @Test
    void onRtp_garbageAfterTheCamera_doesNotKeepItsEndFromAnother() {
        playAsSaid();
        rtp(SAID_PORT, packet(1));
        for (int i = 0; i < 10; i++) {
            timers.advanceMillis(100);
            rtp(SAID_PORT, new byte[12]);
        }
        rtp(7_002, packet(2));
        assertThat(seen).containsExactly("rtp 1", "rtp 2");
    }

    @Test
    void onRtp_cameraSendsFromAnotherPortThanItSaid_isTakenAfterASecond() {
        playAsSaid();
        rtp(7_002, packet(1));
        timers.advanceMillis(999);
        rtp(7_002, packet(2));
        assertThat(seen).isEmpty();
        timers.advanceMillis(1);
        rtp(7_002, packet(3));
        rtp(7_004, strange(900));
        rtp(7_002, packet(4));

        assertThat(seen).containsExactly("rtp 3", "rtp 4");
        assertThat(tolerances).containsExactly(Tolerance.MEDIA_FROM_OTHER_PORT);
    }

    /** RFC 3550 6.4.1: source, fraction lost and packets lost, highest number. */
    @Test
    void report_straysAndOldPacketsAmongTheStream_areNoneOfIt() {
        playAsSaid();
        receiver.playing();
        for (int number = 1; number <= 400; number++) {
            rtp(SAID_PORT, packet(number));
        }
        rtp(SAID_PORT, strange(7));
        rtp(SAID_PORT, packet(100));
        rtp(SAID_PORT, packet(30_000));
        timers.advanceMillis(5_000);
        String block = "%08x".formatted(SOURCE) + "00000000" + "%08x".formatted(400);
        assertThat(ports.sent).anyMatch(s -> s.startsWith("rtcp 6971 81c9") && s.contains(block));
    }

    /** The report block of the receiver report sent last: RFC 3550 6.4.2. */
    private byte[] reported() {
        ports.sent.clear();
        receiver.playing();
        timers.advanceMillis(5_000);
        String sent = ports.sent.stream()
                .filter(s -> s.startsWith("rtcp 6971 81c9"))
                .reduce((first, second) -> second)
                .orElseThrow();
        byte[] compound = ByteBufUtil.decodeHexDump(sent.substring("rtcp 6971 ".length()));
        return Arrays.copyOfRange(compound, 8, 32);
    }

    /** Source, fraction lost, cumulative loss in 24 bits, extended highest number, jitter. */
    private void assertReported(String expected) {
        byte[] block = reported();
        assertThat(String.format(
                        "%s %d %s %d %d",
                        ByteBufUtil.hexDump(block, 0, 4),
                        block[4],
                        ByteBufUtil.hexDump(block, 5, 3),
                        ByteBuffer.wrap(block).getInt(8),
                        ByteBuffer.wrap(block).getInt(12)))
                .isEqualTo(expected);
    }

    /** RFC 3550 A.1: one packet of another source or numbering is none of this stream's. */
    @Test
    void report_straysAmongTheStream_countsTheStreamAlone() {
        playAsSaid();
        for (int i = 1; i <= 20; i++) {
            rtp(SAID_PORT, packet(i));
            rtp(SAID_PORT, i % 2 == 0 ? strange(500 + i) : packet(30_000 + 200 * i));
        }
        assertThat(seen).hasSize(20);
        assertReported("65aabbcc 0 000000 20 0");
    }

    /** Far behind, what comes again is no packet of the stream; nearby it counts as received (RFC 3550 A.3). */
    @Test
    void report_aStretchAgain_isNoNewBeginning() {
        playAsSaid();
        for (int i = 0; i < 400; i++) {
            rtp(SAID_PORT, packet(i));
        }
        for (int i = 50; i < 250; i++) {
            rtp(SAID_PORT, packet(i));
        }
        rtp(SAID_PORT, packet(398));
        rtp(SAID_PORT, packet(399));
        assertThat(seen).hasSize(400);
        assertReported("65aabbcc 0 fffffe 399 0");
    }

    /** Packets wait for one that comes far behind them, though in time: it was received, and nothing begins anew. */
    @Test
    void report_swappedFarButPutInOrder_isNoLoss() {
        playAsSaid();
        rtp(SAID_PORT, packet(1));
        for (int i = 3; i < 203; i++) {
            rtp(SAID_PORT, packet(i));
        }
        rtp(SAID_PORT, packet(2));
        assertThat(seen).hasSize(202);
        assertReported("65aabbcc 0 000000 202 0");
    }

    @Test
    void report_newBeginning_countsFromItsFirstPacket() {
        playAsSaid();
        rtp(SAID_PORT, packet(1));
        rtp(SAID_PORT, packet(9));
        rtp(SAID_PORT, strange(901));
        rtp(SAID_PORT, strange(900));
        rtp(SAID_PORT, strange(903));
        assertReported("0bad0bad 64 000001 903 0");
    }

    @Test
    void onRtp_strangerWasLetInWhileTheCameraWasSilent_makesWayForItAtOnce() {
        playAsSaid();
        timers.advanceMillis(1_500);
        rtp(7_004, strange(900));
        rtp(SAID_PORT, packet(1));
        rtp(7_004, strange(901));
        rtp(SAID_PORT, packet(2));
        assertThat(receiver.counts().refused()).isOne();
        // The buffer waits for a second one of another source; then both go on.
        assertThat(seen).containsExactly("rtp 900", "rtp 1", "rtp 2");
    }

    @Test
    void onRtp_cameraChangesItsPort_isFollowedAfterASecondOfSilence() {
        playAsSaid();
        rtp(SAID_PORT, packet(1));
        rtp(7_002, packet(2));
        timers.advanceMillis(1_000);
        rtp(7_002, packet(3));
        rtp(7_002, packet(4));
        assertThat(receiver.counts().refused()).isOne();
        timers.advanceMillis(100);
        assertThat(seen).containsExactly("rtp 1", "rtp 3", "rtp 4");
        assertThat(tolerances).containsExactly(Tolerance.MEDIA_FROM_OTHER_PORT);
    }

    @Test
    void onRtp_noPortSaid_theFirstSoundDatagramOfTheCameraDecides() {
        play(Optional.empty(), Optional.empty());
        rtp(7_001, new byte[] {0, 0});
        rtp(7_002, packet(1));
        rtp(7_004, strange(900));
        rtp(7_002, packet(2));
        assertThat(seen).containsExactly("rtp 1", "rtp 2");
        assertThat(tolerances).containsExactly(Tolerance.NO_SERVER_PORT);
    }

    @Test
    void onRtp_ssrcAnnounced_isWaitedFor() {
        play(Optional.empty(), Optional.of(SOURCE));
        rtp(7_004, strange(900));
        rtp(7_002, packet(1));
        rtp(7_004, strange(901));
        assertThat(seen).containsExactly("rtp 1");
    }

    /** What it waited for had come in time, and lay in the system's buffer. */
    @Test
    void hold_loopWasBusy_readsWhatCameMeanwhileBeforeItGivesUp() {
        playAsSaid();
        rtp(SAID_PORT, packet(1));
        rtp(SAID_PORT, packet(3));
        timers.standStillMillis(300);
        timers.advanceMillis(0);
        assertThat(seen).containsExactly("rtp 1");
        rtp(SAID_PORT, packet(2));
        assertThat(seen).containsExactly("rtp 1", "rtp 2", "rtp 3");
        rtp(SAID_PORT, packet(5));
        timers.standStillMillis(300);
        timers.advanceMillis(50);
        assertThat(seen).endsWith("rtp 3", "rtp 5");
        assertThat(receiver.counts()).isEqualTo(new DatagramCounts(1, 0, 0, 0));
    }

    /** Several makers announce another SSRC than they send. */
    @Test
    void onRtp_otherSsrcThanAnnouncedFromTheAnnouncedPort_isTakenFromTheFirstAndNoted() {
        play(Optional.of(SAID), Optional.of(0x0bad_cafe));
        rtp(SAID_PORT, packet(1));
        rtp(SAID_PORT, packet(2));
        assertThat(seen).containsExactly("rtp 1", "rtp 2");
        assertThat(tolerances).containsExactly(Tolerance.MEDIA_OF_OTHER_SSRC);
        assertThat(receiver.counts().refused()).isZero();
    }

    @Test
    void onRtp_otherSsrcThanAnnouncedAndNoPort_isTakenAfterASecond() {
        play(Optional.empty(), Optional.of(0x0bad_cafe));
        rtp(SAID_PORT, packet(1));
        timers.advanceMillis(1_000);
        rtp(SAID_PORT, packet(2));
        rtp(SAID_PORT, packet(3));
        assertThat(seen).containsExactly("rtp 2", "rtp 3");
        assertThat(tolerances).containsExactly(Tolerance.NO_SERVER_PORT, Tolerance.MEDIA_OF_OTHER_SSRC);
    }

    @Test
    void onRtp_ssrcAsAnnounced_isNotNoted() {
        play(Optional.of(SAID), Optional.of(SOURCE));
        rtp(SAID_PORT, packet(1));
        rtp(SAID_PORT, strange(900));
        rtp(SAID_PORT, packet(2));
        assertThat(seen).containsExactly("rtp 1", "rtp 2");
        assertThat(tolerances).isEmpty();
    }

    /** A port of ours that was used again, and a camera that has not heard the end of what went there. */
    @Test
    void onRtp_deadSessionFromTheAnnouncedEnd_givesWayToTheAnnouncedSourceForGood() {
        play(Optional.of(SAID), Optional.of(SOURCE));
        rtp(SAID_PORT, strange(901));
        for (int number = 1; number <= 3; number++) {
            rtp(SAID_PORT, packet(number));
            rtp(SAID_PORT, strange(901 + number));
        }
        assertThat(seen).containsExactly("rtp 901", "rtp 1", "rtp 2", "rtp 3");
        assertThat(receiver.counts().refused()).isEqualTo(3);
    }

    @Test
    void onRtp_sourceNamedInTheTransport_isThePeerToo() {
        TransportHeader granted = TransportHeader.parse(
                        "RTP/AVP;unicast;source=198.51.100.9;client_port=40000-40001;server_port=6970-6971",
                        TransportHeader::isUdp)
                .orElseThrow();
        play(DatagramPeer.camera(ScriptedCamera.ADDRESS, Optional.of(granted)));
        receiver.punch();
        assertThat(ports.sent).filteredOn(s -> s.startsWith("rtp ")).hasSize(2);
        ports.arrive(true, new InetSocketAddress(ELSEWHERE, SAID_PORT), packet(1));
        rtp(SAID_PORT, packet(2));
        ports.arrive(false, SAID_PORT + 1, goodbye());
        ports.arrive(false, new InetSocketAddress(ELSEWHERE, SAID_PORT + 1), report());
        assertThat(seen).containsExactly("rtp 1", "rtcp");
    }

    @Test
    void onRtcp_fromElsewhere_isRefusedAndEndsNothing() {
        playAsSaid();
        rtp(SAID_PORT, packet(1));
        ports.arrive(false, new InetSocketAddress(ELSEWHERE, SAID_PORT + 1), goodbye());
        ports.arrive(false, 7_001, goodbye());
        ports.arrive(true, 7_000, goodbye());
        assertThat(seen).containsExactly("rtp 1");
        ports.arrive(false, SAID_PORT + 1, report());
        rtp(SAID_PORT, goodbye());
        assertThat(seen).containsExactly("rtp 1", "rtcp", "rtcp", "goodbye");
        assertThat(receiver.counts().refused()).isEqualTo(3);
    }

    @Test
    void onRtcp_fromAnotherPortThanSaid_isLearntApartAndReportedToAsWell() {
        playAsSaid();
        rtp(SAID_PORT, packet(1));
        timers.advanceMillis(1_000);
        ports.arrive(false, 7_003, report());
        receiver.playing();
        timers.advanceMillis(5_000);
        assertThat(seen).containsExactly("rtp 1", "rtcp");
        assertThat(ports.sent)
                .anyMatch(s -> s.startsWith("rtcp 6971 81c9"))
                .anyMatch(s -> s.startsWith("rtcp 7003 81c9"));
    }

    @Test
    void onRtp_beforePlay_isRefused() throws IOException {
        receiver.openPorts(of -> ports);
        receiver.granted(new DatagramPeer(List.of(ScriptedCamera.ADDRESS), Optional.of(SAID), Optional.empty()));
        rtp(SAID_PORT, packet(1));
        assertThat(seen).isEmpty();
        assertThat(receiver.refusals()).endsWith("before PLAY");
    }

    /** Whatever comes, from wherever: what is the camera's is handed on, and nothing else is. */
    @Property(tries = 300)
    void onRtp_nonsense_handsOnSoundPacketsOfThePeerOnly(
            @ForAll @Size(max = 60) byte[] nonsense, @ForAll boolean isRtp, @ForAll @IntRange(max = 2) int from) {
        UdpReceiverTest fresh = new UdpReceiverTest();
        fresh.playAsSaid();
        InetSocketAddress end = from == 0
                ? new InetSocketAddress(ELSEWHERE, SAID_PORT)
                : new InetSocketAddress(ScriptedCamera.ADDRESS, SAID_PORT + (isRtp ? 0 : 1) + (from == 1 ? 0 : 8));
        fresh.ports.arrive(isRtp, end, nonsense);
        assertThat(fresh.seen.isEmpty()).isEqualTo(fresh.receiver.counts().refused() == 1);
        if (from != 1) {
            assertThat(fresh.seen).isEmpty();
        }
        fresh.close();
    }
}
