// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The server's side of Basic and Digest for one connection: a nonce of its own, good for so many requests
 * ({@link MountAccess.Habits}) and then stale. Confined to its connection.
 */
final class ServerAuth {
    private static final int NONCE_BYTES = 16;

    /** RFC 7616 3.4: {@code nc} is eight hexadecimal digits. */
    private static final int NONCE_COUNT_DIGITS = 8;

    /** What came of looking at one request. */
    enum Verdict {
        ACCEPTED,
        MISSING,
        STALE,
        REFUSED
    }

    private final RandomGenerator random;
    private String label = ClientAuth.NONE;
    private String nonce;
    private int uses;
    private long lastNonceCount;

    ServerAuth(RandomGenerator random) {
        this.random = random;
        this.nonce = newNonce();
    }

    private String newNonce() {
        byte[] bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** How the newest request was signed, as {@code digest-md5}. */
    String label() {
        return label;
    }

    Verdict check(MountAccess access, RtspRequest request) {
        List<String> given = request.headers().all(RtspHeaders.AUTHORIZATION);
        if (access.scheme() == MountAccess.Scheme.NONE) {
            return Verdict.ACCEPTED;
        }
        if (given.isEmpty()) {
            return Verdict.MISSING;
        }
        String prefix = "Basic ";
        if (given.get(0).regionMatches(true, 0, prefix, 0, prefix.length())) {
            label = ClientAuth.BASIC;
            return access.scheme().offersBasic()
                    ? checkBasic(access, given.get(0).substring(prefix.length()).strip())
                    : Verdict.REFUSED;
        }
        return checkDigest(access, request, given.get(0));
    }

    private static Verdict checkBasic(MountAccess access, String given) {
        Credentials who = access.credentials();
        byte[] right = (who.user() + ":" + who.password()).getBytes(StandardCharsets.UTF_8);
        try {
            return MessageDigest.isEqual(Base64.getDecoder().decode(given), right) ? Verdict.ACCEPTED : Verdict.REFUSED;
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
        Optional<DigestAlgorithm> algorithm = DigestAlgorithm.of(answer).filter(a -> isTaken(access, answer, a));
        boolean wellFormed = algorithm.isPresent()
                && (qop.isEmpty() || qop.equalsIgnoreCase("auth"))
                && meansSame(access, uri, request.uri());
        if (!wellFormed) {
            return Verdict.REFUSED;
        }
        DigestAlgorithm.Counter counter = new DigestAlgorithm.Counter(
                answer.parameter("nc").orElse(""), answer.parameter("cnonce").orElse(""));
        String usedNonce = answer.parameter("nonce").orElse("");
        String right = algorithm
                .get()
                .response(access.credentials(), access.realm(), request.method(), uri, usedNonce, qop, counter);
        if (!isEqual(right, answer.parameter("response").orElse(""))
                || !answer.parameter("username")
                        .orElse("")
                        .equals(access.credentials().user())) {
            return Verdict.REFUSED;
        }
        label = algorithm.get().label();
        boolean stale = !isEqual(nonce, usedNonce)
                || ++uses > access.habits().nonceUses()
                || (!qop.isEmpty() && !counts(counter.nonceCount()));
        return stale ? Verdict.STALE : Verdict.ACCEPTED;
    }

    /** Only what was offered is taken: a weaker kind would be somebody in between who wants it so. */
    private static boolean isTaken(MountAccess access, AuthChallenge answer, DigestAlgorithm algorithm) {
        List<DigestAlgorithm> offered = access.scheme().algorithms();
        boolean broken = access.has(MountAccess.Habit.STRONGEST_BROKEN)
                && offered.stream().allMatch(other -> other.compareTo(algorithm) <= 0);
        boolean saidUnasked = access.has(MountAccess.Habit.NO_ALGORITHM)
                && answer.parameter("algorithm").isPresent();
        return offered.contains(algorithm) && !broken && !saidUnasked;
    }

    /** RFC 7616 3.4.6: a count that does not rise is a request sent twice. */
    private boolean counts(String nonceCount) {
        if (nonceCount.length() != NONCE_COUNT_DIGITS) {
            return false;
        }
        try {
            long count = Long.parseLong(nonceCount, 16);
            boolean rises = count > lastNonceCount;
            lastNonceCount = Math.max(count, lastNonceCount);
            return rises;
        } catch (NumberFormatException e) {
            // No number: it counts nothing.
            return false;
        }
    }

    private static boolean isEqual(String a, String b) {
        return MessageDigest.isEqual(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Clients sign the request's address (most), its path (servers for Bosch BVMS), or the base address even when the
     * request names a track (VLC): all three name this mount.
     */
    private static boolean meansSame(MountAccess access, String signed, String requested) {
        if (access.has(MountAccess.Habit.WHOLE_ADDRESS_ONLY)) {
            return signed.equals(requested);
        }
        String wanted = RtspUrl.pathOf(requested);
        String given = RtspUrl.pathOf(signed);
        return wanted.equals(given) || wanted.startsWith(given.endsWith("/") ? given : given + "/");
    }

    /** A 401 with every challenge on offer; a fresh nonce where the old one has served its time. */
    RtspResponse challenge(MountAccess access, Verdict verdict) {
        boolean stale = verdict == Verdict.STALE;
        if (stale) {
            nonce = newNonce();
            uses = 0;
            lastNonceCount = 0;
        }
        List<String> challenges = new ArrayList<>();
        if (access.scheme().offersBasic()) {
            challenges.add("Basic realm=" + AuthChallenge.quoted(access.realm()));
        }
        for (DigestAlgorithm algorithm : access.scheme().algorithms()) {
            challenges.add("Digest " + String.join(", ", digestFields(access, algorithm, stale)));
        }
        if (access.has(MountAccess.Habit.ONE_HEADER)) {
            challenges = List.of(String.join(", ", challenges));
        }
        RtspResponse refusal = RtspResponse.of(RtspResponse.UNAUTHORIZED);
        for (String challenge : challenges) {
            refusal = refusal.with(RtspHeaders.WWW_AUTHENTICATE, challenge);
        }
        return refusal;
    }

    private List<String> digestFields(MountAccess access, DigestAlgorithm algorithm, boolean stale) {
        boolean odd = access.has(MountAccess.Habit.ODD_FIELDS);
        String realm = "realm=" + AuthChallenge.quoted(access.realm());
        String fresh = "nonce=\"" + nonce + '"';
        List<String> fields = new ArrayList<>(odd ? List.of(fresh) : List.of(realm, fresh));
        if (access.has(MountAccess.Habit.EMPTY_OPAQUE)) {
            fields.add("opaque=\"\"");
        }
        if (access.scheme().offersQop()) {
            String qop = access.has(MountAccess.Habit.AUTH_INT_TOO) ? "auth,auth-int" : "auth";
            fields.add(odd && !qop.contains(",") ? "qop=" + qop : "qop=\"" + qop + '"');
        }
        if (stale && !access.has(MountAccess.Habit.STALE_UNSAID)) {
            fields.add(odd ? "stale=TRUE" : "stale=true");
        } else if (odd) {
            fields.add("stale=FALSE");
        }
        if (odd) {
            fields.add(realm);
        }
        if (!access.has(MountAccess.Habit.NO_ALGORITHM)) {
            fields.add("algorithm=" + (odd ? '"' + algorithm.token() + '"' : algorithm.token()));
        }
        return fields;
    }
}
