// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of Basic and Digest for one connection: answers the strongest challenge it may, and signs each request
 * from then on.
 *
 * <pre>
 *   unsigned ──401──► strongest ──accepted──► served ──401, new nonce──► the same again, with the new nonce
 *                        │ 401                   │ 401 again
 *                        ▼                       ▼
 *                  next weaker one, each once ► refused
 * </pre>
 *
 * <p>Next weaker ones are tried only with a camera that has never accepted this login: where one has worked, a refusal is
 * about the password, and each further try brings us nearer to being locked out. Nothing here is ever written to a log.
 * Confined to its connection.
 */
final class ClientAuth {
    static final String NONE = "none";
    static final String BASIC = "basic";

    /** The realm of TP-Link and Tapo cameras, which have two accounts of which RTSP takes only one. */
    private static final String TP_LINK_REALM = "TP-LINK Streaming Media";

    private static final int CLIENT_NONCE_BYTES = 8;

    /** A challenge we answer. Confined like its owner. */
    static final class Login {
        private final AuthChallenge challenge;
        private final Optional<DigestAlgorithm> algorithm;

        /**
         * One for as long as the nonce serves: cameras disagree on whether the secret of a {@code -sess} algorithm is made
         * with the first client nonce or with each, and so both are right.
         */
        private final String clientNonce;

        private int requestsWithNonce;

        private Login(AuthChallenge challenge, Optional<DigestAlgorithm> algorithm, String clientNonce) {
            this.challenge = challenge;
            this.algorithm = algorithm;
            this.clientNonce = clientNonce;
        }

        private String label() {
            return algorithm.map(DigestAlgorithm::label).orElse(BASIC);
        }
    }

    private final Optional<Credentials> credentials;
    private final RandomGenerator random;
    private final SessionMemory memory;

    /** Labels of the kinds this camera has refused with a fresh nonce. */
    private final Set<String> refused = new LinkedHashSet<>();

    private List<AuthChallenge> offered = List.of();
    private @Nullable Login answering;
    private boolean accepted;
    /** The nonce in use is a newer one than that which was accepted, and no request has been accepted with it yet. */
    private boolean renewed;

    private boolean isSigning = true;

    ClientAuth(Optional<Credentials> credentials, RandomGenerator random, SessionMemory memory) {
        this.credentials = credentials;
        this.random = random;
        this.memory = memory;
    }

    /**
     * {@code none}, {@code basic} or {@code digest-md5} and the like: what requests are signed with at present; where we have
     * no login to sign with, the strongest that the camera asks for.
     */
    String label() {
        if (answering != null) {
            return answering.label();
        }
        return credentials.isPresent()
                ? NONE
                : strongestOf(LoginPreference.ANY, label -> true)
                        .map(Login::label)
                        .orElse(NONE);
    }

    /** Not to sign: requests go out bare, and a 401 to them is no refusal of the login. */
    void signs(boolean isToSign) {
        isSigning = isToSign;
    }

    /** Whether there is a login that requests are signed with. */
    boolean signs() {
        return isSigning && answering != null;
    }

    /** What requests are signed with at present: to be given back with the answer. */
    Optional<Login> current() {
        return isSigning ? Optional.ofNullable(answering) : Optional.empty();
    }

    /**
     * Takes the challenges of a 401.
     *
     * @param signedWith {@link #current} as it was when the request was sent
     * @return whether the request is worth sending again: it will be signed otherwise than before
     */
    boolean onUnauthorized(RtspResponse response, Optional<Login> signedWith) {
        Login before = answering;
        if (!isSigning) {
            return false;
        }
        List<AuthChallenge> challenges = response.headers().all(RtspHeaders.WWW_AUTHENTICATE).stream()
                .flatMap(value -> AuthChallenge.parse(value).stream())
                .toList();
        boolean isDoubtful = accepted && memory.isLoginDoubtful();
        if (before != null && signedWith.filter(s -> s == before).isEmpty()) {
            // Another request has met a new challenge while this one was under way: of the login in use it says
            // nothing.
            challenges.stream()
                    .filter(c -> isKind(c, before) && isOtherNonce(before, c))
                    .findFirst()
                    .ifPresent(newest -> renew(before, newest));
            return !isDoubtful;
        }
        offered = challenges;
        if (credentials.isEmpty()) {
            return false;
        }
        if (before != null) {
            Optional<AuthChallenge> again =
                    offered.stream().filter(c -> isKind(c, before)).findFirst();
            if (!isDoubtful && again.isPresent() && isStale(before, again.get())) {
                renew(before, again.get());
                return true;
            }
            refused.add(before.label());
            if (memory.hasLoginWorked(credentials.get())) {
                return false;
            }
        }
        Optional<Login> next = strongest();
        next.ifPresent(login -> {
            answering = login;
            accepted = false;
            renewed = false;
        });
        return next.isPresent();
    }

    /** Answers come in the order of the requests: a camera that gives a nonce with each refusal knows the last one only. */
    private void renew(Login before, AuthChallenge challenge) {
        renewed = true;
        answering = new Login(challenge, before.algorithm, newClientNonce());
    }

    private static boolean isKind(AuthChallenge challenge, Login login) {
        return login.algorithm.isPresent()
                && isDigest(challenge)
                && DigestAlgorithm.of(challenge).equals(login.algorithm);
    }

    private static boolean isDigest(AuthChallenge challenge) {
        return challenge.isScheme("Digest") && challenge.parameter("nonce").isPresent();
    }

    /**
     * Was the refused answer merely too old? Said by {@code stale=true}; firmware that never says so gives itself away by
     * a nonce that had served before (the first refusal of a fresh nonce is a refusal of the password). Once: whoever calls
     * the answer to a brand-new nonce too old is refusing us.
     */
    private boolean isStale(Login before, AuthChallenge now) {
        boolean saysStale =
                now.parameter("stale").filter("true"::equalsIgnoreCase).isPresent();
        return isOtherNonce(before, now) && !renewed && (saysStale || accepted);
    }

    private static boolean isOtherNonce(Login before, AuthChallenge now) {
        return !before.challenge.parameter("nonce").equals(now.parameter("nonce"));
    }

    /** The camera has accepted a request that was signed with the nonce in use. */
    boolean isProven() {
        return accepted && !renewed;
    }

    /** A signed request was answered with anything but 401: the password is right. */
    void onAccepted(Optional<Login> signedWith) {
        Login current = answering;
        if (current != null && signedWith.filter(s -> s == current).isPresent()) {
            renewed = false;
            if (!accepted) {
                accepted = true;
                credentials.ifPresent(who -> memory.loginWorked(who, refused));
            }
        }
    }

    /** Kinds that did not work here before come last of all: only new firmware could have mended them. */
    private Optional<Login> strongest() {
        return strongest(false).or(() -> strongest(true));
    }

    private Optional<Login> strongest(boolean evenBroken) {
        return strongestOf(
                credentials.map(Credentials::preference).orElse(LoginPreference.DIGEST),
                label -> mayTry(label, evenBroken));
    }

    private Optional<Login> strongestOf(LoginPreference preference, Predicate<String> mayTry) {
        DigestAlgorithm[] weakestFirst = DigestAlgorithm.values();
        for (int i = weakestFirst.length - 1; i >= 0 && preference.allowsDigest(); i--) {
            Optional<DigestAlgorithm> wanted = Optional.of(weakestFirst[i]);
            Optional<AuthChallenge> found = offered.stream()
                    .filter(c -> isDigest(c) && DigestAlgorithm.of(c).equals(wanted))
                    .findFirst();
            if (found.isPresent() && mayTry.test(weakestFirst[i].label())) {
                return Optional.of(new Login(found.get(), wanted, newClientNonce()));
            }
        }
        return preference.allowsBasic() && mayTry.test(BASIC)
                ? offered.stream()
                        .filter(c -> c.isScheme("Basic"))
                        .findFirst()
                        .map(c -> new Login(c, Optional.empty(), ""))
                : Optional.empty();
    }

    private boolean mayTry(String label, boolean evenBroken) {
        return !refused.contains(label) && (evenBroken || !memory.isLoginBroken(label));
    }

    /** Why the login came to nothing, for people. */
    String refusal() {
        if (credentials.isEmpty()) {
            return "the camera asks for a login and none is configured";
        }
        if (answering != null) {
            String realm = answering.challenge.parameter("realm").orElse("");
            String hint = realm.contains(TP_LINK_REALM)
                    ? "; TP-Link and Tapo take the camera account made in their app, not the app's own"
                    : "";
            List<String> tried = new ArrayList<>(refused);
            return "the camera refuses the configured login ("
                    + (tried.isEmpty() ? answering.label() : String.join(", ", tried)) + ", realm \""
                    + MessageReader.printable(realm) + "\")" + hint;
        }
        boolean onlyBasic = offered.stream().anyMatch(c -> c.isScheme("Basic"))
                && offered.stream().noneMatch(ClientAuth::isDigest);
        return onlyBasic
                ? "the camera takes the login only in clear (Basic), which is not allowed for this camera"
                : "the camera asks for a kind of login that is not supported";
    }

    /** The Authorization value for this request; empty before the first challenge or without credentials. */
    Optional<String> authorize(String method, String uri) {
        Login login = answering;
        if (login == null || credentials.isEmpty() || !isSigning) {
            return Optional.empty();
        }
        Credentials who = credentials.get();
        return Optional.of(login.algorithm.isPresent() ? digest(login, who, method, uri) : basic(who));
    }

    private static String basic(Credentials who) {
        byte[] pair = (who.user() + ":" + who.password()).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    private static String digest(Login login, Credentials who, String method, String uri) {
        AuthChallenge challenge = login.challenge;
        DigestAlgorithm hash = login.algorithm.orElse(DigestAlgorithm.MD5);
        String realm = challenge.parameter("realm").orElse("");
        String nonce = challenge.parameter("nonce").orElse("");
        boolean auth = challenge.parameter("qop").filter(ClientAuth::offersAuth).isPresent();
        DigestAlgorithm.Counter counter = new DigestAlgorithm.Counter(
                auth ? HexFormat.of().toHexDigits(++login.requestsWithNonce) : "", login.clientNonce);
        String response = hash.response(who, realm, method, uri, nonce, auth ? "auth" : "", counter);
        StringBuilder out = new StringBuilder("Digest ");
        out.append("username=").append(AuthChallenge.quoted(who.user()));
        out.append(", realm=").append(AuthChallenge.quoted(realm));
        out.append(", nonce=").append(AuthChallenge.quoted(nonce));
        out.append(", uri=").append(AuthChallenge.quoted(uri));
        out.append(", response=").append(AuthChallenge.quoted(response));
        // TP-Link refuses an algorithm it did not offer: only what was offered is said back.
        challenge
                .parameter("algorithm")
                .filter(a -> !a.isBlank())
                .ifPresent(a -> out.append(", algorithm=").append(a.strip()));
        if (auth) {
            out.append(", qop=auth, nc=").append(counter.nonceCount());
        }
        // A -sess secret cannot be checked without it, qop or not.
        if (auth || hash.isOfSession()) {
            out.append(", cnonce=").append(AuthChallenge.quoted(counter.clientNonce()));
        }
        challenge.parameter("opaque").ifPresent(o -> out.append(", opaque=").append(AuthChallenge.quoted(o)));
        return out.toString();
    }

    /** {@code qop} may be absent or empty (RFC 2069), {@code auth}, or a list such as {@code auth,auth-int}. */
    private static boolean offersAuth(String qop) {
        return Arrays.stream(qop.split(",", -1)).anyMatch(word -> word.strip().equalsIgnoreCase("auth"));
    }

    private String newClientNonce() {
        byte[] clientNonce = new byte[CLIENT_NONCE_BYTES];
        random.nextBytes(clientNonce);
        return HexFormat.of().formatHex(clientNonce);
    }
}
