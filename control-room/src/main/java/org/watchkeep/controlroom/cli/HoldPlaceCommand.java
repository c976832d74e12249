// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.HoldActs;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "place", description = "Keeps a span of some cameras from being erased or overwritten.")
final class HoldPlaceCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Mixin
    private HoldTermsOptions terms = new HoldTermsOptions();

    @Option(names = "--incident", paramLabel = "I", description = "Open incident that it belongs to.")
    @Nullable
    private String incident;

    HoldPlaceCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        ObjectNode options = terms.toJson(common.now(shell));
        HoldLines.put(options, "incident", incident);
        return new OwnerCall(shell, common).answer(new Acts.Request(HoldActs.PLACE, options), this::print);
    }

    private void print(JsonNode document) {
        shell.say("held: " + HoldLines.line(document.path("hold")));
        document.path("nothingLeft").forEach(what -> shell.say(what.asText()));
        document.path("away").forEach(what -> shell.say(what.asText()));
    }
}
