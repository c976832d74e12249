// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.disk.DiskFile;

/**
 * The reels of a volume that are open for reading: a descriptor each, of which a process has not as many as a large volume
 * has reels. What was not read for longest is closed, once nobody reads it any more. Any thread; guarded by its own
 * monitor, held for memory work only, so that a disk that hangs in an opening or a read keeps nobody else waiting.
 */
final class ReadFiles {
    private static final Logger log = LoggerFactory.getLogger(ReadFiles.class);

    /** More reels than are read at once, far below the thousand descriptors that a process always has. */
    static final int MOST_OPEN = 256;

    private final Opening opening;
    private final Map<Reel, Shared> open = new LinkedHashMap<>(16, 0.75f, true);
    private boolean closed;

    /** Opens a reel's file for direct reads. */
    interface Opening {
        DiskFile open(Reel reel) throws IOException;
    }

    /** An open file and how many are reading it; guarded by the monitor of its owner. */
    private static final class Shared {
        final DiskFile file;
        int readers;
        boolean dropped;

        Shared(DiskFile file) {
            this.file = file;
        }
    }

    ReadFiles(Opening opening) {
        this.opening = opening;
    }

    int read(Reel reel, ByteBuffer into, long offset) throws IOException {
        Shared shared = taken(reel);
        if (shared == null) {
            shared = takenAnew(reel, opening.open(reel));
        }
        try {
            return shared.file.read(into, offset);
        } finally {
            giveBack(shared);
        }
    }

    private synchronized @Nullable Shared taken(Reel reel) {
        Shared shared = open.get(reel);
        if (shared != null) {
            shared.readers++;
        }
        return shared;
    }

    /** Another thread may have opened it meanwhile; then its file is used. */
    private Shared takenAnew(Reel reel, DiskFile file) throws IOException {
        List<DiskFile> close = new ArrayList<>();
        Shared shared;
        synchronized (this) {
            if (closed) {
                file.close();
                throw new IOException(reel.path + " is not read: the store is closed");
            }
            Shared other = open.get(reel);
            if (other != null) {
                close.add(file);
            }
            shared = other == null ? new Shared(file) : other;
            shared.readers++;
            open.put(reel, shared);
            for (Iterator<Shared> oldest = open.values().iterator(); open.size() > MOST_OPEN; ) {
                Shared least = oldest.next();
                oldest.remove();
                least.dropped = true;
                if (least.readers == 0) {
                    close.add(least.file);
                }
            }
        }
        for (DiskFile one : close) {
            try {
                one.close();
            } catch (IOException e) {
                // It was only read from, and what is asked for now is in another.
                log.warn("closing a reel that was read: {}", e.toString());
            }
        }
        return shared;
    }

    private void giveBack(Shared shared) throws IOException {
        boolean isLast;
        synchronized (this) {
            isLast = --shared.readers == 0 && shared.dropped;
        }
        if (isLast) {
            shared.file.close();
        }
    }

    /** How many are open. */
    synchronized int size() {
        return open.size();
    }

    /** Closes all of them, also under whoever still reads: the store is being closed. */
    void close() throws IOException {
        List<Shared> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(open.values());
            open.clear();
        }
        for (Shared shared : all) {
            shared.file.close();
        }
    }
}
