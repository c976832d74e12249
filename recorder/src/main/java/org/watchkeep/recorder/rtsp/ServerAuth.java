// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The server's side of Basic and Digest for one connection: a nonce of its own, good for {@link #MAX_NONCE_USES} requests
 * and then stale. Confined to its connection.
 */
final class ServerAuth {
    /** A session of a day with a keepalive each 30 s signs some 2,900 requests; 256 makes clients show they can renew. */
    static final int MAX_NONCE_USES = 256;

    private static final int NONCE_BYTES = 16;

    /** What came of looking at one request. */
    enum Verdict {
        ACCEPTED,
        MISSING,
        STALE,
        REFUSED
    }

    private final RandomGenerator random;
    private String nonce;
    private int uses;

    ServerAuth(RandomGenerator random) {
        this.random = random;
        this.nonce = newNonce();
    }

    private String newNonce() {
        byte[] bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    Verdict check(MountAccess access, RtspRequest request) {
        List<String> given = request.headers().all(RtspHeaders.AUTHORIZATION);
        if (access.scheme() == MountAccess.Scheme.NONE) {
            return Verdict.ACCEPTED;
        }
        if (given.isEmpty()) {
            return Verdict.MISSING;
        }
        return access.scheme() == MountAccess.Scheme.BASIC
                ? checkBasic(access, given.get(0))
                : checkDigest(access, request, given.get(0));
    }

    private static Verdict checkBasic(MountAccess access, String given) {
        String prefix = "Basic ";
        if (!given.regionMatches(true, 0, prefix, 0, prefix.length())) {
            return Verdict.REFUSED;
        }
        Credentials who = access.credentials();
        byte[] right = (who.user() + ":" + who.password()).getBytes(StandardCharsets.UTF_8);
        try {
            byte[] pair =
                    Base64.getDecoder().decode(given.substring(prefix.length()).strip());
            return MessageDigest.isEqual(pair, right) ? Verdict.ACCEPTED : Verdict.REFUSED;
        } catch (IllegalArgumentException e) {
            // Not base64: as wrong as a wrong password.
            return Verdict.REFUSED;
        }
    }

    private Verdict checkDigest(MountAccess access, RtspRequest request, String given) {
        List<AuthChallenge> parsed = AuthChallenge.parse(given);
        if (parsed.isEmpty() || !parsed.get(0).isScheme("Digest")) {
            return Verdict.REFUSED;
        }
        AuthChallenge answer = parsed.get(0);
        String uri = answer.parameter("uri").orElse("");
        String qop = answer.parameter("qop").orElse("");
        boolean wellFormed = DigestAlgorithm.of(answer).isPresent()
                && (qop.isEmpty() || qop.equalsIgnoreCase("auth"))
                && meansSame(uri, request.uri());
        if (!wellFormed) {
            return Verdict.REFUSED;
        }
        DigestAlgorithm.Counter counter = new DigestAlgorithm.Counter(
                answer.parameter("nc").orElse(""), answer.parameter("cnonce").orElse(""));
        String usedNonce = answer.parameter("nonce").orElse("");
        String right = DigestAlgorithm.of(answer)
                .orElse(DigestAlgorithm.MD5)
                .response(access.credentials(), access.realm(), request.method(), uri, usedNonce, qop, counter);
        if (!isEqual(right, answer.parameter("response").orElse(""))
                || !answer.parameter("username")
                        .orElse("")
                        .equals(access.credentials().user())) {
            return Verdict.REFUSED;
        }
        if (!isEqual(nonce, usedNonce) || ++uses > MAX_NONCE_USES) {
            return Verdict.STALE;
        }
        return Verdict.ACCEPTED;
    }

    private static boolean isEqual(String a, String b) {
        return MessageDigest.isEqual(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Clients sign the request's address (most), its path (servers for Bosch BVMS), or the base address even when the
     * request names a track (VLC): all three name this mount.
     */
    private static boolean meansSame(String signed, String requested) {
        String wanted = RtspUrl.pathOf(requested);
        String given = RtspUrl.pathOf(signed);
        return wanted.equals(given) || wanted.startsWith(given.endsWith("/") ? given : given + "/");
    }

    /** A 401 with a challenge; a fresh nonce where the old one has served its time. */
    RtspResponse challenge(MountAccess access, Verdict verdict) {
        RtspResponse refusal = RtspResponse.of(RtspResponse.UNAUTHORIZED);
        if (access.scheme() == MountAccess.Scheme.BASIC) {
            return refusal.with(RtspHeaders.WWW_AUTHENTICATE, "Basic realm=\"" + access.realm() + '"');
        }
        boolean stale = verdict == Verdict.STALE;
        if (stale) {
            nonce = newNonce();
            uses = 0;
        }
        String qop = access.scheme() == MountAccess.Scheme.DIGEST_QOP_AUTH ? ", qop=\"auth\"" : "";
        return refusal.with(
                RtspHeaders.WWW_AUTHENTICATE,
                "Digest realm=\"" + access.realm() + "\", nonce=\"" + nonce + "\", algorithm=MD5" + qop
                        + (stale ? ", stale=true" : ""));
    }
}
