// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.disk.RealDisk;

/** The machine's disk without its syncs: to fill a trail with a million entries that nobody need keep. Any thread. */
final class UnsyncedDisk implements Disk {
    private final Disk disk = new RealDisk();

    private record Unsynced(DiskFile file) implements DiskFile {
        @Override
        public void write(ByteBuffer bytes, long position) throws IOException {
            file.write(bytes, position);
        }

        @Override
        public int read(ByteBuffer bytes, long position) throws IOException {
            return file.read(bytes, position);
        }

        @Override
        public void sync() {
            // That is the point.
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    @Override
    public DiskFile open(Path path, Mode mode) throws IOException {
        return new Unsynced(disk.open(path, mode));
    }

    @Override
    public void allocate(Path path, long sizeBytes) throws IOException {
        disk.allocate(path, sizeBytes);
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return disk.exists(path);
    }

    @Override
    public List<String> list(Path folder) throws IOException {
        return disk.list(folder);
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        disk.createFolders(folder);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        disk.delete(path);
    }

    @Override
    public void syncFolder(Path folder) {
        // That is the point.
    }
}
