// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small run with real processes: what was described is found, what was acknowledged outlives the kill. */
@Tag("campaign")
class StoreTrialIT {
    @TempDir
    private Path folder;

    @Test
    void run_fewSegments_findsThemAndLosesNothing() throws Exception {
        StoreTrial.Size size = new StoreTrial.Size(4_000, 2, 200_000, 200, Duration.ofSeconds(2), 100);
        ObjectNode document = new ObjectMapper().createObjectNode();
        boolean nothingLost = new StoreTrial(size, folder, System::nanoTime, System.out::println).run(document);
        String said = document.toString();
        assertThat(nothingLost).as(said).isTrue();
        assertThat(document.get("segments").asLong()).as(said).isEqualTo(4_000);
        assertThat(document.get("rowBytes").asLong()).as(said).isBetween(400L, 1_000L);
        assertThat(document.path("find").path("warm").path("segments").asLong())
                .as(said)
                .isGreaterThanOrEqualTo(150);
        assertThat(document.path("cameraDay").path("warm").path("segments").asLong())
                .as(said)
                .isGreaterThan(10_000);
        assertThat(document.path("crash").path("acknowledgedFragments").asLong())
                .as(said)
                .isPositive();
        assertThat(document.path("rebuild").path("found").path("fragments").asLong())
                .as(said)
                .isEqualTo(6_000);
        assertThat(document.get("rebuildSeconds").isNull()).as(said).isTrue();
        assertThat(document.get("rebuildReason").asText()).as(said).isNotEmpty();
    }
}
