// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.watchkeep.retention.disk.DirectIoUnavailableException;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;

/**
 * A file of blocks of a key home that are only ever overwritten in place. Confined to its owner's lock.
 *
 * <p>Any {@link IOException} of a write or sync leaves it unknown what stands on the medium.
 */
final class SlotFile implements Closeable {
    private final Disk disk;
    private final Path folder;
    private final Path path;
    private final DiskFile file;
    private long sizeBytes;
    private boolean lengthened;

    private SlotFile(Disk disk, Path folder, Path path, DiskFile file) throws IOException {
        this.disk = disk;
        this.folder = folder;
        this.path = path;
        this.file = file;
        this.sizeBytes = file.size();
    }

    /** Opens a file that must be there. */
    static SlotFile open(Disk disk, Path folder, String name) throws IOException {
        Path path = folder.resolve(name);
        // Mode WRITE would make the file: an empty mount point must never look like a home.
        if (!disk.exists(path)) {
            throw new NoSuchFileException(path.toString());
        }
        DiskFile file = disk.open(path, Disk.Mode.WRITE);
        try {
            return new SlotFile(disk, folder, path, file);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** How many whole blocks it has. */
    int blocks() {
        return Math.toIntExact(sizeBytes / Disk.BLOCK);
    }

    /** The block ready to read; short where the file ends. */
    ByteBuffer read(int block) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Disk.BLOCK);
        file.read(bytes, at(block));
        return bytes.flip();
    }

    /** Past the operating system's memory; empty where the file system has no direct I/O (tmpfs on older kernels). */
    Optional<ByteBuffer> readPastCache(int block) throws IOException {
        DiskFile direct;
        try {
            direct = disk.open(path, Disk.Mode.READ_DIRECT);
        } catch (DirectIoUnavailableException e) {
            return Optional.empty();
        }
        try (direct) {
            ByteBuffer bytes = ByteBuffer.allocateDirect(2 * Disk.BLOCK)
                    .alignedSlice(Disk.BLOCK)
                    .limit(Disk.BLOCK);
            direct.read(bytes, at(block));
            return Optional.of(bytes.flip());
        }
    }

    /** Not durable before {@link #sync}. */
    void write(ByteBuffer bytes, int block) throws IOException {
        file.write(bytes, at(block));
        if (at(block) + Disk.BLOCK > sizeBytes) {
            sizeBytes = at(block) + Disk.BLOCK;
            lengthened = true;
        }
    }

    void sync() throws IOException {
        file.sync();
        if (lengthened) {
            disk.syncFolder(folder);
            lengthened = false;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private static long at(int block) {
        return (long) block * Disk.BLOCK;
    }
}
