// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.watchkeep.bench.PassingDisk;
import org.watchkeep.retention.disk.DiskFile;

/** The machine's disk without its syncs: to fill a trail with a million entries that nobody need keep. Any thread. */
final class UnsyncedDisk extends PassingDisk {
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
        return new Unsynced(super.open(path, mode));
    }

    @Override
    public void syncFolder(Path folder) {
        // That is the point.
    }
}
