// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;

/**
 * The append-only journal of what reels do not tell: streams, runs, gaps, clock steps, reels opened and cleared, key
 * epochs. One file a UTC month ({@code 2026-11.ledger}), lines as drawn in {@link LedgerLine}.
 *
 * <p>Any thread appends and none waits for the disk but in {@link #appendDurably}, {@link #open} and {@link #close}; one
 * thread of the ledger's own writes and syncs. Entries become durable in the order in which they were appended. When a
 * commit fails its entries stay first in the queue and go into the next try, also those whose {@link #appendDurably} has
 * thrown: such an entry may or may not be found at the next start.
 *
 * <p>The order of a commit: write behind the last synced byte, sync; for a new month's file also sync the folder. Only
 * then is anything acknowledged. A power cut in between leaves a torn tail, which {@link LedgerReplay} cuts.
 */
final class Ledger implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);

    /** How long an entry waits for others; with the sync itself below the 250 ms that a commit may take. */
    private static final long COMMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** About 40 MB. A ledger this far behind stands on a disk that has failed for many minutes. */
    static final int MAX_PENDING = 100_000;

    /** File names have four digits for the year. */
    private static final YearMonth FIRST_MONTH = YearMonth.of(1970, 1);

    private static final YearMonth LAST_MONTH = YearMonth.of(9999, 12);

    /** Who is told how it goes, on the ledger's thread: must not wait for the ledger. */
    @FunctionalInterface
    interface Watcher {
        /** A commit failed; its entries wait for the next. */
        void failed(IOException cause);

        /** All that waited is durable. */
        default void committed() {}

        /** So many entries found the queue full and are gone. */
        default void lost(long entries) {
            failed(new IOException(entries + " ledger entries lost, the queue of " + MAX_PENDING + " was full"));
        }
    }

    /** An entry on its way to the disk; whoever waits for it is told once. */
    private record Pending(
            LedgerEntry entry, long utcMicros, @Nullable CompletableFuture<Void> durable) {
        void failed(Throwable cause) {
            if (durable != null) {
                durable.completeExceptionally(cause);
            }
        }
    }

    private final Disk disk;
    private final Path folder;
    private final Watcher watcher;
    private final Thread thread = new Thread(this::run, "ledger");

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wake = lock.newCondition();
    /** Guarded by the lock, as what follows: entries made durable, and failed tries at that, since the opening. */
    private long committed;

    private long failures;
    // Guarded by lock.
    private final Deque<Pending> pending = new ArrayDeque<>();
    private boolean urgent;
    private boolean closing;
    private long refused;
    private @Nullable Throwable ended;

    // Confined to the ledger's thread, before its start to the opening one.
    private @Nullable DiskFile file;
    private Optional<LedgerReplay.End> end;

    private Ledger(Disk disk, Path folder, Optional<LedgerReplay.End> end, Watcher watcher) {
        this.disk = disk;
        this.folder = folder;
        this.end = end;
        this.watcher = watcher;
    }

    /**
     * Replays what is there, oldest first, and goes on behind it. The folder is made when absent.
     *
     * @param watcher told of every commit and of entries lost in a full queue
     * @throws LedgerException where the ledger is damaged or a newer version's
     */
    static Ledger open(Disk disk, Path folder, Consumer<LedgerEntry> replay, Watcher watcher) throws IOException {
        if (!disk.exists(folder)) {
            disk.createFolders(folder);
        }
        Path parent = folder.toAbsolutePath().getParent();
        if (parent != null) {
            disk.syncFolder(parent);
        }
        Optional<LedgerReplay.End> end = new LedgerReplay(disk, folder, replay).run();
        Ledger ledger = new Ledger(disk, folder, end, watcher);
        ledger.thread.setDaemon(true);
        ledger.thread.start();
        return ledger;
    }

    /**
     * Durable after the next commit. Never waits for the disk.
     *
     * @param utcMicros the recorder's clock: chooses the month's file, though never one before the newest
     * @throws IllegalStateException after {@link #close}
     */
    void append(LedgerEntry entry, long utcMicros) {
        enqueue(new Pending(entry, utcMicros, null));
    }

    /** Returns when the entry, and with it every one appended before, is durable. */
    void appendDurably(LedgerEntry entry, long utcMicros) throws IOException {
        CompletableFuture<Void> durable = new CompletableFuture<>();
        enqueue(new Pending(entry, utcMicros, durable));
        try {
            durable.join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            throw new IOException("the ledger cannot be written: " + (cause == null ? e : cause).getMessage(), cause);
        }
    }

    /** Returns when every entry appended before the call is durable; throws when one cannot be made so now. */
    void awaitDurable() throws IOException {
        lock.lock();
        try {
            long upTo = committed + pending.size();
            long failedBefore = failures;
            urgent |= !pending.isEmpty();
            wake.signalAll();
            while (committed < upTo) {
                if (ended != null || failures != failedBefore) {
                    throw new IOException("ledger entries wait for the disk: " + folder, ended);
                }
                wake.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Hands on every entry that is durable, oldest first, as the files have it; what is appended meanwhile may be among them.
     * Any thread.
     */
    void read(Consumer<LedgerLine.Written> visitor) throws IOException {
        LedgerReplay.look(disk, folder, visitor);
    }

    /** Stands for all that was appended before the call: see {@link #isDurable}. */
    long mark() {
        lock.lock();
        try {
            return committed + pending.size();
        } finally {
            lock.unlock();
        }
    }

    /** Whether all that was appended before the mark is durable. Does not wait. */
    boolean isDurable(long mark) {
        lock.lock();
        try {
            return committed >= mark;
        } finally {
            lock.unlock();
        }
    }

    private void enqueue(Pending item) {
        lock.lock();
        try {
            if (closing || ended != null) {
                throw new IllegalStateException("ledger is closed: " + folder, ended);
            }
            if (pending.size() >= MAX_PENDING) {
                refused++;
                item.failed(new IOException("ledger queue: " + MAX_PENDING + " entries wait for the disk"));
                return;
            }
            pending.add(item);
            urgent |= item.durable() != null;
            wake.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Commits what waits, and ends. Throws when that last commit fails; its entries are then lost. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            closing = true;
            wake.signalAll();
        } finally {
            lock.unlock();
        }
        awaitEnd();
        lock.lock();
        try {
            Throwable cause = ended;
            ended = cause == null ? new IllegalStateException("closed") : cause;
            if (!pending.isEmpty()) {
                int lost = pending.size();
                pending.clear();
                throw new IOException(lost + " ledger entries could not be written to " + folder, cause);
            }
        } finally {
            lock.unlock();
        }
    }

    private void awaitEnd() throws IOException {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the ledger was closing: " + folder, e);
        }
    }

    private void run() {
        try {
            while (awaitWork()) {
                commitPending();
            }
            finish();
        } catch (RuntimeException | Error e) {
            // Nothing more will be written: whoever waits, or comes later, must hear of it.
            end(e);
            watcher.failed(new IOException("ledger thread ended, nothing more is written to " + folder, e));
        }
    }

    /** False when closing and there is nothing left, or the last try has failed. */
    private boolean awaitWork() {
        lock.lock();
        try {
            while (pending.isEmpty() && !closing) {
                wake.awaitUninterruptibly();
            }
            if (closing) {
                return !pending.isEmpty() && ended == null;
            }
            awaitCompany();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Holding the lock: lets others join the commit, unless somebody waits for it. */
    private void awaitCompany() {
        try {
            long left = COMMIT_NANOS;
            while (left > 0 && !urgent && !closing) {
                left = wake.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            // Nobody else knows the thread, so an interrupt means nothing here: the commit only comes early.
            LOG.debug("ledger thread interrupted", e);
        }
    }

    private void commitPending() {
        List<Pending> batch = takeBatch();
        int done = 0;
        try {
            while (done < batch.size()) {
                int until = endOfMonth(batch, done);
                commit(batch.subList(done, until));
                acknowledge(batch.subList(done, until));
                done = until;
            }
            watcher.committed();
        } catch (IOException e) {
            watcher.failed(e);
            batch.subList(done, batch.size()).forEach(item -> item.failed(e));
            noteFailure(e);
        }
    }

    private List<Pending> takeBatch() {
        List<Pending> batch;
        long lost;
        lock.lock();
        try {
            urgent = false;
            batch = new ArrayList<>(pending);
            lost = refused;
            refused = 0;
        } finally {
            lock.unlock();
        }
        if (lost > 0) {
            watcher.lost(lost);
        }
        return batch;
    }

    private int endOfMonth(List<Pending> batch, int from) {
        String month = monthOf(batch.get(from));
        int until = from + 1;
        while (until < batch.size() && monthOf(batch.get(until)).compareTo(month) <= 0) {
            until++;
        }
        return until;
    }

    /** The month an entry goes into: that of its time, but never one before the newest. */
    private String monthOf(Pending item) {
        Instant at = Instant.ofEpochSecond(
                Math.floorDiv(item.utcMicros(), 1_000_000L), Math.floorMod(item.utcMicros(), 1_000_000L) * 1_000L);
        YearMonth month = YearMonth.from(at.atOffset(ZoneOffset.UTC));
        YearMonth bounded = month.isBefore(FIRST_MONTH) ? FIRST_MONTH : month.isAfter(LAST_MONTH) ? LAST_MONTH : month;
        String name = bounded.toString();
        return end.filter(e -> e.month().compareTo(name) > 0)
                .map(LedgerReplay.End::month)
                .orElse(name);
    }

    /** Writes entries of one month and makes them durable; on failure nothing has moved. */
    private void commit(List<Pending> items) throws IOException {
        String month = monthOf(items.get(0));
        boolean isNewFile = end.isEmpty() || !end.get().month().equals(month);
        long from = isNewFile ? 0 : end.get().bytes();
        byte[] bytes = encode(items, month, isNewFile, from);
        try {
            write(bytes, month, isNewFile, from);
        } catch (FileSystemException e) {
            throw e; // names its file
        } catch (IOException e) {
            throw new IOException(LedgerReplay.path(folder, month) + ": " + e.getMessage(), e);
        }
        end = Optional.of(new LedgerReplay.End(month, from + bytes.length));
    }

    private void write(byte[] bytes, String month, boolean isNewFile, long from) throws IOException {
        if (isNewFile) {
            closeFile();
        }
        DiskFile target = file;
        if (target == null) {
            target = disk.open(LedgerReplay.path(folder, month), Disk.Mode.WRITE);
            file = target;
        }
        target.write(ByteBuffer.wrap(bytes), from);
        target.sync();
        if (isNewFile) {
            disk.syncFolder(folder);
        }
    }

    private byte[] encode(List<Pending> items, String month, boolean isNewFile, long from) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(items.size() * 256);
        if (isNewFile) {
            bytes.writeBytes(LedgerLine.encode(new LedgerLine.Header(
                    LedgerLine.FORMAT_VERSION,
                    month,
                    end.map(LedgerReplay.End::month),
                    end.map(LedgerReplay.End::bytes).orElse(0L))));
        }
        OptionalLong commit = isNewFile ? OptionalLong.empty() : OptionalLong.of(from);
        for (Pending item : items) {
            bytes.writeBytes(LedgerLine.encode(new LedgerLine.Written(item.entry(), item.utcMicros(), commit)));
            commit = OptionalLong.empty();
        }
        return bytes.toByteArray();
    }

    private void acknowledge(List<Pending> items) {
        lock.lock();
        try {
            items.forEach(item -> pending.remove());
            committed += items.size();
            wake.signalAll();
        } finally {
            lock.unlock();
        }
        for (Pending item : items) {
            if (item.durable() != null) {
                item.durable().complete(null);
            }
        }
    }

    private void noteFailure(IOException e) {
        lock.lock();
        try {
            failures++;
            wake.signalAll();
            if (closing) {
                ended = e;
            }
        } finally {
            lock.unlock();
        }
    }

    private void closeFile() throws IOException {
        DiskFile open = file;
        file = null;
        if (open != null) {
            open.close();
        }
    }

    private void finish() {
        try {
            closeFile();
        } catch (IOException e) {
            watcher.failed(e);
        }
    }

    private void end(Throwable cause) {
        List<Pending> waiting;
        lock.lock();
        try {
            ended = cause;
            wake.signalAll();
            waiting = List.copyOf(pending);
        } finally {
            lock.unlock();
        }
        waiting.forEach(item -> item.failed(cause));
    }
}
