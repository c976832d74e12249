// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.disk;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * The bytes of one file of a {@link FakeDisk}: what is on the medium, and above it what was written and not yet synced.
 * Blocks that hold only zeros take no memory. Confined to its disk's lock.
 *
 * <pre>
 *   a reader sees      cached block, else medium block, else zeros; up to length
 *   sync               dirty -> medium, length -> durable length
 *   power cut          for each dirty block any version since the last sync, or the medium's; the rest of cached is lost
 * </pre>
 */
final class FakeInode {
    /** The part of a block that some disks write alone when power fails. */
    private static final int SECTOR = 512;

    /**
     * How many versions of one unsynced block are remembered for a power cut to choose from. The page cache may write
     * any of them; past eight the oldest teach nothing new and only take memory.
     */
    private static final int MAX_VERSIONS = 8;

    private static final byte[] ZEROS = new byte[Disk.BLOCK];

    private final Map<Long, byte[]> medium = new HashMap<>();
    /** Blocks that a reader sees and the medium does not hold. Includes every dirty block. */
    private final Map<Long, byte[]> cached = new HashMap<>();
    /** Versions since the last sync, newest last, of the blocks that the next sync writes. */
    private final Map<Long, List<byte[]>> dirty = new HashMap<>();
    /** Blocks that the file occupies: bounds how much a disk of limited capacity takes. */
    private final Set<Long> claimed = new HashSet<>();

    private long preallocatedBlocks;
    private long length;
    private long durableLength;

    long length() {
        return length;
    }

    boolean isSparse() {
        return occupiedBytes() < length;
    }

    long occupiedBytes() {
        return (preallocatedBlocks + claimed.size()) * Disk.BLOCK;
    }

    /** Bytes that writing this span would newly occupy. */
    long newlyOccupiedBytes(long position, int size) {
        long bytes = 0;
        for (long block = position / Disk.BLOCK; block * Disk.BLOCK < position + size; block++) {
            bytes += isClaimed(block) ? 0 : Disk.BLOCK;
        }
        return bytes;
    }

    private boolean isClaimed(long block) {
        return block < preallocatedBlocks || claimed.contains(block);
    }

    /** Claims the blocks of an empty file; not durable before {@link #sync}. */
    void preallocate(long sizeBytes) {
        preallocatedBlocks = (sizeBytes + Disk.BLOCK - 1) / Disk.BLOCK;
        length = sizeBytes;
    }

    void write(ByteBuffer bytes, long position) {
        if (!bytes.hasRemaining()) {
            return;
        }
        long at = position;
        while (bytes.hasRemaining()) {
            long block = at / Disk.BLOCK;
            int within = (int) (at % Disk.BLOCK);
            int size = Math.min(bytes.remaining(), Disk.BLOCK - within);
            byte[] version = visible(block).clone();
            bytes.get(version, within, size);
            cached.put(block, version);
            List<byte[]> versions = dirty.computeIfAbsent(block, b -> new ArrayList<>(1));
            if (versions.size() == MAX_VERSIONS) {
                versions.remove(0);
            }
            versions.add(version);
            if (!isClaimed(block)) {
                claimed.add(block);
            }
            at += size;
        }
        length = Math.max(length, at);
    }

    int read(ByteBuffer into, long position) {
        int size = (int) Math.min(into.remaining(), Math.max(0, length - position));
        long at = position;
        int left = size;
        while (left > 0) {
            int within = (int) (at % Disk.BLOCK);
            int part = Math.min(left, Disk.BLOCK - within);
            into.put(visible(at / Disk.BLOCK), within, part);
            at += part;
            left -= part;
        }
        return size;
    }

    private byte[] visible(long block) {
        byte[] above = cached.get(block);
        return above != null ? above : medium.getOrDefault(block, ZEROS);
    }

    private void putOnMedium(long block, byte[] bytes) {
        if (Arrays.equals(bytes, ZEROS)) {
            medium.remove(block);
        } else {
            medium.put(block, bytes);
        }
    }

    void sync() {
        for (Map.Entry<Long, List<byte[]>> entry : dirty.entrySet()) {
            List<byte[]> versions = entry.getValue();
            putOnMedium(entry.getKey(), versions.get(versions.size() - 1));
            cached.remove(entry.getKey());
        }
        dirty.clear();
        durableLength = length;
    }

    void syncFailed(FakeFaults.DirtyBlocks fate) {
        switch (fate) {
            case DROPPED -> {
                cached.keySet().removeAll(dirty.keySet());
                dirty.clear();
            }
            case MARKED_CLEAN -> dirty.clear();
            case KEPT -> {}
        }
    }

    /** Changes bytes under everybody: what decay or a meddler does to a medium. */
    void damage(byte[] bytes, long position) {
        for (int i = 0; i < bytes.length; i++) {
            long block = (position + i) / Disk.BLOCK;
            int within = (int) ((position + i) % Disk.BLOCK);
            byte[] below = medium.computeIfAbsent(block, b -> new byte[Disk.BLOCK]);
            below[within] = bytes[i];
            byte[] above = cached.get(block);
            if (above != null) {
                above[within] = bytes[i];
            }
        }
    }

    boolean hasUnsynced() {
        return !cached.isEmpty() || length != durableLength;
    }

    void powerCut(Random random, double keep, boolean tearSectors) {
        for (Map.Entry<Long, List<byte[]>> entry : new TreeMap<>(dirty).entrySet()) {
            byte[] below = medium.getOrDefault(entry.getKey(), ZEROS);
            List<byte[]> versions = entry.getValue();
            if (tearSectors) {
                byte[] torn = below.clone();
                for (int sector = 0; sector < Disk.BLOCK; sector += SECTOR) {
                    System.arraycopy(survivor(random, keep, below, versions), sector, torn, sector, SECTOR);
                }
                putOnMedium(entry.getKey(), torn);
            } else {
                putOnMedium(entry.getKey(), survivor(random, keep, below, versions));
            }
        }
        cached.clear();
        dirty.clear();
        length = lengthAfterCut(random, keep);
        durableLength = length;
        long blocks = (length + Disk.BLOCK - 1) / Disk.BLOCK;
        preallocatedBlocks = Math.min(preallocatedBlocks, blocks);
        claimed.removeIf(block -> block >= blocks);
        medium.keySet().removeIf(block -> block >= blocks);
        clearBehindEnd();
    }

    private static byte[] survivor(Random random, double keep, byte[] below, List<byte[]> versions) {
        if (random.nextDouble() >= keep) {
            return below;
        }
        // Mostly the newest: older versions matter, but rarely reach the medium alone.
        return keep >= 1 || random.nextInt(4) > 0
                ? versions.get(versions.size() - 1)
                : versions.get(random.nextInt(versions.size()));
    }

    private long lengthAfterCut(Random random, double keep) {
        if (length == durableLength || random.nextDouble() >= keep) {
            return durableLength;
        }
        if (keep >= 1 || random.nextInt(4) > 0) {
            return length;
        }
        long low = Math.min(length, durableLength);
        return low + (long) (random.nextDouble() * (Math.max(length, durableLength) - low));
    }

    /** What lies behind the end in the last block reads as zeros should the file grow again. */
    private void clearBehindEnd() {
        int within = (int) (length % Disk.BLOCK);
        byte[] last = medium.get(length / Disk.BLOCK);
        if (within > 0 && last != null) {
            byte[] cut = last.clone();
            Arrays.fill(cut, within, Disk.BLOCK, (byte) 0);
            putOnMedium(length / Disk.BLOCK, cut);
        }
    }
}
