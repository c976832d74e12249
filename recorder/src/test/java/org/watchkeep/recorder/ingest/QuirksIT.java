// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.watchkeep.recorder.camera.Quirk;
import org.watchkeep.recorder.ingest.QuirkFleet.Row;

/**
 * The whole catalogue of quirks: for each a simulated camera that has it, recorded by the real client over sockets, all at
 * the same time. What is expected of each stands in {@link QuirkRows} and {@link QuirkTolerances}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuirksIT {
    private final Map<Quirk, Row> rows = new LinkedHashMap<>();
    private QuirkFleet fleet;

    @BeforeAll
    void recordAll(@TempDir Path folder) throws IOException {
        List<Quirk> quirks = Quirk.all();
        fleet = new QuirkFleet(folder, quirks.stream().map(QuirkRows::plan).toList());
        for (int i = 0; i < quirks.size(); i++) {
            rows.put(quirks.get(i), fleet.rows().get(i));
        }
        fleet.awaitAll();
    }

    @AfterAll
    void stop() throws IOException {
        fleet.close();
    }

    Stream<Quirk> catalogue() {
        return Quirk.all().stream();
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void record_cameraWithTheQuirk_doesWhatIsWanted(Quirk quirk) {
        Row row = Objects.requireNonNull(rows.get(quirk));
        assertThat(row.plan.until().test(row)).as("settled: %s", row).isTrue();
        QuirkRows.of(quirk).then().accept(row);
        assertThat(Set.copyOf(row.footage.notes())).as("tolerances of " + row).isEqualTo(QuirkTolerances.of(quirk));
    }
}
