// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Reads record lists of a volume's reels for the keeper, on a thread of their own: the keeper asks, goes on with the other
 * volumes, and finds the list at a later round. So a disk that hangs in reading keeps nobody waiting but those who want
 * what lies on it. At most one list a ring is kept. Any thread; guarded by its own monitor, held for memory work only.
 */
final class ReelLists implements Closeable {
    private final Volume volume;
    private final Runnable onRead;
    private final ExecutorService reader;
    private final Set<Ring> asked = new HashSet<>();
    private final Map<Ring, Listed> read = new HashMap<>();

    /**
     * The records of a reel, or why they cannot be read.
     *
     * @param failure null where they were read
     */
    record Listed(
            Reel reel,
            long serial,
            List<ReelFooter.Entry> entries,
            @Nullable Exception failure) {}

    /**
     * @param purpose names the thread
     * @param onRead called on that thread when a list has been read
     */
    ReelLists(Volume volume, String purpose, Runnable onRead) {
        this.volume = volume;
        this.onRead = onRead;
        this.reader = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, purpose + "-" + volume.id);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** The list, once; empty while it is being read. */
    synchronized Optional<Listed> ask(Ring forRing, Reel reel, ReelHeader header) {
        Listed listed = read.remove(forRing);
        if (listed != null && listed.reel == reel && listed.serial == header.serial()) {
            return Optional.of(listed);
        }
        if (!reader.isShutdown() && asked.add(forRing)) {
            reader.execute(() -> read(forRing, reel, header));
        }
        return Optional.empty();
    }

    private void read(Ring forRing, Reel reel, ReelHeader header) {
        List<ReelFooter.Entry> entries = new ArrayList<>();
        Exception failure = null;
        try {
            // Records that were acknowledged are not read again for this: their list is enough.
            new ReelScan(volume).forEach(reel, header, new ReelScan.Known(volume.reelBytes, 0), entries::add);
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
        synchronized (this) {
            asked.remove(forRing);
            read.put(forRing, new Listed(reel, header.serial(), entries, failure));
        }
        onRead.run();
    }

    /** Ends the thread; one that hangs in a read is not waited for. */
    @Override
    public void close() {
        reader.shutdown();
    }
}
