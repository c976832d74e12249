// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.KeyActs;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "rotate-master", description = "Wraps every epoch root under a new master key; the old one is removed.")
final class KeysRotateCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    KeysRotateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        Acts.Request request = new Acts.Request(KeyActs.ROTATE, Documents.part());
        return new OwnerCall(shell, common).answer(request, this::print);
    }

    private void print(JsonNode document) {
        shell.say("master " + document.path("to").asText() + " has taken the place of "
                + document.path("from").asText() + "; it has no backup yet: watchkeep keys backup");
        document.path("destroy").forEach(medium -> shell.say("destroy the backup on: " + medium.asText()));
    }
}
