// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;

/**
 * The held keys of one home: {@code held.slots} beside {@code epochs.slots}, one block a key, no header. Which slot a key
 * has is each home's own business. Slots are only overwritten in place, in blocks that were written before.
 *
 * <p>Guarded by the lock of {@link HeldKeys}. After any {@link IOException} the caller closes it and reads it anew.
 */
final class HeldKeyHome implements Closeable {
    static final String FILE = "held.slots";

    /** 64 blocks, 256 KiB: what a hold of some hours of some dozen cameras takes. */
    static final int GROWTH = 64;

    /** 262,144 keys, 1 GiB a home: 1,000 streams held for eleven days. More at once is a fault, not a hold. */
    static final int MAX_SLOTS = 1 << 18;

    private final Path folder;
    private final SlotFile file;
    private final Map<HeldKey, Integer> slotOf = new HashMap<>();
    private final Map<HeldKey, HeldKeyBlock.Kept> kept = new TreeMap<>();
    private final TreeSet<Integer> free = new TreeSet<>();
    /** Slot to what a block that cannot be read still seems to keep: never used again but for the same key. */
    private final Map<Integer, Optional<HeldKey>> damaged = new TreeMap<>();

    private HeldKeyHome(Path folder, SlotFile file) {
        this.folder = folder;
        this.file = file;
    }

    /**
     * Opens it, and makes it where the home is there and has kept nothing yet.
     *
     * @throws NoSuchFileException when the home is not there
     */
    static HeldKeyHome open(Disk disk, Path folder) throws IOException {
        if (!KeyHome.isThere(disk, folder)) {
            throw new NoSuchFileException(folder.resolve(KeyHome.FILE).toString());
        }
        if (!disk.exists(folder.resolve(FILE))) {
            create(disk, folder);
        }
        SlotFile file = SlotFile.open(disk, folder, FILE);
        try {
            HeldKeyHome home = new HeldKeyHome(folder, file);
            home.read();
            return home;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Temp, sync, rename, folder sync. The temporary file never holds a key. */
    private static void create(Disk disk, Path folder) throws IOException {
        Path temporary = folder.resolve(FILE + ".new");
        if (disk.exists(temporary)) {
            disk.delete(temporary);
        }
        try (DiskFile made = disk.open(temporary, Disk.Mode.WRITE)) {
            for (int slot = 0; slot < GROWTH; slot++) {
                made.write(HeldKeyBlock.encodeEmpty(slot), (long) slot * Disk.BLOCK);
            }
            made.sync();
        }
        disk.rename(temporary, folder.resolve(FILE));
        disk.syncFolder(folder);
    }

    private void read() throws IOException {
        for (int slot = 0; slot < Math.min(MAX_SLOTS, file.blocks()); slot++) {
            ByteBuffer block = file.read(slot);
            if (HeldKeyBlock.isNewer(block)) {
                throw new KeyHomeException(
                        "key home " + folder + ": a newer version of Watchkeep wrote its " + FILE,
                        "Start the newer version of Watchkeep that wrote it.");
            }
            try {
                Optional<HeldKeyBlock.Kept> found = HeldKeyBlock.parse(block, slot);
                if (found.isEmpty() || kept.containsKey(found.get().key())) {
                    free.add(slot);
                } else {
                    kept.put(found.get().key(), found.get());
                    slotOf.put(found.get().key(), slot);
                }
            } catch (DamagedBlockException e) {
                if (HeldKeyBlock.isBlank(block)) {
                    free.add(slot); // a power cut while the file grew; no block takes a key before that was synced
                } else {
                    damaged.put(slot, HeldKeyBlock.claim(block));
                }
            }
        }
    }

    Path folder() {
        return folder;
    }

    Map<HeldKey, HeldKeyBlock.Kept> kept() {
        return Map.copyOf(kept);
    }

    /** Blocks that cannot be read and may have kept a key. */
    int damagedBlocks() {
        return damaged.size();
    }

    /** Durable on return. */
    void keep(Collection<HeldKeyBlock.Kept> more) throws IOException {
        List<HeldKeyBlock.Kept> absent =
                more.stream().filter(each -> !kept.containsKey(each.key())).toList();
        if (absent.isEmpty()) {
            return;
        }
        growFor(absent.size());
        for (HeldKeyBlock.Kept each : absent) {
            int slot = slotFor(each.key());
            file.write(HeldKeyBlock.encode(slot, each), slot);
            slotOf.put(each.key(), slot);
            kept.put(each.key(), each);
        }
        file.sync();
    }

    /** Writes kept keys again, wrapped otherwise, each in its place. Durable on return. */
    void rewrite(Collection<HeldKeyBlock.Kept> all) throws IOException {
        for (HeldKeyBlock.Kept each : all) {
            Integer slot = slotOf.get(each.key());
            if (slot == null) {
                throw new IllegalStateException(each.key() + " is not kept in " + folder);
            }
            file.write(HeldKeyBlock.encode(slot, each), slot);
            kept.put(each.key(), each);
        }
        file.sync();
    }

    /** The damaged slot that seems to be this key's own, so that it is whole again; else a free one. */
    private int slotFor(HeldKey key) {
        for (Map.Entry<Integer, Optional<HeldKey>> each : damaged.entrySet()) {
            if (each.getValue().equals(Optional.of(key))) {
                damaged.remove(each.getKey());
                return each.getKey();
            }
        }
        Integer slot = free.pollFirst();
        if (slot == null) {
            throw new IllegalStateException("no free slot in " + folder + ", although it was grown");
        }
        return slot;
    }

    /** Blocks are written empty and synced before any of them takes a key. */
    private void growFor(int keys) throws IOException {
        int from = file.blocks();
        int missing = keys - free.size();
        if (missing <= 0) {
            return;
        }
        int to = from + (missing + GROWTH - 1) / GROWTH * GROWTH;
        if (to > MAX_SLOTS) {
            throw new KeyHomeException(
                    "key home " + folder + ": " + (from + missing) + " held keys (expected: at most " + MAX_SLOTS + ")",
                    "Release holds that are no longer needed, or give the vault room so that they can be copied.");
        }
        for (int slot = from; slot < to; slot++) {
            file.write(HeldKeyBlock.encodeEmpty(slot), slot);
            free.add(slot);
        }
        file.sync();
    }

    /** Overwrites these keys, and what damaged blocks seem to keep of them; durable and read back on return. */
    void drop(Set<HeldKey> keys) throws IOException {
        Set<Integer> slots = new HashSet<>();
        for (HeldKey key : keys) {
            Integer slot = slotOf.remove(key);
            kept.remove(key);
            if (slot != null) {
                slots.add(slot);
            }
        }
        damaged.forEach((slot, claim) -> claim.filter(keys::contains).ifPresent(key -> slots.add(slot)));
        if (slots.isEmpty()) {
            return;
        }
        for (int slot : slots) {
            file.write(HeldKeyBlock.encodeEmpty(slot), slot);
        }
        file.sync();
        for (int slot : slots) {
            readBack(slot);
            damaged.remove(slot);
            free.add(slot);
        }
    }

    private void readBack(int slot) throws IOException {
        Optional<ByteBuffer> direct = file.readPastCache(slot);
        ByteBuffer block = direct.isPresent() ? direct.get() : file.read(slot);
        if (HeldKeyBlock.parse(block, slot).isPresent()) {
            throw new IOException(
                    "slot " + slot + " of " + folder.resolve(FILE) + " read back: a key (expected: none)");
        }
    }

    /** Writes every block it has anew: after a failed sync a read may show what the medium never got. */
    void writeWhole() throws IOException {
        for (int slot : free) {
            file.write(HeldKeyBlock.encodeEmpty(slot), slot);
        }
        for (HeldKeyBlock.Kept each : new ArrayList<>(kept.values())) {
            int slot = slotOf.getOrDefault(each.key(), -1);
            file.write(HeldKeyBlock.encode(slot, each), slot);
        }
        file.sync();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
