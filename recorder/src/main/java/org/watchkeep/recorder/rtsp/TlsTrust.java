// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * By what a camera's certificate is believed, where it is called by {@code rtsps://}. Immutable.
 *
 * @param pin SHA-256 of the one certificate that is believed, 64 lower-case hex digits; nothing else of it is then looked
 *     at, neither name nor dates: most cameras sign their own and never renew them
 * @param authorities a PEM file of the certificates that may have signed the camera's; it must name the host we dial
 * @param isOldTlsAllowed whether TLS 1.0 and 1.1 are spoken too, for a camera that knows nothing newer
 */
public record TlsTrust(Optional<String> pin, Optional<Path> authorities, boolean isOldTlsAllowed) {
    private static final Pattern SHA256_HEX = Pattern.compile("[0-9a-f]{64}");

    /** Signed by an authority this machine believes, and naming the host we dial. TLS 1.2 or 1.3. */
    public static final TlsTrust SYSTEM = new TlsTrust(Optional.empty(), Optional.empty(), false);

    public TlsTrust {
        if (pin.isPresent() && authorities.isPresent()) {
            throw new IllegalArgumentException("tls: a pin and a file of authorities (expected: one of them)");
        }
        if (pin.isPresent() && !SHA256_HEX.matcher(pin.get()).matches()) {
            throw new IllegalArgumentException("tls pin: " + pin.get()
                    + " (expected: SHA-256 of the certificate, 64 hexadecimal digits, with or without colons)");
        }
    }

    /** This certificate and no other; digits in either case, with or without colons between them. */
    public static TlsTrust pinned(String sha256) {
        String digits = sha256.strip().replace(":", "").toLowerCase(Locale.ROOT);
        return new TlsTrust(Optional.of(digits), Optional.empty(), false);
    }

    /** Certificates signed by one of those in this PEM file. */
    public static TlsTrust signedBy(Path authorities) {
        return new TlsTrust(Optional.empty(), Optional.of(authorities), false);
    }

    /** The exception for one old camera. */
    public TlsTrust withOldTls() {
        return new TlsTrust(pin, authorities, true);
    }
}
