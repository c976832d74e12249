// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of Basic and Digest for one connection: picks the strongest challenge it can answer and signs each
 * request from then on. Nothing here is ever written to a log. Confined to its connection.
 */
final class ClientAuth {
    static final String NONE = "none";
    static final String BASIC = "basic";

    private static final int CLIENT_NONCE_BYTES = 8;

    private final Optional<Credentials> credentials;
    private final RandomGenerator random;

    private @Nullable AuthChallenge answering;
    private Optional<DigestAlgorithm> algorithm = Optional.empty();
    private int requestsWithNonce;
    private boolean accepted;

    ClientAuth(Optional<Credentials> credentials, RandomGenerator random) {
        this.credentials = credentials;
        this.random = random;
    }

    /** {@code none}, {@code basic} or {@code digest-md5}: what requests are signed with at present. */
    String label() {
        if (answering == null) {
            return NONE;
        }
        return algorithm.map(DigestAlgorithm::label).orElse(BASIC);
    }

    /**
     * Takes the challenges of a 401.
     *
     * @return whether the request is worth sending again: we can answer one, and have not just been refused with it
     */
    boolean onUnauthorized(RtspResponse response) {
        List<AuthChallenge> challenges = response.headers().all(RtspHeaders.WWW_AUTHENTICATE).stream()
                .flatMap(value -> AuthChallenge.parse(value).stream())
                .toList();
        AuthChallenge before = answering;
        Optional<AuthChallenge> strongest = strongest(challenges);
        if (strongest.isEmpty() || credentials.isEmpty()) {
            return false;
        }
        AuthChallenge challenge = strongest.get();
        answering = challenge;
        algorithm = challenge.isScheme("Digest") ? DigestAlgorithm.of(challenge) : Optional.empty();
        requestsWithNonce = 0;
        return before == null || isStale(before, challenge);
    }

    /**
     * Was the refused answer merely too old? Said by {@code stale=true}; firmware that never says so gives itself away by
     * a nonce that had served before (the first refusal of a fresh nonce is a refusal of the password).
     */
    private boolean isStale(AuthChallenge before, AuthChallenge now) {
        boolean saysStale =
                now.parameter("stale").filter("true"::equalsIgnoreCase).isPresent();
        boolean newNonce = !before.parameter("nonce").equals(now.parameter("nonce"));
        return newNonce && (saysStale || accepted);
    }

    /** A signed request was answered with anything but 401: the password is right. */
    void onAccepted() {
        accepted = answering != null;
    }

    private Optional<AuthChallenge> strongest(List<AuthChallenge> challenges) {
        DigestAlgorithm[] strongestFirst = DigestAlgorithm.values();
        for (int i = strongestFirst.length - 1; i >= 0; i--) {
            DigestAlgorithm wanted = strongestFirst[i];
            Optional<AuthChallenge> found = challenges.stream()
                    .filter(c -> c.isScheme("Digest")
                            && c.parameter("nonce").isPresent()
                            && DigestAlgorithm.of(c).filter(a -> a == wanted).isPresent())
                    .findFirst();
            if (found.isPresent()) {
                return found;
            }
        }
        return challenges.stream().filter(c -> c.isScheme("Basic")).findFirst();
    }

    /** The Authorization value for this request; empty before the first challenge or without credentials. */
    Optional<String> authorize(String method, String uri) {
        AuthChallenge challenge = answering;
        if (challenge == null || credentials.isEmpty()) {
            return Optional.empty();
        }
        Credentials who = credentials.get();
        return Optional.of(algorithm.isPresent() ? digest(algorithm.get(), challenge, who, method, uri) : basic(who));
    }

    private static String basic(Credentials who) {
        byte[] pair = (who.user() + ":" + who.password()).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    private String digest(DigestAlgorithm hash, AuthChallenge challenge, Credentials who, String method, String uri) {
        String realm = challenge.parameter("realm").orElse("");
        String nonce = challenge.parameter("nonce").orElse("");
        boolean auth = challenge.parameter("qop").filter(ClientAuth::offersAuth).isPresent();
        DigestAlgorithm.Counter counter = auth ? nextCounter() : DigestAlgorithm.Counter.NONE;
        String response = hash.response(who, realm, method, uri, nonce, auth ? "auth" : "", counter);
        StringBuilder out = new StringBuilder("Digest ");
        out.append("username=").append(quoted(who.user()));
        out.append(", realm=").append(quoted(realm));
        out.append(", nonce=").append(quoted(nonce));
        out.append(", uri=").append(quoted(uri));
        out.append(", response=").append(quoted(response));
        // TP-Link refuses an algorithm it did not offer: only what was offered is said back.
        challenge
                .parameter("algorithm")
                .ifPresent(a -> out.append(", algorithm=").append(a));
        if (auth) {
            out.append(", qop=auth, nc=").append(counter.nonceCount());
            out.append(", cnonce=").append(quoted(counter.clientNonce()));
        }
        challenge.parameter("opaque").ifPresent(o -> out.append(", opaque=").append(quoted(o)));
        return out.toString();
    }

    /** {@code qop} may be absent or empty (RFC 2069), {@code auth}, or a list such as {@code auth,auth-int}. */
    private static boolean offersAuth(String qop) {
        return Arrays.stream(qop.split(",", -1)).anyMatch(word -> word.strip().equalsIgnoreCase("auth"));
    }

    private DigestAlgorithm.Counter nextCounter() {
        byte[] clientNonce = new byte[CLIENT_NONCE_BYTES];
        random.nextBytes(clientNonce);
        return new DigestAlgorithm.Counter(
                HexFormat.of().toHexDigits(++requestsWithNonce), HexFormat.of().formatHex(clientNonce));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
