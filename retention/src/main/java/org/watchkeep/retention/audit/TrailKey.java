// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** The Ed25519 key (RFC 8032) that signs checkpoints. Immutable; never printed. */
public final class TrailKey {
    public static final int SEED_BYTES = Ed25519.SECRET_KEY_SIZE;

    private final byte[] seed;
    private final byte[] publicKey;

    private TrailKey(byte[] seed) {
        this.seed = seed;
        this.publicKey = new byte[Ed25519.PUBLIC_KEY_SIZE];
        Ed25519.generatePublicKey(seed, 0, publicKey, 0);
    }

    /** The key of this seed, which is copied in. */
    public static TrailKey ofSeed(byte[] seed) {
        if (seed.length != SEED_BYTES) {
            throw new IllegalArgumentException("seed: " + seed.length + " bytes (expected: " + SEED_BYTES + ")");
        }
        return new TrailKey(seed.clone());
    }

    /** A new one, in no file. */
    public static TrailKey random() {
        byte[] seed = new byte[SEED_BYTES];
        new SecureRandom().nextBytes(seed);
        return new TrailKey(seed);
    }

    /** What others check its signatures with, under this name. */
    public VerifierKey verifier(String name) {
        return VerifierKey.of(name, VerifierKey.ED25519, publicKey);
    }

    byte[] sign(byte[] message) {
        byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
        Ed25519.sign(seed, 0, message, 0, message.length, signature, 0);
        return signature;
    }

    boolean isOf(VerifierKey key) {
        return Arrays.equals(publicKey, key.publicKey().toBytes());
    }
}
