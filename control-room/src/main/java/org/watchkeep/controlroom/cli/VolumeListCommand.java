// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SizeText;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.controlroom.control.StoreActs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "ls", description = "Lists the volumes and what their reels are doing.")
final class VolumeListCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    VolumeListCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        Acts.Request request = new Acts.Request(StoreActs.VOLUMES, Documents.part());
        return new OwnerCall(shell, common)
                .answer(request, volumes -> volumes.path("volumes").forEach(this::print));
    }

    private void print(JsonNode volume) {
        shell.say(String.format(
                Locale.ROOT,
                "%s  %s  %d reels of %s: %d full, %d being written, %d ready, %d free, %d retired  %s",
                volume.path("id").asText(),
                volume.path("path").asText(),
                volume.path("reels").asInt(),
                SizeText.format(volume.path("reelBytes").asLong()),
                volume.path("full").asInt(),
                volume.path("writing").asInt(),
                volume.path("ready").asInt(),
                volume.path("free").asInt(),
                volume.path("retired").asInt(),
                volume.path("uuid").asText()));
        if (volume.has("missing")) {
            shell.say("  missing since the start: " + volume.path("missing").asText());
        }
        if (volume.has("notAnswering")) {
            shell.say("  does not answer: " + volume.path("notAnswering").asText());
        }
    }
}
