// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.IncidentActs;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "open", description = "Sets footage aside for an incident: held, and closed to ordinary viewing.")
final class HoldIncidentOpenCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Mixin
    private HoldTermsOptions terms = new HoldTermsOptions();

    HoldIncidentOpenCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        ObjectNode options = terms.toJson(common.now(shell));
        return new OwnerCall(shell, common).answer(new Acts.Request(IncidentActs.OPEN, options), this::print);
    }

    private void print(JsonNode document) {
        HoldLines.incident(document.path("incident")).forEach(shell::say);
        document.path("notDone").forEach(what -> shell.say(what.asText()));
        document.path("away").forEach(what -> shell.say(what.asText()));
    }
}
