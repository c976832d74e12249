// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;

/** Names of the trail's files (audit.md 5), and how one is written so that a power cut leaves it whole or not there. */
record TrailFiles(Disk disk, Path folder) {
    /** Hashes in a full tile, entries in a full bundle (tlog-tiles). */
    static final int WIDTH = 256;

    static final int TILE_BYTES = WIDTH * Hash.BYTES;

    /** A bundle of the largest entries. */
    static final int MAX_BUNDLE_BYTES = WIDTH * (2 + EntryScanner.MAX_BYTES);

    private static final String NEW = ".new";

    Path checkpoint() {
        return folder.resolve("checkpoint");
    }

    Path vkey() {
        return folder.resolve("vkey");
    }

    Path journals() {
        return folder.resolve("journal");
    }

    Path journal(long first) {
        return journals().resolve(String.format(Locale.ROOT, "%020d", first));
    }

    Path tile(int level, long number) {
        return folder.resolve("tile/" + level + "/" + groups(number));
    }

    Path bundle(long number) {
        return folder.resolve("tile/entries/" + groups(number));
    }

    /** tlog-tiles: groups of three digits, all but the last behind an x. */
    static String groups(long number) {
        String last = String.format(Locale.ROOT, "%03d", number % 1000);
        return number < 1000 ? last : prefix(number / 1000) + last;
    }

    private static String prefix(long number) {
        String own = String.format(Locale.ROOT, "x%03d/", number % 1000);
        return number < 1000 ? own : prefix(number / 1000) + own;
    }

    /** Whole and durable on return: temporary file, sync, rename, folder sync. */
    void write(Path path, byte[] bytes) throws IOException {
        Path parent = parentOf(path);
        makeFolder(parent);
        Path temporary = parent.resolve(path.getFileName() + NEW);
        if (disk.exists(temporary)) {
            disk.delete(temporary);
        }
        try (DiskFile file = disk.open(temporary, Disk.Mode.WRITE)) {
            file.write(ByteBuffer.wrap(bytes), 0);
            file.sync();
        }
        disk.rename(temporary, path);
        disk.syncFolder(parent);
    }

    /** A power cut does not take the folder away again. */
    void makeFolder(Path wanted) throws IOException {
        if (!disk.exists(wanted)) {
            Path parent = parentOf(wanted);
            makeFolder(parent);
            disk.createFolders(wanted);
            disk.syncFolder(parent);
        }
    }

    static boolean isTemporary(String name) {
        return name.endsWith(NEW);
    }

    /** A file that must be there and be no longer than this. */
    byte[] read(Path path, int mostBytes) throws IOException {
        try (DiskFile file = disk.open(path, Disk.Mode.READ)) {
            long size = file.size();
            if (size > mostBytes) {
                throw new DamagedTrailException(path + ": " + size + " bytes (expected: at most " + mostBytes + ")");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            int got = file.read(bytes, 0);
            if (got != size) {
                throw new DamagedTrailException(path + ": " + got + " bytes (expected: " + size + ")");
            }
            return bytes.array();
        } catch (NoSuchFileException e) {
            throw new DamagedTrailException(path + ": is not there (expected: a file of the trail)", e);
        }
    }

    private static Path parentOf(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException("path: " + path + " (expected: one with a folder)");
        }
        return parent;
    }
}
