// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A folder for one bench, gone when the bench is, however it ends: also at Ctrl-C, when first every process that the bench
 * has started is killed, each by its own handle. Only {@code kill -9} of the bench itself leaves it behind. Confined to
 * the command's thread but for the shutdown hook.
 */
public final class Scratch implements AutoCloseable {
    private static final int LAST_BREATH_SECONDS = 5;

    private final Path folder;
    private final Thread hook;

    private Scratch(Path folder) {
        this.folder = folder;
        this.hook = new Thread(this::onShutdown, "bench-scratch");
    }

    /** A new folder in {@code parent}, which is made where it is not there; in the system's temporary one without it. */
    public static Scratch in(Optional<Path> parent) throws IOException {
        String prefix = "watchkeep-bench-";
        Path made = parent.isPresent()
                ? Files.createTempDirectory(Files.createDirectories(parent.get()), prefix)
                : Files.createTempDirectory(prefix);
        Scratch scratch = new Scratch(made);
        Runtime.getRuntime().addShutdownHook(scratch.hook);
        return scratch;
    }

    public Path folder() {
        return folder;
    }

    private void onShutdown() {
        List<ProcessHandle> started = ProcessHandle.current().descendants().toList();
        started.forEach(ProcessHandle::destroyForcibly);
        try {
            CompletableFuture.allOf(started.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
                    .get(LAST_BREATH_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            System.err.println("bench: not every process that was started has ended: " + e);
        }
        try {
            delete(folder);
        } catch (IOException e) {
            System.err.println("bench: " + folder + " could not be removed: " + e.getMessage());
        }
    }

    /** A folder and all in it; nothing where it is not there. */
    public static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(one);
            }
        } catch (NoSuchFileException e) {
            // Somebody else has removed part of it meanwhile: that is what was wanted.
            if (Files.exists(folder)) {
                throw e;
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // the machine is going down already, and the hook does it
        }
        delete(folder);
    }
}
