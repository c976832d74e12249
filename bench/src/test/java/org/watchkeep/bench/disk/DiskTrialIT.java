// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.disk.DirectIoUnavailableException;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.disk.RealDisk;
import picocli.CommandLine;

class DiskTrialIT {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final PrintStream discarded = new PrintStream(new ByteArrayOutputStream());

    private int run(String... arguments) {
        CommandLine command = new CommandLine(new DiskCommand(new PrintStream(out), discarded, System::nanoTime));
        command.setExecutionExceptionHandler((e, line, parsed) -> e instanceof Refusal refusal ? refusal.exit() : 99);
        command.setErr(new java.io.PrintWriter(discarded, true, StandardCharsets.UTF_8));
        return command.execute(arguments);
    }

    private boolean isEmpty() throws IOException {
        try (Stream<Path> left = Files.list(folder)) {
            return left.findAny().isEmpty();
        }
    }

    @Test
    void call_smallReel_measuresAndLeavesNothing() throws IOException {
        assertThat(run("--path", folder.toString(), "--size", "64MiB", "--rounds", "2", "--json"))
                .isZero();
        JsonNode document = new ObjectMapper().readTree(out.toByteArray());
        assertThat(document.get("schema").asText()).isEqualTo("watchkeep/bench-disk/1");
        assertThat(document.get("directIo").asBoolean()).isTrue();
        assertThat(document.get("sustainedMBps").asDouble()).isPositive();
        assertThat(document.get("syncs").asInt()).isPositive();
        assertThat(document.get("syncP99Ms").asDouble())
                .isGreaterThanOrEqualTo(document.get("syncP50Ms").asDouble());
        assertThat(document.get("cameras").asLong()).isPositive();
        assertThat(isEmpty()).isTrue();
    }

    @Test
    void call_moreThanTheDiskHolds_isRefusedAndLeavesNothing() throws IOException {
        assertThat(run("--path", folder.toString(), "--size", "4000T")).isEqualTo(3);
        assertThat(isEmpty()).isTrue();
    }

    @Test
    void call_nonsense_isBadInput() {
        assertThat(run("--path", folder.resolve("none").toString())).isEqualTo(2);
        assertThat(run("--path", folder.toString(), "--size", "1M")).isEqualTo(2);
        assertThat(run("--path", folder.toString(), "--size", "many")).isEqualTo(2);
        assertThat(run("--path", folder.toString(), "--rounds", "1")).isEqualTo(2);
    }

    @Test
    void run_noDirectIo_saysSoAndMeasuresNothing() throws IOException {
        Disk real = new RealDisk();
        Disk without = (Disk) java.lang.reflect.Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("open")) {
                        throw new DirectIoUnavailableException(folder, new IOException("EINVAL"));
                    }
                    return method.invoke(real, arguments);
                });
        ObjectNode document = new ObjectMapper().createObjectNode();
        DiskTrial trial = new DiskTrial(without, folder, 64 << 20, 2, System::nanoTime);
        assertThat(trial.run(document)).isFalse();
        assertThat(document.get("directIo").asBoolean()).isFalse();
        assertThat(document.get("sustainedMBps").isNull()).isTrue();
        assertThat(document.get("reason").asText()).contains("direct I/O");
        assertThatThrownBy(() -> without.open(folder, Disk.Mode.READ)).isInstanceOf(DirectIoUnavailableException.class);
        try (DiskFile reel = real.open(folder.resolve("reel"), Disk.Mode.READ)) {
            assertThat(reel.size()).isEqualTo(64 << 20);
        }
    }
}
