// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The index as the store uses it: there, or out of order for a while. Its faults stop neither start nor recording; while
 * there is none, rows are found nowhere and cannot be put. It is tried again each minute and, when that does not help,
 * put aside and begun anew: it is a cache. Any thread; {@link #mend} from the keeper's only.
 */
final class StandingIndex implements Index {
    private static final Logger log = LoggerFactory.getLogger(StandingIndex.class);

    /** A fault that passes (a full disk, a cable) is usually over by then; rebuilding the index is not tried lightly. */
    private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Failed tries after which what lies in the folder is put aside. */
    private static final int TRIES_BEFORE_ASIDE = 5;

    private final Path folder;
    private final Opening opening;

    /** Calls hold the read side, opening and closing the write side. */
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();

    private @Nullable Index open;
    private boolean closed;

    /** Until the store has started a look that fails ends the index, not the start; later its reader hears of it. */
    private volatile boolean starting = true;

    // Confined to the opening thread, then the keeper's.
    private int failedTries;
    private boolean failing;
    private long failingSinceNanos;

    StandingIndex(Path folder, Opening opening) {
        this.folder = folder;
        this.opening = opening;
        tryToOpen();
    }

    private void tryToOpen() {
        life.writeLock().lock();
        try {
            open = opened();
            failedTries = 0;
            failing = false;
        } catch (IOException e) {
            failedTries++;
            // Said once: it is tried each minute.
            log.atLevel(failedTries == 1 ? Level.ERROR : Level.DEBUG)
                    .log("the index cannot be opened, footage is looked for in the reels without it: {}", e.toString());
        } finally {
            life.writeLock().unlock();
        }
    }

    private Index opened() throws IOException {
        if (failedTries > 0 && failedTries % TRIES_BEFORE_ASIDE == 0) {
            putAside();
        }
        try {
            return opening.open(folder);
        } catch (IndexUnreadableException e) {
            log.warn("the index does not open and is built anew: {}", e.toString());
            StoreParts.deleteFolder(folder);
            return opening.open(folder);
        }
    }

    /** One is kept, for whoever wants to know what was wrong with it. */
    private void putAside() throws IOException {
        Path aside = folder.resolveSibling(folder.getFileName() + ".aside");
        log.error("the index has not opened {} times and is put aside as {}", failedTries, aside);
        StoreParts.deleteFolder(aside);
        if (Files.exists(folder)) {
            Files.move(folder, aside, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Whether it is there at all; rows may still be refused. */
    boolean isOpen() {
        life.readLock().lock();
        try {
            return open != null;
        } finally {
            life.readLock().unlock();
        }
    }

    /** It took what it was given. */
    void works() {
        failing = false;
    }

    /** It refused what it was given, or is damaged. */
    void failed(IOException cause, long monoNanos) {
        if (!failing) {
            log.error("the index takes no rows, they are kept and it is tried again: {}", cause.toString());
        }
        if (cause instanceof IndexUnreadableException) {
            closeOpen();
            failingSinceNanos = monoNanos - AGAIN_NANOS;
            failing = true;
        } else if (!failing) {
            failing = true;
            failingSinceNanos = monoNanos;
        }
    }

    /**
     * Opens it again where it has been out of order for long enough: RocksDB refuses every write after one that failed,
     * until it is opened anew.
     *
     * @return true when it has just been opened: what it knows may be less than before
     */
    boolean mend(long monoNanos) {
        if (isOpen() && !failing) {
            return false;
        }
        if (!failing) {
            failing = true;
            failingSinceNanos = monoNanos;
        }
        if (monoNanos - failingSinceNanos < AGAIN_NANOS) {
            return false;
        }
        closeOpen();
        tryToOpen();
        if (!isOpen()) {
            failing = true;
            failingSinceNanos = monoNanos;
        }
        return isOpen();
    }

    private void closeOpen() {
        life.writeLock().lock();
        try (Index old = open) {
            open = null;
        } catch (IOException e) {
            log.warn("closing the index that failed: {}", e.toString());
        } finally {
            life.writeLock().unlock();
        }
    }

    // ---- what an index does ---------------------------------------------------------------------------------------

    private interface Use<T> {
        T of(Index index) throws IOException;
    }

    private <T> T use(T without, Use<T> use) throws IOException {
        life.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("index is closed: " + folder);
            }
            return open == null ? without : use.of(open);
        } finally {
            life.readLock().unlock();
        }
    }

    private <T> T look(T without, Use<T> use) throws IOException {
        try {
            return use(without, use);
        } catch (IOException e) {
            if (!starting) {
                throw e;
            }
            log.error("the index cannot be read, the store starts without it: {}", e.toString());
            closeOpen();
            return without;
        }
    }

    /** The store has started. */
    void started() {
        starting = false;
    }

    @Override
    public void put(List<SegmentIndex.Row> rows, Map<String, byte[]> marks) throws IOException {
        change(index -> index.put(rows, marks));
    }

    @Override
    public Map<String, byte[]> marks() throws IOException {
        return look(Map.of(), Index::marks);
    }

    @Override
    public List<Segment> find(long epoch, int stream, StreamId id, long fromStartMicros, long toStartMicros)
            throws IOException {
        return look(List.of(), index -> index.find(epoch, stream, id, fromStartMicros, toStartMicros));
    }

    @Override
    public Optional<Segment> before(long epoch, int stream, StreamId id, long startMicros) throws IOException {
        return look(Optional.empty(), index -> index.before(epoch, stream, id, startMicros));
    }

    @Override
    public Map<Long, List<SegmentSummary>> summaries(int stream, StreamId id, long fromEpoch, long toEpoch)
            throws IOException {
        return look(Map.of(), index -> index.summaries(stream, id, fromEpoch, toEpoch));
    }

    @Override
    public Optional<SummaryRow.Totals> totals(long epoch, int stream, StreamId id) throws IOException {
        return look(Optional.empty(), index -> index.totals(epoch, stream, id));
    }

    @Override
    public void summarise(long epoch, int stream, StreamId id) throws IOException {
        change(index -> index.summarise(epoch, stream, id));
    }

    @Override
    public void removeAll(List<SegmentIndex.RowKey> keys) throws IOException {
        change(index -> index.removeAll(keys));
    }

    private interface Change {
        void on(Index index) throws IOException;
    }

    private void change(Change change) throws IOException {
        boolean done = use(false, index -> {
            change.on(index);
            return true;
        });
        if (!done) {
            throw new IOException("index " + folder + " is not open");
        }
    }

    @Override
    public void removeEpoch(long epoch, Collection<Integer> streams, Set<Integer> kept) throws IOException {
        use(false, index -> {
            index.removeEpoch(epoch, streams, kept);
            return true;
        });
    }

    @Override
    public void close() {
        life.writeLock().lock();
        try {
            closed = true;
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            log.warn("the index was not closed cleanly, and is brought up to date at the next start: {}", e.toString());
        } finally {
            life.writeLock().unlock();
        }
    }
}
