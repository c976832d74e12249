// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.controlroom.control.StoreActs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "check", description = "Checks the store against itself; exit 1 when something is wrong.")
final class StoreCheckCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Option(names = "--deep", description = "Read, decrypt and digest every fragment.")
    private boolean deep;

    @Option(
            names = "--against",
            paramLabel = "FILE",
            description = "A log of serve --ack-log: each fragment in it must be there.")
    @Nullable
    private Path against;

    StoreCheckCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        ObjectNode options = Documents.part().put("deep", deep);
        if (against != null) {
            if (!Files.isReadable(against)) {
                throw Refusal.badInput(
                        "bad-log", "--against: cannot read " + against, "Name the file of serve --ack-log.");
            }
            options.put("against", against.toAbsolutePath().normalize().toString());
        }
        Acts.Result result =
                new OwnerCall(shell, common).run(new Acts.Request(StoreActs.CHECK, options), new Notes(shell));
        if (common.json) {
            shell.printJson(result.document());
        } else {
            print(result.document(), result.exit() == Refusal.GOOD);
        }
        return result.exit();
    }

    private void print(JsonNode document, boolean good) {
        document.path("findings").forEach(finding -> shell.say(finding.asText()));
        shell.say((good ? "Good: " : "NOT GOOD: ")
                + Notes.counted(document.path("fragments").asLong(), "fragment") + " in "
                + Notes.counted(document.path("segments").asLong(), "segment") + ", "
                + document.path("damaged").asLong() + " damaged, "
                + document.path("missing").asLong() + " missing, "
                + Notes.counted(document.path("gaps").asLong(), "gap") + ", "
                + document.path("unexplained").asLong() + " unexplained");
    }
}
