// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.recorder.rtp.ReceptionStatistics;
import org.watchkeep.recorder.rtp.ReorderBuffer;
import org.watchkeep.recorder.rtp.RtcpCompound;
import org.watchkeep.recorder.rtp.RtcpWriter;
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

    /** 96 random bits (RFC 7022 4.2). */
    private static final int CNAME_BYTES = 12;

    /** What the receiver tells its session. */
    interface Owner {
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

    private @Nullable PortPair ports;
    private @Nullable InetAddress camera;
    private Optional<TransportHeader.Ports> cameraPorts = Optional.empty();
    private int rtpFrom;
    private int rtcpFrom;
    private boolean isOpen;
    private boolean closed;
    private long foreignPackets;
    private Timers.Timer holdTimer = Timers.Timer.NONE;
    private boolean isHoldTimerSet;
    private Timers.Timer reportTimer = Timers.Timer.NONE;

    UdpReceiver(int clockRate, Timers timers, RandomGenerator random, Set<Tolerance> tolerances, Owner owner) {
        this.timers = timers;
        this.random = random;
        this.tolerances = tolerances;
        this.owner = owner;
        this.reorder = new ReorderBuffer(allocator, owner::onRtp);
        this.statistics = new ReceptionStatistics(clockRate);
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

    /** Packets from elsewhere than the camera, or before PLAY. */
    long foreignPackets() {
        return foreignPackets;
    }

    ReorderBuffer.Statistics reordering() {
        return reorder.statistics();
    }

    /**
     * SETUP was granted.
     *
     * @param address the camera's end of the connection: nobody else is listened to
     * @param granted where the camera sends from, by its own word
     */
    void granted(InetAddress address, Optional<TransportHeader.Ports> granted) {
        camera = address;
        cameraPorts = granted;
        if (granted.isEmpty()) {
            tolerances.add(Tolerance.NO_SERVER_PORT);
        }
    }

    /** PLAY or RECORD: packets count from now on. */
    void open() {
        isOpen = true;
    }

    /**
     * A NAT or firewall between us learns to let packets in: one goes outwards from each port. The first is an RTP packet
     * without content, which a camera passes over.
     */
    void punch() {
        PortPair out = ports;
        InetAddress to = camera;
        if (out == null || to == null || cameraPorts.isEmpty()) {
            return;
        }
        ByteBuf empty = allocator.buffer(12).writeByte(0x80).writeByte(0).writeShort(0);
        out.sendRtp(
                empty.writeInt(0).writeInt(ssrc),
                new InetSocketAddress(to, cameraPorts.get().rtp()));
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
        InetSocketAddress to = rtcpPeer();
        if (out == null || to == null) {
            return;
        }
        ByteBuf compound = allocator.buffer();
        RtcpWriter.receiverReport(compound, ssrc, statistics.report(timers.nanos()));
        RtcpWriter.sourceDescription(compound, ssrc, cname);
        if (isLast) {
            RtcpWriter.goodbye(compound, ssrc);
        }
        out.sendRtcp(compound, to);
        out.flush();
    }

    /** Where the camera said; else where its reports come from; else beside where its packets come from. */
    private @Nullable InetSocketAddress rtcpPeer() {
        int beside = rtpFrom == 0 || rtpFrom == TransportHeader.Ports.MAX ? 0 : rtpFrom + 1;
        int port = cameraPorts.map(TransportHeader.Ports::rtcp).orElse(rtcpFrom != 0 ? rtcpFrom : beside);
        InetAddress to = camera;
        return port == 0 || to == null ? null : new InetSocketAddress(to, port);
    }

    @Override
    public void onBytes() {
        owner.onBytes();
    }

    @Override
    public void onRtp(ByteBuf packet, InetSocketAddress from) {
        if (!isFromCamera(from) || (rtpFrom != 0 && rtpFrom != from.getPort())) {
            foreignPackets++;
            return;
        }
        if (RtcpCompound.isRtcp(packet)) {
            takeRtcp(packet);
            return;
        }
        if (rtpFrom == 0) {
            rtpFrom = from.getPort();
            if (cameraPorts.isPresent() && cameraPorts.get().rtp() != rtpFrom) {
                tolerances.add(Tolerance.MEDIA_FROM_OTHER_PORT);
            }
        }
        statistics.onRtp(packet, timers.nanos());
        guarded(() -> reorder.offer(packet, timers.nanos()));
        scheduleHold();
    }

    @Override
    public void onRtcp(ByteBuf packet, InetSocketAddress from) {
        if (!isFromCamera(from)) {
            foreignPackets++;
            return;
        }
        rtcpFrom = from.getPort();
        takeRtcp(packet);
    }

    private boolean isFromCamera(InetSocketAddress from) {
        return isOpen && !closed && from.getAddress().equals(camera);
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
            holdTimer = timers.after(Math.max(0, reorder.deadlineNanos() - timers.nanos()), () -> {
                isHoldTimerSet = false;
                owner.onBytes();
                guarded(() -> reorder.onTime(timers.nanos()));
                scheduleHold();
            });
        }
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
