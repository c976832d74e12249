// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.cli.ExtractedFiles.Extracted;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SizeText;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.controlroom.control.StoreActs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "extract", description = "Writes a camera's footage as MP4, one file a run.")
final class StoreExtractCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Mixin
    private FootageOptions footage = new FootageOptions();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "File to write: x.mp4, or x-1.mp4, x-2.mp4 … when there are several runs.")
    private Path out = Path.of("");

    @Option(names = "--exact", description = "No picture outside the span; begins at the first key picture inside.")
    private boolean exact;

    @Option(
            names = "--incident",
            paramLabel = "I",
            description = "Open incident that it is taken out for: what is set aside for it can be seen.")
    @Nullable
    private String incident;

    @Option(names = "--force", description = "Write over files that are there.")
    private boolean force;

    StoreExtractCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        requireFolder();
        Instant now = common.now(shell);
        ObjectNode options = footage.toJson(now).put("exact", exact);
        HoldLines.put(options, "incident", incident);
        Acts.Request request = new Acts.Request(StoreActs.EXTRACT, options);
        try (ExtractedFiles files = new ExtractedFiles(shell, out, force)) {
            Acts.Result result = new OwnerCall(shell, common).run(request, files);
            boolean none = name(result.document(), files.files());
            if (common.json) {
                shell.printJson(result.document());
            } else {
                print(result.document(), none);
            }
            return none ? Refusal.FOUND : result.exit();
        }
    }

    private void requireFolder() throws Refusal {
        Path folder = out.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(out)) {
            throw Refusal.badInput(
                    "bad-out", "--out: cannot write a file " + out, "Name a file in a folder that is there.");
        }
    }

    /** Says in the owner's document where each run went; true when there is no file at all. */
    private static boolean name(ObjectNode document, List<Optional<Extracted>> written) {
        boolean none = true;
        ArrayNode files = document.withArray("files");
        for (int i = 0; i < files.size(); i++) {
            ObjectNode node = (ObjectNode) files.get(i);
            Optional<Extracted> file = i < written.size() ? written.get(i) : Optional.empty();
            if (file.isEmpty()) {
                node.putNull("file").put("fileReason", "no key picture in it, so nothing can be shown");
                continue;
            }
            none = false;
            node.put("file", file.get().file().toString())
                    .put("pictures", file.get().pictures())
                    .put("seconds", file.get().durationMicros() / 1e6)
                    .put("bytes", file.get().bytes())
                    .put("skippedFragments", file.get().skippedFragments());
        }
        return none;
    }

    private void print(JsonNode document, boolean none) {
        for (JsonNode file : document.path("files")) {
            shell.say(String.format(
                    Locale.ROOT,
                    "%s  run %d, %s to %s: %d pictures, %.3f s, %s",
                    file.path("file").asText(file.path("fileReason").asText()),
                    file.path("run").asLong(),
                    file.path("start").asText(),
                    file.path("end").asText(),
                    file.path("pictures").asLong(),
                    file.path("seconds").asDouble(),
                    SizeText.format(file.path("bytes").asLong())));
        }
        document.path("missing")
                .forEach(part -> shell.say("MISSING " + part.path("start").asText() + " to "
                        + part.path("end").asText() + ": " + part.path("reason").asText()));
        document.path("mismatched")
                .forEach(part ->
                        shell.say("NOT WHAT WAS RECORDED " + part.path("start").asText() + " to "
                                + part.path("end").asText()));
        document.path("gaps").forEach(gap -> shell.say(Notes.gap(gap)));
        if (none && document.path("missing").isEmpty()) {
            shell.say("No footage of " + document.path("camera").asText() + " in this span.");
        } else if (!none && !exact && !document.path("from").isNull()) {
            shell.say("Widened to whole GOPs; --exact cuts to the span.");
        }
    }
}
