// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.controlroom.control.StoreActs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "lower", description = "Puts fewer days in force, as the configuration says; two people.")
final class RetentionLowerCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Mixin
    private FewerDays fewer = new FewerDays();

    @Option(names = "--as", paramLabel = "P", required = true, description = "Who asks for it.")
    private String by = "";

    @Option(
            names = "--approved-by",
            paramLabel = "Q",
            required = true,
            description = "A second person, who has seen what it erases.")
    private String approvedBy = "";

    RetentionLowerCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        ObjectNode options = fewer.toJson().put("as", by).put("approvedBy", approvedBy);
        return new OwnerCall(shell, common).answer(new Acts.Request(StoreActs.RETENTION_LOWER, options), this::print);
    }

    private void print(JsonNode effect) {
        shell.say(fewer.classId + " is kept for " + effect.path("daysNow").asInt() + " days no longer, but for "
                + fewer.days + "; erased now: " + FewerDays.epochs(effect));
    }
}
