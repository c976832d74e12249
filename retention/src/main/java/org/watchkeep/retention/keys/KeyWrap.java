// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
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

    private final SecretKey master;
    private final String masterId;
    private final byte[] label;
    private final SecureRandom random = new SecureRandom();

    KeyWrap(MasterKeystore master, byte[] label) {
        this.master = master.key();
        this.masterId = master.masterId();
        this.label = label.clone();
    }

    String masterId() {
        return masterId;
    }

    WrappedRoot wrap(byte[] key, byte[] saidInClear) {
        byte[] nonce = new byte[WrappedRoot.NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, saidInClear).doFinal(key);
            byte[] wrapped = ByteBuffer.allocate(WrappedRoot.BYTES)
                    .put(nonce)
                    .put(sealed)
                    .array();
            return new WrappedRoot(masterId, wrapped);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM refuses to wrap a key", e);
        }
    }

    /** The key in clear: the caller wipes it. */
    byte[] unwrap(WrappedRoot wrappedKey, byte[] saidInClear, String what) throws DamagedBlockException {
        byte[] wrapped = wrappedKey.toBytes();
        byte[] nonce = Arrays.copyOf(wrapped, WrappedRoot.NONCE_BYTES);
        try {
            return cipher(Cipher.DECRYPT_MODE, nonce, saidInClear)
                    .doFinal(wrapped, WrappedRoot.NONCE_BYTES, WrappedRoot.SEALED_BYTES);
        } catch (AEADBadTagException e) {
            throw new DamagedBlockException(what + ": under master " + wrappedKey.masterId()
                    + " (expected: to open under master " + masterId + ")");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM refuses to unwrap a key", e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, byte[] saidInClear) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, master, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(label);
        cipher.updateAAD(saidInClear);
        return cipher;
    }
}
