// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.recorder.rtp.ReceptionStatistics;
import org.watchkeep.recorder.rtp.ReorderBuffer;
import org.watchkeep.recorder.rtp.RtcpCompound;
import org.watchkeep.recorder.rtp.RtcpWriter;
import org.watchkeep.recorder.rtp.RtpPacket;
import org.watchkeep.recorder.rtp.SenderReport;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * The media of one session over UDP: takes what comes from the camera and from nobody else, in order and once, opens the
 * way through a NAT, and reports back every few seconds (RFC 3550 6.4.2), for which some cameras stop without.
 *
 * <p>Confined to the session's event loop.
 */
final class UdpReceiver implements PortPair.Receiver {
    private static final Logger LOG = LoggerFactory.getLogger(UdpReceiver.class);

    /** Some cameras stop when they hear no receiver report for longer. */
    static final long MAX_REPORT_INTERVAL_NANOS = 5_000_000_000L;

    /** A timer that comes so late says that datagrams were not read either; and in so long all that has come is read. */
    private static final long HELD_UP_NANOS = 10_000_000L;

    /** Of a datagram that is refused: a header and a little. */
    private static final int SHOWN_BYTES = 16;

    /** 96 random bits (RFC 7022 4.2). */
    private static final int CNAME_BYTES = 12;

    /** What the receiver tells its session. */
    interface Owner {
        /** Something of the peer's was read, and follows. */
        void onBytes();

        void onRtp(ByteBuf packet) throws IOException;

        void onRtcp(ByteBuf packet) throws IOException;

        /** The camera has said that the stream ends. */
        void onGoodbye();

        /** What came cannot be understood. */
        void onBadBytes(IOException cause);
    }

    private final Timers timers;
    private final RandomGenerator random;
    private final Set<Tolerance> tolerances;
    private final Owner owner;
    private final ByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
    private final ReorderBuffer reorder;
    private final ReceptionStatistics statistics;
    private final int ssrc;
    private final String cname;

    private final Track track;
    private final SourceLock rtpLock = new SourceLock();
    private final SourceLock rtcpLock = new SourceLock();

    private @Nullable PortPair ports;
    private @Nullable DatagramPeer peer;
    private boolean isOpen;
    private boolean closed;
    private boolean isAnnouncedSourceHeard;
    /** Another source than the announced one, from before that was heard. */
    private @Nullable Integer sourceBefore;
    /** Of datagrams that were read together, none has been taken yet. */
    private boolean isFirstOfRead;
    /** Written on the event loop alone. */
    private volatile long refused;

    private String refusal = "";
    private Timers.Timer holdTimer = Timers.Timer.NONE;
    private boolean isHoldTimerSet;
    private Timers.Timer reportTimer = Timers.Timer.NONE;

    /**
     * What may come.
     *
     * @param payloadTypes of its packets
     * @param clockRate ticks a second of their timestamps
     */
    record Track(Set<Integer> payloadTypes, int clockRate) {
        Track {
            payloadTypes = Set.copyOf(payloadTypes);
        }
    }

    UdpReceiver(Track track, Timers timers, RandomGenerator random, Set<Tolerance> tolerances, Owner owner) {
        this.track = track;
        this.timers = timers;
        this.random = random;
        this.tolerances = tolerances;
        this.owner = owner;
        this.statistics = new ReceptionStatistics(track.clockRate());
        this.reorder = new ReorderBuffer(allocator, statistics, owner::onRtp);
        this.ssrc = random.nextInt();
        byte[] name = new byte[CNAME_BYTES];
        random.nextBytes(name);
        this.cname = Base64.getEncoder().encodeToString(name);
    }

    /** Opens the ports that SETUP is to name. */
    TransportHeader.Ports openPorts(PortPair.Opener opener) throws IOException {
        ports = opener.open(this);
        return ports();
    }

    /** Those that were opened. */
    TransportHeader.Ports ports() {
        return new TransportHeader.Ports(rtpPort(), rtpPort() + 1);
    }

    int rtpPort() {
        return ports == null ? 0 : ports.rtpPort();
    }

    /** Any thread. */
    DatagramCounts counts() {
        return DatagramCounts.of(reorder.statistics(), refused);
    }

    /** Why datagrams were refused: how many, and what was wrong with one of the last; empty where none was. */
    String refusals() {
        return refused == 0 ? "" : "datagrams refused: " + refused + ", as " + refusal;
    }

    /** SETUP was granted: nobody but this peer is listened to. */
    void granted(DatagramPeer by) {
        peer = by;
        rtpLock.expect(by.hosts(), by.ports().map(TransportHeader.Ports::rtp));
        rtcpLock.expect(by.hosts(), by.ports().map(TransportHeader.Ports::rtcp));
        if (by.ports().isEmpty()) {
            tolerances.add(Tolerance.NO_SERVER_PORT);
        }
    }

    /** PLAY or RECORD: packets count from now on. */
    void open() {
        isOpen = true;
        rtpLock.open(timers.nanos());
        rtcpLock.open(timers.nanos());
    }

    /**
     * A NAT or firewall between us learns to let packets in: one goes outwards from each port. The first is an RTP packet
     * without content, which a camera passes over.
     */
    void punch() {
        PortPair out = ports;
        DatagramPeer to = peer;
        if (out == null || to == null || to.ports().isEmpty()) {
            return;
        }
        for (InetAddress host : to.hosts()) {
            ByteBuf empty = allocator.buffer(12).writeByte(0x80).writeByte(0).writeShort(0);
            out.sendRtp(
                    empty.writeInt(0).writeInt(ssrc),
                    new InetSocketAddress(host, to.ports().get().rtp()));
        }
        report(false);
    }

    /** PLAY or RECORD was accepted: reports begin. */
    void playing() {
        scheduleReport();
    }

    /** RFC 3550 6.3.5: never two receivers in step. */
    private void scheduleReport() {
        long half = MAX_REPORT_INTERVAL_NANOS / 2;
        reportTimer = timers.after(half + random.nextLong(half), () -> {
            report(false);
            scheduleReport();
        });
    }

    private void report(boolean isLast) {
        PortPair out = ports;
        Set<InetSocketAddress> ends = reportedTo();
        if (out == null || ends.isEmpty()) {
            return;
        }
        ByteBuf compound = allocator.buffer();
        RtcpWriter.receiverReport(compound, ssrc, statistics.report(timers.nanos()));
        RtcpWriter.sourceDescription(compound, ssrc, cname);
        if (isLast) {
            RtcpWriter.goodbye(compound, ssrc);
        }
        for (InetSocketAddress end : ends) {
            out.sendRtcp(compound.retainedDuplicate(), end);
        }
        compound.release();
        out.flush();
    }

    /**
     * Where the camera said, and where its reports come from, which differ behind a NAT; where it said nothing and has not
     * reported, beside where its packets come from.
     */
    private Set<InetSocketAddress> reportedTo() {
        DatagramPeer to = peer;
        if (to == null) {
            return Set.of();
        }
        Optional<InetSocketAddress> media = rtpLock.held();
        List<InetAddress> hosts = media.map(m -> List.of(m.getAddress())).orElse(to.hosts());
        Set<InetSocketAddress> ends = new LinkedHashSet<>();
        to.ports().ifPresent(said -> hosts.forEach(host -> ends.add(new InetSocketAddress(host, said.rtcp()))));
        rtcpLock.held().ifPresent(ends::add);
        if (ends.isEmpty()) {
            media.filter(m -> m.getPort() < TransportHeader.Ports.MAX)
                    .ifPresent(m -> ends.add(new InetSocketAddress(m.getAddress(), m.getPort() + 1)));
        }
        return ends;
    }

    @Override
    public void onBytes() {
        isFirstOfRead = true;
    }

    @Override
    public void onRtp(ByteBuf packet, InetSocketAddress from) {
        if (!isAwaited(from)) {
            return;
        }
        if (RtcpCompound.isRtcp(packet)) {
            onRtcpAmongMedia(packet, from);
        } else if (isOfTrack(packet, from)) {
            onMedia(packet, from);
        }
    }

    private void onMedia(ByteBuf packet, InetSocketAddress from) {
        long now = timers.nanos();
        Optional<Integer> announced = peer == null ? Optional.empty() : peer.ssrc();
        boolean isAnnouncedSource = announced.isEmpty() || announced.get() == RtpPacket.ssrc(packet);
        if (!isAnnouncedSource && isOfDeadSession(packet)) {
            refuse(from, () -> "the source that sent before the one announced");
            return;
        }
        if (!rtpLock.takes(from, isAnnouncedSource, now)) {
            refuse(from, () -> "another end than the one that sends the media");
            return;
        }
        heard(isAnnouncedSource, RtpPacket.ssrc(packet));
        if (!rtpLock.isAnnouncedPort(from)) {
            tolerances.add(Tolerance.MEDIA_FROM_OTHER_PORT);
        }
        taken();
        guarded(() -> reorder.offer(packet, now));
        scheduleHold();
    }

    /**
     * A camera that announces one SSRC and sends another is recorded from the first packet. But where the announced one comes
     * after all, the other was what is left of a dead session, at ports that were used again.
     */
    private void heard(boolean isAnnouncedSource, int ssrc) {
        if (isAnnouncedSource) {
            isAnnouncedSourceHeard = true;
        } else if (!isAnnouncedSourceHeard) {
            sourceBefore = ssrc;
            tolerances.add(Tolerance.MEDIA_OF_OTHER_SSRC);
        }
    }

    private boolean isOfDeadSession(ByteBuf packet) {
        Integer before = sourceBefore;
        return isAnnouncedSourceHeard && before != null && before == RtpPacket.ssrc(packet);
    }

    /** Some cameras send their reports from where the media come from, and to there (RFC 5761). */
    private void onRtcpAmongMedia(ByteBuf packet, InetSocketAddress from) {
        boolean isMediasEnd = rtpLock.held().isPresent() ? rtpLock.isHeldBy(from) : rtpLock.isAnnouncedPort(from);
        if (isMediasEnd && RtcpCompound.isSound(packet)) {
            taken();
            takeRtcp(packet);
        } else {
            refuse(from, () -> "RTCP among the media: " + start(packet));
        }
    }

    @Override
    public void onRtcp(ByteBuf packet, InetSocketAddress from) {
        if (!isAwaited(from)) {
            return;
        }
        boolean isMediasHost = rtpLock.held()
                .map(m -> m.getAddress().equals(from.getAddress()))
                .orElse(true);
        if (!RtcpCompound.isSound(packet)) {
            refuse(from, () -> "no RTCP: " + start(packet));
        } else if (!isMediasHost || !rtcpLock.takes(from, true, timers.nanos())) {
            refuse(from, () -> "another end than the one that reports");
        } else {
            taken();
            takeRtcp(packet);
        }
    }

    /** Whether anything is to come from there now. */
    private boolean isAwaited(InetSocketAddress from) {
        if (closed) {
            return false;
        }
        if (!rtpLock.isOfPeer(from)) {
            refuse(from, () -> "not the address we talk to");
            return false;
        }
        if (!isOpen) {
            refuse(from, () -> "before PLAY");
            return false;
        }
        return true;
    }

    private boolean isOfTrack(ByteBuf packet, InetSocketAddress from) {
        if (!RtpPacket.isSound(packet)) {
            refuse(from, () -> "no RTP: " + start(packet));
            return false;
        }
        int type = RtpPacket.payloadType(packet);
        if (!track.payloadTypes().contains(type)) {
            refuse(
                    from,
                    () -> "payload type " + type + " (expected: one of " + new TreeSet<>(track.payloadTypes()) + ")");
            return false;
        }
        return true;
    }

    private static String start(ByteBuf packet) {
        int shown = Math.min(packet.readableBytes(), SHOWN_BYTES);
        return packet.readableBytes() + " bytes, " + ByteBufUtil.hexDump(packet, packet.readerIndex(), shown);
    }

    /**
     * Nothing else is made of it: no statistics, no sign of life. The first is told of, for who comes to look; what was wrong is
     * written down more and more seldom, for somebody may be sending a great many.
     */
    private void refuse(InetSocketAddress from, Supplier<String> why) {
        long count = refused + 1;
        refused = count;
        if (Long.bitCount(count) == 1) {
            refusal = "from " + from + ": " + why.get();
        }
        if (count == 1) {
            LOG.info("UDP port {}: refused a datagram {}; further ones are only counted", rtpPort(), refusal);
        }
    }

    private void taken() {
        if (isFirstOfRead) {
            isFirstOfRead = false;
            owner.onBytes();
        }
    }

    private void takeRtcp(ByteBuf packet) {
        RtcpCompound compound = RtcpCompound.read(packet);
        for (SenderReport report : compound.senderReports()) {
            statistics.onSenderReport(report, timers.nanos());
        }
        guarded(() -> owner.onRtcp(packet));
        if (compound.bye() && !closed) {
            owner.onGoodbye();
        }
    }

    /** What must not fail into Netty. */
    private interface Step {
        void run() throws IOException;
    }

    private void guarded(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            owner.onBadBytes(e);
        } catch (RuntimeException e) {
            // A fault of ours costs this camera its session; in the socket's pipeline it would only be logged.
            LOG.error("UDP port {}: ending the session", rtpPort(), e);
            owner.onBadBytes(new IOException("a fault in the recorder: " + e, e));
        }
    }

    private void scheduleHold() {
        if (!closed && !isHoldTimerSet && reorder.isWaiting()) {
            isHoldTimerSet = true;
            holdTimer = timers.after(
                    Math.max(0, reorder.deadlineNanos() - timers.nanos()), () -> onHoldTime(HELD_UP_NANOS));
        }
    }

    private void onHoldTime(long borneNanos) {
        if (reorder.isWaiting() && timers.nanos() - reorder.deadlineNanos() > borneNanos) {
            // The loop was busy elsewhere. What we wait for may lie in the system's buffer: that is read first.
            holdTimer = timers.after(HELD_UP_NANOS, () -> onHoldTime(Long.MAX_VALUE));
            return;
        }
        isHoldTimerSet = false;
        owner.onBytes();
        guarded(() -> reorder.onTime(timers.nanos()));
        scheduleHold();
    }

    /** Hands on what waits for packets that will not come any more. */
    void flush() {
        guarded(reorder::flush);
    }

    /** Says goodbye, and gives the ports back as soon as nothing comes any more. */
    void close() {
        if (closed) {
            return;
        }
        if (isOpen) {
            report(true);
        }
        closed = true;
        holdTimer.cancel();
        reportTimer.cancel();
        reorder.close();
        if (ports != null) {
            ports.close();
        }
    }
}
