// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Programs of other people, and what it takes to wait for them. */
final class Program {
    private static final long LIMIT_SECONDS = 120;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private Program() {}

    /** Something that may fail on the way to an answer. */
    interface Question {
        boolean isSo() throws IOException;
    }

    static boolean isThere(String name) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** What it printed, on both its outputs. It has to end well. */
    static String run(List<String> command) throws IOException, InterruptedException {
        Path log = Files.createTempFile("program", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            boolean hasEnded = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (!hasEnded) {
                process.destroyForcibly().waitFor();
            }
            String text = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
            assertThat(hasEnded).as("%s ends: %s", command, text).isTrue();
            assertThat(process.exitValue()).as("%s: %s", command, text).isZero();
            return text;
        } finally {
            Files.deleteIfExists(log);
        }
    }

    /** A port nobody has at the moment; for programs that cannot be asked which they took. */
    static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** Asks until it is so. */
    static void await(String what, long seconds, Question question, Supplier<String> state) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!question.isSo()) {
            assertThat(System.nanoTime() - end)
                    .as("not so after %d s: %s; %s", seconds, what, state.get())
                    .isNegative();
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
