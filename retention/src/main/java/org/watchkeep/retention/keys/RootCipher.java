// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Wraps and unwraps epoch roots: AES-256-GCM under the master key. All that the slot says in clear (slot, class, epoch,
 * opening times, master id) is associated data: a root moved to another slot or said to be another hour's does not open.
 * Nonces are fresh random bits; one master wraps a few hundred thousand roots in its life, far from GCM's 2^32.
 *
 * <p>Any thread; the caller wipes the roots.
 */
final class RootCipher {
    static final int ROOT_BYTES = 32;

    private static final byte[] LABEL = "watchkeep/v1/root".getBytes(StandardCharsets.US_ASCII);
    private static final int TAG_BITS = 128;

    private final SecretKey master;
    private final String masterId;
    private final SecureRandom random = new SecureRandom();

    RootCipher(MasterKeystore master) {
        this.master = master.key();
        this.masterId = master.masterId();
    }

    String masterId() {
        return masterId;
    }

    /** A live slot with a new random root that nobody has seen in clear. */
    Slot.Live newRoot(int slot, Slot.Opening opening) {
        byte[] root = new byte[ROOT_BYTES];
        byte[] nonce = new byte[WrappedRoot.NONCE_BYTES];
        random.nextBytes(root);
        random.nextBytes(nonce);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, SlotBlock.clearPart(slot, opening, masterId));
            byte[] wrapped = ByteBuffer.allocate(WrappedRoot.BYTES)
                    .put(nonce)
                    .put(cipher.doFinal(root))
                    .array();
            return new Slot.Live(slot, opening, new WrappedRoot(masterId, wrapped));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM refuses to wrap a root", e);
        } finally {
            Arrays.fill(root, (byte) 0);
        }
    }

    /** The root in clear: the caller wipes it. */
    byte[] unwrap(Slot.Live live) throws DamagedBlockException {
        byte[] wrapped = live.root().toBytes();
        byte[] nonce = Arrays.copyOf(wrapped, WrappedRoot.NONCE_BYTES);
        byte[] clear =
                SlotBlock.clearPart(live.number(), live.opening(), live.root().masterId());
        try {
            return cipher(Cipher.DECRYPT_MODE, nonce, clear)
                    .doFinal(wrapped, WrappedRoot.NONCE_BYTES, WrappedRoot.SEALED_BYTES);
        } catch (AEADBadTagException e) {
            throw new DamagedBlockException("root of epoch " + live.epoch() + ": under master "
                    + live.root().masterId() + " (expected: to open under master " + masterId + ")");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM refuses to unwrap a root", e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, byte[] clearPart) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, master, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(LABEL);
        cipher.updateAAD(clearPart);
        return cipher;
    }
}
