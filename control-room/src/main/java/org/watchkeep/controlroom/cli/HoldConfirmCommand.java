// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.HoldActs;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "confirm", description = "Makes a hold that the machine has placed a person's own.")
final class HoldConfirmCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Parameters(paramLabel = "HOLD", description = "The hold, as in H-2026-000123.")
    private String hold = "";

    HoldConfirmCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        return new OwnerCall(shell, common)
                .answer(
                        new Acts.Request(HoldActs.CONFIRM, Documents.part().put("hold", hold)),
                        done -> shell.say("confirmed: " + HoldLines.line(done.path("hold"))));
    }
}
