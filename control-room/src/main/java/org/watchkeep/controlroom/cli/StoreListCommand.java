// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
    private StoreOptions common = new StoreOptions();

    @Mixin
    private FootageOptions footage = new FootageOptions();

    StoreListCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        Acts.Request request = new Acts.Request(StoreActs.LIST, footage.toJson(common.now(shell)));
        return new OwnerCall(shell, common).answer(request, this::print);
    }

    private record Line(String start, String text) {}

    private static Line line(JsonNode of, String text) {
        return new Line(of.path("start").asText(), text);
    }

    private static String segment(JsonNode segment) {
        return String.format(
                Locale.ROOT,
                "%s  %s  run %d  %s  %s  %s  %s%s",
                segment.path("start").asText(),
                segment.path("end").asText(),
                segment.path("run").asLong(),
                segment.path("codec").asText(),
                SizeText.format(segment.path("bytes").asLong()),
                segment.path("state").asText(),
                segment.path("digest").asText(segment.path("digestReason").asText()),
                segment.path("mismatch").asBoolean() ? "  NOT WHAT WAS RECORDED" : "");
    }

    private void print(JsonNode document) {
        List<Line> lines = new ArrayList<>();
        document.path("segments").forEach(segment -> lines.add(line(segment, segment(segment))));
        document.path("gaps").forEach(gap -> lines.add(line(gap, Notes.gap(gap))));
        // As it happened: instants of one shape sort as text.
        lines.sort(Comparator.comparing(Line::start));
        lines.forEach(line -> shell.say(line.text()));
        shell.say(document.path("camera").asText() + ": "
                + Notes.counted(document.path("segments").size(), "segment") + ", "
                + Notes.counted(document.path("gaps").size(), "gap"));
    }
}
