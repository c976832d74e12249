// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;

/**
 * One home: a folder with the slot file {@code epochs.slots} and a {@code CACHEDIR.TAG}.
 *
 * <pre>
 *   block 0      header, copy 0 ┐ {@link HomeHeader}
 *   block 1      header, copy 1 ┘
 *   block 2 + n  slot n           {@link SlotBlock}
 * </pre>
 *
 * Slots are only ever overwritten in place, in a file whose blocks were all written before: what is overwritten is gone
 * from the file and stands in no other.
 *
 * <p>Guarded by the lock of {@link EpochKeys}. Any {@link IOException} leaves it unknown what stands on the medium: the
 * caller then closes the home and reads it anew before it uses it again.
 */
final class KeyHome implements Closeable {
    static final String FILE = "epochs.slots";

    /** 64 slots, 256 KiB: two and a half days of one class; so the file grows a few times and then no more. */
    static final int GROWTH = 64;

    private final Path folder;
    private final SlotFile file;
    private final List<KeyAlarm> findings = new ArrayList<>();
    private HomeHeader header;
    private boolean headerDamaged;

    private KeyHome(Path folder, SlotFile file) throws IOException {
        this.folder = folder;
        this.file = file;
        this.header = readHeader();
    }

    static boolean isThere(Disk disk, Path folder) throws IOException {
        return disk.exists(folder.resolve(FILE));
    }

    /**
     * Makes a home without any epoch. A power cut leaves no slot file or a whole one: temp, sync, rename, folder sync.
     * The temporary file never holds a root.
     */
    static void create(Disk disk, Path folder, UUID storeId) throws IOException {
        Folders.create(disk, folder);
        CacheTag.write(disk, folder);
        Path temporary = folder.resolve(FILE + ".new");
        if (disk.exists(temporary)) {
            disk.delete(temporary);
        }
        try (DiskFile file = disk.open(temporary, Disk.Mode.WRITE)) {
            HomeHeader first = HomeHeader.fresh(storeId, GROWTH);
            HomeHeader second = first.again();
            file.write(first.encode(), (long) first.block() * Disk.BLOCK);
            file.write(second.encode(), (long) second.block() * Disk.BLOCK);
            for (int slot = 0; slot < GROWTH; slot++) {
                file.write(SlotBlock.encode(new Slot.Empty(slot)), (long) slotAt(slot) * Disk.BLOCK);
            }
            file.sync();
        }
        disk.rename(temporary, folder.resolve(FILE));
        disk.syncFolder(folder);
    }

    /** Opens a home; {@link DamagedBlockException} when neither copy of its header can be read. */
    static KeyHome open(Disk disk, Path folder) throws IOException {
        SlotFile file = SlotFile.open(disk, folder, FILE);
        try {
            KeyHome home = new KeyHome(folder, file);
            if (!CacheTag.isThere(disk, folder)) {
                CacheTag.write(disk, folder);
                home.findings.add(new KeyAlarm(
                        "key home " + folder + ": its " + CacheTag.FILE + " was gone and was written again",
                        "See whether a backup took this folder meanwhile, and destroy such a copy."));
            }
            return home;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    Path folder() {
        return folder;
    }

    HomeHeader header() {
        return header;
    }

    /** What was noticed while opening it. */
    List<KeyAlarm> findings() {
        return List.copyOf(findings);
    }

    /** Every slot; what cannot be read is {@link Slot.Suspect}: one bad sector does not take the home. */
    List<Slot> read() {
        List<Slot> slots = new ArrayList<>(header.slots());
        for (int number = 0; number < header.slots(); number++) {
            slots.add(read(number));
        }
        return slots;
    }

    private Slot read(int number) {
        ByteBuffer block = ByteBuffer.allocate(0);
        try {
            block = file.read(slotAt(number));
            return SlotBlock.parse(block, number);
        } catch (IOException e) {
            return new Slot.Suspect(number, SlotBlock.claim(block), String.valueOf(e.getMessage()));
        }
    }

    /** Writes the header again over a damaged copy, or both copies. Durable on return. */
    void mendHeader(boolean both) throws IOException {
        if (both) {
            writeHeaderTwice(header.again());
        } else if (headerDamaged) {
            writeHeader(header.again());
            sync();
        }
        headerDamaged = false;
    }

    /** Not durable before {@link #sync}. */
    void write(Slot slot) throws IOException {
        file.write(SlotBlock.encode(slot), slotAt(slot.number()));
    }

    /** Notes that this epoch number was given out. Not durable before {@link #sync}. */
    void noteHighestEpoch(long epoch) throws IOException {
        if (epoch > header.highestEpoch()) {
            writeHeader(header.withHighestEpoch(epoch));
        }
    }

    /** Adds empty slots at the end up to this count, in both copies of the header. Durable on return. */
    void growTo(int slots) throws IOException {
        if (slots <= header.slots()) {
            return;
        }
        for (int slot = header.slots(); slot < slots; slot++) {
            write(new Slot.Empty(slot));
        }
        sync();
        writeHeaderTwice(header.withSlots(slots));
    }

    /** Says since which epoch this home knows more than the other, in both copies of the header. Durable on return. */
    void noteAloneSince(long epoch) throws IOException {
        if (header.aloneSince() != epoch) {
            writeHeaderTwice(header.withAloneSince(epoch));
        }
    }

    void sync() throws IOException {
        file.sync();
    }

    /**
     * Reads a slot back, past the operating system's memory where the file system can.
     *
     * @return true when it came from the medium
     * @throws IOException when something else stands there
     */
    boolean readBack(Slot expected) throws IOException {
        Optional<ByteBuffer> direct = file.readPastCache(slotAt(expected.number()));
        ByteBuffer block = direct.isPresent() ? direct.get() : file.read(slotAt(expected.number()));
        Slot found = SlotBlock.parse(block, expected.number());
        if (!found.equals(expected)) {
            throw new IOException(
                    "slot " + expected.number() + " read back: " + found + " (expected: " + expected + ")");
        }
        return direct.isPresent();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private HomeHeader readHeader() throws IOException {
        @Nullable HomeHeader newest = null;
        List<String> damage = new ArrayList<>();
        for (int copy = 0; copy < HomeHeader.COPIES; copy++) {
            ByteBuffer block = file.read(copy);
            refuseNewer(block);
            try {
                HomeHeader read = HomeHeader.parse(block);
                newest = newest == null || read.update() > newest.update() ? read : newest;
            } catch (DamagedBlockException e) {
                damage.add("copy " + copy + ": " + e.getMessage());
            }
        }
        if (newest == null) {
            throw new DamagedBlockException("header of " + folder.resolve(FILE) + ": " + String.join("; ", damage));
        }
        if (!damage.isEmpty()) {
            headerDamaged = true;
            findings.add(new KeyAlarm(
                    "key home " + folder + ": one copy of its header was damaged, the other was used: " + damage.get(0),
                    "Nothing needs doing after a power cut; otherwise have the disk checked."));
        }
        return newest;
    }

    private void refuseNewer(ByteBuffer block) throws KeyHomeException {
        OptionalInt version = HomeHeader.version(block);
        if (version.isPresent() && version.getAsInt() > HomeHeader.VERSION) {
            throw new KeyHomeException(
                    "key home " + folder + ": format version " + version.getAsInt() + " (expected: "
                            + HomeHeader.VERSION + ")",
                    "Start the newer version of Watchkeep that wrote it.");
        }
    }

    private void writeHeaderTwice(HomeHeader next) throws IOException {
        writeHeader(next);
        sync();
        writeHeader(next.again());
        sync();
    }

    private void writeHeader(HomeHeader next) throws IOException {
        file.write(next.encode(), next.block());
        header = next;
    }

    private static int slotAt(int slot) {
        return HomeHeader.COPIES + slot;
    }
}
