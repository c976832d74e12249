// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.watchkeep.recorder.rtp.RtcpCompound;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * How one track's packets reach the session, and which of all that comes are its own: asks for a transport, takes what is
 * granted, and hands packets on between {@link #open} and {@link #shut}. Confined to the session's event loop.
 */
final class SessionMedia {
    /**
     * Over UDP: so long without a first packet, and a firewall keeps them out. Sooner than the media watchdog, which would
     * only see that nothing comes.
     */
    static final long SILENCE_NANOS = 3_000_000_000L;

    /** Some cameras say goodbye and go on under another SSRC; so long without a packet, and they meant it. */
    static final long GOODBYE_NANOS = 1_000_000_000L;

    private static final TransportHeader.Channels ASKED_CHANNELS = TransportHeader.Channels.ofTrack(0);

    /** What the session is told beside packets, over UDP only. */
    interface Owner {
        /** Nothing has come since PLAY. */
        void onSilence();

        /** The camera has ended the stream. */
        void onGoodbye();

        void onBadBytes(IOException cause);
    }

    private final Timers timers;
    private final RandomGenerator random;
    private final Set<Tolerance> tolerances;
    private final RtspSession.Listener listener;
    private final Owner owner;

    private TransportHeader.Channels channels = ASKED_CHANNELS;
    private @Nullable UdpReceiver udp;
    private boolean isGranted;
    private boolean isOpen;
    private boolean isPlaying;
    private boolean isShut;
    private long packets;
    private long strayFrames;
    private Timers.Timer silence = Timers.Timer.NONE;
    private Timers.Timer goodbye = Timers.Timer.NONE;

    SessionMedia(
            Timers timers,
            RandomGenerator random,
            Set<Tolerance> tolerances,
            RtspSession.Listener listener,
            Owner owner) {
        this.timers = timers;
        this.random = random;
        this.tolerances = tolerances;
        this.listener = listener;
        this.owner = owner;
    }

    /** The Transport header for interleaved delivery. */
    String askTcp() {
        return TransportHeader.request(ASKED_CHANNELS);
    }

    /** The Transport header for UDP; opens the ports it names, once. */
    String askUdp(Connector connector, @Nullable SocketAddress localEnd, UdpReceiver.Track track) throws IOException {
        UdpReceiver receiver = udp;
        if (receiver == null) {
            receiver = new UdpReceiver(track, timers, random, tolerances, new Datagrams());
            udp = receiver;
            return TransportHeader.request(receiver.openPorts(of -> connector.openPorts(localEnd, of)));
        }
        return TransportHeader.request(receiver.ports());
    }

    /**
     * SETUP was answered.
     *
     * @param header the Transport header; without one we have what we asked for
     * @param cameraEnd the other end of the connection
     * @return whether it is something we can use
     */
    boolean grant(Optional<String> header, @Nullable SocketAddress cameraEnd) {
        boolean askedUdp = udp != null;
        Optional<TransportHeader> granted = header.flatMap(h -> TransportHeader.parse(h, t -> t.isUdp() == askedUdp)
                .or(() -> TransportHeader.parse(h, t -> !t.isUdp())));
        if (header.isPresent() && granted.isEmpty()) {
            return false;
        }
        UdpReceiver receiver = udp;
        if (receiver != null && granted.map(TransportHeader::isUdp).orElse(true)) {
            if (!(cameraEnd instanceof InetSocketAddress camera)) {
                return false;
            }
            receiver.granted(DatagramPeer.camera(camera.getAddress(), granted));
        } else if (receiver != null) {
            tolerances.add(Tolerance.TCP_WHERE_UDP_WAS_ASKED);
            receiver.close();
            udp = null;
        }
        if (header.isEmpty()) {
            tolerances.add(Tolerance.TRANSPORT_NOT_SAID);
        }
        channels = granted.flatMap(TransportHeader::channels).orElse(ASKED_CHANNELS);
        if (!channels.equals(ASKED_CHANNELS)) {
            tolerances.add(Tolerance.OTHER_CHANNELS);
        }
        isGranted = true;
        return true;
    }

    boolean isUdp() {
        return udp != null;
    }

    /** The interleaved channel of RTP, or our port. */
    int channel() {
        return udp == null ? channels.rtp() : udp.rtpPort();
    }

    /** What became of datagrams that did not come as they should; zeros where media are interleaved. */
    DatagramCounts datagrams() {
        return udp == null ? DatagramCounts.NONE : udp.counts();
    }

    /** What came and was refused, for a session that ends without media; empty where nothing was. */
    String refusals() {
        return udp == null ? "" : udp.refusals();
    }

    long strayFrames() {
        return strayFrames + datagrams().refused();
    }

    boolean isKnownChannel(int channel) {
        return isGranted && udp == null && (channel == channels.rtp() || channel == channels.rtcp());
    }

    /**
     * PLAY is being sent. Packets count from here on, even before its answer (v4l2rtspserver; newer Reolink sends a sender
     * report). Before it they can only be a dead session's (see {@link Live555}).
     */
    void open() {
        if (!isOpen && udp != null) {
            udp.open();
            udp.punch();
        }
        isOpen = true;
    }

    /** PLAY was accepted. */
    void playing() {
        isPlaying = true;
        if (udp != null) {
            udp.punch();
            udp.playing();
            silence = timers.after(SILENCE_NANOS, () -> {
                if (packets == 0) {
                    owner.onSilence();
                }
            });
        }
    }

    /** A frame came interleaved. */
    void onFrame(int channel, ByteBuf packet) throws IOException {
        if (!isOpen || !isKnownChannel(channel)) {
            strayFrames++;
            if (!isShut) {
                tolerances.add(Tolerance.STRAY_FRAMES);
            }
            return;
        }
        if (!isPlaying) {
            tolerances.add(Tolerance.MEDIA_BEFORE_PLAY_ANSWER);
        }
        boolean isRtcp = RtcpCompound.isRtcp(packet);
        if (channel == channels.rtp() && !isRtcp) {
            listener.onRtp(packet);
        } else {
            if (channel == channels.rtp()) {
                tolerances.add(Tolerance.RTCP_ON_MEDIA_CHANNEL);
            }
            listener.onRtcp(packet);
        }
    }

    /** Hands on what still waits for packets before it. */
    void flush() {
        if (udp != null) {
            udp.flush();
        }
    }

    /** Hands nothing on any more. */
    void shut() {
        isOpen = false;
        isShut = true;
        silence.cancel();
        goodbye.cancel();
    }

    /** Gives the ports back. */
    void close() {
        shut();
        if (udp != null) {
            udp.close();
        }
    }

    private final class Datagrams implements UdpReceiver.Owner {
        @Override
        public void onBytes() {
            if (isOpen) {
                listener.onBytes();
            }
        }

        @Override
        public void onRtp(ByteBuf packet) throws IOException {
            if (isOpen) {
                packets++;
                goodbye.cancel();
                listener.onRtp(packet);
            }
        }

        @Override
        public void onRtcp(ByteBuf packet) throws IOException {
            if (isOpen) {
                listener.onRtcp(packet);
            }
        }

        @Override
        public void onGoodbye() {
            if (isOpen) {
                goodbye.cancel();
                goodbye = timers.after(GOODBYE_NANOS, owner::onGoodbye);
            }
        }

        @Override
        public void onBadBytes(IOException cause) {
            if (isOpen) {
                owner.onBadBytes(cause);
            }
        }
    }
}
