// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** A SHA-256 hash of the trail: a leaf's, a node's, a root's, or a commitment. Immutable. */
public final class Hash {
    public static final int BYTES = 32;

    /** Stands where there is none: what comes before the first entry. */
    public static final Hash ZERO = new Hash(new byte[BYTES]);

    private final byte[] bytes;

    private Hash(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Copies the 32 bytes in. */
    public static Hash of(byte[] bytes) {
        return at(bytes, 0, bytes.length);
    }

    static Hash at(byte[] bytes, int offset, int length) {
        if (length != BYTES) {
            throw new IllegalArgumentException("hash: " + length + " bytes (expected: " + BYTES + ")");
        }
        return new Hash(Arrays.copyOfRange(bytes, offset, offset + BYTES));
    }

    /** Reads 64 hexadecimal digits. */
    public static Hash parse(String hex) {
        return of(HexFormat.of().parseHex(hex));
    }

    /** The SHA-256 of all of these, one behind the other. */
    public static Hash ofAll(byte[]... parts) {
        MessageDigest digest = sha256();
        for (byte[] part : parts) {
            digest.update(part);
        }
        return new Hash(digest.digest());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** A copy of the 32 bytes. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    boolean isAt(byte[] other, int offset) {
        return Arrays.equals(bytes, 0, BYTES, other, offset, offset + BYTES);
    }

    void copyTo(byte[] other, int offset) {
        System.arraycopy(bytes, 0, other, offset, BYTES);
    }

    /** As checkpoints and proofs write it. */
    public String toBase64() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hash that && Arrays.equals(bytes, that.bytes);
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
