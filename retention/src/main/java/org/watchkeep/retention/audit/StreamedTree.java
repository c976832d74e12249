// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * An RFC 6962 tree of which only the right edge is kept, for reading millions of leaves in order: one subtree hash a level.
 * Shares nothing with the tree that writes. Confined to one thread.
 */
final class StreamedTree {
    private static final int LEVELS = 64;

    private final MessageDigest digest = Hash.sha256();
    private final byte[][] edge = new byte[LEVELS][Hash.BYTES];
    private final byte[] pair = new byte[1 + 2 * Hash.BYTES];
    private final byte[] carried = new byte[Hash.BYTES];
    private long size;

    /** Told of each whole subtree: what a tile's hashes are. */
    @FunctionalInterface
    interface Subtrees {
        void whole(int level, long index, byte[] hash) throws DamagedTrailException;
    }

    /** SHA-256(0x00, entry) into the leaf. */
    void leaf(byte[] entry, byte[] leaf) {
        digest.update((byte) 0);
        digest.update(entry);
        finish(leaf);
    }

    void add(byte[] leaf, Subtrees subtrees) throws DamagedTrailException {
        System.arraycopy(leaf, 0, carried, 0, Hash.BYTES);
        int level = 0;
        for (long bits = size; (bits & 1) == 1; bits >>>= 1) {
            node(edge[level], carried, carried);
            level++;
            subtrees.whole(level, size >>> level, carried);
        }
        System.arraycopy(carried, 0, edge[level], 0, Hash.BYTES);
        size++;
    }

    private void node(byte[] left, byte[] right, byte[] into) {
        pair[0] = 1;
        System.arraycopy(left, 0, pair, 1, Hash.BYTES);
        System.arraycopy(right, 0, pair, 1 + Hash.BYTES, Hash.BYTES);
        digest.update(pair);
        finish(into);
    }

    private void finish(byte[] into) {
        try {
            digest.digest(into, 0, Hash.BYTES);
        } catch (DigestException e) {
            throw new IllegalStateException("SHA-256 does not give 32 bytes", e);
        }
    }

    long size() {
        return size;
    }

    Hash root() {
        if (size == 0) {
            return Hash.of(Hash.sha256().digest());
        }
        int level = Long.numberOfTrailingZeros(size);
        byte[] root = Arrays.copyOf(edge[level], Hash.BYTES);
        for (level++; level < LEVELS; level++) {
            if (((size >>> level) & 1) == 1) {
                node(edge[level], root, root);
            }
        }
        return Hash.of(root);
    }
}
