// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.controlroom.control.StoreActs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "confirm-clock", description = "Says that the system clock is right, when retention is in doubt of it.")
final class RetentionConfirmClockCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Option(names = "--as", paramLabel = "P", required = true, description = "Who has compared it with another clock.")
    private String by = "";

    RetentionConfirmClockCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        Acts.Request request =
                new Acts.Request(StoreActs.CONFIRM_CLOCK, Documents.part().put("as", by));
        return new OwnerCall(shell, common)
                .answer(
                        request,
                        done -> shell.say("confirmed: it is " + done.path("utc").asText()));
    }
}
