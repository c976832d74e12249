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

@Command(name = "effect", description = "Shows what fewer days would erase at once; changes nothing.")
final class RetentionEffectCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(names = "--class", paramLabel = "C", required = true, description = "Retention class.")
    private String classId = "";

    @Option(names = "--days", paramLabel = "N", required = true, description = "Days it would be kept.")
    private int days;

    RetentionEffectCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        ObjectNode options = Documents.part().put("class", classId).put("days", Integer.toString(days));
        Acts.Result result = new OwnerCall(shell, common)
                .run(new Acts.Request(StoreActs.RETENTION_EFFECT, options), new Notes(shell));
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
                "%s from %d to %d days would erase %d epochs at once%s",
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
