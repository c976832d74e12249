// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.HoldActs;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "ls", description = "Lists holds; exit code 1 where a review is overdue.")
final class HoldListCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Option(
            names = "--due",
            description = "Only those to be reviewed within a week, or overdue, the most overdue first.")
    private boolean due;

    @Option(names = "--all", description = "Also those that have ended.")
    private boolean all;

    HoldListCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        Acts.Request request =
                new Acts.Request(HoldActs.LIST, Documents.part().put("due", due).put("all", all));
        return new OwnerCall(shell, common).answer(request, this::print);
    }

    private void print(JsonNode document) {
        document.path("holds").forEach(hold -> shell.say(HoldLines.line(hold)));
        shell.say(Notes.counted(document.path("holds").size(), "hold"));
    }
}
