// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.util.Arrays;

/** An epoch root encrypted under a master key: nonce, ciphertext and tag. Immutable. Safe to write to disk. */
final class WrappedRoot {
    static final int NONCE_BYTES = 12;
    /** 32 bytes of root and 16 of GCM tag. */
    static final int SEALED_BYTES = 48;

    static final int BYTES = NONCE_BYTES + SEALED_BYTES;

    private final String masterId;
    private final byte[] bytes;

    /** Copies the bytes in; masterId is that of {@link MasterKeystore#masterId}. */
    WrappedRoot(String masterId, byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("wrapped root bytes: " + bytes.length + " (expected: " + BYTES + ")");
        }
        this.masterId = masterId;
        this.bytes = bytes.clone();
    }

    String masterId() {
        return masterId;
    }

    /** A copy: nonce, then ciphertext and tag. */
    byte[] toBytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WrappedRoot that && masterId.equals(that.masterId) && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "root under master " + masterId;
    }
}
