// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.disk;

import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * What new files and folders are created with: readable by their owner only, whatever the process's umask says. Keys,
 * ledger, index and footage's headers say where people were. Where a file system has no such permissions, nothing is set.
 */
public final class OwnerOnly {
    private static final FileAttribute<?>[] NONE = {};
    private static final FileAttribute<?>[] FILE = {
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
    };
    private static final FileAttribute<?>[] FOLDER = {
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
    };

    private OwnerOnly() {}

    /** For a new file at this path. */
    public static FileAttribute<?>[] file(Path path) {
        return isPosix(path) ? FILE.clone() : NONE;
    }

    /** For a new folder at this path. */
    public static FileAttribute<?>[] folder(Path path) {
        return isPosix(path) ? FOLDER.clone() : NONE;
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
