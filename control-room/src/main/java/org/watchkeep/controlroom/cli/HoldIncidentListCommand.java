// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.IncidentActs;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "ls", description = "Lists incidents and the holds of each.")
final class HoldIncidentListCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Option(names = "--all", description = "Also those that are closed.")
    private boolean all;

    HoldIncidentListCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        return new OwnerCall(shell, common)
                .answer(new Acts.Request(IncidentActs.LIST, Documents.part().put("all", all)), this::print);
    }

    private void print(JsonNode document) {
        document.path("incidents")
                .forEach(incident -> HoldLines.incident(incident).forEach(shell::say));
        shell.say(Notes.counted(document.path("incidents").size(), "incident"));
    }
}
