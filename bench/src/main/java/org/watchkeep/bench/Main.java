// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.watchkeep.bench.audit.AuditCommand;
import org.watchkeep.bench.compare.CompareCommand;
import org.watchkeep.bench.disk.DiskCommand;
import org.watchkeep.bench.fleet.FleetCommand;
import org.watchkeep.bench.floor.FloorCommand;
import org.watchkeep.bench.ingest.IngestCommand;
import org.watchkeep.bench.ingest.RecorderCommand;
import org.watchkeep.bench.report.ResultsCommand;
import org.watchkeep.bench.store.HoldCommand;
import org.watchkeep.bench.store.StoreCommand;
import org.watchkeep.bench.store.StoreReaderCommand;
import org.watchkeep.bench.store.StoreWriterCommand;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** Entry of {@code ./watchkeep bench}: the tree of benches. */
public final class Main {
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
            throw new ParameterException(spec.commandLine(), "no bench given (expected: " + names(spec) + ")");
        }
    }

    private static String names(CommandSpec spec) {
        return spec.subcommands().entrySet().stream()
                .filter(sub -> !sub.getValue().getCommandSpec().usageMessage().hidden())
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(", "));
    }

    static CommandLine tree() {
        CommandLine root = new CommandLine(new Root());
        root.addSubcommand(new IngestCommand(System.out, System.err, System::nanoTime));
        root.addSubcommand(new CompareCommand(System.out, System.err, System::nanoTime));
        root.addSubcommand(new FleetCommand(System.out, System.err, System::nanoTime, Clock.systemUTC()));
        root.addSubcommand(new StoreCommand(System.out, System.err, System::nanoTime));
        root.addSubcommand(new HoldCommand(System.out, System.err, System::nanoTime));
        root.addSubcommand(new DiskCommand(System.out, System.err, System::nanoTime));
        root.addSubcommand(new AuditCommand(System.out, System.err, System::nanoTime, Clock.systemUTC()));
        root.addSubcommand(new StoreReaderCommand(System.out, System::nanoTime));
        root.addSubcommand(new StoreWriterCommand(System.out));
        root.addSubcommand(new ResultsCommand(System.out));
        root.addSubcommand(new RecorderCommand(System.out));
        root.addSubcommand(new FloorCommand(System.out));
        root.setCaseInsensitiveEnumValuesAllowed(true);
        root.setExecutionExceptionHandler((e, command, parsed) -> fail(e, isJson(parsed)));
        root.setParameterExceptionHandler(Main::misused);
        return root;
    }

    private static boolean isJson(ParseResult parsed) {
        ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        return last.hasMatchedOption("--json");
    }

    private static int misused(ParameterException e, String[] args) {
        String next = "See: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help";
        return fail(
                Refusal.badInput("bad-arguments", String.valueOf(e.getMessage()), next),
                Arrays.asList(args).contains("--json"));
    }

    private static int fail(Exception e, boolean isJson) {
        Refusal refusal = e instanceof Refusal known
                ? known
                : Refusal.environment("failed", String.valueOf(e.getMessage()), "Look at what was printed above.");
        if (e instanceof RuntimeException) {
            e.printStackTrace();
        }
        if (isJson) {
            ObjectNode document = new ObjectMapper().createObjectNode();
            document.putObject("error")
                    .put("code", refusal.code())
                    .put("message", refusal.getMessage())
                    .put("next", refusal.next());
            System.out.println(document);
        } else {
            System.err.println("bench: " + refusal.getMessage() + ". " + refusal.next());
        }
        return refusal.exit();
    }

    public static void main(String[] args) {
        // Standard output is the answer: logs go to standard error (control-room's logging looks for this).
        if (System.getProperty("watchkeep.log") == null) {
            System.setProperty("watchkeep.log", "WARN");
        }
        System.exit(tree().execute(args));
    }
}
