// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

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

@Command(name = "review", description = "Says that a hold is still needed: a new date of review.")
final class HoldReviewCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Parameters(paramLabel = "HOLD", description = "The hold, as in H-2026-000123.")
    private String hold = "";

    @Option(
            names = "--review",
            paramLabel = "DATE",
            required = true,
            description = "The next review: a day, or a time.")
    private String review = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "In words; kept beside the trail.")
    @Nullable
    private String reason;

    HoldReviewCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        ObjectNode options = Documents.part()
                .put("hold", hold)
                .put(
                        "review",
                        HoldLines.day("--review", review, common.now(shell)).toString());
        HoldLines.put(options, "reason", reason);
        return new OwnerCall(shell, common)
                .answer(
                        new Acts.Request(HoldActs.REVIEW, options),
                        done -> shell.say("extended: " + HoldLines.line(done.path("hold"))));
    }
}
