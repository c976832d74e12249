// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages and tables out of results. */
class ResultPageTest {
    private static final Pattern SVG = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL);

    @TempDir
    private Path folder;

    private static JsonNode document(String name) throws IOException {
        return new ObjectMapper().readTree(ResultPageTest.class.getResourceAsStream(name + ".json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ingest", "search", "compare", "unknown"})
    void html_anyResult_standsAlone(String name) throws Exception {
        String html = ResultPage.html(List.of(document(name)));
        assertThat(html).startsWith("<!doctype html>").contains("<h1>");
        assertThat(html).doesNotContainPattern("(?i)(src|href)\\s*=|url\\(|<script|@import|https?://");
        Matcher svg = SVG.matcher(html);
        while (svg.find()) {
            DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(svg.group().getBytes(StandardCharsets.UTF_8)));
            assertThat(svg.group()).doesNotContain("NaN").doesNotContain("Infinity");
        }
    }

    @Test
    void html_ingest_saysWhichGoalsAreMissedInWords() throws Exception {
        String html = ResultPage.html(List.of(document("ingest")));
        assertThat(html)
                .contains("✗ missed")
                .contains("✓ met")
                .contains("JDK 17 <made up>".replace("<", "&lt;").replace(">", "&gt;"));
    }

    @Test
    void html_notFoundPeer_saysWhy() throws Exception {
        assertThat(ResultPage.html(List.of(document("compare")))).contains("no mediamtx on the PATH");
    }

    @Test
    void update_results_replacesOnlyWhatIsBetweenTheMarks() throws Exception {
        Path file = folder.resolve("RESULTS.md");
        Files.writeString(file, "above\n" + ResultsFile.BEGIN + "\nold\n" + ResultsFile.END + "\nbelow\n");
        ResultsFile.update(file, List.of(document("ingest"), document("compare")));
        String text = Files.readString(file);
        assertThat(text)
                .startsWith("above\n")
                .endsWith(ResultsFile.END + "\nbelow\n")
                .doesNotContain("old");
        assertThat(text).contains("## Ingest").contains("## Comparison").contains("| packets lost |");
        ResultsFile.update(file, List.of(document("search")));
        assertThat(Files.readString(file)).contains("## Search").doesNotContain("## Comparison");
    }

    @Test
    void update_fileWithoutMarks_isRefused() throws Exception {
        Path file = folder.resolve("RESULTS.md");
        Files.writeString(file, "nothing\n");
        assertThatThrownBy(() -> ResultsFile.update(file, List.of())).hasMessageContaining("do not both stand");
    }
}
