// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench;

import org.watchkeep.bench.disk.DiskCommand;
import org.watchkeep.bench.fleet.FleetCommand;
import org.watchkeep.bench.floor.FloorCommand;
import org.watchkeep.bench.ingest.IngestCommand;
import org.watchkeep.bench.ingest.RecorderCommand;
import org.watchkeep.bench.store.StoreCommand;
import org.watchkeep.bench.store.StoreReaderCommand;
import org.watchkeep.bench.store.StoreWriterCommand;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Entry of {@code ./watchkeep bench}: the tree of benches. */
public final class Main {
    /** What was asked cannot be done: the code for bad input. */
    private static final int BAD_INPUT = 2;

    /** What it takes is not here: the code for the environment. */
    private static final int ENVIRONMENT = 3;

    private Main() {}

    /** The tree's root. */
    @Command(
            name = "watchkeep bench",
            description = "Measures what a recorder can carry.",
            synopsisSubcommandLabel = "COMMAND")
    static final class Root implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli fills it in
        CommandSpec spec;

        @Option(names = "--help", usageHelp = true, description = "Show this help.")
        boolean help;

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), "no bench given (expected: ingest, store, disk or fleet)");
        }
    }

    static CommandLine tree() {
        CommandLine root = new CommandLine(new Root());
        root.addSubcommand(new IngestCommand(System.out, System.err, System::nanoTime));
        root.addSubcommand(new FleetCommand(System.out, System.err, System::nanoTime));
        root.addSubcommand(new StoreCommand(System.out, System.err, System::nanoTime));
        root.addSubcommand(new DiskCommand(System.out, System.err, System::nanoTime));
        root.addSubcommand(new StoreReaderCommand(System.out, System::nanoTime));
        root.addSubcommand(new StoreWriterCommand(System.out));
        root.addSubcommand(new RecorderCommand(System.out));
        root.addSubcommand(new FloorCommand(System.out));
        root.setExecutionExceptionHandler((e, command, parsed) -> fail(e));
        return root;
    }

    private static int fail(Exception e) {
        if (e instanceof Refusal refusal) {
            System.err.println("bench: " + refusal.getMessage() + ". " + refusal.next());
            return refusal.exit();
        }
        if (e instanceof RuntimeException) {
            e.printStackTrace();
            return BAD_INPUT;
        }
        System.err.println("bench: " + e.getMessage());
        return ENVIRONMENT;
    }

    public static void main(String[] args) {
        // Standard output is the answer: logs go to standard error (control-room's logging looks for this).
        if (System.getProperty("watchkeep.log") == null) {
            System.setProperty("watchkeep.log", "WARN");
        }
        System.exit(tree().execute(args));
    }
}
