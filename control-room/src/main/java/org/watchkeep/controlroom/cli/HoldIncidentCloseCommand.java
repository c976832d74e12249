// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import picocli.CommandLine.Parameters;

@Command(
        name = "close",
        description =
                "Closes an incident: its footage is open to viewing again, and the end of its holds is announced.")
final class HoldIncidentCloseCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Parameters(paramLabel = "INCIDENT", description = "The incident, as in I-2026-000012.")
    private String incident = "";

    @Option(
            names = "--outcome",
            paramLabel = "O",
            required = true,
            description = "How it ended: resolved, handed-over or unfounded.")
    private String outcome = "";

    HoldIncidentCloseCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        ObjectNode options = Documents.part().put("incident", incident).put("outcome", outcome);
        return new OwnerCall(shell, common).answer(new Acts.Request(IncidentActs.CLOSE, options), this::print);
    }

    private void print(JsonNode document) {
        HoldLines.incident(document.path("incident")).forEach(shell::say);
        document.path("notDone").forEach(what -> shell.say(what.asText()));
    }
}
