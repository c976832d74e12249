// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.described;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.ok;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.silent;
import static org.watchkeep.recorder.rtsp.ScriptedCamera.status;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Login and keepalive, with cameras that want them otherwise. */
class RtspSessionLoginTest extends RtspSessionRig {
    // ---- login

    /** DESCRIBE, SETUP and PLAY. */
    private static final int UNTIL_PLAY = 3;

    private final Map<String, Integer> accepted = new HashMap<>();

    private static final List<String> SIGNED = List.of("DESCRIBE", "SETUP", "PLAY", "GET_PARAMETER", "TEARDOWN");

    private void demandDigest(String realm) {
        for (String method : SIGNED) {
            demand(method, new ServerAuth(new Random(method.hashCode())), realm, MountAccess.Habits.NONE);
        }
    }

    /** One nonce for all, which serves so many requests; each that comes with an older one costs it. */
    private void demandDigestShortLived(int uses) {
        ServerAuth server = new ServerAuth(new Random(1));
        for (String method : SIGNED) {
            demand(
                    method,
                    server,
                    "cam",
                    MountAccess.Habits.of(MountAccess.Habit.STALE_UNSAID).withNonceUses(uses));
        }
    }

    private void demand(String method, ServerAuth server, String realm, MountAccess.Habits habits) {
        MountAccess access = new MountAccess(MountAccess.Scheme.DIGEST, realm, WHO).withHabits(habits);
        camera.on(method, r -> {
            ServerAuth.Verdict verdict = server.check(access, r);
            if (verdict != ServerAuth.Verdict.ACCEPTED) {
                String challenge = server.challenge(access, verdict)
                        .headers()
                        .first("WWW-Authenticate")
                        .orElseThrow();
                return status(401, "WWW-Authenticate: " + challenge + "\r\n").apply(r);
            }
            accepted.merge(method, 1, Integer::sum);
            return switch (method) {
                case "DESCRIBE" -> described(r, "", ScriptedCamera.SDP);
                case "SETUP" -> ok("Session: 1;timeout=10\r\n").apply(r);
                default -> ok("").apply(r);
            };
        });
    }

    private long signed(String method) {
        return camera.requests().stream()
                .filter(r -> r.method().equals(method)
                        && r.headers().first("Authorization").isPresent())
                .count();
    }

    private int accepted(String method) {
        return accepted.getOrDefault(method, 0);
    }

    @Test
    void start_digest_signsEveryRequestWithItsFullAddress() {
        demandDigest("cam");
        RtspSession session = played(Optional.of(WHO));
        assertPlaying();
        assertThat(session.authLabel()).isEqualTo("digest-md5");
        assertThat(camera.last("PLAY").headers().first("Authorization").orElse(""))
                .contains("uri=\"rtsp://192.0.2.7/live\"");
    }

    @Test
    void start_wrongPassword_isRefusedAfterOneTry() {
        demandDigest("cam");
        played(Optional.of(new Credentials("admin", "guess")));
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.LOGIN_REFUSED);
        assertThat(notes.detail()).contains("digest-md5").doesNotContain("guess");
        assertThat(camera.methods()).isEqualTo("OPTIONS DESCRIBE DESCRIBE");
    }

    @Test
    void start_loginWantedAndNoneConfigured_saysSo() {
        demandDigest("cam");
        played();
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.LOGIN_REFUSED);
        assertThat(notes.detail()).contains("none is configured");
        assertThat(camera.methods()).isEqualTo("OPTIONS DESCRIBE");
    }

    @Test
    void start_alwaysStale_isGivenUp() {
        camera.on(
                "DESCRIBE",
                r -> status(
                                401,
                                "WWW-Authenticate: Digest realm=\"x\", nonce=\""
                                        + r.headers().cseq() + "\", stale=true\r\n")
                        .apply(r));
        played(Optional.of(WHO));
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.LOGIN_REFUSED);
        assertThat(camera.methods()).isEqualTo("OPTIONS DESCRIBE DESCRIBE DESCRIBE");
    }

    @Test
    void keepalive_nonceGrownOld_isSignedAnew() {
        demandDigest("cam");
        played(Optional.of(WHO));
        for (int i = 0; i < 2; i++) {
            timers.advanceSeconds(5);
            camera.answer();
        }
        assertThat(camera.methods()).endsWith("GET_PARAMETER GET_PARAMETER GET_PARAMETER");
        assertPlaying();
    }

    /** So many keepalives before the camera answers any. */
    private void keepAlive(int underWay) {
        for (int i = 0; i < underWay; i++) {
            timers.advanceSeconds(5);
        }
        camera.answer();
    }

    /** Each of them finds its nonce too old, and is given another, which the next one makes too old. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void keepalive_nonceGrownOldForSeveralUnderWay_eachIsSignedAnewAndNoneIsARefusal(int underWay) {
        demandDigestShortLived(UNTIL_PLAY);
        played(Optional.of(WHO));
        for (int round = 1; round <= 4; round++) {
            keepAlive(underWay);
            assertPlaying();
            assertThat(memory.isLoginDoubtful()).isFalse();
            assertThat(accepted("GET_PARAMETER")).isEqualTo(round * underWay);
        }
    }

    /** Sessions that were cut off are torn down beside SETUP, and a nonce may serve once only. */
    @Test
    void start_nonceGrownOldForSeveralUnderWay_isPlayed() {
        demandDigestShortLived(1);
        for (int i = 0; i < SessionMemory.MAX_ABANDONED; i++) {
            memory.abandon(new SessionMemory.Abandoned("gone" + i, RtspUrl.parse("rtsp://192.0.2.7/live")));
        }
        played(Optional.of(WHO));
        assertPlaying();
        assertThat(accepted("TEARDOWN")).isEqualTo(SessionMemory.MAX_ABANDONED);
    }

    /** One more goes out while a new nonce is being tried: it waits its turn, and is not left out. */
    @Test
    void keepalive_askedWhileANonceIsTried_isSentWhenThatHasServed() {
        demandDigestShortLived(UNTIL_PLAY);
        played(Optional.of(WHO));
        timers.advanceSeconds(5);
        timers.advanceSeconds(5);
        camera.answerOne();
        keepAlive(1);
        assertPlaying();
        assertThat(memory.isLoginDoubtful()).isFalse();
        assertThat(accepted("GET_PARAMETER")).isEqualTo(3);
    }

    /** Each further one would bring us nearer to being locked out. */
    @Test
    void keepalive_passwordChangedWithSeveralUnderWay_oneMoreIsTriedForAllOfThem() {
        demandDigestShortLived(UNTIL_PLAY);
        played(Optional.of(WHO));
        camera.on(
                "GET_PARAMETER",
                r -> status(
                                401,
                                "WWW-Authenticate: Digest realm=\"cam\", nonce=\""
                                        + r.headers().cseq() + "\"\r\n")
                        .apply(r));
        keepAlive(2);
        assertThat(signed("GET_PARAMETER")).isEqualTo(3);
        assertThat(memory.isLoginDoubtful()).isTrue();
        for (int i = 0; i < 20; i++) {
            keepAlive(1);
        }
        assertThat(signed("GET_PARAMETER")).isEqualTo(3);
        assertPlaying();
    }

    // ---- keepalive

    @ParameterizedTest
    @CsvSource({
        "Session: 1;timeout=60, 30",
        "Session: 1;timeout=20, 10",
        "Session: 1; Timeout=20 , 10",
        "Session: 1, 30",
        "Session: 1;timeout=3600, 30",
        "Session: 1;timeout=0, 2",
        "Session: 1;timeout=-5, 30"
    })
    void keepalive_interval_isHalfTheTimeoutAndAtMostThirtySeconds(String line, int seconds) {
        camera.on("SETUP", ok(line + "\r\n"));
        camera.on("PLAY", ok(""));
        played();
        timers.advanceMillis(seconds * 1_000L - 1);
        camera.answer();
        assertThat(camera.methods()).isEqualTo("OPTIONS DESCRIBE SETUP PLAY");
        timers.advanceMillis(1);
        camera.answer();
        assertThat(camera.methods()).endsWith("PLAY GET_PARAMETER");
        assertThat(camera.last("GET_PARAMETER").uri()).isEqualTo("rtsp://192.0.2.7/live");
        assertThat(camera.last("GET_PARAMETER").headers().first("Session")).contains("1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OPTIONS, DESCRIBE, GET_PARAMETER, SET_PARAMETER | GET_PARAMETER",
                "OPTIONS,SET_PARAMETER | SET_PARAMETER",
                "options, get_parameter | GET_PARAMETER",
                "OPTIONS, DESCRIBE, SETUP, PLAY | OPTIONS",
                "'' | OPTIONS"
            })
    void keepalive_method_isOneThatIsAdvertised(String advertised, String method) {
        camera.on("OPTIONS", ok("Public: " + advertised + "\r\n"));
        played();
        timers.advanceSeconds(30);
        camera.answer();
        assertThat(camera.methods()).endsWith("PLAY " + method);
    }

    @Test
    void keepalive_neverAnswered_isNotFatal() {
        camera.on("GET_PARAMETER", silent());
        camera.on(
                "OPTIONS",
                r -> r.headers().cseq() == 1 ? ok("Public: GET_PARAMETER\r\n").apply(r) : "");
        played();
        for (int i = 0; i < 50; i++) {
            timers.advanceSeconds(30);
            camera.answer();
            camera.sendFrame(0, RTP);
        }
        assertPlaying();
    }

    /** Thingino: 454 to each GET_PARAMETER. */
    @Test
    void keepalive_thinginoRefusesTheMethod_changesIt() {
        camera.on("GET_PARAMETER", status(454, ""));
        played();
        timers.advanceSeconds(30);
        camera.answer();
        timers.advanceSeconds(30);
        camera.answer();
        assertThat(camera.methods()).endsWith("GET_PARAMETER OPTIONS");
        assertPlaying();
    }

    /** GW Security: GET_PARAMETER is left unanswered and the connection dropped; SET_PARAMETER works. */
    @Test
    void keepalive_gwSecurityDropsUponGetParameter_asksDifferentlyNextTime() {
        camera.on("OPTIONS", ok("Public: GET_PARAMETER, SET_PARAMETER\r\n"));
        camera.on("GET_PARAMETER", silent());
        played();
        timers.advanceSeconds(30);
        camera.answer();
        timers.advanceSeconds(10);
        camera.hangUp();
        assertThat(notes.reason()).isEqualTo(SessionEnd.Reason.LOST);

        notes.end = Optional.empty();
        played();
        timers.advanceSeconds(30);
        camera.answer();
        assertThat(camera.methods()).endsWith("PLAY SET_PARAMETER");
    }
}
