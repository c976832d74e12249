// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** What the benches answer to those who ask for the wrong thing: exit code, and one JSON document. */
@ResourceLock(Resources.SYSTEM_OUT)
class MainTest {
    @TempDir
    private Path folder;

    private record Answer(int exit, JsonNode document) {
        String code() {
            return document.path("error").path("code").asText();
        }

        String message() {
            return document.path("error").path("message").asText();
        }
    }

    private static Answer ask(String... arguments) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            int exit = Main.tree().execute(arguments);
            return new Answer(exit, new ObjectMapper().readTree(printed.toString(StandardCharsets.UTF_8)));
        } finally {
            System.setOut(before);
        }
    }

    @Test
    void ingest_noCameras_isBadInput() throws Exception {
        Answer answer = ask("ingest", "--cameras", "0", "--json");
        assertThat(answer.exit()).isEqualTo(2);
        assertThat(answer.message()).contains("expected: 1 to 8000");
    }

    @Test
    void ingest_unknownOption_isBadInput() throws Exception {
        assertThat(ask("ingest", "--speed", "--json").exit()).isEqualTo(2);
    }

    @Test
    void ingest_unknownWorkload_namesThoseThereAre() throws Exception {
        Answer answer = ask("ingest", "--workload", "village", "--json");
        assertThat(answer.exit()).isEqualTo(2);
        assertThat(answer.message()).contains("town-centre-195-h264").contains("storm");
    }

    @Test
    void ingest_workloadThatCannotBeRunYet_saysWhy() throws Exception {
        Answer answer = ask("ingest", "--workload", "retention-turnover", "--json");
        assertThat(answer.exit()).isEqualTo(2);
        assertThat(answer.code()).isEqualTo("workload-refused");
        assertThat(answer.message()).contains("holds are not built yet");
    }

    @Test
    void ingest_faultyWorkloadFile_namesFileAndLine() throws Exception {
        Path file = folder.resolve("mine.yaml");
        Files.writeString(file, "id: mine\nabout: mine\ngroups:\n  - {cameras: many}\n");
        Answer answer = ask("ingest", "--workload", file.toString(), "--json");
        assertThat(answer.exit()).isEqualTo(2);
        assertThat(answer.message()).contains("mine.yaml:4");
    }

    @Test
    void ingest_list_saysWhatThereIs() throws Exception {
        Answer answer = ask("ingest", "--workload", "list", "--json");
        assertThat(answer.exit()).isZero();
        assertThat(answer.document().path("workloads")).hasSizeGreaterThan(10);
    }

    @Test
    void ingest_pageInNoFolder_isRefusedBeforeTheRun() throws Exception {
        Answer answer = ask("ingest", "--page", folder.resolve("none/page.html").toString(), "--json");
        assertThat(answer.exit()).isEqualTo(2);
        assertThat(answer.code()).isEqualTo("bad-page");
    }

    @Test
    void compare_unknownRecorder_namesThoseThereAre() throws Exception {
        Answer answer = ask("compare", "--recorders", "vhs", "--json");
        assertThat(answer.exit()).isEqualTo(2);
        assertThat(answer.message()).contains("watchkeep, ffmpeg, mediamtx, moonfire-nvr");
    }

    @Test
    void ingest_noSuchDisk_isRefused() throws Exception {
        Answer answer = ask("ingest", "--path", folder.resolve("none").toString(), "--json");
        assertThat(answer.exit()).isEqualTo(2);
        assertThat(answer.code()).isEqualTo("no-folder");
    }

    @Test
    void results_notOfABench_isRefused() throws Exception {
        Path file = folder.resolve("other.json");
        Files.writeString(file, "{}");
        PrintStream before = System.err;
        System.setErr(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
        try {
            assertThat(Main.tree().execute("results", file.toString())).isEqualTo(2);
        } finally {
            System.setErr(before);
        }
    }
}
