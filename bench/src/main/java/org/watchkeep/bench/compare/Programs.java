// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.compare;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Programs of others: where they are, and their processes. Confined to one thread. */
final class Programs implements AutoCloseable {
    private static final int END_SECONDS = 20;

    /** The end of a log says why a program ended. */
    private static final int TAIL_LINES = 3;

    private final List<Process> started = new ArrayList<>();
    private final List<Path> logs = new ArrayList<>();

    /** @param path as the environment has it, folders with {@code :} between them */
    static Optional<Path> onPath(String program, Optional<String> path) {
        for (String folder : path.orElse("").split(File.pathSeparator, -1)) {
            Path file = Path.of(folder.isEmpty() ? "." : folder).resolve(program);
            if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                return Optional.of(file.toAbsolutePath());
            }
        }
        return Optional.empty();
    }

    static Optional<String> pathOfThisProcess() {
        return Optional.ofNullable(System.getenv("PATH"));
    }

    /** It reads nothing; what it says goes to the log. */
    void start(List<String> command, Path folder, Path log) throws IOException {
        started.add(new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start());
        logs.add(log);
    }

    /** @throws IOException when one has ended already: with the end of what it said */
    List<ProcessHandle> running() throws IOException {
        for (int i = 0; i < started.size(); i++) {
            if (!started.get(i).isAlive()) {
                List<String> lines = Files.readAllLines(logs.get(i), StandardCharsets.UTF_8);
                throw new IOException(logs.get(i).getFileName() + " ended by itself with exit code "
                        + started.get(i).exitValue() + ": "
                        + String.join(" / ", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size())));
            }
        }
        return started.stream().map(Process::toHandle).toList();
    }

    void kill() throws IOException {
        started.forEach(Process::destroyForcibly);
        for (Process process : started) {
            try {
                if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                    throw new IOException("process " + process.pid() + " does not end");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while programs were ending", e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        kill();
    }

    /** The files a program has written for each camera, in the order of their names. */
    static Map<Integer, List<Path>> filesOf(Map<Integer, Path> folderOfCamera) {
        Map<Integer, List<Path>> files = new java.util.TreeMap<>();
        folderOfCamera.forEach((camera, folder) -> {
            try (java.util.stream.Stream<Path> all =
                    Files.exists(folder) ? Files.list(folder) : java.util.stream.Stream.empty()) {
                files.put(camera, all.filter(Files::isRegularFile).sorted().toList());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return files;
    }
}
