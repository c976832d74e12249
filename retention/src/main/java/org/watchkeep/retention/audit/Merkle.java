// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The hash tree of RFC 6962 2.1 with SHA-256: roots and proofs out of nodes, and the checking of proofs. Stateless. */
final class Merkle {
    /** A proof of a tree of 2^63 leaves has fewer hashes; more are no proof. */
    static final int MAX_PROOF = 63;

    private Merkle() {}

    /** Where the hashes of whole subtrees come from. */
    interface Nodes {
        /** Hash of the subtree over leaves [index &lt;&lt; level, (index + 1) &lt;&lt; level), all of which there are. */
        Hash node(int level, long index) throws IOException;
    }

    static Hash leaf(byte[] entry) {
        return leaf(entry, 0, entry.length);
    }

    static Hash leaf(byte[] entry, int offset, int length) {
        MessageDigest digest = Hash.sha256();
        digest.update((byte) 0);
        digest.update(entry, offset, length);
        return Hash.of(digest.digest());
    }

    static Hash node(Hash left, Hash right) {
        byte[] bytes = new byte[1 + 2 * Hash.BYTES];
        bytes[0] = 1;
        left.copyTo(bytes, 1);
        right.copyTo(bytes, 1 + Hash.BYTES);
        return Hash.of(Hash.sha256().digest(bytes));
    }

    static Hash root(Nodes nodes, long size) throws IOException {
        return size == 0 ? Hash.of(Hash.sha256().digest()) : range(nodes, 0, size);
    }

    /** Root over leaves [from, to); from is a multiple of the largest power of two below the count. */
    private static Hash range(Nodes nodes, long from, long to) throws IOException {
        long count = to - from;
        if (Long.bitCount(count) == 1) {
            int level = Long.numberOfTrailingZeros(count);
            return nodes.node(level, from >>> level);
        }
        long left = Long.highestOneBit(count - 1);
        return node(range(nodes, from, from + left), range(nodes, from + left, to));
    }

    /** RFC 6962 2.1.1: from the leaf's sibling up to the root's child. */
    static List<Hash> inclusion(Nodes nodes, long index, long size) throws IOException {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("entry: " + index + " (expected: below the size, " + size + ")");
        }
        List<Hash> path = new ArrayList<>();
        inclusion(nodes, index, 0, size, path);
        return path;
    }

    private static void inclusion(Nodes nodes, long index, long from, long to, List<Hash> path) throws IOException {
        if (to - from == 1) {
            return;
        }
        long middle = from + Long.highestOneBit(to - from - 1);
        if (index < middle) {
            inclusion(nodes, index, from, middle, path);
            path.add(range(nodes, middle, to));
        } else {
            inclusion(nodes, index, middle, to, path);
            path.add(range(nodes, from, middle));
        }
    }

    /** Hashes of the largest whole subtrees outside [from, to), left to right: with the leaves inside they give the root. */
    static List<Hash> outside(Nodes nodes, long from, long to, long size) throws IOException {
        List<Hash> hashes = new ArrayList<>();
        outside(nodes, from, to, 0, size, hashes);
        return hashes;
    }

    private static void outside(Nodes nodes, long from, long to, long low, long high, List<Hash> hashes)
            throws IOException {
        if (high <= from || low >= to) {
            hashes.add(range(nodes, low, high));
        } else if (high - low > 1) {
            long middle = low + Long.highestOneBit(high - low - 1);
            outside(nodes, from, to, low, middle, hashes);
            outside(nodes, from, to, middle, high, hashes);
        }
    }

    /** The root that the leaves from this index on and the hashes outside them lead to. */
    static Hash rootOfRange(long from, List<Hash> leaves, List<Hash> outside, long size) throws DamagedTrailException {
        Iterator<Hash> left = outside.iterator();
        if (from < 0 || leaves.isEmpty() || from > size - leaves.size()) {
            throw new DamagedTrailException(
                    "range: " + leaves.size() + " entries from " + from + " (expected: within " + size + ")");
        }
        Hash root = rootOfRange(from, leaves, left, 0, size);
        if (left.hasNext()) {
            throw new DamagedTrailException("range proof: more hashes than it needs");
        }
        return root;
    }

    private static Hash rootOfRange(long from, List<Hash> leaves, Iterator<Hash> outside, long low, long high)
            throws DamagedTrailException {
        if (high <= from || low >= from + leaves.size()) {
            if (!outside.hasNext()) {
                throw new DamagedTrailException("range proof: fewer hashes than it needs");
            }
            return outside.next();
        }
        if (high - low == 1) {
            return leaves.get((int) (low - from));
        }
        long middle = low + Long.highestOneBit(high - low - 1);
        Hash left = rootOfRange(from, leaves, outside, low, middle);
        return node(left, rootOfRange(from, leaves, outside, middle, high));
    }

    /** RFC 6962 2.1.2: that the tree of this size continues that of the older size. */
    static List<Hash> consistency(Nodes nodes, long oldSize, long size) throws IOException {
        if (oldSize < 0 || oldSize > size) {
            throw new IllegalArgumentException("old size: " + oldSize + " (expected: at most " + size + ")");
        }
        List<Hash> path = new ArrayList<>();
        if (oldSize > 0 && oldSize < size) {
            consistency(nodes, oldSize, 0, size, true, path);
        }
        return path;
    }

    private static void consistency(
            Nodes nodes, long oldSize, long from, long to, boolean isWholeOldTree, List<Hash> path) throws IOException {
        if (oldSize == to - from) {
            if (!isWholeOldTree) {
                path.add(range(nodes, from, to));
            }
            return;
        }
        long left = Long.highestOneBit(to - from - 1);
        if (oldSize <= left) {
            consistency(nodes, oldSize, from, from + left, isWholeOldTree, path);
            path.add(range(nodes, from + left, to));
        } else {
            consistency(nodes, oldSize - left, from + left, to, false, path);
            path.add(range(nodes, from, from + left));
        }
    }

    /** The root that leaf and path lead to (RFC 9162 2.1.3.2). */
    static Hash rootOf(Hash leaf, long index, long size, List<Hash> path) throws DamagedTrailException {
        if (index < 0 || index >= size) {
            throw new DamagedTrailException("index: " + index + " (expected: below the size, " + size + ")");
        }
        long position = index;
        long last = size - 1;
        Hash hash = leaf;
        for (Hash sibling : path) {
            if (last == 0) {
                throw new DamagedTrailException("inclusion proof: longer than size " + size + " has");
            }
            if ((position & 1) == 1 || position == last) {
                hash = node(sibling, hash);
                while ((position & 1) == 0 && position != 0) {
                    position >>>= 1;
                    last >>>= 1;
                }
            } else {
                hash = node(hash, sibling);
            }
            position >>>= 1;
            last >>>= 1;
        }
        if (last != 0) {
            throw new DamagedTrailException("inclusion proof: shorter than size " + size + " has");
        }
        return hash;
    }

    /** Whether the path shows that the root of size continues the root of oldSize (RFC 9162 2.1.4.2). */
    static boolean isConsistent(long oldSize, Hash oldRoot, long size, Hash root, List<Hash> path) {
        if (oldSize > size || oldSize < 0) {
            return false;
        }
        if (oldSize == size || oldSize == 0) {
            return path.isEmpty() && (oldSize == 0 || oldRoot.equals(root));
        }
        List<Hash> all = new ArrayList<>();
        if (Long.bitCount(oldSize) == 1) {
            all.add(oldRoot);
        }
        all.addAll(path);
        if (path.isEmpty() || all.isEmpty()) {
            return false;
        }
        long position = oldSize - 1;
        long last = size - 1;
        while ((position & 1) == 1) {
            position >>>= 1;
            last >>>= 1;
        }
        Hash older = all.get(0);
        Hash newer = all.get(0);
        for (Hash sibling : all.subList(1, all.size())) {
            if (last == 0) {
                return false;
            }
            if ((position & 1) == 1 || position == last) {
                older = node(sibling, older);
                newer = node(sibling, newer);
                while ((position & 1) == 0 && position != 0) {
                    position >>>= 1;
                    last >>>= 1;
                }
            } else {
                newer = node(newer, sibling);
            }
            position >>>= 1;
            last >>>= 1;
        }
        return last == 0 && older.equals(oldRoot) && newer.equals(root);
    }
}
