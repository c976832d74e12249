// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.audit.Checkpoint;
import org.watchkeep.retention.audit.DamagedTrailException;
import org.watchkeep.retention.audit.TrailReport;
import org.watchkeep.retention.audit.TrailVerifier;
import org.watchkeep.retention.disk.RealDisk;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Needs no owner and no key: it reads the files as a stranger would, also of a copy and beside a running recorder. */
@Command(name = "verify", description = "Checks the whole audit trail, entry by entry.")
final class AuditVerifyCommand implements Callable<Integer> {
    /** A checkpoint is a few hundred bytes, with all its witnesses a few thousand. */
    private static final int MAX_CHECKPOINT_BYTES = 128 << 10;

    private final Shell shell;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description = "A checkpoint kept elsewhere: shows a trail cut short, forked or written anew.")
    @Nullable
    private Path checkpoint;

    AuditVerifyCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal {
        Path folder = AuditFolder.of(common);
        TrailReport report = new TrailVerifier(new RealDisk(), folder, outside()).run();
        if (common.json) {
            shell.printJson(document(report));
        } else {
            print(report);
        }
        return report.isGood() ? Refusal.GOOD : Refusal.FOUND;
    }

    private Optional<Checkpoint> outside() throws IOException, Refusal {
        if (checkpoint == null) {
            return Optional.empty();
        }
        if (Files.size(checkpoint) > MAX_CHECKPOINT_BYTES) {
            throw Refusal.badInput(
                    "no-checkpoint",
                    checkpoint + ": is no checkpoint, but a larger file",
                    "Name a checkpoint that was kept.");
        }
        try {
            return Optional.of(Checkpoint.parse(Files.readAllBytes(checkpoint)));
        } catch (DamagedTrailException e) {
            throw Refusal.badInput(
                    "no-checkpoint", checkpoint + ": " + e.getMessage(), "Name a checkpoint that was kept.");
        }
    }

    private ObjectNode document(TrailReport report) {
        ObjectNode document = Documents.of("audit-verify")
                .put("good", report.isGood())
                .put("origin", report.origin())
                .put("entries", report.head().size())
                .put("root", report.head().root().toBase64())
                .put("newerEntries", report.newer())
                .put("tornBytes", report.tornBytes())
                .put("checkpointGiven", checkpoint != null);
        Documents.putInstant(document, "lastEntered", report.lastEntered());
        Documents.putInstant(document, "notExcludedSince", report.notExcludedSince());
        if (report.finding().isEmpty()) {
            document.putNull("finding");
            return document;
        }
        TrailReport.Finding finding = report.finding().get();
        ObjectNode part = document.putObject("finding");
        part.put("kind", AuditFolder.word(finding.kind())).put("detail", finding.detail());
        if (finding.firstBad().isPresent()) {
            part.put("firstBad", finding.firstBad().getAsLong());
        } else {
            part.putNull("firstBad");
        }
        return document;
    }

    private void print(TrailReport report) {
        shell.say("trail      " + report.origin());
        shell.say("sound      " + report.head().size() + " entries, root "
                + report.head().root().toBase64());
        report.finding()
                .ifPresent(finding -> shell.say(AuditFolder.word(finding.kind()).toUpperCase(Locale.ROOT)
                        + (finding.firstBad().isPresent()
                                ? ", first bad entry " + finding.firstBad().getAsLong()
                                : "")
                        + ": " + finding.detail()));
        if (report.newer() > 0) {
            shell.say("newer      " + report.newer() + " entries of a later version: tree and chain hold for them too");
        }
        report.notExcludedSince()
                .ifPresent(since -> shell.say("cut short, forked or written anew: not excluded since "
                        + Documents.instant(since)
                        + (checkpoint == null ? " (no checkpoint from elsewhere was given)" : "")));
    }
}
