// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

/** Who may open a mount of the {@link RtspServer}. Immutable. */
public record MountAccess(Scheme scheme, String realm, Credentials credentials) {
    /** How the client proves who it is. */
    public enum Scheme {
        NONE,
        BASIC,
        /** Digest MD5 in the form of RFC 2069, as most cameras ask it. */
        DIGEST,
        /** Digest MD5 with {@code qop="auth"}: nonce count and client nonce are signed too. */
        DIGEST_QOP_AUTH
    }

    /** Anybody. */
    public static final MountAccess OPEN = new MountAccess(Scheme.NONE, "", new Credentials("", ""));

    public MountAccess {
        if (realm.indexOf('"') >= 0 || realm.indexOf('\r') >= 0 || realm.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("realm: holds a quote or line break");
        }
    }
}
