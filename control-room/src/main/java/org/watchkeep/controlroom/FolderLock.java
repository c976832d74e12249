// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.disk.OwnerOnly;

/**
 * The ownership of a data folder: a lock on {@code DATA/lock}, held until closed or until the process is gone. The file
 * is opened here and nowhere else: on Linux closing any descriptor of a file drops the process's locks on it. A process
 * therefore takes the lock of a folder once at a time.
 */
final class FolderLock implements Closeable {
    static final String FILE = "lock";

    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Empty when another owns the folder. */
    static Optional<FolderLock> take(Path data) throws IOException {
        Path file = data.resolve(FILE);
        FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OwnerOnly.file(file));
        boolean taken = false;
        try {
            taken = lock(channel) != null;
            return taken ? Optional.of(new FolderLock(channel)) : Optional.empty();
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by this very process: two rooms in one test, or a fault.
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
