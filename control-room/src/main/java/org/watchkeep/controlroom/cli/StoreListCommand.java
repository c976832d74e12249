// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SizeText;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.controlroom.control.StoreActs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "ls", description = "Lists a camera's segments and gaps.")
final class StoreListCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Mixin
    private FootageOptions footage = new FootageOptions();

    StoreListCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        Acts.Request request =
                new Acts.Request(StoreActs.LIST, footage.toJson(shell.clock().instant()));
        return new OwnerCall(shell, common).answer(request, this::print);
    }

    private void print(JsonNode document) {
        for (JsonNode segment : document.path("segments")) {
            shell.say(String.format(
                    Locale.ROOT,
                    "%s  %s  run %d  %s  %s  %s  %s",
                    segment.path("start").asText(),
                    segment.path("end").asText(),
                    segment.path("run").asLong(),
                    segment.path("codec").asText(),
                    SizeText.format(segment.path("bytes").asLong()),
                    segment.path("state").asText(),
                    segment.path("digest").asText(segment.path("digestReason").asText())));
        }
        for (JsonNode gap : document.path("gaps")) {
            shell.say(Notes.gap(gap));
        }
        shell.say(document.path("camera").asText() + ": "
                + document.path("segments").size() + " segments, "
                + document.path("gaps").size() + " gaps");
    }
}
