// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Wraps 256-bit keys under the master key: AES-256-GCM, with a label for what kind of key it is and all that is said of it
 * in clear as associated data. Nonces are fresh random bits; one master wraps a few hundred thousand keys in its life, far
 * from GCM's 2^32.
 *
 * <p>Any thread; the caller wipes the keys.
 */
final class KeyWrap {
    static final int KEY_BYTES = 32;

    private static final int TAG_BITS = 128;

    private final byte[] label;
    private final SecureRandom random = new SecureRandom();
    /** The master of now; keys under the one before open as long as it knows it. */
    private volatile MasterKeystore master;

    KeyWrap(MasterKeystore master, byte[] label) {
        this.master = master;
        this.label = label.clone();
    }

    String masterId() {
        return master.masterId();
    }

    /** From now on keys are wrapped under this one. */
    void use(MasterKeystore next) {
        master = next;
    }

    /** Whether keys under this master open. */
    boolean knows(String masterId) {
        return keyOf(masterId).isPresent();
    }

    private Optional<SecretKey> keyOf(String masterId) {
        MasterKeystore now = master;
        return masterId.equals(now.masterId())
                ? Optional.of(now.key())
                : now.retiring().filter(old -> old.masterId().equals(masterId)).map(MasterKeystore::key);
    }

    /** @param saidInClear what is said in clear, the id of the master being part of it */
    WrappedRoot wrap(byte[] key, Function<String, byte[]> saidInClear) {
        MasterKeystore under = master;
        byte[] nonce = new byte[WrappedRoot.NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, under.key(), nonce, saidInClear.apply(under.masterId()))
                    .doFinal(key);
            byte[] wrapped = ByteBuffer.allocate(WrappedRoot.BYTES)
                    .put(nonce)
                    .put(sealed)
                    .array();
            return new WrappedRoot(under.masterId(), wrapped);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM refuses to wrap a key", e);
        }
    }

    /** The key in clear: the caller wipes it. */
    byte[] unwrap(WrappedRoot wrappedKey, byte[] saidInClear, String what) throws DamagedBlockException {
        byte[] wrapped = wrappedKey.toBytes();
        byte[] nonce = Arrays.copyOf(wrapped, WrappedRoot.NONCE_BYTES);
        SecretKey under = keyOf(wrappedKey.masterId()).orElse(null);
        if (under == null) {
            throw new DamagedBlockException(what + ": under master " + wrappedKey.masterId()
                    + " (expected: to open under master " + masterId() + ")");
        }
        try {
            return cipher(Cipher.DECRYPT_MODE, under, nonce, saidInClear)
                    .doFinal(wrapped, WrappedRoot.NONCE_BYTES, WrappedRoot.SEALED_BYTES);
        } catch (AEADBadTagException e) {
            throw new DamagedBlockException(
                    what + ": does not open under master " + wrappedKey.masterId() + ", which it names");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM refuses to unwrap a key", e);
        }
    }

    private Cipher cipher(int mode, SecretKey under, byte[] nonce, byte[] saidInClear) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, under, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(label);
        cipher.updateAAD(saidInClear);
        return cipher;
    }
}
