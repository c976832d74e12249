// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * That one entry is in a trail: a text file that can be checked with nothing else but the entry and the trail's public key
 * (C2SP tlog-proof). Immutable.
 */
public record TlogProof(long index, List<Hash> path, Checkpoint checkpoint) {
    private static final String MAGIC = "c2sp.org/tlog-proof@v1\n";
    private static final String INDEX = "index ";
    private static final String EXTRA = "extra ";
    private static final int MAX_BYTES = SignedNote.MAX_BYTES + 8_192;

    public TlogProof {
        path = List.copyOf(path);
    }

    public static TlogProof parse(byte[] bytes) throws DamagedTrailException {
        String text = new String(bytes, UTF_8);
        int empty = text.indexOf("\n\n");
        if (bytes.length > MAX_BYTES || !text.startsWith(MAGIC) || empty < 0) {
            throw new DamagedTrailException("proof: " + bytes.length + " bytes (expected: a file that begins with "
                    + MAGIC.strip() + ", at most " + MAX_BYTES + ")");
        }
        String[] lines =
                text.substring(MAGIC.length(), Math.max(MAGIC.length(), empty)).split("\n", -1);
        int at = lines[0].startsWith(EXTRA) ? 1 : 0;
        if (at >= lines.length || lines.length - at - 1 > Merkle.MAX_PROOF) {
            throw new DamagedTrailException("proof: " + lines.length + " lines (expected: index, at most 63 hashes)");
        }
        List<Hash> path = new ArrayList<>();
        long index = index(lines[at]);
        for (int i = at + 1; i < lines.length; i++) {
            path.add(hash(lines[i]));
        }
        return new TlogProof(
                index, path, Checkpoint.parse(text.substring(empty + 2).getBytes(UTF_8)));
    }

    private static long index(String line) throws DamagedTrailException {
        try {
            long index = Long.parseLong(line.startsWith(INDEX) ? line.substring(INDEX.length()) : "");
            if (index >= 0 && line.equals(INDEX + index)) {
                return index;
            }
        } catch (NumberFormatException e) {
            throw new DamagedTrailException("proof: " + line + " (expected: index N)", e);
        }
        throw new DamagedTrailException("proof: " + line + " (expected: index N)");
    }

    static Hash hash(String line) throws DamagedTrailException {
        try {
            return Hash.of(Base64.getDecoder().decode(line));
        } catch (IllegalArgumentException e) {
            throw new DamagedTrailException("hash: " + line + " (expected: 32 bytes in base64)", e);
        }
    }

    /** Whether these entry bytes are in the trail that this key signs. */
    public boolean proves(byte[] entry, VerifierKey key) throws DamagedTrailException {
        return checkpoint.origin().equals(key.name())
                && checkpoint.isSignedBy(key)
                && Merkle.rootOf(Merkle.leaf(entry), index, checkpoint.size(), path)
                        .equals(checkpoint.root());
    }

    public byte[] toBytes() {
        return toString().getBytes(UTF_8);
    }

    /** The file. */
    @Override
    public String toString() {
        StringBuilder text =
                new StringBuilder(MAGIC).append(INDEX).append(index).append('\n');
        path.forEach(hash -> text.append(hash.toBase64()).append('\n'));
        return text.append('\n').append(checkpoint).toString();
    }
}
