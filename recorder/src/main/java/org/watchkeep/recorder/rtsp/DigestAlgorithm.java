// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * The hashes Digest may be asked for (RFC 7616 3.2), weakest first. Of two alike the {@code -sess} form is the stronger: it
 * binds what is secret to one nonce.
 */
enum DigestAlgorithm {
    MD5("MD5", "MD5", "digest-md5"),
    MD5_SESS("MD5-sess", "MD5", "digest-md5-sess"),
    SHA_256("SHA-256", "SHA-256", "digest-sha256"),
    SHA_256_SESS("SHA-256-sess", "SHA-256", "digest-sha256-sess"),
    SHA_512_256("SHA-512-256", "SHA-512/256", "digest-sha512-256"),
    SHA_512_256_SESS("SHA-512-256-sess", "SHA-512/256", "digest-sha512-256-sess");

    private final String token;
    private final String hashName;
    private final String label;

    DigestAlgorithm(String token, String hashName, String label) {
        this.token = token;
        this.hashName = hashName;
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

    /** RFC 7616 3.4.2: the secret depends on the nonces of both sides too. */
    boolean isOfSession() {
        return token.endsWith("-sess");
    }

    /** The algorithm of a challenge; MD5 where it names none (RFC 7616 3.3); empty where we do not know it. */
    static Optional<DigestAlgorithm> of(AuthChallenge challenge) {
        String wanted = normal(challenge.parameter("algorithm").orElse(""));
        if (wanted.isEmpty()) {
            return Optional.of(MD5);
        }
        for (DigestAlgorithm algorithm : values()) {
            if (normal(algorithm.token).equals(wanted)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /** Firmware writes {@code SHA256}, {@code sha-256} and {@code SHA_256} for the same. */
    private static String normal(String name) {
        return name.strip().toUpperCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    /** Lower-case hexadecimal hash of the parts joined by colons. */
    String hash(String... parts) {
        try {
            byte[] digest = MessageDigest.getInstance(hashName)
                    .digest(String.join(":", parts).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no " + hashName, e);
        }
    }

    /**
     * RFC 7616 3.4.1: the response with {@code qop=auth} (nonce count and client nonce given), or the older one.
     *
     * @param qop {@code auth}, or empty for the form of RFC 2069
     */
    String response(
            Credentials who, String realm, String method, String uri, String nonce, String qop, Counter counter) {
        String account = hash(who.user(), realm, who.password());
        String secret = isOfSession() ? hash(account, nonce, counter.clientNonce()) : account;
        String what = hash(method, uri);
        return qop.isEmpty()
                ? hash(secret, nonce, what)
                : hash(secret, nonce, counter.nonceCount(), counter.clientNonce(), qop, what);
    }

    /** What {@code qop=auth} adds: eight hexadecimal digits that count requests, and the client's own nonce. */
    record Counter(String nonceCount, String clientNonce) {}
}
