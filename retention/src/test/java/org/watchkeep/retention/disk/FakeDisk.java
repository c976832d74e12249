// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.disk;

import static org.watchkeep.retention.disk.FakeFaults.Operation.ALLOCATE;
import static org.watchkeep.retention.disk.FakeFaults.Operation.CREATE;
import static org.watchkeep.retention.disk.FakeFaults.Operation.CREATE_FOLDERS;
import static org.watchkeep.retention.disk.FakeFaults.Operation.DELETE;
import static org.watchkeep.retention.disk.FakeFaults.Operation.LOOK;
import static org.watchkeep.retention.disk.FakeFaults.Operation.RENAME;
import static org.watchkeep.retention.disk.FakeFaults.Operation.SYNC_FOLDER;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.disk.FakeFaults.Operation;

/**
 * A disk in memory that fails on command and forgets what was not synced. Any thread; guarded by itself.
 *
 * <p>Three tools: {@link #faults} (a chosen operation, path or range fails, is short or slow), {@link #fullAfter} (no
 * space left), and power cuts. A cut is made at once ({@link #powerCut}) or in the n-th changing operation from now
 * ({@link #cutAt}); from then on every call throws {@link PowerCut}, on this disk for ever, so that no thread of the dead
 * store touches what the next one finds. {@link #restart} gives the disk as the next start finds it.
 *
 * <p>What a cut leaves: every synced block; of the unsynced ones any version since the last sync, each block chosen
 * alone, so in any order; of unsynced creations, deletions and renames any that are possible together; an unsynced
 * length whole, not at all, or in between. The operation in which the cut falls may have happened, or half happened. The
 * seed decides: seed mod 4 = 0 keeps nothing unsynced, 1 keeps everything, 2 and 3 draw. A block is kept whole or not at
 * all unless {@link #tearSectors} says that each 512 bytes go their own way.
 *
 * <p>Kinder than a real disk in nothing that is known, except: a folder's entries do not outgrow the disk.
 */
public final class FakeDisk implements Disk {
    private final FakeNames names;
    private final FakeFaults faults = new FakeFaults();
    private boolean tearSectors;
    private long capacityBytes = Long.MAX_VALUE;
    private long changes;
    private long cutAtChange = Long.MAX_VALUE;
    private long cutSeed;
    private @Nullable String dead;

    /** An empty disk: the root folder and nothing in it. */
    public FakeDisk() {
        this(new FakeNames());
    }

    private FakeDisk(FakeNames names) {
        this.names = names;
    }

    static Path key(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /** What is to go wrong. A disk that was restarted begins with none. */
    public FakeFaults faults() {
        return faults;
    }

    /** From now on a power cut may write part of a block, in sectors of 512 bytes. */
    public synchronized FakeDisk tearSectors() {
        tearSectors = true;
        return this;
    }

    /** From now on only this many more bytes can be claimed by writes and allocations. */
    public synchronized void fullAfter(long bytes) {
        capacityBytes = occupiedBytes() + bytes;
    }

    /** Bytes that the files' blocks occupy. */
    public synchronized long occupiedBytes() {
        long total = 0;
        for (FakeInode inode : names.files()) {
            total += inode.occupiedBytes();
        }
        return total;
    }

    /** How many operations that change the disk were asked for: the steps at which a cut can fall. */
    public synchronized long changes() {
        return changes;
    }

    /** The power goes in the n-th changing operation from now, counted from 1. */
    public synchronized void cutAt(long nth, long seed) {
        if (nth < 1) {
            throw new IllegalArgumentException("nth: " + nth + " (expected: >= 1)");
        }
        cutAtChange = changes + nth;
        cutSeed = seed;
    }

    /** The power goes now. */
    public synchronized void powerCut(long seed) {
        checkAlive();
        Random random = new Random(seed);
        double keep = switch ((int) Math.floorMod(seed, 4L)) {
            case 0 -> 0;
            case 1 -> 1;
            default -> 0.1 + 0.8 * random.nextDouble();
        };
        for (FakeInode inode : names.filesEverywhere()) {
            inode.powerCut(random, keep, tearSectors);
        }
        names.powerCut(random, keep);
        dead = "power cut at change " + changes + " with seed " + seed;
    }

    /** The process is killed and the machine runs on: what was written stays, synced or not. */
    public synchronized void kill() {
        checkAlive();
        dead = "process killed at change " + changes;
    }

    public synchronized boolean isDead() {
        return dead != null;
    }

    /** The disk as the next start finds it, after {@link #powerCut}, {@link #cutAt} or {@link #kill}; this one stays dead. */
    public synchronized FakeDisk restart() {
        if (dead == null) {
            throw new IllegalStateException("restart of a disk that runs (expected: after a power cut or a kill)");
        }
        FakeDisk next = new FakeDisk(names);
        next.tearSectors = tearSectors;
        next.capacityBytes = capacityBytes;
        return next;
    }

    /** Everything is on the medium now: what a test finds prepared was there long ago. */
    public synchronized FakeDisk settle() {
        checkAlive();
        names.files().forEach(FakeInode::sync);
        names.syncAll();
        return this;
    }

    /** Every file there is, as readers see it. Not an operation: no fault, no count. */
    public synchronized List<Path> files() {
        return names.paths();
    }

    /** A file's bytes, as readers see them. Not an operation: no fault, no count. */
    public synchronized byte[] contents(Path path) throws NoSuchFileException {
        FakeInode inode = file(key(path));
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(inode.length()));
        inode.read(bytes, 0);
        return bytes.array();
    }

    /** Whether anything of this file would be at risk in a power cut (its name apart). */
    public synchronized boolean hasUnsynced(Path path) throws NoSuchFileException {
        return file(key(path)).hasUnsynced();
    }

    /** Changes bytes on the medium and in the cache, behind everybody's back. */
    public synchronized void damage(Path path, long position, byte... bytes) throws NoSuchFileException {
        FakeInode inode = file(key(path));
        if (position < 0 || position + bytes.length > inode.length()) {
            throw new IllegalArgumentException("damage at " + position + " + " + bytes.length + " (expected: within "
                    + inode.length() + " bytes of " + path + ")");
        }
        inode.damage(bytes, position);
    }

    @Override
    public DiskFile open(Path path, Mode mode) throws IOException {
        Path key = key(path);
        boolean creates = mode == Mode.WRITE && !isThere(key);
        FakeInode inode = step(creates ? CREATE : LOOK, key, () -> {
            if (names.isFolder(key)) {
                throw new FileSystemException(key.toString(), null, "Is a directory");
            }
            Optional<FakeInode> there = names.file(key);
            if (there.isPresent() || mode != Mode.WRITE) {
                return there.orElseThrow(() -> new NoSuchFileException(key.toString()));
            }
            return create(key);
        });
        return new FakeFile(this, inode, key, mode);
    }

    private synchronized boolean isThere(Path key) {
        return names.exists(key);
    }

    private FakeInode file(Path key) throws NoSuchFileException {
        return names.file(key).orElseThrow(() -> new NoSuchFileException(key.toString()));
    }

    private FakeInode create(Path key) throws IOException {
        checkIsInFolder(key);
        FakeInode inode = new FakeInode();
        names.put(key, inode);
        return inode;
    }

    private void checkIsInFolder(Path key) throws IOException {
        if (!names.isFolder(key.getParent())) {
            throw new NoSuchFileException(key.toString());
        }
    }

    @Override
    public void allocate(Path path, long sizeBytes) throws IOException {
        Path key = key(path);
        step(ALLOCATE, key, () -> {
            if (names.exists(key)) {
                throw new FileAlreadyExistsException(key.toString());
            }
            checkSpace(key, sizeBytes);
            FakeInode inode = create(key);
            inode.preallocate(sizeBytes);
            if (!cutsNow()) {
                inode.sync();
            }
            return inode;
        });
    }

    @Override
    public Optional<Path> firstSparse(List<Path> files) throws IOException {
        for (Path path : files) {
            Path key = key(path);
            boolean isSparse = step(LOOK, key, () -> file(key).isSparse());
            if (isSparse) {
                return Optional.of(path);
            }
        }
        return Optional.empty();
    }

    void checkSpace(Path path, long bytes) throws IOException {
        if (bytes > freeBytes()) {
            throw new FileSystemException(path.toString(), null, "No space left on device");
        }
    }

    long freeBytes() {
        return capacityBytes == Long.MAX_VALUE ? Long.MAX_VALUE : capacityBytes - occupiedBytes();
    }

    @Override
    public boolean exists(Path path) throws IOException {
        Path key = key(path);
        return step(LOOK, key, () -> names.exists(key));
    }

    @Override
    public List<String> list(Path folder) throws IOException {
        Path key = key(folder);
        return step(LOOK, key, () -> {
            checkFolder(key);
            return names.list(key);
        });
    }

    private void checkFolder(Path key) throws IOException {
        if (!names.isFolder(key)) {
            throw new NoSuchFileException(key.toString());
        }
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        Path key = key(folder);
        if (isThere(key)) {
            checkIsFolder(key);
            return;
        }
        Path parent = key.getParent();
        if (parent != null) {
            createFolders(parent);
        }
        step(CREATE_FOLDERS, key, () -> {
            names.makeFolder(key);
            return key;
        });
    }

    private void checkIsFolder(Path key) throws IOException {
        boolean isFolder = step(LOOK, key, () -> names.isFolder(key));
        if (!isFolder) {
            throw new FileAlreadyExistsException(key.toString());
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Path source = key(from);
        Path target = key(to);
        step(RENAME, source, () -> {
            FakeInode inode = file(source);
            checkIsInFolder(target);
            if (names.isFolder(target)) {
                throw new FileSystemException(source.toString(), target.toString(), "Is a directory");
            }
            names.rename(source, target, inode);
            return inode;
        });
    }

    @Override
    public void delete(Path path) throws IOException {
        Path key = key(path);
        step(DELETE, key, () -> {
            if (!names.exists(key)) {
                throw new NoSuchFileException(key.toString());
            }
            if (names.isFolder(key) && !names.list(key).isEmpty()) {
                throw new DirectoryNotEmptyException(key.toString());
            }
            names.remove(key);
            return key;
        });
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        Path key = key(folder);
        step(SYNC_FOLDER, key, () -> {
            checkFolder(key);
            if (!cutsNow()) {
                names.sync(key);
            }
            return key;
        });
    }

    /** What an operation does to the disk, under its lock. */
    interface Effect<T> {
        T run() throws IOException;
    }

    /** What an operation does when a scripted fault strikes it, before it fails. */
    interface Stricken {
        void run(FakeFaults.Strike strike) throws IOException;
    }

    private <T> T step(Operation operation, Path path, Effect<T> effect) throws IOException {
        return step(operation, path, 0, Long.MAX_VALUE, effect, strike -> {});
    }

    /** Every operation passes here: slow hook, dead or alive, count, cut, fault, effect. */
    <T> T step(Operation operation, Path path, long from, long size, Effect<T> effect, Stricken stricken)
            throws IOException {
        faults.before().accept(operation, path);
        synchronized (this) {
            checkAlive();
            if (operation.changes()) {
                changes++;
            }
            Optional<FakeFaults.Strike> strike = faults.strike(operation, path, from, size);
            if (operation.changes() && cutsNow()) {
                // It may have begun: the cut decides how much of it stays. Whether it would have failed no one learns.
                try {
                    effect.run();
                } catch (IOException unheard) {
                    // The caller gets the power cut instead.
                }
                powerCut(cutSeed);
                checkAlive();
            }
            if (strike.isPresent()) {
                stricken.run(strike.get());
                throw strike.get().exception(operation, path);
            }
            return effect.run();
        }
    }

    /** Whether the power goes in this very operation: it must then not make anything durable. */
    boolean cutsNow() {
        return changes == cutAtChange;
    }

    private void checkAlive() {
        if (dead != null) {
            throw new PowerCut(dead);
        }
    }
}
