// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.watchkeep.bench.fleet.FleetPlan;

/**
 * One ingest run. Immutable.
 *
 * @param name of the workload; empty for cameras that are all alike
 * @param warmUp from when all cameras are recorded to the first reading
 * @param measured from the first reading to the second
 * @param folder where the run's ring goes; the disk that is measured
 * @param fleetHost a machine with {@code bench fleet --listen}; empty for this one
 */
record IngestSettings(
        Optional<String> name,
        FleetPlan plan,
        Duration warmUp,
        Duration measured,
        Path folder,
        Optional<String> fleetHost,
        Beside beside) {
    /** Payload, RTP and RTSP framing, record overhead and reels begun: measured at 1.02 to 1.05 times the payload. */
    private static final double RING_FACTOR = 1.15;

    /** Starting and stopping add to warm-up and measurement; coming back after a break does again. */
    private static final int MARGIN_SECONDS = 25;

    private static final int BREAK_MARGIN_SECONDS = 60;

    /** What the vault is taken for until it has copied something. */
    private static final double UNMEASURED_COPY_BYTES_A_SECOND = 20e6;

    /** Whole GOPs, and a reel that is begun. */
    private static final int VAULT_MARGIN_SECONDS = 10;

    /**
     * What happens beside the recording.
     *
     * @param readBack one camera is read back all the time, as fast as it goes
     * @param copyHeld what was recorded before the measured time is held, and copied into a vault
     * @param awaySeconds in the middle of the measured time all cameras go away for so long; 0 for never
     */
    record Beside(boolean readBack, boolean copyHeld, int awaySeconds) {
        static final Beside NOTHING = new Beside(false, false, 0);
    }

    int cameras() {
        return plan.cameras();
    }

    /** What the whole run writes at most. */
    long ringBytes() {
        long seconds = warmUp.toSeconds() + measured.toSeconds() + MARGIN_SECONDS;
        if (beside.awaySeconds > 0) {
            seconds += BREAK_MARGIN_SECONDS;
        }
        double bytesASecond = plan.peakBitsPerSecond() / 8.0 * RING_FACTOR;
        if (beside.copyHeld) {
            // No hold is admitted that the head would overtake.
            seconds += (long) (bytesASecond * HeldCopy.HELD.toSeconds() / UNMEASURED_COPY_BYTES_A_SECOND);
        }
        return (long) (bytesASecond * seconds);
    }

    /** What the vault takes of that; 0 for none. */
    long vaultBytes() {
        long seconds = HeldCopy.HELD.toSeconds() + VAULT_MARGIN_SECONDS;
        return beside.copyHeld ? (long) (plan.peakBitsPerSecond() / 8.0 * seconds * RING_FACTOR) : 0;
    }

    IngestSettings withFolder(Path other) {
        return new IngestSettings(name, plan, warmUp, measured, other, fleetHost, beside);
    }

    IngestSettings withCameras(int count) {
        return new IngestSettings(name, plan.withCameras(count), warmUp, measured, folder, fleetHost, beside);
    }
}
