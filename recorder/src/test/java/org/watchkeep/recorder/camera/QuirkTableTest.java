// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page docs/design/quirks.md and the catalogue agree, and the tests that the page names are there. */
class QuirkTableTest {
    private static final int OBSERVATIONS = 149;
    private static final Path PAGE = Path.of("../docs/design/quirks.md");
    private static final Path TESTS = Path.of("src/test/java");
    private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| ([^|]+) \\| ([^|]*)\\| ([^|]*)\\|");
    private static final Pattern FLAG = Pattern.compile("`([a-z0-9-]+)`");
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+(?:Test|IT))(?:\\.(\\w+))?`");

    private record Row(int number, List<String> flags, String rest) {}

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                List<String> flags = FLAG.matcher(row.group(3))
                        .results()
                        .map(m -> m.group(1))
                        .toList();
                rows.add(new Row(
                        Integer.parseInt(row.group(1)), flags, row.group(4).strip()));
            }
        }
        return rows;
    }

    @Test
    void page_everyObservation_hasAFlagOrATestOrAReason() throws IOException {
        assertThat(rows().stream().map(Row::number))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, OBSERVATIONS).boxed().toList());
        assertThat(rows()).allMatch(row -> !row.flags().isEmpty() || !row.rest().isEmpty());
    }

    @Test
    void page_flags_areThoseOfTheCatalogue() throws IOException {
        Set<String> named = new HashSet<>();
        rows().forEach(row -> named.addAll(row.flags()));
        assertThat(named)
                .containsExactlyInAnyOrderElementsOf(
                        Quirk.all().stream().map(Quirk::flag).toList());
    }

    @Test
    void page_testsNamed_exist() throws IOException {
        for (Row row : rows()) {
            Matcher test = TEST.matcher(row.rest());
            while (test.find()) {
                String source = source(test.group(1));
                if (test.group(2) != null) {
                    assertThat(source).as(test.group()).contains("void " + test.group(2) + "(");
                }
            }
        }
    }

    private static String source(String type) throws IOException {
        try (Stream<Path> files = Files.walk(TESTS)) {
            List<Path> found =
                    files.filter(file -> file.endsWith(type + ".java")).toList();
            assertThat(found).as(type).hasSize(1);
            return Files.readString(found.get(0));
        }
    }

    @Test
    void all_flags_areDifferentAndReadBack() {
        assertThat(Quirk.all().stream().map(Quirk::flag)).doesNotHaveDuplicates();
        assertThat(Quirk.all()).allSatisfy(quirk -> {
            assertThat(Quirk.parse(quirk.flag())).isSameAs(quirk);
            assertThat(quirk.does()).isNotBlank().doesNotEndWith(".").doesNotContain("\n");
            assertThat(quirk.wants()).isNotBlank().doesNotEndWith(".").doesNotContain("\n");
        });
    }

    @Test
    void parse_unknown_saysWhereTheyAreListed() {
        assertThatThrownBy(() -> Quirk.parse("perfect"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("perfect")
                .hasMessageContaining("--quirk list");
    }
}
