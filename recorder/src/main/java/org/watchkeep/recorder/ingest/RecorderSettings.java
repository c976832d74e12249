// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.watchkeep.recorder.rtsp.NettyTransport;
import org.watchkeep.recorder.rtsp.ServerCertificate;
import org.watchkeep.recorder.rtsp.UdpPortRange;

/**
 * How the recorder runs. Immutable.
 *
 * @param eventLoops threads that receive, cut, hash and encrypt; as many as cores (measured: more gains nothing)
 * @param userAgent what cameras are told we are
 * @param connects how many cameras may be called at a time
 * @param push where cameras that push are listened for; empty for nowhere
 * @param udpPorts where ports for media in datagrams are taken from
 */
public record RecorderSettings(
        NettyTransport transport,
        int eventLoops,
        String userAgent,
        ConnectLimits connects,
        Optional<Push> push,
        UdpPortRange udpPorts) {
    /**
     * A port that cameras push to. Immutable.
     *
     * @param certificate shown to those that come by TLS; without one they all come in clear
     */
    public record Push(InetSocketAddress listen, Optional<ServerCertificate> certificate) {}

    public RecorderSettings {
        if (eventLoops < 1) {
            throw new IllegalArgumentException("eventLoops: " + eventLoops + " (expected: >= 1)");
        }
    }

    /** With the usual limits. */
    public RecorderSettings(NettyTransport transport, int eventLoops, String userAgent) {
        this(transport, eventLoops, userAgent, ConnectLimits.DEFAULT, Optional.empty(), UdpPortRange.ANY);
    }

    public RecorderSettings with(ConnectLimits others) {
        return new RecorderSettings(transport, eventLoops, userAgent, others, push, udpPorts);
    }

    public RecorderSettings with(UdpPortRange others) {
        return new RecorderSettings(transport, eventLoops, userAgent, connects, push, others);
    }

    /** Listens for cameras that push. */
    public RecorderSettings withPush(Push port) {
        return new RecorderSettings(transport, eventLoops, userAgent, connects, Optional.of(port), udpPorts);
    }

    /** What suits this machine. */
    public static RecorderSettings ofThisMachine() {
        return new RecorderSettings(NettyTransport.best(), Runtime.getRuntime().availableProcessors(), "Watchkeep");
    }
}
