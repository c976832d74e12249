// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import org.watchkeep.recorder.rtsp.Manners;

/**
 * How the camera shows itself to clients that come by TLS. Certificate and version come before any path, so these hold for
 * all cameras on the same port.
 */
public enum TlsQuirk implements Quirk {
    EXPIRED_CERTIFICATE(
            "the certificate, signed by the camera itself, has expired",
            "refuse with that reason, unless this very certificate is pinned"),
    CERTIFICATE_OF_ANOTHER_NAME(
            "the certificate, signed by the camera itself, names another address",
            "refuse with that reason, unless this very certificate is pinned"),
    OLD_TLS_ONLY("speaks TLS 1.0 and 1.1 alone", "refuse and say why, unless this camera is allowed old TLS");

    @SuppressWarnings("ImmutableEnumChecker") // what it makes is new each time
    private final Recipe recipe;

    TlsQuirk(String does, String wants) {
        recipe = new Recipe("TLS: " + does, wants, () -> Oddity.of(Manners.PLAIN));
    }

    @Override
    public Recipe recipe() {
        return recipe;
    }
}
