// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.watchkeep.controlroom.control.Refusal;

/**
 * A folder of a bench's own on the disk that was asked for; gone when closed, also after Ctrl-C, when first every process
 * that the bench has started is killed, each by its own handle.
 */
public final class ScratchFolder implements Closeable {
    /** A disk with less than this left is full for whoever else uses it. */
    private static final long LEFT_FREE_BYTES = 1L << 30;

    private static final double LEFT_FREE_SHARE = 0.02;

    /** A killed process is gone at once, but for what the disk has still to take from it. */
    private static final int END_SECONDS = 5;

    private final Path path;
    private final Thread atExit = new Thread(this::deleteQuietly, "scratch");

    private ScratchFolder(Path path) {
        this.path = path;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Makes one in this folder, which must be there. */
    public static ScratchFolder in(Path parent) throws IOException, Refusal {
        if (!Files.isDirectory(parent)) {
            throw Refusal.badInput(
                    "no-folder", parent + " is no folder", "Name a folder on the disk that is to be measured.");
        }
        if (!Files.isWritable(parent)) {
            throw Refusal.environment(
                    "not-writable", parent + " cannot be written to", "Name a folder of your own on that disk.");
        }
        return new ScratchFolder(Files.createTempDirectory(parent, "watchkeep-bench-"));
    }

    public Path path() {
        return path;
    }

    /** Refuses to write so much where the disk would be full afterwards. */
    public void requireRoom(long bytes) throws IOException, Refusal {
        FileStore disk = Files.getFileStore(path);
        long left = Math.max(LEFT_FREE_BYTES, (long) (disk.getTotalSpace() * LEFT_FREE_SHARE));
        if (disk.getUsableSpace() - left < bytes) {
            throw Refusal.environment(
                    "no-space",
                    String.format(
                            java.util.Locale.ROOT,
                            "this bench writes %.1f GB to the disk of %s, which has %.1f GB free and keeps %.1f of"
                                    + " them",
                            bytes / 1e9,
                            path.getParent(),
                            disk.getUsableSpace() / 1e9,
                            left / 1e9),
                    "Name another --path, or ask for less.");
        }
    }

    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            return; // the hook does it
        }
        delete();
    }

    private void deleteQuietly() {
        endStarted();
        try {
            delete();
        } catch (IOException e) {
            System.err.println("bench: " + path + " could not be removed: " + e);
        }
    }

    /** They may still be writing into the folder. */
    private static void endStarted() {
        List<ProcessHandle> started = ProcessHandle.current().descendants().toList();
        started.forEach(ProcessHandle::destroyForcibly);
        try {
            CompletableFuture.allOf(started.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
                    .get(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            System.err.println("bench: not every process that was started has ended: " + e);
        }
    }

    private void delete() throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(path)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path one : deepestFirst) {
            Files.deleteIfExists(one);
        }
    }
}
