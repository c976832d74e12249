// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.Installation;
import org.watchkeep.controlroom.TrailActs;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.audit.Hash;
import org.watchkeep.retention.audit.TrailArchive;
import org.watchkeep.retention.audit.TrailExport;
import org.watchkeep.retention.audit.TrailFilter;
import org.watchkeep.retention.disk.RealDisk;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "export", description = "Takes entries out as evidence, with the proof that the range is whole.")
final class AuditExportCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Option(names = "--from", paramLabel = "T", required = true, description = "Entries made from then on.")
    private String from = "";

    @Option(names = "--to", paramLabel = "T", required = true, description = "Entries made before then.")
    private String to = "";

    @Option(
            names = "--filter",
            paramLabel = "F",
            description = "act=PREFIX, actor=A, camera=C, case=REF or hold=H. Default: all.")
    @Nullable
    private String filter;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "A new folder for the files.")
    @SuppressWarnings("NullAway.Init") // picocli fills it in
    private Path out;

    AuditExportCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        Instant now = common.now(shell);
        Instant first = TimeText.parse("--from", from, now);
        Instant end = TimeText.parse("--to", to, now);
        TrailFilter wanted = filter();
        if (Files.exists(out)) {
            throw Refusal.badInput("folder-exists", out + " is there already", "Name a new folder with --out.");
        }
        TrailArchive trail = TrailArchive.open(new RealDisk(), AuditFolder.of(common));
        Optional<long[]> range = TrailExport.range(trail, first, end);
        if (range.isEmpty()) {
            throw Refusal.badInput(
                    "no-entries", "no entry was made in this time", "Widen --from and --to; they are half-open.");
        }
        TrailExport export = TrailExport.of(trail, range.get()[0], range.get()[1], wanted);
        enter(export, wanted);
        Path folder = write(export, trail);
        if (common.json) {
            shell.printJson(Documents.of("audit-export")
                    .put("from", export.from())
                    .put("to", export.to())
                    .put("filter", wanted.toString())
                    .put("given", export.given())
                    .put("left", export.to() - export.from() - export.given())
                    .put("size", export.proof().checkpoint().size())
                    .put("folder", folder.toString())
                    .put("statement", export.statement()));
        } else {
            shell.say(export.statement());
            shell.say(folder.toString());
        }
        return Refusal.GOOD;
    }

    private TrailFilter filter() throws Refusal {
        try {
            return filter == null ? TrailFilter.ALL : TrailFilter.parse(filter);
        } catch (IllegalArgumentException e) {
            throw Refusal.badInput("bad-filter", String.valueOf(e.getMessage()), "See: watchkeep audit export --help");
        }
    }

    /** Entry first; of a mere copy of a trail nobody is the owner, and nothing can be entered in it. */
    private void enter(TrailExport export, TrailFilter wanted) throws IOException, Refusal, ConfigException {
        if (Installation.find(common.dataFolder()).isEmpty()) {
            return;
        }
        TrailActs.Export entered = new TrailActs.Export(
                export.from(),
                export.to(),
                export.given(),
                Hash.ofAll(export.entries().lines()),
                wanted.equals(TrailFilter.ALL) ? "" : wanted.toString());
        var unused = new OwnerCall(shell, common).run(entered.toRequest(), new Notes(shell));
    }

    private Path write(TrailExport export, TrailArchive trail) throws IOException, Refusal {
        Files.createDirectories(out);
        AuditProofCommand.write(out + "/entries.jsonl", export.entries().lines());
        AuditProofCommand.write(out + "/entries.csv", export.entries().csv());
        AuditProofCommand.write(out + "/entries.pdf", export.entries().pdf());
        AuditProofCommand.write(out + "/range.proof", export.proof().toBytes());
        AuditProofCommand.write(out + "/vkey", (trail.key() + "\n").getBytes(StandardCharsets.US_ASCII));
        AuditProofCommand.write(out + "/statement.txt", (export.statement() + "\n").getBytes(StandardCharsets.UTF_8));
        return out;
    }
}
