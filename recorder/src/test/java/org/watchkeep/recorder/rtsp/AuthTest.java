// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthTest {
    private static final Credentials WHO = new Credentials("admin", "s3:cr\"et");
    private static final String URI = "rtsp://h/cam";

    private static ClientAuth client(Credentials who) {
        return new ClientAuth(Optional.of(who), new Random(1), new SessionMemory());
    }

    /** Shows the client this refusal of what it said last. */
    private static boolean refuse(ClientAuth client, RtspResponse refusal) {
        return client.onUnauthorized(refusal, client.current());
    }

    private static boolean refuse(ClientAuth client, String... challenges) {
        return refuse(client, challenge(challenges));
    }

    private static RtspResponse challenge(String... values) {
        RtspResponse response = RtspResponse.of(RtspResponse.UNAUTHORIZED);
        for (String value : values) {
            response = response.with(RtspHeaders.WWW_AUTHENTICATE, value);
        }
        return response;
    }

    private static String answer(ClientAuth client) {
        return client.authorize("DESCRIBE", URI).orElseThrow();
    }

    /** The worked example of RFC 2617 3.5. */
    @Test
    void response_exampleOfTheRfc_isEqual() {
        String response = DigestAlgorithm.MD5.response(
                new Credentials("Mufasa", "Circle Of Life"),
                "testrealm@host.com",
                "GET",
                "/dir/index.html",
                "dcd98b7102dd2f0e8b11d0f600bfb0c093",
                "auth",
                new DigestAlgorithm.Counter("00000001", "0a4f113b"));
        assertThat(response).isEqualTo("6629fae49393a05397450978507c4ef1");
    }

    /** The two worked examples of RFC 7616 3.9.1. */
    @ParameterizedTest
    @CsvSource({
        "MD5, 8ca523f5e9506fed4657c9700eebdbec",
        "SHA_256, 753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    })
    void response_examplesOfRfc7616_areEqual(DigestAlgorithm algorithm, String expected) {
        String response = algorithm.response(
                new Credentials("Mufasa", "Circle of Life"),
                "http-auth@example.org",
                "GET",
                "/dir/index.html",
                "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
                "auth",
                new DigestAlgorithm.Counter("00000001", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"));
        assertThat(response).isEqualTo(expected);
    }

    /** RFC 7616 3.9.2 with its erratum 4897: the example printed there is not of SHA-512/256. */
    @Test
    void response_exampleOfRfc7616WithSha512_isEqual() {
        String response = DigestAlgorithm.SHA_512_256.response(
                new Credentials("J\u00e4s\u00f8n Doe", "Secret, or not?"),
                "api@example.org",
                "GET",
                "/doe.json",
                "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
                "auth",
                new DigestAlgorithm.Counter("00000001", "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v"));
        assertThat(response).isEqualTo("3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5");
    }

    /** RFC 7616 3.4.2, put together by hand. */
    @Test
    void response_session_bindsTheSecretToBothNonces() {
        String account = DigestAlgorithm.MD5.hash("u", "r", "p");
        String secret = DigestAlgorithm.MD5.hash(account, "n", "c");
        String expected = DigestAlgorithm.MD5.hash(
                secret, "n", "00000002", "c", "auth", DigestAlgorithm.MD5.hash("PLAY", "rtsp://h/"));
        assertThat(DigestAlgorithm.MD5_SESS.response(
                        new Credentials("u", "p"),
                        "r",
                        "PLAY",
                        "rtsp://h/",
                        "n",
                        "auth",
                        new DigestAlgorithm.Counter("00000002", "c")))
                .isEqualTo(expected);
    }

    @Test
    void parse_severalChallengesInOneHeader_areTakenApart() {
        List<AuthChallenge> challenges = AuthChallenge.parse(
                "Digest realm=\"a, b=\\\"c\\\"\" , nonce = \"n=1\",algorithm=MD5, Basic realm=\"x\",Digest nonce=plain");
        assertThat(challenges).hasSize(3);
        assertThat(challenges.get(0).parameter("realm")).contains("a, b=\"c\"");
        assertThat(challenges.get(0).parameter("nonce")).contains("n=1");
        assertThat(challenges.get(1).isScheme("basic")).isTrue();
        assertThat(challenges.get(2).parameter("nonce")).contains("plain");
    }

    /** Dahua: unusual order and quoting. */
    @Test
    void parse_dahuaOrder_isRead() {
        AuthChallenge challenge = AuthChallenge.parse(
                        "Digest nonce=\"abc\", opaque=\"\", stale=FALSE, realm=\"Login to 4F0A\", algorithm=\"MD5\"")
                .get(0);
        assertThat(challenge.parameters())
                .containsEntry("realm", "Login to 4F0A")
                .containsEntry("nonce", "abc")
                .containsEntry("opaque", "");
    }

    @Test
    void onUnauthorized_severalHeaders_takesTheStrongestWeKnow() {
        ClientAuth client = client(WHO);
        assertThat(refuse(
                        client,
                        "Basic realm=\"x\"",
                        "Digest realm=\"x\", nonce=\"1\", algorithm=SHA-1024",
                        "Digest realm=\"x\", nonce=\"2\"",
                        "Digest realm=\"x\", nonce=\"3\", algorithm=sha_256",
                        "Digest realm=\"x\", nonce=\"4\", algorithm=MD5-sess"))
                .isTrue();
        assertThat(client.label()).isEqualTo("digest-sha256");
        assertThat(answer(client)).contains("nonce=\"3\"").contains("algorithm=sha_256");
    }

    @Test
    void onUnauthorized_nothingWeKnow_isNotTried() {
        ClientAuth client = client(WHO);
        assertThat(refuse(client, challenge("Bearer realm=\"x\"", "Digest realm=\"x\", nonce=\"1\", algorithm=FOO")))
                .isFalse();
        assertThat(client.authorize("DESCRIBE", URI)).isEmpty();
        assertThat(client.label()).isEqualTo("none");
    }

    @Test
    void onUnauthorized_noCredentials_isNotTried() {
        ClientAuth client = new ClientAuth(Optional.empty(), new Random(1), new SessionMemory());
        assertThat(refuse(client, challenge("Basic realm=\"x\""))).isFalse();
    }

    /** TP-Link refuses an algorithm it has not offered. */
    @Test
    void authorize_algorithmNotOffered_isNotSaid() {
        ClientAuth client = client(WHO);
        refuse(client, challenge("Digest realm=\"x\", nonce=\"1\""));
        assertThat(answer(client))
                .doesNotContain("algorithm")
                .doesNotContain("qop")
                .contains("uri=\"" + URI + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"auth", "auth,auth-int", " auth-int , AUTH"})
    void authorize_qopAuthOffered_countsRequests(String qop) {
        ClientAuth client = client(WHO);
        refuse(client, challenge("Digest realm=\"x\", nonce=\"1\", opaque=\"\", qop=\"" + qop + "\""));
        assertThat(answer(client)).contains("qop=auth, nc=00000001").contains("opaque=\"\"");
        assertThat(answer(client)).contains("nc=00000002");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "auth-int"})
    void authorize_qopWithoutAuth_usesTheOlderForm(String qop) {
        ClientAuth client = client(WHO);
        refuse(client, challenge("Digest realm=\"x\", nonce=\"1\", qop=\"" + qop + "\""));
        assertThat(answer(client)).doesNotContain("nc=");
    }

    @Test
    void onUnauthorized_refusedTwice_isNotTriedAgain() {
        ClientAuth client = client(WHO);
        assertThat(refuse(client, challenge("Digest realm=\"x\", nonce=\"1\""))).isTrue();
        assertThat(refuse(client, challenge("Digest realm=\"x\", nonce=\"2\""))).isFalse();
    }

    @Test
    void onUnauthorized_staleSaid_renews() {
        ClientAuth client = client(WHO);
        refuse(client, challenge("Digest realm=\"x\", nonce=\"1\""));
        assertThat(refuse(client, challenge("Digest realm=\"x\", nonce=\"2\", stale=TRUE")))
                .isTrue();
        assertThat(answer(client)).contains("nonce=\"2\"");
    }

    /** Some never say stale: a login that has served and meets a new nonce is only too old. */
    @Test
    void onUnauthorized_plainAfterItHadServed_renews() {
        ClientAuth client = client(WHO);
        refuse(client, challenge("Digest realm=\"x\", nonce=\"1\""));
        client.onAccepted(client.current());
        assertThat(refuse(client, challenge("Digest realm=\"x\", nonce=\"2\""))).isTrue();
        assertThat(refuse(client, challenge("Digest realm=\"x\", nonce=\"2\""))).isFalse();
    }

    private static final String SHA = "Digest realm=\"x\", nonce=\"s\", algorithm=SHA-256";
    private static final String MD5 = "Digest realm=\"x\", nonce=\"m\"";
    private static final String BASIC = "Basic realm=\"x\"";

    /** Each weaker kind once, and Basic only where it is allowed. */
    @Test
    void onUnauthorized_strongestRefused_triesTheNextOnceEach() {
        ClientAuth strict = client(WHO);
        assertThat(refuse(strict, BASIC, MD5, SHA)).isTrue();
        assertThat(strict.label()).isEqualTo("digest-sha256");
        assertThat(refuse(strict, BASIC, MD5, SHA)).isTrue();
        assertThat(strict.label()).isEqualTo("digest-md5");
        assertThat(refuse(strict, BASIC, MD5, SHA)).isFalse();
        assertThat(strict.refusal()).contains("digest-sha256, digest-md5").doesNotContain("s3");

        ClientAuth any = client(WHO.with(LoginPreference.ANY));
        for (String expected : List.of("digest-sha256", "digest-md5", "basic")) {
            assertThat(refuse(any, SHA, MD5, BASIC)).isTrue();
            assertThat(any.label()).isEqualTo(expected);
        }
        assertThat(refuse(any, SHA, MD5, BASIC)).isFalse();
    }

    /** A new nonce with each 401 is no reason to begin again. */
    @Test
    void onUnauthorized_freshNonceWithEachRefusal_comesToAnEnd() {
        ClientAuth client = client(WHO);
        int tries = 0;
        while (refuse(client, "Digest realm=\"x\", nonce=\"" + tries + "\", stale=true", SHA + ", x=" + tries)) {
            assertThat(++tries).isLessThan(10);
        }
        assertThat(tries).isBetween(2, ClientConnection.MAX_SENDINGS);
    }

    /** A camera that offers SHA-256 and cannot do it: found out once, then known to all sessions with it. */
    @Test
    void onUnauthorized_strongestBroken_isRememberedForTheDevice() {
        SessionMemory memory = new SessionMemory();
        ClientAuth first = new ClientAuth(Optional.of(WHO), new Random(1), memory);
        refuse(first, SHA, MD5);
        refuse(first, SHA, MD5);
        first.onAccepted(first.current());

        ClientAuth next = new ClientAuth(Optional.of(WHO), new Random(2), memory);
        refuse(next, SHA, MD5);
        assertThat(next.label()).isEqualTo("digest-md5");
        // The login has worked here: a refusal is about the password, and is not multiplied.
        assertThat(refuse(next, SHA, MD5)).isFalse();

        ClientAuth mended = new ClientAuth(Optional.of(WHO), new Random(3), memory);
        assertThat(refuse(mended, SHA)).isTrue();
    }

    @Test
    void onUnauthorized_onlyBasic_isForCamerasThatAreAllowedIt() {
        ClientAuth strict = client(WHO);
        assertThat(refuse(strict, BASIC)).isFalse();
        assertThat(strict.refusal()).contains("only in clear (Basic)");
        assertThat(strict.authorize("DESCRIBE", URI)).isEmpty();

        ClientAuth basic = client(WHO.with(LoginPreference.BASIC));
        assertThat(refuse(basic, SHA, BASIC)).isTrue();
        assertThat(basic.label()).isEqualTo("basic");
    }

    /** Keepalive and TEARDOWN under way at once, and the nonce too old for both: nobody was refused. */
    @Test
    void onUnauthorized_twoRequestsMeetAnOldNonce_bothAreSentAgain() {
        ClientAuth client = client(WHO);
        refuse(client, MD5);
        client.onAccepted(client.current());
        Optional<ClientAuth.Login> old = client.current();
        assertThat(client.onUnauthorized(challenge("Digest realm=\"x\", nonce=\"2\""), old))
                .isTrue();
        assertThat(client.onUnauthorized(challenge("Digest realm=\"x\", nonce=\"2\""), old))
                .isTrue();
        assertThat(answer(client)).contains("nonce=\"2\"");
        assertThat(refuse(client, "Digest realm=\"x\", nonce=\"3\"")).isFalse();
    }

    /** A camera that gives a nonce with each refusal knows the last one only. */
    @Test
    void onUnauthorized_secondRequestBringsANewerNonce_thatIsSignedWith() {
        ClientAuth client = client(WHO);
        refuse(client, MD5);
        client.onAccepted(client.current());
        Optional<ClientAuth.Login> old = client.current();
        client.onUnauthorized(challenge("Digest realm=\"x\", nonce=\"2\""), old);
        client.onUnauthorized(challenge("Digest realm=\"x\", nonce=\"3\""), old);
        assertThat(answer(client)).contains("nonce=\"3\"");
        assertThat(client.isProven()).isFalse();
    }

    /** Servers disagree on which client nonce a -sess secret is made with: with one for all, both are right. */
    @Test
    void authorize_session_keepsOneClientNonceWhileItsNonceServes() {
        ClientAuth client = client(WHO);
        refuse(client, "Digest realm=\"x\", nonce=\"1\", algorithm=MD5-sess, qop=\"auth\"");
        String first = answer(client);
        String second = answer(client);
        assertThat(first).contains("nc=00000001").contains("algorithm=MD5-sess");
        assertThat(second).contains("nc=00000002");
        assertThat(AuthChallenge.parse(first).get(0).parameter("cnonce"))
                .isEqualTo(AuthChallenge.parse(second).get(0).parameter("cnonce"));
    }

    @Test
    void refusal_tapo_namesTheAccountItTakes() {
        ClientAuth client = client(WHO);
        String tapo = "Digest realm=\"TP-LINK Streaming Media\", nonce=\"1\"";
        refuse(client, tapo);
        refuse(client, tapo);
        assertThat(client.refusal()).contains("TP-LINK").contains("camera account");
    }

    /** Axis. */
    @Test
    void authorize_realmWithOddCharacters_isSaidBackAsItIs() {
        ClientAuth client = client(WHO);
        refuse(client, "Digest realm=\"AXIS_A\\\"1, \\\\ =;x\", nonce=\"1\"");
        AuthChallenge said = AuthChallenge.parse(answer(client)).get(0);
        assertThat(said.parameter("realm")).contains("AXIS_A\"1, \\ =;x");
    }

    private static RtspRequest signed(ClientAuth client, String method, String uri) {
        return new RtspRequest(method, uri)
                .with(RtspHeaders.AUTHORIZATION, client.authorize(method, uri).orElseThrow());
    }

    @ParameterizedTest
    @EnumSource(value = MountAccess.Scheme.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void check_ourClientAgainstOurServer_agree(MountAccess.Scheme scheme) {
        MountAccess access = new MountAccess(scheme, "test", WHO);
        ServerAuth server = new ServerAuth(new Random(2));
        assertThat(server.check(access, new RtspRequest("DESCRIBE", URI))).isEqualTo(ServerAuth.Verdict.MISSING);

        // Basic goes out only where it is allowed.
        ClientAuth right = client(WHO.with(LoginPreference.ANY));
        refuse(right, server.challenge(access, ServerAuth.Verdict.MISSING));
        assertThat(server.check(access, signed(right, "DESCRIBE", URI))).isEqualTo(ServerAuth.Verdict.ACCEPTED);
        assertThat(server.check(access, signed(right, "PLAY", URI + "/"))).isEqualTo(ServerAuth.Verdict.ACCEPTED);

        ClientAuth wrong = client(new Credentials("admin", "guess", LoginPreference.ANY));
        refuse(wrong, server.challenge(access, ServerAuth.Verdict.MISSING));
        assertThat(server.check(access, signed(wrong, "DESCRIBE", URI))).isEqualTo(ServerAuth.Verdict.REFUSED);

        ClientAuth other = client(new Credentials("other", WHO.password(), LoginPreference.ANY));
        refuse(other, server.challenge(access, ServerAuth.Verdict.MISSING));
        assertThat(server.check(access, signed(other, "DESCRIBE", URI))).isEqualTo(ServerAuth.Verdict.REFUSED);
    }

    /** Whatever makers do to a challenge, and whichever kind: our client logs in, over many requests and stale nonces. */
    @ParameterizedTest
    @EnumSource(MountAccess.Habit.class)
    void check_everyHabitWithEveryKind_isLoggedInTo(MountAccess.Habit habit) {
        for (MountAccess.Scheme scheme : MountAccess.Scheme.values()) {
            boolean brokenWithoutOther = habit == MountAccess.Habit.STRONGEST_BROKEN
                    && scheme.algorithms().size() == 1;
            boolean unnamed = habit == MountAccess.Habit.NO_ALGORITHM
                    && !scheme.algorithms().equals(List.of(DigestAlgorithm.MD5));
            if (scheme == MountAccess.Scheme.NONE || brokenWithoutOther || unnamed) {
                continue;
            }
            MountAccess access = new MountAccess(scheme, "a \"b\\ c, d", WHO)
                    .withHabits(MountAccess.Habits.of(habit).withNonceUses(3));
            ServerAuth server = new ServerAuth(new Random(2));
            ClientAuth client = client(WHO.with(LoginPreference.ANY));
            for (int request = 0; request < 20; request++) {
                int sendings = 0;
                ServerAuth.Verdict verdict;
                while ((verdict = check(server, access, client)) != ServerAuth.Verdict.ACCEPTED) {
                    assertThat(refuse(client, server.challenge(access, verdict)))
                            .as(scheme + " request " + request)
                            .isTrue();
                    assertThat(++sendings).isLessThan(ClientConnection.MAX_SENDINGS);
                }
                client.onAccepted(client.current());
            }
        }
    }

    private static ServerAuth.Verdict check(ServerAuth server, MountAccess access, ClientAuth client) {
        RtspRequest unsigned = new RtspRequest("DESCRIBE", URI);
        return server.check(
                access,
                client.authorize("DESCRIBE", URI)
                        .map(a -> unsigned.with(RtspHeaders.AUTHORIZATION, a))
                        .orElse(unsigned));
    }

    /** Somebody in between asks for MD5 where only SHA-256 was offered. */
    @Test
    void check_weakerKindThanOffered_isRefused() {
        MountAccess access = new MountAccess(MountAccess.Scheme.DIGEST_SHA256, "test", WHO);
        ServerAuth server = new ServerAuth(new Random(2));
        String offered = server.challenge(access, ServerAuth.Verdict.MISSING)
                .headers()
                .first(RtspHeaders.WWW_AUTHENTICATE)
                .orElseThrow();
        ClientAuth client = client(WHO);
        refuse(client, offered.replace("SHA-256", "MD5"));
        assertThat(server.check(access, signed(client, "DESCRIBE", URI))).isEqualTo(ServerAuth.Verdict.REFUSED);
    }

    /** RFC 7616 3.4.6. */
    @Test
    void check_sameRequestTwice_isStale() {
        MountAccess access = new MountAccess(MountAccess.Scheme.DIGEST_SHA256, "test", WHO);
        ServerAuth server = new ServerAuth(new Random(2));
        ClientAuth client = client(WHO);
        refuse(client, server.challenge(access, ServerAuth.Verdict.MISSING));
        RtspRequest once = signed(client, "DESCRIBE", URI);
        assertThat(server.check(access, once)).isEqualTo(ServerAuth.Verdict.ACCEPTED);
        assertThat(server.check(access, once)).isEqualTo(ServerAuth.Verdict.STALE);
    }

    @Test
    void check_nonceWornOut_isStaleAndRenewed() {
        MountAccess access = new MountAccess(MountAccess.Scheme.DIGEST_QOP_AUTH, "test", WHO)
                .withHabits(MountAccess.Habits.NONE.withNonceUses(3));
        ServerAuth server = new ServerAuth(new Random(2));
        ClientAuth client = client(WHO);
        refuse(client, server.challenge(access, ServerAuth.Verdict.MISSING));
        for (int i = 0; i < 3; i++) {
            assertThat(server.check(access, signed(client, "GET_PARAMETER", URI)))
                    .isEqualTo(ServerAuth.Verdict.ACCEPTED);
        }
        assertThat(server.check(access, signed(client, "GET_PARAMETER", URI))).isEqualTo(ServerAuth.Verdict.STALE);

        RtspResponse renewal = server.challenge(access, ServerAuth.Verdict.STALE);
        assertThat(renewal.headers().first(RtspHeaders.WWW_AUTHENTICATE).orElse(""))
                .contains("stale=true");
        assertThat(refuse(client, renewal)).isTrue();
        assertThat(server.check(access, signed(client, "GET_PARAMETER", URI))).isEqualTo(ServerAuth.Verdict.ACCEPTED);
    }

    /** Servers for Bosch BVMS see a path, VLC signs the base address when it asks for a track. */
    @Test
    void check_addressSignedInOtherForms_isAccepted() {
        MountAccess access = new MountAccess(MountAccess.Scheme.DIGEST, "test", WHO);
        ServerAuth server = new ServerAuth(new Random(2));
        ClientAuth client = client(WHO);
        refuse(client, server.challenge(access, ServerAuth.Verdict.MISSING));
        for (String form : List.of("/cam", "rtsp://h/cam/", "rtsp://other:554/cam")) {
            RtspRequest request = new RtspRequest("SETUP", URI + "/trackID=0")
                    .with(
                            RtspHeaders.AUTHORIZATION,
                            client.authorize("SETUP", form).orElseThrow());
            assertThat(server.check(access, request)).as(form).isEqualTo(ServerAuth.Verdict.ACCEPTED);
        }
        RtspRequest elsewhere = new RtspRequest("SETUP", URI + "/trackID=0")
                .with(
                        RtspHeaders.AUTHORIZATION,
                        client.authorize("SETUP", "rtsp://h/ca").orElseThrow());
        assertThat(server.check(access, elsewhere)).isEqualTo(ServerAuth.Verdict.REFUSED);
    }

    @Test
    void toString_authorization_hidesIt() {
        RtspRequest request = new RtspRequest("DESCRIBE", URI).with(RtspHeaders.AUTHORIZATION, "Basic c2VjcmV0");
        assertThat(request).asString().doesNotContain("c2VjcmV0");
    }

    @Property(tries = 500)
    void parse_nonsense_neverFails(@ForAll long seed, @ForAll @IntRange(max = 4) int damage) {
        byte[] good = "Digest realm=\"a \\\"b\", nonce=\"1234\", qop=\"auth,auth-int\", Basic realm=x"
                .getBytes(StandardCharsets.ISO_8859_1);
        String text = new String(Nonsense.damage(good, damage, new Random(seed)), StandardCharsets.ISO_8859_1)
                .replace('\r', ' ')
                .replace('\n', ' ');
        ClientAuth client = client(WHO.with(LoginPreference.ANY));
        refuse(client, challenge(text));
        client.authorize("DESCRIBE", URI).ifPresent(v -> {
            ServerAuth server = new ServerAuth(new Random(2));
            RtspRequest request = new RtspRequest("DESCRIBE", URI).with(RtspHeaders.AUTHORIZATION, v);
            for (MountAccess.Scheme scheme : MountAccess.Scheme.values()) {
                server.check(new MountAccess(scheme, "test", WHO), request);
            }
        });
    }
}
