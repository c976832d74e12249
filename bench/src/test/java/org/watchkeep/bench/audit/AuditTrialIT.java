// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine;

class AuditTrialIT {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private int run(String... arguments) {
        PrintStream discarded = new PrintStream(new ByteArrayOutputStream());
        CommandLine command = new CommandLine(
                new AuditCommand(new PrintStream(out), discarded, System::nanoTime, () -> Instant.EPOCH));
        command.setExecutionExceptionHandler((e, line, parsed) -> e instanceof Refusal refusal ? refusal.exit() : 99);
        return command.execute(arguments);
    }

    @Test
    void call_smallTrail_measuresVerifiesAndLeavesNothing() throws IOException {
        int exit = run("--path", folder.toString(), "--entries", "2000", "--rate", "100", "--seconds", "1", "--json");
        assertThat(exit).isZero();
        JsonNode document = new ObjectMapper().readTree(out.toByteArray());
        assertThat(document.get("schema").asText()).isEqualTo("watchkeep/bench-audit/1");
        assertThat(document.get("verifiedEntries").asLong()).isEqualTo(2_100);
        assertThat(document.get("good").asBoolean()).isTrue();
        assertThat(document.get("proofMaxBytes").asInt()).isBetween(500, 1_500);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void call_nonsense_isBadInput() {
        assertThat(run("--path", folder.toString(), "--rate", "0")).isEqualTo(2);
    }
}
