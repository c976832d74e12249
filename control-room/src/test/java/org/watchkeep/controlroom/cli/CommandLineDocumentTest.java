// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** docs/cli.md names exactly the commands and options that there are. */
class CommandLineDocumentTest {
    private static final Pattern COMMAND = Pattern.compile("### `(watchkeep .*)`");
    private static final Pattern ROW = Pattern.compile("\\| `(--[a-z-]+|[A-Z]+)( [A-Z]+)?` \\|.*");
    private static final Set<String> COMMON = Set.of("--data", "--config", "--json", "--help");

    /** Told once, with those of all: of every command that opens a store. */
    private static final String OF_STORES = "--at";

    private static Path document() {
        Path here = Path.of("").toAbsolutePath();
        Path inRoot = here.resolve("docs/cli.md");
        return Files.exists(inRoot) ? inRoot : here.resolveSibling("docs").resolve("cli.md");
    }

    /** Command to its own options as documented; the options of all under the empty name. */
    private static Map<String, Set<String>> documented() throws IOException {
        Map<String, Set<String>> commands = new LinkedHashMap<>();
        String command = "";
        for (String line : Files.readAllLines(document())) {
            Matcher heading = COMMAND.matcher(line);
            if (heading.matches()) {
                command = heading.group(1);
                commands.put(command, new TreeSet<>());
            } else if (line.startsWith("## ")) {
                command = "";
            }
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                commands.computeIfAbsent(command, c -> new TreeSet<>()).add(row.group(1));
            }
        }
        return commands;
    }

    private static List<CommandLine> leaves(CommandLine command) {
        List<CommandLine> leaves = new ArrayList<>();
        for (CommandLine sub : command.getSubcommands().values()) {
            leaves.addAll(sub.getSubcommands().isEmpty() ? List.of(sub) : leaves(sub));
        }
        return leaves;
    }

    private static Set<String> names(CommandSpec spec) {
        Set<String> names = new TreeSet<>();
        for (OptionSpec option : spec.options()) {
            names.addAll(List.of(option.names()));
        }
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            names.add(parameter.paramLabel());
        }
        return names;
    }

    @Test
    void document_commandsAndOptions_areThoseOfTheProgram() throws IOException {
        Map<String, Set<String>> expected = new LinkedHashMap<>();
        expected.put("", new TreeSet<>(COMMON));
        expected.get("").add(OF_STORES);
        for (CommandLine leaf : leaves(new Cli(TestShell.silent()).tree())) {
            Set<String> own = names(leaf.getCommandSpec());
            assertThat(own).as(leaf.getCommandSpec().qualifiedName()).containsAll(COMMON);
            own.removeAll(COMMON);
            own.remove(OF_STORES);
            expected.put(leaf.getCommandSpec().qualifiedName(" "), own);
        }
        assertThat(documented()).containsExactlyInAnyOrderEntriesOf(expected);
    }

    @Test
    void tree_topLevel_isWhatIsBuiltAndNothingElse() {
        assertThat(new Cli(TestShell.silent()).tree().getSubcommands().keySet())
                .containsExactly(
                        "init",
                        "demo",
                        "serve",
                        "config",
                        "camera",
                        "simulate",
                        "store",
                        "hold",
                        "retention",
                        "keys",
                        "volume",
                        "audit",
                        "profile");
    }
}
