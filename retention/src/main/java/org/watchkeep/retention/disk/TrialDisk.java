// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A disk that remembers which files and folders were made through it, so that what fails half-way can be taken back. What
 * was there before is never taken. With a {@linkplain #keepJournal journal} also what a killed process had made can be,
 * by the next one. One thread.
 */
public final class TrialDisk implements Disk {
    private static final Logger LOG = LoggerFactory.getLogger(TrialDisk.class);

    private final Disk disk;
    private final List<Path> made = new ArrayList<>();

    /** Noted in the journal: with a folder goes all that was made in it. */
    private final List<Path> noted = new ArrayList<>();

    private @Nullable Path journal;

    /** A path takes a line; longer journals are not ours. */
    private static final int MAX_JOURNAL_BYTES = 4 << 20;

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

    /** From now on what is made is noted in this file, durably, before it is made. */
    public void keepJournal(Path file) throws IOException {
        making(file);
        writeJournal(file);
        journal = file;
    }

    /** All that was to be made is there: nothing of it is taken back any more. */
    public void finished() throws IOException {
        Path file = journal;
        if (file != null) {
            journal = null;
            disk.delete(file);
        }
        made.clear();
    }

    /**
     * Removes what a process that did not come to its end had noted: nobody else may be using it.
     *
     * @return what was there and is removed; empty where there is no journal
     */
    public static List<Path> takeBackUnfinished(Disk disk, Path journal) throws IOException {
        List<Path> removed = new ArrayList<>();
        if (!disk.exists(journal)) {
            return removed;
        }
        List<Path> left = readJournal(disk, journal);
        for (int i = left.size() - 1; i >= 0; i--) {
            if (disk.exists(left.get(i))) {
                deleteWhole(disk, left.get(i));
                removed.add(left.get(i));
            }
        }
        disk.delete(journal);
        return removed;
    }

    private static void deleteWhole(Disk disk, Path path) throws IOException {
        try {
            disk.delete(path);
        } catch (DirectoryNotEmptyException folder) {
            for (String name : disk.list(path)) {
                deleteWhole(disk, path.resolve(name));
            }
            disk.delete(path);
        }
    }

    private static List<Path> readJournal(Disk disk, Path journal) throws IOException {
        try (DiskFile file = disk.open(journal, Mode.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(file.size(), MAX_JOURNAL_BYTES));
            file.read(bytes, 0);
            String text = UTF_8.decode(bytes.flip()).toString();
            // A line without its end was being written when the process died: what it names was not yet made.
            return text.substring(0, text.lastIndexOf('\n') + 1)
                    .lines()
                    .map(Path::of)
                    .toList();
        }
    }

    private void writeJournal(Path file) throws IOException {
        StringBuilder text = new StringBuilder();
        noted.forEach(path -> text.append(path).append('\n'));
        try (DiskFile to = disk.open(file, Mode.WRITE)) {
            to.write(UTF_8.encode(text.toString()), 0);
            to.sync();
        }
        disk.syncFolder(folderOf(file));
    }

    private static Path folderOf(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(file + " is no file in a folder");
        }
        return folder;
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
            Path file = journal;
            if (file != null && noted.stream().noneMatch(absolute::startsWith)) {
                if (absolute.toString().indexOf('\n') >= 0) {
                    throw new IOException("a line feed in a path: " + absolute);
                }
                noted.add(absolute);
                writeJournal(file);
            }
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
