// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.HoldActs;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "release", description = "Announces the end of a hold, in seven days; at once when two people agree.")
final class HoldReleaseCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Parameters(paramLabel = "HOLD", description = "The hold, as in H-2026-000123.")
    private String hold = "";

    @Option(
            names = "--approved-by",
            paramLabel = "P",
            description = "A second person who agrees, as in staff/4: it ends at once.")
    @Nullable
    private String approvedBy;

    @Option(names = "--reason", paramLabel = "TEXT", description = "In words; kept beside the trail.")
    @Nullable
    private String reason;

    HoldReleaseCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        ObjectNode options = Documents.part().put("hold", hold);
        HoldLines.put(options, "approvedBy", approvedBy);
        HoldLines.put(options, "reason", reason);
        return new OwnerCall(shell, common).answer(new Acts.Request(HoldActs.RELEASE, options), this::print);
    }

    private void print(JsonNode document) {
        JsonNode of = document.path("hold");
        shell.say((of.path("state").asText().equals("released") ? "released: " : "announced: ") + HoldLines.line(of));
    }
}
