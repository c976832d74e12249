// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.controlroom.control.StoreActs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "effect", description = "Shows what fewer days would erase at once; changes nothing.")
final class RetentionEffectCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Mixin
    private FewerDays fewer = new FewerDays();

    RetentionEffectCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        return new OwnerCall(shell, common)
                .answer(new Acts.Request(StoreActs.RETENTION_EFFECT, fewer.toJson()), this::print);
    }

    private void print(JsonNode effect) {
        shell.say(fewer.classId + " from " + effect.path("daysNow").asInt() + " to " + fewer.days
                + " days would erase at once: " + FewerDays.epochs(effect));
        effect.path("erases")
                .forEach(each -> shell.say("  epoch " + each.path("epoch").asLong() + ", opened "
                        + each.path("opened").asText()));
    }
}
