// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.disk;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A disk that remembers which files and folders were made through it, so that what fails half-way can be taken back. What
 * was there before is never taken. One thread.
 */
public final class TrialDisk implements Disk {
    private static final Logger LOG = LoggerFactory.getLogger(TrialDisk.class);

    private final Disk disk;
    private final List<Path> made = new ArrayList<>();

    public TrialDisk(Disk disk) {
        this.disk = disk;
    }

    /** Deletes what was made, newest first; what cannot be deleted is noted in the exception that made it necessary. */
    public void takeBack(Exception because) {
        for (int i = made.size() - 1; i >= 0; i--) {
            try {
                deleteOurs(made.get(i));
            } catch (IOException e) {
                because.addSuppressed(e);
            }
        }
        made.clear();
    }

    private void deleteOurs(Path path) throws IOException {
        if (!disk.exists(path)) {
            return; // never came to be
        }
        try {
            disk.delete(path);
        } catch (DirectoryNotEmptyException othersFiles) {
            LOG.info("{} stays: files lie in it that were not made here", path);
        }
    }

    private void making(Path path) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        if (!made.contains(absolute) && !disk.exists(absolute)) {
            made.add(absolute);
        }
    }

    @Override
    public DiskFile open(Path path, Mode mode) throws IOException {
        if (mode == Mode.WRITE) {
            making(path);
        }
        return disk.open(path, mode);
    }

    @Override
    public void allocate(Path path, long sizeBytes) throws IOException {
        making(path);
        disk.allocate(path, sizeBytes);
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        List<Path> missing = new ArrayList<>();
        for (Path at = folder.toAbsolutePath().normalize(); at != null && !disk.exists(at); at = at.getParent()) {
            missing.add(0, at);
        }
        for (Path path : missing) {
            making(path);
        }
        disk.createFolders(folder);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        making(to);
        disk.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        disk.delete(path);
    }

    @Override
    public Optional<Path> firstSparse(List<Path> files) throws IOException {
        return disk.firstSparse(files);
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
    public void syncFolder(Path folder) throws IOException {
        disk.syncFolder(folder);
    }
}
