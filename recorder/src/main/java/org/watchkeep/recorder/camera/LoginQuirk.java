// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.watchkeep.recorder.rtsp.Manners;
import org.watchkeep.recorder.rtsp.MountAccess;
import org.watchkeep.recorder.rtsp.RtspRequest;

/** How the camera asks for a login. Does nothing on a camera that asks for none. Stateless; its oddities may remember. */
public enum LoginQuirk implements Quirk {
    BUSY_SAID_AS_WRONG_PASSWORD(
            "once its connections are used up it answers 401, whatever the password",
            "take the first such refusal of a login that has worked for busy: a longer wait and no alarm",
            () -> OddSessions.breakingTheFirst(Answers.both(LoginQuirk.challenge(old -> old), LoginQuirk::refuseAll))),
    BANS_AFTER_FAILED_LOGINS(
            "after three wrong logins nobody is answered any more",
            "stop after one, wait long and raise an alarm",
            () -> OddSessions.banningAfter(3)),
    SEVERAL_CHALLENGES(
            "Basic and Digest in lines of their own",
            "answer the strongest",
            () -> Oddity.of(Answers.edited(
                    Answers.ANY,
                    text -> text.startsWith("RTSP/1.0 401")
                            ? text.replaceFirst("(?=\r\nWWW-)", "\r\nWWW-Authenticate: Basic realm=\"b\"")
                            : text))),
    CHALLENGES_IN_ONE_HEADER(
            "Basic and Digest in one line", "answer the strongest", challenging(old -> "Basic realm=\"b\", " + old)),
    REFUSES_ALGORITHM_NOT_OFFERED(
            "offers no algorithm and refuses an answer that names one",
            "say back only what was offered",
            () -> Oddity.of(Answers.both(
                    LoginQuirk.challenge(old -> old.replaceFirst(", algorithm=MD5", "")),
                    Answers.refusing(
                            400, request -> LoginQuirk.authorization(request).contains("algorithm"))))),
    DIGEST_URI_MUST_BE_WHOLE(
            "refuses a digest that signs less than the whole address",
            "sign the address as it stands in the request",
            () -> Oddity.of(Answers.refusing(
                    401,
                    request -> LoginQuirk.authorization(request).startsWith("Digest")
                            && !LoginQuirk.authorization(request).contains("uri=\"" + request.uri() + '"')))),
    STALE_NONCE_IN_MID_SESSION(
            "a keepalive is told that the nonce is stale", "sign anew and go on", renewing(", stale=true")),
    NONCE_RENEWED_WITHOUT_A_WORD(
            "a keepalive is answered with a new nonce and no word of stale", "sign anew and go on", renewing("")),
    ODD_REALM("a realm with commas, equals signs and semicolons", "read quoted strings as such", () -> new Oddity() {
        @Override
        public MountAccess access(MountAccess asked) {
            return asked.scheme() == MountAccess.Scheme.NONE ? asked : withRealm(asked, "AXIS, a=b; (c) nonce=x");
        }
    }),
    CHALLENGE_IN_ODD_ORDER(
            "the challenge's fields in another order, some without quotes, oddly spaced",
            "read any order",
            challenging(LoginQuirk::reversed)),
    QOP_LIST(
            "qop=\"auth,auth-int\"",
            "choose auth",
            challenging(old -> old.replace("qop=\"auth\"", "qop=\"auth,auth-int\""))),
    EMPTY_OPAQUE("an empty opaque", "say it back empty", challenging(old -> old + ", opaque=\"\"")),
    EMPTY_QOP(
            "an empty qop",
            "answer in the older form",
            challenging(old -> old.contains("qop") ? old : old + ", qop=\"\""));

    private final String does;
    private final String wants;

    @SuppressWarnings("ImmutableEnumChecker") // a recipe: makes a new oddity each time
    private final Supplier<Oddity> oddity;

    LoginQuirk(String does, String wants, Supplier<Oddity> oddity) {
        this.does = does;
        this.wants = wants;
        this.oddity = oddity;
    }

    @Override
    public String does() {
        return does;
    }

    @Override
    public String wants() {
        return wants;
    }

    @Override
    public Oddity oddity() {
        return oddity.get();
    }

    private static Supplier<Oddity> challenging(UnaryOperator<String> edit) {
        return () -> Oddity.of(challenge(edit));
    }

    private static Manners challenge(UnaryOperator<String> edit) {
        return Answers.edited(Answers.ANY, text -> Answers.editLine(text, "WWW-Authenticate: ", edit));
    }

    private static String authorization(RtspRequest request) {
        return request.headers().first("Authorization").orElse("");
    }

    private static MountAccess withRealm(MountAccess asked, String realm) {
        return new MountAccess(asked.scheme(), realm, asked.credentials());
    }

    private static Manners.Reply refuseAll(RtspRequest request, Manners.Server server) {
        return Answers.isMethod(request, "OPTIONS")
                ? server.answer(request)
                : Answers.status(request, 401, "WWW-Authenticate: Digest realm=\"camera\", nonce=\"0badc0de\"");
    }

    /** The first keepalive is refused; the server, which has never heard of the new nonce, then gives one of its own. */
    private static Supplier<Oddity> renewing(String word) {
        return () -> {
            AtomicBoolean isRenewed = new AtomicBoolean();
            return Oddity.of(OddSessions.impatient((request, server) -> {
                boolean now = Answers.KEEPALIVE.test(request)
                        && !authorization(request).isEmpty()
                        && isRenewed.compareAndSet(false, true);
                String realm = authorization(request).replaceFirst(".*realm=(\"[^\"]*\").*", "$1");
                return now
                        ? Answers.status(
                                request, 401, "WWW-Authenticate: Digest realm=" + realm + ", nonce=\"new\"" + word)
                        : server.answer(request);
            }));
        };
    }

    private static String reversed(String challenge) {
        String scheme = challenge.substring(0, challenge.indexOf(' '));
        StringBuilder fields = new StringBuilder();
        for (String field : challenge.substring(scheme.length() + 1).split(", ", -1)) {
            boolean isPlain = field.startsWith("nonce");
            fields.insert(0, (isPlain ? field.replace("\"", "") : field.replaceFirst("=", " = ")) + " ,  ");
        }
        return scheme + "   " + fields.toString().replaceFirst(" , {2}$", "");
    }
}
