// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;

/**
 * {@code CACHEDIR.TAG}: asks backup programs to leave a key home out (Cache Directory Tagging Specification), and tells
 * the person who looks why.
 */
final class CacheTag {
    static final String FILE = "CACHEDIR.TAG";

    private static final String TEXT = """
            Signature: 8a477f597d28d172789f06886806bc55
            # This folder holds the roots of Watchkeep's key epochs. It must be in NO backup, snapshot or image.
            #
            # Why: when footage reaches its limit, its root is overwritten here, and every copy of that hour of every
            # camera can no longer be read. A backup of this folder would bring the root back, and with it footage that
            # by law and by our word is gone.
            #
            # What protects against a lost disk instead: the second key home, on another device, which is kept equal.
            # Losing both homes loses the footage of the rolling window and nothing else.
            # The master keystore does belong in a backup; it is kept outside this folder.
            #
            # The first line follows https://bford.info/cachedir/
            """;

    private CacheTag() {}

    static boolean isThere(Disk disk, Path home) throws IOException {
        return disk.exists(home.resolve(FILE));
    }

    /** Durable on return. */
    static void write(Disk disk, Path home) throws IOException {
        Path tag = home.resolve(FILE);
        try (DiskFile file = disk.open(tag, Disk.Mode.WRITE)) {
            file.write(ByteBuffer.wrap(TEXT.getBytes(StandardCharsets.UTF_8)), 0);
            file.sync();
        }
        disk.syncFolder(home);
    }
}
