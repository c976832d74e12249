// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import org.slf4j.LoggerFactory;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.ShellWord;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.audit.DamagedTrailException;
import org.watchkeep.retention.audit.TrailException;
import org.watchkeep.retention.keys.KeyHomeException;
import org.watchkeep.retention.keys.KeystoreException;
import org.watchkeep.retention.store.StoreException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command tree, and how every command ends: an exit code, and where it failed one sentence with what to do next, as
 * JSON where JSON was asked for.
 */
final class Cli {
    private final Shell shell;

    Cli(Shell shell) {
        this.shell = shell;
    }

    @Command(
            name = "watchkeep",
            description = "Records cameras on a rolling store and discloses footage.",
            synopsisSubcommandLabel = "COMMAND",
            versionProvider = ProductVersion.class,
            footer = "Benches are apart: watchkeep bench --help.")
    static final class Root implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli fills it in
        CommandSpec spec;

        @Option(names = "--help", usageHelp = true, description = "Show this help.")
        boolean help;

        @Option(names = "--version", versionHelp = true, description = "Print the version, and the Java it runs on.")
        boolean version;

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), "no command given");
        }
    }

    CommandLine tree() {
        CommandLine root = new CommandLine(new Root());
        root.addSubcommand(new InitCommand(shell));
        root.addSubcommand(new DemoCommand(shell));
        root.addSubcommand(new ServeCommand(shell));
        root.addSubcommand(group("config", "Check a site configuration, or print one to begin from.")
                .addSubcommand(new ConfigCheckCommand(shell))
                .addSubcommand(new ConfigExampleCommand(shell)));
        root.addSubcommand(group("camera", "Call a camera and look.").addSubcommand(new CameraProbeCommand(shell)));
        root.addSubcommand(new SimulateCommand(shell));
        root.addSubcommand(group("store", "Look into the store, take footage out of it, check it.")
                .addSubcommand(new StoreListCommand(shell))
                .addSubcommand(new StoreExtractCommand(shell))
                .addSubcommand(new StoreCheckCommand(shell))
                .addSubcommand(new StoreRebuildIndexCommand(shell))
                .addSubcommand(new StoreLedgerCommand(shell)));
        root.addSubcommand(group("hold", "What must not be erased, why, and until when.")
                .addSubcommand(new HoldPlaceCommand(shell))
                .addSubcommand(new HoldListCommand(shell))
                .addSubcommand(new HoldReviewCommand(shell))
                .addSubcommand(new HoldConfirmCommand(shell))
                .addSubcommand(new HoldReleaseCommand(shell))
                .addSubcommand(group("incident", "Footage set aside together: held, and closed to ordinary viewing.")
                        .addSubcommand(new HoldIncidentOpenCommand(shell))
                        .addSubcommand(new HoldIncidentListCommand(shell))
                        .addSubcommand(new HoldIncidentCloseCommand(shell))));
        root.addSubcommand(group("retention", "For how long footage is kept, and what is due.")
                .addSubcommand(new RetentionStatusCommand(shell))
                .addSubcommand(new RetentionEffectCommand(shell))
                .addSubcommand(new RetentionLowerCommand(shell))
                .addSubcommand(new RetentionEraseStreamCommand(shell))
                .addSubcommand(new RetentionConfirmClockCommand(shell))
                .addSubcommand(new RetentionSimulateCommand(shell)));
        root.addSubcommand(group("keys", "The site's master key.")
                .addSubcommand(new KeysBackupCommand(shell))
                .addSubcommand(new KeysRestoreCommand(shell))
                .addSubcommand(new KeysRotateCommand(shell)));
        root.addSubcommand(group("volume", "Look at the volumes, or add one.")
                .addSubcommand(new VolumeListCommand(shell))
                .addSubcommand(new VolumeEnrolCommand(shell)));
        root.addSubcommand(group("audit", "Check the audit trail, prove an entry, take entries out.")
                .addSubcommand(new AuditVerifyCommand(shell))
                .addSubcommand(new AuditCheckpointCommand(shell))
                .addSubcommand(new AuditReportCommand(shell))
                .addSubcommand(new AuditExportCommand(shell))
                .addSubcommand(new AuditProofCommand(shell)));
        root.addSubcommand(
                group("profile", "What is known of cameras and recorders, and which recorder carries a site.")
                        .addSubcommand(new ProfileListCommand(shell))
                        .addSubcommand(new ProfileShowCommand(shell))
                        .addSubcommand(new ProfilePlanCommand(shell)));
        root.setParameterExceptionHandler((e, args) -> onBadArguments(e, args));
        root.setExecutionExceptionHandler((e, command, parsed) -> onFailure(e, parsed.originalArgs()));
        root.setOut(new PrintWriter(shell.out(), true, StandardCharsets.UTF_8));
        root.setErr(new PrintWriter(shell.err(), true, StandardCharsets.UTF_8));
        root.setUsageHelpAutoWidth(false);
        return root;
    }

    private static CommandLine group(String name, String description) {
        Group group = new Group();
        CommandSpec spec = CommandSpec.forAnnotatedObject(group).name(name);
        spec.usageMessage().description(description).synopsisSubcommandLabel("COMMAND");
        return new CommandLine(spec);
    }

    /** Holds commands, is none. */
    @Command
    static final class Group implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli fills it in
        CommandSpec spec;

        @Option(names = "--help", usageHelp = true, description = "Show this help.")
        boolean help;

        @Override
        public void run() {
            throw new ParameterException(
                    spec.commandLine(),
                    spec.name() + ": no command given (expected: "
                            + String.join(", ", spec.subcommands().keySet()) + ")");
        }
    }

    int run(String... args) {
        return tree().execute(args);
    }

    private int onBadArguments(ParameterException e, String[] args) {
        String message = text(e);
        if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            message = "unknown: " + String.join(" ", unmatched.getUnmatched());
        }
        String command = e.getCommandLine().getCommandSpec().qualifiedName(" ");
        return fail(
                Refusal.badInput("bad-arguments", message.strip(), "See: " + command + " --help"), Arrays.asList(args));
    }

    private int onFailure(Exception e, List<String> args) {
        if (e instanceof RuntimeException) {
            LoggerFactory.getLogger(Cli.class).error("internal error", e);
        }
        return fail(refusal(e), args);
    }

    /** What an exception means to the one who typed the command. */
    private static Refusal refusal(Exception e) {
        if (e instanceof Refusal refusal) {
            return refusal;
        }
        if (e instanceof ConfigException config) {
            return Refusal.badInput(
                    "bad-config",
                    text(config),
                    "Correct it; `watchkeep config check --config " + ShellWord.of(config.file())
                            + "` lists every fault.");
        }
        if (e instanceof StoreException store) {
            return Refusal.environment("store", text(store), store.next());
        }
        if (e instanceof KeystoreException keystore) {
            return Refusal.environment("keystore", text(keystore), keystore.next());
        }
        if (e instanceof KeyHomeException home) {
            return Refusal.environment("key-homes", text(home), home.next());
        }
        if (e instanceof DamagedTrailException damaged) {
            return new Refusal(
                    Refusal.FOUND,
                    "trail-damaged",
                    text(damaged),
                    "Keep a copy of the folder as it is, then call for help.");
        }
        if (e instanceof TrailException trail) {
            return Refusal.environment("trail", text(trail), "Nothing that needs an entry is done until it is mended.");
        }
        if (e instanceof NoSuchFileException missing) {
            return Refusal.environment("no-file", "no file " + missing.getFile(), "Check the path.");
        }
        if (e instanceof AccessDeniedException denied) {
            return Refusal.environment(
                    "access-denied", "no permission for " + denied.getFile(), "Run it as the recorder's user.");
        }
        if (e instanceof BindException taken) {
            return Refusal.environment(
                    "port-taken",
                    text(taken),
                    "Stop what listens there, or name another address and port in the configuration.");
        }
        if (e instanceof FileSystemException file) {
            return Refusal.environment("io-error", text(file), "Check the disk and the path.");
        }
        if (e instanceof IOException) {
            return Refusal.environment("io-error", text(e), "Check the disk and the path.");
        }
        return Refusal.environment("internal", "internal error: " + e, "Please report it, with the lines above.");
    }

    private static String text(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    private int fail(Refusal refusal, List<String> args) {
        if (args.contains("--json")) {
            ObjectNode document = Documents.part();
            document.putObject("error")
                    .put("code", refusal.code())
                    .put("message", text(refusal))
                    .put("next", refusal.next());
            shell.printJson(document);
        } else {
            shell.note("watchkeep: " + text(refusal) + ". " + refusal.next());
        }
        return refusal.exit();
    }
}
