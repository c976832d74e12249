// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;

/**
 * The machine's disks, one folder of which can be gone for a while: what is open fails, what is not is not there. Nothing is
 * synced: no power is cut here, and twenty syncs an hour of seventy days are minutes. Any thread.
 */
final class LosableDisk implements Disk {
    private final Disk disk;
    private volatile @Nullable Path lost;

    LosableDisk(Disk disk) {
        this.disk = disk;
    }

    /** From now on nothing under this folder is there; null brings all back. */
    void lose(@Nullable Path folder) {
        lost = folder;
    }

    private boolean isLost(Path path) {
        Path folder = lost;
        return folder != null && path.startsWith(folder);
    }

    private Path there(Path path) throws NoSuchFileException {
        if (isLost(path)) {
            throw new NoSuchFileException(path + " (its disk is gone)");
        }
        return path;
    }

    private final class Losable implements DiskFile {
        private final Path path;
        private final DiskFile file;

        Losable(Path path, DiskFile file) {
            this.path = path;
            this.file = file;
        }

        private DiskFile there() throws IOException {
            if (isLost(path)) {
                throw new IOException(path + ": its disk is gone");
            }
            return file;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return there().read(into, position);
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            there().write(from, position);
        }

        @Override
        public void sync() throws IOException {
            var unused = there();
        }

        @Override
        public long size() throws IOException {
            return there().size();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    @Override
    public DiskFile open(Path path, Mode mode) throws IOException {
        return new Losable(path, disk.open(there(path), mode));
    }

    @Override
    public void allocate(Path path, long sizeBytes) throws IOException {
        disk.allocate(there(path), sizeBytes);
    }

    @Override
    public Optional<Path> firstSparse(List<Path> files) throws IOException {
        return disk.firstSparse(files);
    }

    @Override
    public OptionalLong freeBytes(Path folder) {
        return disk.freeBytes(folder);
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return !isLost(path) && disk.exists(path);
    }

    @Override
    public List<String> list(Path folder) throws IOException {
        return disk.list(there(folder));
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        disk.createFolders(there(folder));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        disk.rename(there(from), there(to));
    }

    @Override
    public void delete(Path path) throws IOException {
        disk.delete(there(path));
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        var unused = there(folder);
    }
}
