// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which end the datagrams of one port of ours are taken from: one at a time, at the peer's address. The end that the peer
 * announced (its port; where it named none, its SSRC) is believed at once; any other only when nothing has been taken for
 * {@link #SILENCE_NANOS}, for then the peer is behind a NAT that gave it another port, or does not do what it says. Whoever
 * was let in like that makes way as soon as the announced end is heard.
 *
 * <pre>
 *   open ──announced end──► announced ◄──announced end── other
 *     └──any end of the peer, after silence──────────────► ▲   (announced, silent: another end after silence)
 * </pre>
 *
 * <p>It judges ends, not what they send: the owner shows it only what is sound. An address is no proof: somebody who can send
 * under the peer's address and port is believed, as ever with RTP in clear. Confined to its event loop.
 */
final class SourceLock {
    /**
     * Media come many times a second, and what opens a NAT has gone both ways within it. Longer would lose more of a camera
     * that sends from another port than it says.
     */
    static final long SILENCE_NANOS = 1_000_000_000L;

    private List<InetAddress> hosts = List.of();
    private Optional<Integer> port = Optional.empty();
    private @Nullable InetSocketAddress held;
    private boolean isHeldAnnounced;
    private long lastNanos;

    /**
     * @param peers where the peer may send from
     * @param announced the port that it says it sends from
     */
    void expect(List<InetAddress> peers, Optional<Integer> announced) {
        hosts = List.copyOf(peers);
        port = announced;
    }

    /** From now on datagrams are awaited. */
    void open(long nowNanos) {
        lastNanos = nowNanos;
    }

    /** Whether it is an address of the peer's. */
    boolean isOfPeer(InetSocketAddress from) {
        return hosts.contains(from.getAddress());
    }

    /** Whether it is the port that was announced, or none was. */
    boolean isAnnouncedPort(InetSocketAddress from) {
        return port.isEmpty() || port.get() == from.getPort();
    }

    /**
     * Something sound came from the peer's address; if it is taken, its end is the one that is listened to.
     *
     * @param isAsAnnounced what it says of itself is what the peer said of it; asked where no port tells its end
     */
    boolean takes(InetSocketAddress from, boolean isAsAnnounced, long nowNanos) {
        if (!isOfPeer(from)) {
            return false;
        }
        boolean isAnnounced = isAnnouncedPort(from) && (port.isPresent() || isAsAnnounced);
        if (from.equals(held)) {
            isHeldAnnounced |= isAnnounced;
        } else if ((isAnnounced && !isHeldAnnounced) || isSilent(nowNanos)) {
            held = from;
            isHeldAnnounced = isAnnounced;
        } else {
            return false;
        }
        lastNanos = nowNanos;
        return true;
    }

    private boolean isSilent(long nowNanos) {
        return nowNanos - lastNanos >= SILENCE_NANOS;
    }

    /** Whether this is the end that is listened to. */
    boolean isHeldBy(InetSocketAddress from) {
        return from.equals(held);
    }

    /** The end that is listened to. */
    Optional<InetSocketAddress> held() {
        return Optional.ofNullable(held);
    }
}
