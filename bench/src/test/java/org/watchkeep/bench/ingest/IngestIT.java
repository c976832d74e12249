// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.bench.fleet.Arrival;
import org.watchkeep.bench.fleet.FleetPlan;
import org.watchkeep.bench.fleet.StreamPattern;
import org.watchkeep.bench.ingest.IngestSettings.Beside;

/** A short run with real processes: every packet of the fleet is in the store, and the accounts agree. */
class IngestIT {
    @TempDir
    private Path folder;

    @Test
    void run_fewCameras_acknowledgesEveryPicture() throws Exception {
        IngestSettings settings = new IngestSettings(
                Optional.empty(),
                FleetPlan.of(4, new StreamPattern(1_000_000, 25, 50), Arrival.PACKET),
                Duration.ofSeconds(1),
                Duration.ofSeconds(3),
                folder.resolve("run"),
                Optional.empty(),
                new Beside(true, false, 0));
        IngestResult result =
                new IngestRun(settings, OptionalDouble.empty(), System::nanoTime, System.out::println).run();
        assertThat(result.isGood()).as(IngestDocument.of(result).toString()).isTrue();
        assertThat(result.losses().sentPackets()).isPositive();
        assertThat(result.rates().offeredMbps()).isPositive();
        assertThat(result.latency().p99Millis())
                .isGreaterThanOrEqualTo(result.latency().p50Millis())
                .isPositive();
        assertThat(result.check().fragments()).isPositive();
    }
}
