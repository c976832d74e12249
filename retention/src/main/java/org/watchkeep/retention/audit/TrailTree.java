// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The hash tree over a trail's acknowledged entries: its right edge in memory, full tiles on disk. Guarded by itself; the
 * writer adds, any thread asks.
 */
final class TrailTree implements Merkle.Nodes {
    /** 16 MiB: every tile that proofs of a day's entries walk over, many times. */
    private static final int CACHED_TILES = 2_048;

    /** A tile is a subtree of 2^8 hashes. */
    private static final int TILE_LEVELS = 8;

    private final TrailFiles files;
    /** Per tile level, the hashes of its last tile, which is not full: at most 255. */
    private final List<List<Hash>> edge = new ArrayList<>();
    /** Full tiles not yet durable; they go to disk before they are forgotten. */
    private final Map<TileName, byte[]> unwritten = new LinkedHashMap<>();

    private final Map<TileName, byte[]> cache = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<TileName, byte[]> eldest) {
            return size() > CACHED_TILES;
        }
    };

    private long size;
    private Hash lastLeaf = Hash.ZERO;

    /** Which tile. */
    record TileName(int level, long number) {}

    TrailTree(TrailFiles files) {
        this.files = files;
    }

    /** The tree over the full bundles there are: its upper edge is computed from the tiles on disk. */
    static TrailTree load(TrailFiles files, long bundles) throws IOException {
        TrailTree tree = new TrailTree(files);
        tree.edgeAt(0);
        long tiles = bundles;
        for (int level = 1; tiles > 0; level++) {
            long full = tiles / TrailFiles.WIDTH;
            for (long i = full * TrailFiles.WIDTH; i < tiles; i++) {
                tree.edgeAt(level).add(tileRoot(tree.fromDisk(new TileName(level - 1, i))));
            }
            tiles = full;
        }
        tree.size = bundles * TrailFiles.WIDTH;
        if (bundles > 0) {
            byte[] last = tree.fromDisk(new TileName(0, bundles - 1));
            tree.lastLeaf = Hash.at(last, TrailFiles.TILE_BYTES - Hash.BYTES, Hash.BYTES);
        }
        return tree;
    }

    synchronized void add(Hash leaf) {
        lastLeaf = leaf;
        size++;
        Hash carried = leaf;
        for (int level = 0; ; level++) {
            List<Hash> hashes = edgeAt(level);
            hashes.add(carried);
            if (hashes.size() < TrailFiles.WIDTH) {
                return;
            }
            byte[] tile = new byte[TrailFiles.TILE_BYTES];
            for (int i = 0; i < TrailFiles.WIDTH; i++) {
                hashes.get(i).copyTo(tile, i * Hash.BYTES);
            }
            hashes.clear();
            unwritten.put(new TileName(level, (size >>> (TILE_LEVELS * (level + 1))) - 1), tile);
            carried = tileRoot(tile);
        }
    }

    private List<Hash> edgeAt(int level) {
        while (edge.size() <= level) {
            edge.add(new ArrayList<>());
        }
        return edge.get(level);
    }

    /** The root of a full tile, by hashing it pair by pair in place. */
    static Hash tileRoot(byte[] tile) {
        return subtree(tile, 0, TILE_LEVELS);
    }

    private static Hash subtree(byte[] tile, int first, int levels) {
        Hash[] hashes = new Hash[1 << levels];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = Hash.at(tile, (first + i) * Hash.BYTES, Hash.BYTES);
        }
        for (int count = hashes.length; count > 1; count /= 2) {
            for (int i = 0; i < count / 2; i++) {
                hashes[i] = Merkle.node(hashes[2 * i], hashes[2 * i + 1]);
            }
        }
        return hashes[0];
    }

    /** Makes the full tiles durable, lowest level first; what failed is tried again by the next call. */
    void writeTiles() throws IOException {
        for (Map.Entry<TileName, byte[]> each : unwritten().entrySet()) {
            files.write(files.tile(each.getKey().level(), each.getKey().number()), each.getValue());
            synchronized (this) {
                cache.put(each.getKey(), each.getValue());
                unwritten.remove(each.getKey());
            }
        }
    }

    private synchronized Map<TileName, byte[]> unwritten() {
        return new LinkedHashMap<>(unwritten);
    }

    synchronized TreeHead head() throws IOException {
        return new TreeHead(size, Merkle.root(this, size));
    }

    synchronized long size() {
        return size;
    }

    synchronized Hash lastLeaf() {
        return lastLeaf;
    }

    @Override
    public synchronized Hash node(int level, long index) throws IOException {
        int tileLevel = level / TILE_LEVELS;
        int within = level % TILE_LEVELS;
        long firstHash = index << within;
        long number = firstHash / TrailFiles.WIDTH;
        int first = (int) (firstHash % TrailFiles.WIDTH);
        if (number == size >>> (TILE_LEVELS * (tileLevel + 1))) {
            byte[] part = new byte[Hash.BYTES << within];
            for (int i = 0; i < 1 << within; i++) {
                edge.get(tileLevel).get(first + i).copyTo(part, i * Hash.BYTES);
            }
            return subtree(part, 0, within);
        }
        return subtree(tile(new TileName(tileLevel, number)), first, within);
    }

    private byte[] tile(TileName name) throws IOException {
        byte @Nullable [] waiting = unwritten.get(name);
        byte @Nullable [] known = waiting != null ? waiting : cache.get(name);
        if (known != null) {
            return known;
        }
        byte[] read = fromDisk(name);
        cache.put(name, read);
        return read;
    }

    private byte[] fromDisk(TileName name) throws IOException {
        byte[] bytes = files.read(files.tile(name.level(), name.number()), TrailFiles.TILE_BYTES);
        if (bytes.length != TrailFiles.TILE_BYTES) {
            throw new DamagedTrailException(files.tile(name.level(), name.number()) + ": " + bytes.length
                    + " bytes (expected: " + TrailFiles.TILE_BYTES + ")");
        }
        return bytes;
    }
}
