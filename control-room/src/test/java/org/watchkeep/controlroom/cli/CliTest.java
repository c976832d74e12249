// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.watchkeep.controlroom.config.SiteExample;
import org.watchkeep.controlroom.control.Refusal;

/** How commands end: exit codes, and errors as a sentence or as JSON. */
class CliTest {
    @TempDir
    private Path folder;

    private final TestShell test = new TestShell();

    private JsonNode json() throws IOException {
        assertThat(test.out().lines()).hasSize(1);
        return new ObjectMapper().readTree(test.out());
    }

    private void assertRefused(int exit, int expected, String code) throws IOException {
        assertThat(exit).isEqualTo(expected);
        JsonNode error = json().path("error");
        assertThat(error.path("code").asText()).isEqualTo(code);
        assertThat(error.path("message").asText()).isNotBlank();
        assertThat(error.path("next").asText()).isNotBlank();
    }

    @Test
    void run_version_printsWhatTheBuildWrote() {
        assertThat(test.run("--version")).isEqualTo(Refusal.GOOD);
        assertThat(test.out().strip())
                .matches("watchkeep \\d+\\.\\d+\\.\\d+\\S*, Java "
                        + Runtime.version().feature());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "store",
                "nonsense",
                "store nonsense",
                "store ls",
                "store ls --camera",
                "demo --cameras six",
                "store ls --camera a --camera b",
                "demo extra",
                "init --bogus",
                "store extract --camera a"
            })
    void run_badArguments_isExitTwoWithOneSentenceAndHelp(String line) {
        String[] args = line.isEmpty() ? new String[0] : line.split(" ");
        assertThat(test.run(args)).isEqualTo(Refusal.BAD_INPUT);
        assertThat(test.out()).isEmpty();
        assertThat(test.err().lines()).hasSize(1);
        assertThat(test.err()).startsWith("watchkeep: ").contains("--help");
    }

    @Test
    void run_badArgumentsWithJson_isOneDocumentOnStandardOutput() throws IOException {
        assertRefused(test.run("store", "ls", "--nonsense", "--json"), Refusal.BAD_INPUT, "bad-arguments");
        assertThat(test.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "store --help", "store extract --help", "demo --help"})
    void run_help_isGood(String line) {
        assertThat(test.run(line.split(" "))).isEqualTo(Refusal.GOOD);
        assertThat(test.out()).contains("Usage: watchkeep");
    }

    @Test
    void configExample_readBack_isGood() throws IOException {
        Path file = Files.writeString(folder.resolve("site.yaml"), SiteExample.text());
        assertThat(test.run("config", "check", "--config", file.toString(), "--json"))
                .isEqualTo(Refusal.GOOD);
        assertThat(json().path("schema").asText()).isEqualTo("watchkeep/config-check/1");
        assertThat(json().path("good").asBoolean()).isTrue();
        assertThat(json().path("warnings")).isNotEmpty();
    }

    @Test
    void configCheck_faults_areListedWithTheirLines() throws IOException {
        Path file = Files.writeString(
                folder.resolve("site.yaml"), SiteExample.text().replace("days: 31", "dayz: 31"));
        assertThat(test.run("config", "check", "--config", file.toString())).isEqualTo(Refusal.BAD_INPUT);
        assertThat(test.err().lines()).hasSize(2).allMatch(line -> line.matches(".*site\\.yaml:\\d+: .*"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "config check", "volume ls", "keys rotate-master"})
    void run_namedConfigurationIsMissing_isBadInput(String command) throws IOException {
        String line = command + " --json --config " + folder.resolve("nowhere.yaml");
        assertRefused(test.run(line.split(" ")), Refusal.BAD_INPUT, "no-config");
    }

    @Test
    void serve_noConfiguration_isEnvironment() throws IOException {
        assertRefused(test.run("serve", "--data", folder.toString(), "--json"), Refusal.ENVIRONMENT, "no-config");
    }

    @Test
    void serve_folderNotInitialised_isEnvironment() throws IOException {
        Files.writeString(folder.resolve("site.yaml"), SiteExample.text());
        assertRefused(test.run("serve", "--data", folder.toString(), "--json"), Refusal.ENVIRONMENT, "not-initialised");
    }

    @Test
    void init_noPassphrase_isEnvironmentAndMakesNothing() throws IOException {
        Path data = folder.resolve("data");
        Path file = Files.writeString(folder.resolve("site.yaml"), SiteExample.text());
        int exit = test.run("init", "--data", data.toString(), "--config", file.toString(), "--json");
        assertRefused(exit, Refusal.ENVIRONMENT, "no-passphrase");
        assertThat(data).doesNotExist();
    }

    @Test
    void storeLs_timeWithoutZone_isBadInput() throws IOException {
        int exit = test.run("store", "ls", "--camera", "a", "--from", "2026-10-25T01:30:00", "--json");
        assertRefused(exit, Refusal.BAD_INPUT, "no-zone");
    }

    @Test
    void storeLs_fromAfterTo_isBadInput() throws IOException {
        int exit = test.run("store", "ls", "--camera", "a", "--from", "now", "--to", "-30s", "--json");
        assertRefused(exit, Refusal.BAD_INPUT, "bad-span");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--for soon", "--cameras 0", "--cameras 65", "--port 70000", "--config x.yaml"})
    void demo_badOptions_areBadInput(String options) {
        assertThat(test.run(("demo " + options).split(" "))).isEqualTo(Refusal.BAD_INPUT);
    }

    @Test
    void demo_folderOfAnotherSite_isNotTouched() throws IOException {
        Path site = Files.writeString(folder.resolve("site.yaml"), "site: {}\n");
        assertRefused(test.run("demo", "--data", folder.toString(), "--json"), Refusal.BAD_INPUT, "not-a-demo");
        assertThat(site).hasContent("site: {}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--once",
                "--wait-for-client",
                "--file none.mp4",
                "--fault melt",
                "--cameras 0",
                "--port -1",
                "--login secret",
                "--read-bars none.mp4"
            })
    void simulate_badOptions_areBadInput(String options) {
        assertThat(test.run(("simulate " + options).split(" "))).isEqualTo(Refusal.BAD_INPUT);
    }
}
