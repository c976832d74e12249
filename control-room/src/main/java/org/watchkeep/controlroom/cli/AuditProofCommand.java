// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.audit.TlogProof;
import org.watchkeep.retention.audit.TrailArchive;
import org.watchkeep.retention.disk.OwnerOnly;
import org.watchkeep.retention.disk.RealDisk;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "proof", description = "Proves one entry of the audit trail, in a file that stands alone.")
final class AuditProofCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "ENTRY", description = "The entry's index.")
    private long entry;

    @Option(
            names = "--out",
            paramLabel = "NAME",
            description = "Writes NAME.tlog-proof and NAME.entry; otherwise the proof is printed.")
    @Nullable
    private Path out;

    AuditProofCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal {
        TrailArchive trail = TrailArchive.open(new RealDisk(), AuditFolder.of(common));
        if (entry < 0 || entry >= trail.size()) {
            throw Refusal.badInput(
                    "no-entry",
                    "no entry " + entry + " (expected: 0 to " + (trail.size() - 1) + ")",
                    "See: watchkeep audit verify, which counts them.");
        }
        TlogProof proof = trail.prove(entry);
        byte[][] bytes = {{}};
        trail.read(entry, entry + 1, (index, found) -> bytes[0] = found);
        if (out != null) {
            write(out + ".tlog-proof", proof.toBytes());
            write(out + ".entry", bytes[0]);
        }
        if (common.json) {
            shell.printJson(Documents.of("audit-proof")
                    .put("entry", entry)
                    .put("size", proof.checkpoint().size())
                    .put("key", trail.key().toString())
                    .put("canonical", new String(bytes[0], StandardCharsets.US_ASCII))
                    .put("proof", proof.toString()));
        } else if (out == null) {
            shell.say(proof.toString().stripTrailing());
        } else {
            shell.say(out + ".tlog-proof  " + out + ".entry");
        }
        return Refusal.GOOD;
    }

    /** Never over a file that is there. */
    static void write(String name, byte[] bytes) throws IOException, Refusal {
        Path path = Path.of(name);
        if (Files.exists(path)) {
            throw Refusal.badInput("file-exists", path + " is there already", "Name another place.");
        }
        Files.createFile(path, OwnerOnly.file(path));
        Files.write(path, bytes, StandardOpenOption.WRITE);
    }
}
