// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.watchkeep.recorder.rtsp.Manners;
import org.watchkeep.recorder.rtsp.MountAccess;
import org.watchkeep.recorder.rtsp.MountAccess.Habit;
import org.watchkeep.recorder.rtsp.MountAccess.Habits;
import org.watchkeep.recorder.rtsp.MountAccess.Scheme;
import org.watchkeep.recorder.rtsp.RtspRequest;

/** How the camera asks for a login. Does nothing on a camera that asks for none. Stateless; its oddities may remember. */
public enum LoginQuirk implements Quirk {
    BUSY_SAID_AS_WRONG_PASSWORD(
            "once its connections are used up it answers 401, whatever the password",
            "take the first such refusal of a login that has worked for busy: a longer wait and no alarm",
            () -> OddSessions.breakingTheFirst(LoginQuirk::refuseAll)),
    BANS_AFTER_FAILED_LOGINS(
            "after three wrong logins it refuses right ones too",
            "stop after one, wait long and raise an alarm",
            asking(access -> access.withHabits(access.habits().withLockOutAfter(3)))),
    SEVERAL_CHALLENGES(
            "Basic and two kinds of Digest, each in a line of its own, the weakest first",
            "answer the strongest",
            asking(access -> of(access, Scheme.SEVERAL))),
    CHALLENGES_IN_ONE_HEADER(
            "several challenges in one line",
            "answer the strongest",
            asking(access -> with(of(access, Scheme.SEVERAL), Habit.ONE_HEADER))),
    STRONGEST_LOGIN_BROKEN(
            "refuses right answers to the strongest challenge it offers",
            "answer the next",
            asking(access -> with(of(access, Scheme.SEVERAL), Habit.STRONGEST_BROKEN))),
    SHA256_ONLY("Digest with SHA-256 and no other", "know it", asking(access -> of(access, Scheme.DIGEST_SHA256))),
    BASIC_ONLY(
            "Basic and nothing else",
            "refuse, unless this camera is allowed to have the password in clear",
            asking(access -> of(access, Scheme.BASIC))),
    REFUSES_ALGORITHM_NOT_OFFERED(
            "offers no algorithm and refuses an answer that names one",
            "say back only what was offered",
            asking(access -> with(access, Habit.NO_ALGORITHM))),
    DIGEST_URI_MUST_BE_WHOLE(
            "refuses a digest that signs less than the whole address",
            "sign the address as it stands in the request",
            asking(access -> with(access, Habit.WHOLE_ADDRESS_ONLY))),
    STALE_NONCE_IN_MID_SESSION(
            "a keepalive is told that the nonce is stale", "sign anew and go on", shortLived(access -> access)),
    NONCE_RENEWED_WITHOUT_A_WORD(
            "a keepalive is answered with a new nonce and no word of stale",
            "sign anew and go on",
            shortLived(access -> with(access, Habit.STALE_UNSAID))),
    ODD_REALM(
            "a realm with quotes, commas, equals signs and semicolons",
            "read quoted strings as such",
            asking(access -> new MountAccess(
                    access.scheme(), "AXIS \"x\\y\", a=b; nonce=z", access.credentials(), access.habits()))),
    CHALLENGE_IN_ODD_ORDER(
            "the challenge's fields in another order, quoted where they need not be and not where they should",
            "read any order",
            asking(access -> with(access, Habit.ODD_FIELDS))),
    QOP_LIST(
            "qop=\"auth,auth-int\"",
            "choose auth",
            asking(access -> with(of(access, Scheme.DIGEST_QOP_AUTH), Habit.AUTH_INT_TOO))),
    EMPTY_OPAQUE("an empty opaque", "say it back empty", asking(access -> with(access, Habit.EMPTY_OPAQUE))),
    EMPTY_QOP(
            "an empty qop",
            "answer in the older form",
            () -> Oddity.of(Answers.edited(
                    Answers.ANY,
                    text -> Answers.editLine(
                            text, "WWW-Authenticate: ", old -> old.contains("qop") ? old : old + ", qop=\"\"")))),
    NAMED_AS_TP_LINK(
            "the realm is TP-LINK Streaming Media, which some clients take for leave to pass without a login",
            "log in as anywhere",
            asking(access -> new MountAccess(
                    access.scheme(), "TP-LINK Streaming Media", access.credentials(), access.habits())));

    @SuppressWarnings("ImmutableEnumChecker") // what it makes is new each time
    private final Recipe recipe;

    LoginQuirk(String does, String wants, Supplier<Oddity> oddity) {
        recipe = new Recipe(does, wants, oddity);
    }

    @Override
    public Recipe recipe() {
        return recipe;
    }

    /** Another way of asking for the login, where one is asked for. */
    private static Supplier<Oddity> asking(UnaryOperator<MountAccess> edit) {
        return () -> new Oddity() {
            @Override
            public MountAccess access(MountAccess asked) {
                return asked.scheme() == Scheme.NONE ? asked : edit.apply(asked);
            }
        };
    }

    /** A nonce that serves for DESCRIBE, SETUP and PLAY, and a session that is kept alive every two seconds. */
    private static Supplier<Oddity> shortLived(UnaryOperator<MountAccess> edit) {
        return () -> new Oddity() {
            @Override
            public MountAccess access(MountAccess asked) {
                MountAccess edited = edit.apply(asked);
                return edited.withHabits(edited.habits().withNonceUses(3));
            }

            @Override
            public Manners manners() {
                return OddSessions.impatient(Manners.PLAIN);
            }
        };
    }

    private static MountAccess of(MountAccess access, Scheme scheme) {
        return new MountAccess(scheme, access.realm(), access.credentials(), access.habits());
    }

    private static MountAccess with(MountAccess access, Habit habit) {
        Habits before = access.habits();
        Set<Habit> habits = EnumSet.of(habit);
        habits.addAll(before.oddities());
        return access.withHabits(new Habits(habits, before.nonceUses(), before.lockOutAfter()));
    }

    private static Manners.Reply refuseAll(RtspRequest request, Manners.Server server) {
        return Answers.isMethod(request, "OPTIONS")
                ? server.answer(request)
                : Answers.status(request, 401, "WWW-Authenticate: Digest realm=\"camera\", nonce=\"0badc0de\"");
    }
}
