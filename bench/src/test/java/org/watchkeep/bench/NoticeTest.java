// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** NOTICE and what the build really ships name the same libraries in the same versions. */
class NoticeTest {

    /** `(group:artifact:version - url)` at the end of a line of the licence check's report. */
    private static final Pattern SHIPPED = Pattern.compile("\\(([\\w.-]+:[\\w.-]+:[\\w.-]+) - ");

    /** `group:artifact:version` at the start of a line of NOTICE, indented by two. */
    private static final Pattern NOTICED = Pattern.compile("(?m)^ {2}([\\w.-]+:[\\w.-]+:[\\w.-]+)$");

    @Test
    void notice_everyShippedLibrary_isNamedInItsVersion() throws IOException {
        Path root = Repository.root();
        Path report = root.resolve("bench/target/generated-sources/license/THIRD-PARTY.txt");
        assertThat(report)
                .as("report of the licence check, written by `mvn process-classes`")
                .exists();

        assertThat(names(NOTICED, root.resolve("NOTICE"))).isEqualTo(names(SHIPPED, report));
    }

    private static List<String> names(Pattern pattern, Path file) throws IOException {
        return new TreeSet<>(pattern.matcher(Files.readString(file))
                        .results()
                        .map(NoticeTest::name)
                        .toList())
                .stream().toList();
    }

    private static String name(MatchResult match) {
        return match.group(1);
    }
}
