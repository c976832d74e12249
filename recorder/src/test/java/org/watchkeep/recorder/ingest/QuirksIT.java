// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.watchkeep.recorder.camera.Quirk;
import org.watchkeep.recorder.ingest.QuirkFleet.Row;
import org.watchkeep.recorder.ingest.QuirkRows.Case;

/**
 * The whole catalogue of quirks: for each a simulated camera that has it, and one more in H.265 where the payload is meant,
 * recorded by the real client over sockets, all at the same time. What is expected of each stands in {@link QuirkRows} and {@link QuirkTolerances}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("alone")
class QuirksIT {
    private final Map<Case, Row> rows = new LinkedHashMap<>();
    private QuirkFleet fleet;

    @BeforeAll
    void recordAll(@TempDir Path folder) throws IOException {
        List<Case> cases = QuirkRows.cases();
        fleet = new QuirkFleet(folder, cases.stream().map(QuirkRows::plan).toList());
        for (int i = 0; i < cases.size(); i++) {
            rows.put(cases.get(i), fleet.rows().get(i));
        }
        fleet.awaitAll();
    }

    @AfterAll
    void stop() throws IOException {
        fleet.close();
    }

    Stream<Case> catalogue() {
        return QuirkRows.cases().stream();
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void record_cameraWithTheQuirk_doesWhatIsWanted(Case which) {
        Row row = Objects.requireNonNull(rows.get(which));
        Quirk quirk = which.quirk();
        assertThat(row.plan.until().test(row)).as("settled: %s", row).isTrue();
        QuirkRows.of(quirk).then().accept(row);
        Set<String> noted = new HashSet<>(row.footage.notes());
        noted.removeAll(QuirkTolerances.maybe(quirk));
        assertThat(noted).as("tolerances of " + row).isEqualTo(QuirkTolerances.of(quirk));
    }
}
