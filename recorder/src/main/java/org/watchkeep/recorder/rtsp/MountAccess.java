// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Who may open a mount of the {@link RtspServer}, and how the login is asked for. Immutable.
 *
 * @param habits what makers do differently; {@link Habits#NONE} for a server that keeps to the RFC
 */
public record MountAccess(Scheme scheme, String realm, Credentials credentials, Habits habits) {
    /** How the client proves who it is. */
    public enum Scheme {
        NONE(false, false),
        BASIC(true, false),
        /** Digest MD5 in the form of RFC 2069, as most cameras ask it. */
        DIGEST(false, false, DigestAlgorithm.MD5),
        /** Digest MD5 with {@code qop="auth"}: nonce count and client nonce are signed too. */
        DIGEST_QOP_AUTH(false, true, DigestAlgorithm.MD5),
        DIGEST_MD5_SESS(false, true, DigestAlgorithm.MD5_SESS),
        /** Digest SHA-256 without {@code qop}. */
        DIGEST_SHA256_PLAIN(false, false, DigestAlgorithm.SHA_256),
        DIGEST_SHA256(false, true, DigestAlgorithm.SHA_256),
        DIGEST_SHA256_SESS(false, true, DigestAlgorithm.SHA_256_SESS),
        DIGEST_SHA512_256(false, true, DigestAlgorithm.SHA_512_256),
        /** Digest SHA-256, and MD5 for clients that know no better, in the order RFC 7616 3.7 wants. */
        DIGEST_ANY(false, true, DigestAlgorithm.SHA_256, DigestAlgorithm.MD5),
        /** Basic, Digest MD5 and Digest SHA-256, the weakest first, as RFC 7616 3.7 would not have it. */
        SEVERAL(true, true, DigestAlgorithm.MD5, DigestAlgorithm.SHA_256);

        private final boolean basic;
        private final boolean qop;

        @SuppressWarnings("ImmutableEnumChecker") // made by List.of
        private final List<DigestAlgorithm> algorithms;

        Scheme(boolean basic, boolean qop, DigestAlgorithm... algorithms) {
            this.basic = basic;
            this.qop = qop;
            this.algorithms = List.of(algorithms);
        }

        boolean offersBasic() {
            return basic;
        }

        boolean offersQop() {
            return qop;
        }

        /** In the order of the challenges. */
        List<DigestAlgorithm> algorithms() {
            return algorithms;
        }
    }

    /** One way in which makers' logins differ from the RFC, or from each other. */
    public enum Habit {
        /** All challenges in one header line. */
        ONE_HEADER,
        /** Dahua: fields in another order, {@code algorithm} quoted, {@code qop} and {@code stale} not. */
        ODD_FIELDS,
        /** TP-Link: names no algorithm, and refuses an answer that does. */
        NO_ALGORITHM,
        /** {@code opaque=""}. */
        EMPTY_OPAQUE,
        /** {@code qop="auth,auth-int"}. */
        AUTH_INT_TOO,
        /** A nonce that is too old is answered by a plain 401 with a new one. */
        STALE_UNSAID,
        /** Refuses any answer to the strongest challenge it offers. */
        STRONGEST_BROKEN,
        /** Refuses an answer whose {@code uri} is not the whole address of the request. */
        WHOLE_ADDRESS_ONLY
    }

    /**
     * How a server asks for logins and when it shuts somebody out.
     *
     * @param nonceUses requests one nonce is good for
     * @param lockOutAfter refused logins from one address after which that address is refused whatever it says; 0 for never
     */
    public record Habits(Set<Habit> oddities, int nonceUses, int lockOutAfter) {
        /** A session of a day with a keepalive each 30 s signs some 2,900 requests; 256 makes clients show they can renew. */
        public static final int DEFAULT_NONCE_USES = 256;

        public static final Habits NONE = new Habits(Set.of(), DEFAULT_NONCE_USES, 0);

        public Habits {
            oddities = oddities.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(oddities));
            if (nonceUses < 1 || lockOutAfter < 0) {
                throw new IllegalArgumentException("nonceUses: " + nonceUses + " (expected: >= 1), lockOutAfter: "
                        + lockOutAfter + " (expected: >= 0)");
            }
        }

        public static Habits of(Habit... oddities) {
            return new Habits(Set.of(oddities), DEFAULT_NONCE_USES, 0);
        }

        public Habits withNonceUses(int uses) {
            return new Habits(oddities, uses, lockOutAfter);
        }

        /** As cameras do, commonly after five. */
        public Habits withLockOutAfter(int refusals) {
            return new Habits(oddities, nonceUses, refusals);
        }

        boolean has(Habit habit) {
            return oddities.contains(habit);
        }
    }

    /** Anybody. */
    public static final MountAccess OPEN = new MountAccess(Scheme.NONE, "", new Credentials("", ""));

    public MountAccess {
        if (realm.indexOf('\r') >= 0 || realm.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("realm: holds a line break");
        }
    }

    /** Without any habit. */
    public MountAccess(Scheme scheme, String realm, Credentials credentials) {
        this(scheme, realm, credentials, Habits.NONE);
    }

    public MountAccess withHabits(Habits others) {
        return new MountAccess(scheme, realm, credentials, others);
    }

    boolean has(Habit habit) {
        return habits.has(habit);
    }
}
