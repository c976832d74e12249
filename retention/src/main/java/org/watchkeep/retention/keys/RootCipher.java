// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Wraps and unwraps epoch roots under the master key. All that the slot says in clear (slot, class, epoch, opening times,
 * master id) is associated data: a root moved to another slot or said to be another hour's does not open.
 *
 * <p>Any thread; the caller wipes the roots.
 */
final class RootCipher {
    static final int ROOT_BYTES = KeyWrap.KEY_BYTES;

    private static final byte[] LABEL = "watchkeep/v1/root".getBytes(StandardCharsets.US_ASCII);

    private final KeyWrap wrap;
    private final SecureRandom random = new SecureRandom();

    RootCipher(MasterKeystore master) {
        this.wrap = new KeyWrap(master, LABEL);
    }

    String masterId() {
        return wrap.masterId();
    }

    /** From now on roots are wrapped under this one; those under its {@linkplain MasterKeystore#retiring old one} still open. */
    void use(MasterKeystore next) {
        wrap.use(next);
    }

    /** Whether roots under this master open. */
    boolean knows(String masterId) {
        return wrap.knows(masterId);
    }

    /** A live slot with a new random root that nobody has seen in clear. */
    Slot.Live newRoot(int slot, Slot.Opening opening) {
        byte[] root = new byte[ROOT_BYTES];
        random.nextBytes(root);
        return wrapped(slot, opening, root);
    }

    /** The same root under the master of now. */
    Slot.Live rewrapped(Slot.Live live) throws DamagedBlockException {
        return wrapped(live.number(), live.opening(), unwrap(live));
    }

    /** Wipes the root. */
    private Slot.Live wrapped(int slot, Slot.Opening opening, byte[] root) {
        try {
            return new Slot.Live(
                    slot, opening, wrap.wrap(root, masterId -> SlotBlock.clearPart(slot, opening, masterId)));
        } finally {
            Arrays.fill(root, (byte) 0);
        }
    }

    /** The root in clear: the caller wipes it. */
    byte[] unwrap(Slot.Live live) throws DamagedBlockException {
        byte[] clear =
                SlotBlock.clearPart(live.number(), live.opening(), live.root().masterId());
        return wrap.unwrap(live.root(), clear, "root of epoch " + live.epoch());
    }
}
