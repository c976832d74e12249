// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.Optional;

/**
 * Whom to call, as whom, and how. Immutable.
 *
 * @param camera the camera's id, for errors
 * @param userAgent always sent: some cameras refuse clients without a name
 * @param transport how media is asked for
 * @param tls by what the camera's certificate is believed, for {@code rtsps://}
 * @param habits what is known of it
 */
public record RtspSessionSettings(
        String camera,
        RtspUrl url,
        Optional<Credentials> credentials,
        String userAgent,
        TransportChoice transport,
        TlsTrust tls,
        CameraHabits habits) {
    public RtspSessionSettings {
        requireTransport(url, transport);
    }

    /** Nothing known of the camera. */
    public RtspSessionSettings(
            String camera,
            RtspUrl url,
            Optional<Credentials> credentials,
            String userAgent,
            TransportChoice transport,
            TlsTrust tls) {
        this(camera, url, credentials, userAgent, transport, tls, CameraHabits.UNKNOWN);
    }

    /** The choice left to us, and certificates believed as this machine believes them. */
    public RtspSessionSettings(String camera, RtspUrl url, Optional<Credentials> credentials, String userAgent) {
        this(camera, url, credentials, userAgent, TransportChoice.AUTO, TlsTrust.SYSTEM);
    }

    /** TLS protects what is interleaved in it; datagrams beside it would be in clear (SRTP is not spoken). */
    public static void requireTransport(RtspUrl url, TransportChoice transport) {
        if (url.isTls() && transport == TransportChoice.UDP) {
            throw new IllegalArgumentException("transport: udp for " + url.scheme()
                    + ":// (expected: auto or tcp; media over UDP would not be encrypted)");
        }
    }
}
