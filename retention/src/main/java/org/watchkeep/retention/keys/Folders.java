// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.watchkeep.retention.disk.Disk;

/** Makes a folder so that a power cut cannot take it away again. */
final class Folders {
    private Folders() {}

    /** Creates what is missing of the path and syncs each folder that was given a new one. */
    static void create(Disk disk, Path folder) throws IOException {
        Deque<Path> parents = new ArrayDeque<>();
        Path missing = folder.toAbsolutePath();
        while (missing.getParent() != null && !disk.exists(missing)) {
            parents.push(missing.getParent());
            missing = missing.getParent();
        }
        disk.createFolders(folder);
        for (Path parent : parents) {
            disk.syncFolder(parent);
        }
    }
}
