// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** A shell whose output a test reads. Any thread. */
final class TestShell {
    private static final long LOOK_NANOS = 20_000_000;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    final StopSignal stop = new StopSignal();
    final Shell shell = new Shell(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Clock.systemUTC(),
            System::nanoTime,
            stop,
            Optional.empty());

    static Shell silent() {
        return new TestShell().shell;
    }

    int run(String... args) {
        return new Cli(shell).run(args);
    }

    /** For those who look until something has come to be: another test runs beside, and looking costs its core. */
    static void lookAgainSoon() {
        LockSupport.parkNanos(LOOK_NANOS);
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
