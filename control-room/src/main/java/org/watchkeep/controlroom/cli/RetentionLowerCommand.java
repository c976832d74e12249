// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.controlroom.control.StoreActs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "lower", description = "Puts fewer days in force, as the configuration says; two people.")
final class RetentionLowerCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(names = "--class", paramLabel = "C", required = true, description = "Retention class.")
    private String classId = "";

    @Option(names = "--days", paramLabel = "N", required = true, description = "Days it would be kept.")
    private int days;

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
        ObjectNode options = Documents.part()
                .put("class", classId)
                .put("days", Integer.toString(days))
                .put("as", by)
                .put("approvedBy", approvedBy);
        Acts.Result result = new OwnerCall(shell, common)
                .run(new Acts.Request(StoreActs.RETENTION_LOWER, options), new Notes(shell));
        if (common.json) {
            shell.printJson(result.document());
        } else {
            print(result.document());
        }
        return result.exit();
    }

    private void print(JsonNode effect) {
        shell.say(String.format(
                Locale.ROOT,
                "%1$s is kept for %2$d days no longer, but for %3$d: %4$d epochs are erased now%5$s",
                classId,
                effect.path("daysNow").asInt(),
                days,
                effect.path("epochs").asInt(),
                effect.path("from").isTextual()
                        ? ", opened from " + effect.path("from").asText() + " to "
                                + effect.path("to").asText()
                        : ""));
    }
}
