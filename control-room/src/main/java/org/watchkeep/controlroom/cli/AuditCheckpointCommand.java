// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.audit.Checkpoint;
import org.watchkeep.retention.audit.VerifierKey;
import org.watchkeep.retention.audit.Witnesses;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Needs no owner: it reads the files, also of a copy and beside a running recorder. */
@Command(name = "checkpoint", description = "Prints the trail's newest checkpoint as a line for the shift log.")
final class AuditCheckpointCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(
            names = "--witness",
            paramLabel = "KEY",
            description = "Key of a witness that must have signed. Default: those of the configuration.")
    private List<String> witnesses = new ArrayList<>();

    AuditCheckpointCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        Path folder = AuditFolder.of(common);
        Path newest = folder.resolve("checkpoint");
        if (!Files.exists(newest)) {
            throw Refusal.environment(
                    "no-checkpoint", "no checkpoint in " + folder + " yet", "Start serve, which signs one.");
        }
        Checkpoint checkpoint = Checkpoint.parse(Files.readAllBytes(newest));
        Path kept = folder.resolve(Witnesses.FILE);
        Optional<Checkpoint> witnessed =
                Files.exists(kept) ? Optional.of(Checkpoint.parse(Files.readAllBytes(kept))) : Optional.empty();
        Map<VerifierKey, Optional<Instant>> signed = new LinkedHashMap<>();
        for (VerifierKey key : keys()) {
            signed.put(key, witnessed.flatMap(seen -> Witnesses.signedAt(seen, key)));
        }
        LocalDate today = LocalDate.ofInstant(shell.clock().instant(), ZoneOffset.UTC);
        print(checkpoint, checkpoint.paperLine(today), witnessed, signed);
        return signed.values().stream().allMatch(Optional::isPresent) ? Refusal.GOOD : Refusal.FOUND;
    }

    /** A copy of a trail has no configuration beside it, and then no witnesses but those that are named. */
    private List<VerifierKey> keys() throws Refusal, IOException, ConfigException {
        if (witnesses.isEmpty()) {
            return Files.exists(common.configFile())
                    ? OwnerCall.site(common).witnesses().stream()
                            .map(SiteConfig.Witness::key)
                            .toList()
                    : List.of();
        }
        List<VerifierKey> keys = new ArrayList<>();
        for (String text : witnesses) {
            try {
                keys.add(VerifierKey.parse(text));
            } catch (IllegalArgumentException e) {
                throw Refusal.badInput(
                        "bad-key", "--witness: " + e.getMessage(), "Give the key as the witness publishes it.");
            }
        }
        return keys;
    }

    private void print(
            Checkpoint checkpoint,
            String line,
            Optional<Checkpoint> witnessed,
            Map<VerifierKey, Optional<Instant>> signed) {
        if (!common.json) {
            shell.say(line);
            signed.forEach((key, at) ->
                    shell.say(at.map(time -> "witnessed " + Documents.instant(time) + " by " + key.name() + ", "
                                    + witnessed.map(Checkpoint::size).orElse(0L) + " entries")
                            .orElse("NOT WITNESSED by " + key.name())));
            return;
        }
        ObjectNode document = Documents.of("audit-checkpoint")
                .put("origin", checkpoint.origin())
                .put("size", checkpoint.size())
                .put("root", checkpoint.root().toBase64())
                .put("line", line)
                .put("witnessedSize", witnessed.map(Checkpoint::size).orElse(null));
        ArrayNode list = document.putArray("witnesses");
        signed.forEach((key, at) -> Documents.putInstant(list.addObject().put("name", key.name()), "at", at));
        shell.printJson(document);
    }
}
