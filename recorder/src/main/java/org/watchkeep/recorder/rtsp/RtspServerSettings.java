// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * How the server listens. Immutable.
 *
 * @param address port 0 takes any free one
 * @param product the Server header
 * @param sessionTimeoutSeconds after so long without a word from the client its connection is closed
 * @param certificate shown to clients that begin with TLS, on the same port; without one none can
 * @param isOldTlsOnly TLS 1.0 and 1.1 and nothing newer, as very old cameras; to be tested against
 * @param udpPorts where ports for media in datagrams are taken from
 * @param door what is borne from those that have not logged in
 */
public record RtspServerSettings(
        InetSocketAddress address,
        String product,
        int sessionTimeoutSeconds,
        Optional<ServerCertificate> certificate,
        boolean isOldTlsOnly,
        UdpPortRange udpPorts,
        DoorLimits door) {
    /** RFC 2326 12.37. */
    public static final int DEFAULT_SESSION_TIMEOUT_SECONDS = 60;

    public RtspServerSettings {
        if (sessionTimeoutSeconds < 1) {
            throw new IllegalArgumentException("sessionTimeoutSeconds: " + sessionTimeoutSeconds + " (expected: >= 1)");
        }
    }

    /** Without TLS. */
    public RtspServerSettings(InetSocketAddress address, String product, int sessionTimeoutSeconds) {
        this(address, product, sessionTimeoutSeconds, Optional.empty());
    }

    /** With TLS where there is a certificate. */
    public RtspServerSettings(
            InetSocketAddress address,
            String product,
            int sessionTimeoutSeconds,
            Optional<ServerCertificate> certificate) {
        this(address, product, sessionTimeoutSeconds, certificate, false, UdpPortRange.ANY, DoorLimits.NONE);
    }

    public RtspServerSettings withCertificate(ServerCertificate shown) {
        return new RtspServerSettings(
                address, product, sessionTimeoutSeconds, Optional.of(shown), isOldTlsOnly, udpPorts, door);
    }

    public RtspServerSettings withOldTlsOnly() {
        return new RtspServerSettings(address, product, sessionTimeoutSeconds, certificate, true, udpPorts, door);
    }

    public RtspServerSettings withUdpPorts(UdpPortRange others) {
        return new RtspServerSettings(address, product, sessionTimeoutSeconds, certificate, isOldTlsOnly, others, door);
    }

    public RtspServerSettings withDoor(DoorLimits others) {
        return new RtspServerSettings(
                address, product, sessionTimeoutSeconds, certificate, isOldTlsOnly, udpPorts, others);
    }

    public static RtspServerSettings on(InetSocketAddress address) {
        return new RtspServerSettings(address, "Watchkeep", DEFAULT_SESSION_TIMEOUT_SECONDS);
    }
}
