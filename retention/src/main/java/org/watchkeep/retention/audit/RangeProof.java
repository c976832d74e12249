// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;

/**
 * That the entries with these leaf hashes are all of a range of a trail, in order, none missing (audit.md 6). A text file:
 * {@code watchkeep-range-proof 1}, {@code from N}, {@code to N}, a line a leaf hash, an empty line, a line a hash of the largest
 * subtrees outside the range from left to right, an empty line, the checkpoint. Hashes in base64. Immutable.
 */
public record RangeProof(long from, List<Hash> leaves, List<Hash> outside, Checkpoint checkpoint) {
    private static final String MAGIC = "watchkeep-range-proof 1\n";

    /** A million entries. */
    private static final int MAX_BYTES = 64 << 20;

    public RangeProof {
        leaves = List.copyOf(leaves);
        outside = List.copyOf(outside);
    }

    public static RangeProof parse(byte[] bytes) throws DamagedTrailException {
        String text = new String(bytes, UTF_8);
        String[] parts = text.split("\n\n", 3);
        if (bytes.length > MAX_BYTES || !text.startsWith(MAGIC) || parts.length != 3) {
            throw new DamagedTrailException("range proof: " + bytes.length
                    + " bytes (expected: a file that begins with " + MAGIC.strip() + ")");
        }
        String[] lines =
                parts[0].substring(Math.min(parts[0].length(), MAGIC.length())).split("\n", -1);
        List<Hash> leaves = new ArrayList<>();
        for (int i = 2; i < lines.length; i++) {
            leaves.add(TlogProof.hash(lines[i]));
        }
        List<Hash> outside = new ArrayList<>();
        for (String line : parts[1].isEmpty() ? new String[0] : parts[1].split("\n", -1)) {
            outside.add(TlogProof.hash(line));
        }
        long from = lines[0].startsWith("from ") ? number(lines[0].substring("from ".length())) : -1;
        if (lines.length < 3 || from < 0 || !lines[1].equals("to " + (from + leaves.size()))) {
            throw new DamagedTrailException("range proof: " + lines[0] + " (expected: from N, to N, a hash for each)");
        }
        return new RangeProof(from, leaves, outside, Checkpoint.parse(parts[2].getBytes(UTF_8)));
    }

    private static long number(String text) throws DamagedTrailException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new DamagedTrailException("range proof: from " + text + " (expected: a number)", e);
        }
    }

    public boolean proves(VerifierKey key) throws DamagedTrailException {
        return checkpoint.origin().equals(key.name())
                && checkpoint.isSignedBy(key)
                && Merkle.rootOfRange(from, leaves, outside, checkpoint.size()).equals(checkpoint.root());
    }

    public long to() {
        return from + leaves.size();
    }

    public byte[] toBytes() {
        return toString().getBytes(UTF_8);
    }

    /** The file. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(MAGIC);
        text.append("from ").append(from).append("\nto ").append(to()).append('\n');
        leaves.forEach(hash -> text.append(hash.toBase64()).append('\n'));
        text.append('\n');
        outside.forEach(hash -> text.append(hash.toBase64()).append('\n'));
        // Nothing outside: the empty line must still be one.
        return text.append(outside.isEmpty() ? "\n\n" : "\n").append(checkpoint).toString();
    }
}
