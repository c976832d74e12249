// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.bench.fleet.Arrival;
import org.watchkeep.bench.fleet.FleetPlan;
import org.watchkeep.bench.fleet.StreamPattern;
import org.watchkeep.bench.ingest.IngestSettings.Beside;

/** What two cameras recorded is held and copied into a vault while they record on: nothing of either is lost. */
@Tag("campaign")
class CopyHeldIT {
    @TempDir
    private Path folder;

    @Test
    void copyHeld_whileRecording_isCopiedWhole() throws Exception {
        IngestSettings settings = new IngestSettings(
                Optional.empty(),
                FleetPlan.of(2, new StreamPattern(1_000_000, 25, 50), Arrival.BURST),
                HeldCopy.LEAST_WARM_UP,
                Duration.ofSeconds(8),
                folder.resolve("run"),
                Optional.empty(),
                new Beside(false, true, 0));
        IngestResult result =
                new IngestRun(settings, OptionalDouble.empty(), System::nanoTime, System.out::println).run();
        ObjectNode document = IngestDocument.of(result);
        assertThat(result.isGood()).as(document.toString()).isTrue();
        HeldCopy copy = result.heldCopy().orElseThrow();
        assertThat(copy.isCopied()).as(document.toString()).isTrue();
        // 40 s of two cameras of 1 Mbit/s.
        assertThat(copy.bytes()).isBetween(9_500_000L, 12_000_000L);
        assertThat(document.path("heldCopy").path("copyMBps").asDouble()).isPositive();
    }
}
