// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Entry of {@code ./watchkeep}. The only place that reads the system's clock and ends the process. */
public final class Main {
    /** How long a command may take to end cleanly after a signal: a flush, a sync, and cameras that do not answer. */
    private static final int STOP_SECONDS = 30;

    private static final int STILL_RUNNING = -1;

    private Main() {}

    public static void main(String[] args) {
        if (System.getProperty(LogToStandardError.LEVEL_PROPERTY) == null) {
            System.setProperty(LogToStandardError.LEVEL_PROPERTY, "WARN");
        }
        StopSignal stop = new StopSignal();
        Shell shell = new Shell(
                utf8(FileDescriptor.out),
                utf8(FileDescriptor.err),
                Clock.systemUTC(),
                System::nanoTime,
                stop,
                screen());
        AtomicInteger exit = new AtomicInteger(STILL_RUNNING);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> endCleanly(stop, exit, ended), "stop"));
        try {
            exit.set(new Cli(shell).run(args));
        } finally {
            ended.countDown();
        }
        System.exit(exit.get());
    }

    /**
     * Runs on SIGTERM and SIGINT while the command still works, and at its own exit when it has ended. In the first case
     * the command ends by itself and its exit code counts, not the signal's: a clean stop is no failure.
     */
    private static void endCleanly(StopSignal stop, AtomicInteger exit, CountDownLatch ended) {
        if (ended.getCount() == 0) {
            return;
        }
        stop.request();
        try {
            if (ended.await(STOP_SECONDS, TimeUnit.SECONDS) && exit.get() != STILL_RUNNING) {
                Runtime.getRuntime().halt(exit.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
    }

    /** The launcher knows whether standard output is a terminal and says so with its size: {@code 24 80}. */
    private static Optional<Shell.Screen> screen() {
        String[] size = System.getProperty("watchkeep.terminal", "").split(" ", -1);
        if (size.length != 2) {
            return Optional.empty();
        }
        try {
            int rows = Integer.parseInt(size[0]);
            int columns = Integer.parseInt(size[1]);
            return rows > 0 && columns > 0 ? Optional.of(new Shell.Screen(rows, columns)) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
