// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.watchkeep.bench.fleet.Arrival;
import org.watchkeep.bench.fleet.StreamPattern;

/**
 * One ingest run. Immutable.
 *
 * @param warmUp from when all cameras are recorded to the first reading
 * @param measured from the first reading to the second
 * @param folder where the run's ring goes; the disk that is measured
 * @param fleetHost a machine with {@code bench fleet --listen}; empty for this one
 */
record IngestSettings(
        int cameras,
        StreamPattern pattern,
        Arrival arrival,
        Duration warmUp,
        Duration measured,
        Path folder,
        Optional<String> fleetHost) {
    /** Payload, RTP and RTSP framing, record overhead and reels begun: measured at 1.02 to 1.05 times the payload. */
    private static final double RING_FACTOR = 1.15;

    /** Starting and stopping add to warm-up and measurement. */
    private static final int MARGIN_SECONDS = 25;

    long offeredBitsPerSecond() {
        return cameras * pattern.bitsPerSecond();
    }

    /** What the whole run writes at most. */
    long ringBytes() {
        long seconds = warmUp.toSeconds() + measured.toSeconds() + MARGIN_SECONDS;
        return (long) (offeredBitsPerSecond() / 8.0 * seconds * RING_FACTOR);
    }

    IngestSettings withCameras(int count) {
        return new IngestSettings(count, pattern, arrival, warmUp, measured, folder, fleetHost);
    }
}
