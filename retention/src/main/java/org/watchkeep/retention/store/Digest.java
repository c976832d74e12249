// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.Arrays;
import java.util.HexFormat;

/** A SHA-256 digest: 32 bytes. Immutable. */
public final class Digest {
    public static final int BYTES = 32;

    /** Stands where there is no digest yet: the predecessor of a stream's first segment. */
    public static final Digest ZERO = new Digest(new byte[BYTES]);

    private final byte[] bytes;

    private Digest(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Copies the 32 bytes in. */
    public static Digest of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("digest length: " + bytes.length + " (expected: " + BYTES + ")");
        }
        return new Digest(bytes.clone());
    }

    /** Reads 64 hexadecimal digits. */
    public static Digest parse(String hex) {
        return of(HexFormat.of().parseHex(hex));
    }

    /** A copy of the 32 bytes. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Digest that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** 64 lower-case hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
