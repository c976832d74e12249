// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * A named public key, written {@code name+keyid+base64} (C2SP signed-note). Immutable.
 *
 * @param name who signs: for a trail its origin
 * @param type 1: Ed25519 over the text; 4: an Ed25519 cosignature with its time
 * @param publicKey 32 bytes
 */
public record VerifierKey(String name, int type, Hash publicKey) {
    public static final int ED25519 = 1;
    public static final int COSIGNATURE = 4;

    static final int ID_BYTES = 4;

    /** No spaces, no plus (signed-note); and short enough for a line. */
    static final Pattern NAME = Pattern.compile("[^+\\p{Z}\\p{C}]{1,200}");

    public VerifierKey {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("key name: " + name + " (expected: no spaces, no plus)");
        }
        if (type != ED25519 && type != COSIGNATURE) {
            throw new IllegalArgumentException("key type: " + type + " (expected: 1 or 4)");
        }
    }

    static VerifierKey of(String name, int type, byte[] publicKey) {
        return new VerifierKey(name, type, Hash.of(publicKey));
    }

    /** Reads a vkey; throws IllegalArgumentException with what is wrong. */
    public static VerifierKey parse(String text) {
        String[] parts = text.strip().split("\\+", 3);
        if (parts.length != 3 || parts[1].length() != 2 * ID_BYTES) {
            throw new IllegalArgumentException("key: " + text.strip() + " (expected: name+8 hex digits+base64)");
        }
        byte[] typed = Base64.getDecoder().decode(parts[2]);
        if (typed.length != 1 + Hash.BYTES) {
            throw new IllegalArgumentException("key: " + typed.length + " bytes (expected: type and 32 bytes)");
        }
        VerifierKey key = new VerifierKey(parts[0], typed[0], Hash.at(typed, 1, Hash.BYTES));
        if (!key.idText().equals(parts[1])) {
            throw new IllegalArgumentException("key id: " + parts[1] + " (expected: " + key.idText() + ")");
        }
        return key;
    }

    /** SHA-256(name, LF, type, key), the first four bytes. */
    byte[] id() {
        byte[] hash = Hash.ofAll(name.getBytes(UTF_8), new byte[] {'\n', (byte) type}, publicKey.toBytes())
                .toBytes();
        return Arrays.copyOf(hash, ID_BYTES);
    }

    String idText() {
        return HexFormat.of().formatHex(id());
    }

    boolean verifies(byte[] message, byte[] signature) {
        return signature.length == Ed25519.SIGNATURE_SIZE
                && Ed25519.verify(signature, 0, publicKey.toBytes(), 0, message, 0, message.length);
    }

    /** The vkey. */
    @Override
    public String toString() {
        byte[] typed = new byte[1 + Hash.BYTES];
        typed[0] = (byte) type;
        publicKey.copyTo(typed, 1);
        return name + "+" + idText() + "+" + Base64.getEncoder().encodeToString(typed);
    }
}
