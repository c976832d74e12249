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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthTest {
    private static final Credentials WHO = new Credentials("admin", "s3:cr\"et");
    private static final String URI = "rtsp://h/cam";

    private static ClientAuth client(Credentials who) {
        return new ClientAuth(Optional.of(who), new Random(1));
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
        assertThat(client.onUnauthorized(challenge(
                        "Basic realm=\"x\"",
                        "Digest realm=\"x\", nonce=\"1\", algorithm=SHA-512-256",
                        "Digest realm=\"x\", nonce=\"2\"")))
                .isTrue();
        assertThat(client.label()).isEqualTo("digest-md5");
        assertThat(answer(client)).contains("nonce=\"2\"");
    }

    @Test
    void onUnauthorized_nothingWeKnow_isNotTried() {
        ClientAuth client = client(WHO);
        assertThat(client.onUnauthorized(
                        challenge("Bearer realm=\"x\"", "Digest realm=\"x\", nonce=\"1\", algorithm=FOO")))
                .isFalse();
        assertThat(client.authorize("DESCRIBE", URI)).isEmpty();
        assertThat(client.label()).isEqualTo("none");
    }

    @Test
    void onUnauthorized_noCredentials_isNotTried() {
        ClientAuth client = new ClientAuth(Optional.empty(), new Random(1));
        assertThat(client.onUnauthorized(challenge("Basic realm=\"x\""))).isFalse();
    }

    /** TP-Link refuses an algorithm it has not offered. */
    @Test
    void authorize_algorithmNotOffered_isNotSaid() {
        ClientAuth client = client(WHO);
        client.onUnauthorized(challenge("Digest realm=\"x\", nonce=\"1\""));
        assertThat(answer(client))
                .doesNotContain("algorithm")
                .doesNotContain("qop")
                .contains("uri=\"" + URI + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"auth", "auth,auth-int", " auth-int , AUTH"})
    void authorize_qopAuthOffered_countsRequests(String qop) {
        ClientAuth client = client(WHO);
        client.onUnauthorized(challenge("Digest realm=\"x\", nonce=\"1\", opaque=\"\", qop=\"" + qop + "\""));
        assertThat(answer(client)).contains("qop=auth, nc=00000001").contains("opaque=\"\"");
        assertThat(answer(client)).contains("nc=00000002");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "auth-int"})
    void authorize_qopWithoutAuth_usesTheOlderForm(String qop) {
        ClientAuth client = client(WHO);
        client.onUnauthorized(challenge("Digest realm=\"x\", nonce=\"1\", qop=\"" + qop + "\""));
        assertThat(answer(client)).doesNotContain("nc=");
    }

    @Test
    void onUnauthorized_refusedTwice_isNotTriedAgain() {
        ClientAuth client = client(WHO);
        assertThat(client.onUnauthorized(challenge("Digest realm=\"x\", nonce=\"1\"")))
                .isTrue();
        assertThat(client.onUnauthorized(challenge("Digest realm=\"x\", nonce=\"2\"")))
                .isFalse();
    }

    @Test
    void onUnauthorized_staleSaid_renews() {
        ClientAuth client = client(WHO);
        client.onUnauthorized(challenge("Digest realm=\"x\", nonce=\"1\""));
        assertThat(client.onUnauthorized(challenge("Digest realm=\"x\", nonce=\"2\", stale=TRUE")))
                .isTrue();
        assertThat(answer(client)).contains("nonce=\"2\"");
    }

    /** Some never say stale: a login that has served and meets a new nonce is only too old. */
    @Test
    void onUnauthorized_plainAfterItHadServed_renews() {
        ClientAuth client = client(WHO);
        client.onUnauthorized(challenge("Digest realm=\"x\", nonce=\"1\""));
        client.onAccepted();
        assertThat(client.onUnauthorized(challenge("Digest realm=\"x\", nonce=\"2\"")))
                .isTrue();
        assertThat(client.onUnauthorized(challenge("Digest realm=\"x\", nonce=\"2\"")))
                .isFalse();
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

        ClientAuth right = client(WHO);
        right.onUnauthorized(server.challenge(access, ServerAuth.Verdict.MISSING));
        assertThat(server.check(access, signed(right, "DESCRIBE", URI))).isEqualTo(ServerAuth.Verdict.ACCEPTED);
        assertThat(server.check(access, signed(right, "PLAY", URI + "/"))).isEqualTo(ServerAuth.Verdict.ACCEPTED);

        ClientAuth wrong = client(new Credentials("admin", "guess"));
        wrong.onUnauthorized(server.challenge(access, ServerAuth.Verdict.MISSING));
        assertThat(server.check(access, signed(wrong, "DESCRIBE", URI))).isEqualTo(ServerAuth.Verdict.REFUSED);

        ClientAuth other = client(new Credentials("other", WHO.password()));
        other.onUnauthorized(server.challenge(access, ServerAuth.Verdict.MISSING));
        assertThat(server.check(access, signed(other, "DESCRIBE", URI))).isEqualTo(ServerAuth.Verdict.REFUSED);
    }

    @Test
    void check_nonceWornOut_isStaleAndRenewed() {
        MountAccess access = new MountAccess(MountAccess.Scheme.DIGEST_QOP_AUTH, "test", WHO);
        ServerAuth server = new ServerAuth(new Random(2));
        ClientAuth client = client(WHO);
        client.onUnauthorized(server.challenge(access, ServerAuth.Verdict.MISSING));
        for (int i = 0; i < ServerAuth.MAX_NONCE_USES; i++) {
            assertThat(server.check(access, signed(client, "GET_PARAMETER", URI)))
                    .isEqualTo(ServerAuth.Verdict.ACCEPTED);
        }
        assertThat(server.check(access, signed(client, "GET_PARAMETER", URI))).isEqualTo(ServerAuth.Verdict.STALE);

        RtspResponse renewal = server.challenge(access, ServerAuth.Verdict.STALE);
        assertThat(renewal.headers().first(RtspHeaders.WWW_AUTHENTICATE).orElse(""))
                .contains("stale=true");
        assertThat(client.onUnauthorized(renewal)).isTrue();
        assertThat(server.check(access, signed(client, "GET_PARAMETER", URI))).isEqualTo(ServerAuth.Verdict.ACCEPTED);
    }

    /** Servers for Bosch BVMS see a path, VLC signs the base address when it asks for a track. */
    @Test
    void check_addressSignedInOtherForms_isAccepted() {
        MountAccess access = new MountAccess(MountAccess.Scheme.DIGEST, "test", WHO);
        ServerAuth server = new ServerAuth(new Random(2));
        ClientAuth client = client(WHO);
        client.onUnauthorized(server.challenge(access, ServerAuth.Verdict.MISSING));
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
        ClientAuth client = client(WHO);
        client.onUnauthorized(challenge(text));
        client.authorize("DESCRIBE", URI).ifPresent(v -> {
            ServerAuth server = new ServerAuth(new Random(2));
            RtspRequest request = new RtspRequest("DESCRIBE", URI).with(RtspHeaders.AUTHORIZATION, v);
            for (MountAccess.Scheme scheme : MountAccess.Scheme.values()) {
                server.check(new MountAccess(scheme, "test", WHO), request);
            }
        });
    }
}
