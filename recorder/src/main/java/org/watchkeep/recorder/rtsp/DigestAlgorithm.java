// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** The hashes Digest may be asked for (RFC 7616 3.2), weakest first: a further one is a further line here. */
enum DigestAlgorithm {
    MD5("MD5", "digest-md5");

    private final String token;
    private final String label;

    DigestAlgorithm(String token, String label) {
        this.token = token;
        this.label = label;
    }

    /** As written in {@code algorithm=}. */
    String token() {
        return token;
    }

    /** As written in status tables and JSON. */
    String label() {
        return label;
    }

    /** The algorithm of a challenge; MD5 where it names none (RFC 2617 3.2.1); empty where we do not know it. */
    static Optional<DigestAlgorithm> of(AuthChallenge challenge) {
        String wanted = challenge.parameter("algorithm").orElse(MD5.token);
        for (DigestAlgorithm algorithm : values()) {
            if (algorithm.token.equalsIgnoreCase(wanted)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /** Lower-case hexadecimal hash of the parts joined by colons. */
    String hash(String... parts) {
        try {
            byte[] digest = MessageDigest.getInstance(token)
                    .digest(String.join(":", parts).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no " + token, e);
        }
    }

    /**
     * RFC 2617 3.2.2.1: the response with {@code qop=auth} (nonce count and client nonce given), or the older one.
     *
     * @param qop {@code auth}, or empty for the form of RFC 2069
     */
    String response(
            Credentials who, String realm, String method, String uri, String nonce, String qop, Counter counter) {
        String secret = hash(who.user(), realm, who.password());
        String what = hash(method, uri);
        return qop.isEmpty()
                ? hash(secret, nonce, what)
                : hash(secret, nonce, counter.nonceCount(), counter.clientNonce(), qop, what);
    }

    /** What {@code qop=auth} adds: eight hexadecimal digits that count requests, and the client's own nonce. */
    record Counter(String nonceCount, String clientNonce) {
        static final Counter NONE = new Counter("", "");
    }
}
