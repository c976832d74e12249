// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.disk.RealDisk;

/** The machine's disk, for a bench that wants one thing of it otherwise. Any thread. */
public abstract class PassingDisk implements Disk {
    protected final Disk real = new RealDisk();

    @Override
    public DiskFile open(Path path, Mode mode) throws IOException {
        return real.open(path, mode);
    }

    @Override
    public void allocate(Path path, long sizeBytes) throws IOException {
        real.allocate(path, sizeBytes);
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return real.exists(path);
    }

    @Override
    public List<String> list(Path folder) throws IOException {
        return real.list(folder);
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        real.createFolders(folder);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        real.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        real.delete(path);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        real.syncFolder(folder);
    }
}
