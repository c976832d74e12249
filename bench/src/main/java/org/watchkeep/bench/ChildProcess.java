// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A part of a bench in a process of its own, so that the operating system tells its cost apart: spoken to by lines on
 * its standard input, answering each with a line of JSON. Its standard error is the bench's. Confined to one thread.
 */
public final class ChildProcess implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int STOP_SECONDS = 30;

    private final String name;
    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter questions;

    private ChildProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.questions = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** This program again with the flags of this virtual machine, as {@code bench ARGUMENTS}. */
    public static ChildProcess ofBench(List<String> jvmFlags, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        for (String flag :
                java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-Xm") && !flag.startsWith("-XX:MaxDirectMemorySize")) {
                command.add(flag);
            }
        }
        command.addAll(jvmFlags);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add("org.watchkeep.bench.Main");
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new ChildProcess(arguments.get(0), process);
    }

    public long pid() {
        return process.pid();
    }

    /** Asks and waits for the answer. */
    public JsonNode ask(String question, Duration patience) throws IOException {
        questions.write(question);
        questions.newLine();
        questions.flush();
        return read(patience);
    }

    /** The next line it prints. */
    public JsonNode read(Duration patience) throws IOException {
        CompletableFuture<String> line = CompletableFuture.supplyAsync(() -> {
            try {
                return answers.readLine();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try {
            String text = line.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (text == null) {
                throw new IOException("the " + name + " process ended"
                        + (process.isAlive() ? "" : " with exit code " + process.exitValue()));
            }
            return JSON.readTree(text);
        } catch (TimeoutException e) {
            throw new IOException("the " + name + " process did not answer within " + patience.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new IOException("the " + name + " process cannot be read: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the " + name + " process", e);
        }
    }

    /** Processor time it has used, in seconds, as the operating system counts it. */
    public double cpuSeconds() throws IOException {
        return process.toHandle()
                        .info()
                        .totalCpuDuration()
                        .orElseThrow(() -> new IOException("this system does not tell the processor time of a process"))
                        .toNanos()
                / 1e9;
    }

    /** A line of {@code /proc/PID/status} in bytes: {@code VmRSS}, {@code VmHWM}. */
    public long memoryBytes(String field) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
            if (line.startsWith(field + ":")) {
                String[] parts = line.substring(field.length() + 1).strip().split(" +", -1);
                return Long.parseLong(parts[0]) * 1_024;
            }
        }
        throw new IOException("no " + field + " of the " + name + " process");
    }

    /** Ends it at once, as the kernel ends a process: nothing of it is flushed or closed. */
    public void kill() throws IOException {
        process.destroyForcibly();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the " + name + " process does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the " + name + " process was ending", e);
        }
    }

    /** Lets it end by itself when its input ends; one that does not is killed. */
    @Override
    public void close() throws IOException {
        try {
            questions.close();
        } catch (IOException e) {
            // It has ended already: its pipe is broken.
            process.destroy();
        }
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
