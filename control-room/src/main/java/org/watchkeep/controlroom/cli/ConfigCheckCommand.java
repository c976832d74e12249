// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SecretFile;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.config.SiteConfigReader;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.profiles.yaml.YamlFaultException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "check", description = "Checks a site configuration; lists every fault with its line.")
final class ConfigCheckCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private CommonOptions common = new CommonOptions();

    ConfigCheckCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal {
        Path file = common.configFile();
        try {
            SiteConfig site = SiteConfigReader.read(file);
            report(file, List.of(), warnings(site), Optional.of(site));
            return Refusal.GOOD;
        } catch (NoSuchFileException e) {
            throw OwnerCall.noSite(common, file);
        } catch (ConfigException e) {
            report(file, e.problems(), List.of(), Optional.empty());
            return Refusal.BAD_INPUT;
        }
    }

    /** What works, yet ought to be put right: secrets that are missing or that others can read, cameras that are none. */
    private static List<String> warnings(SiteConfig site) {
        List<String> warnings = new ArrayList<>();
        if (site.cameras().isEmpty()) {
            warnings.add("no cameras: nothing will be recorded");
        }
        Stream.concat(
                        Stream.of(site.keys().passphraseFile()),
                        site.cameras().stream()
                                .flatMap(camera -> camera.credentials().stream())
                                .map(SiteConfig.Credentials::passwordFile))
                .distinct()
                .forEach(file -> {
                    if (!Files.exists(file)) {
                        warnings.add("no file " + file);
                    }
                    SecretFile.warning(file).ifPresent(warnings::add);
                });
        return warnings;
    }

    private void report(
            Path file, List<YamlFaultException.Fault> problems, List<String> warnings, Optional<SiteConfig> site) {
        if (!common.json) {
            problems.forEach(problem -> shell.note(ConfigException.line(file, problem)));
            warnings.forEach(warning -> shell.note("warning: " + warning));
            site.ifPresent(s -> shell.say(file + " is good: " + s.name() + ", "
                    + Notes.counted(s.cameras().size(), "camera") + ", "
                    + Notes.counted(s.volumes().size(), "volume") + ", "
                    + Notes.counted(s.classes().size(), "retention class", "retention classes") + "."));
            return;
        }
        ObjectNode document = Documents.of("config-check");
        document.put("file", file.toString()).put("good", problems.isEmpty());
        ArrayNode faults = document.putArray("problems");
        problems.forEach(
                problem -> faults.addObject().put("line", problem.line()).put("message", problem.text()));
        ArrayNode notes = document.putArray("warnings");
        warnings.forEach(notes::add);
        site.ifPresent(s -> document.put("cameras", s.cameras().size())
                .put("volumes", s.volumes().size()));
        shell.printJson(document);
    }
}
