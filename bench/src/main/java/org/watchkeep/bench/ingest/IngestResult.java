// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.watchkeep.retention.store.CheckReport;

/**
 * What one ingest run measured. Rates, latencies and costs are of the measured span; losses and the check are of the whole
 * run, from the first packet to the last. Immutable.
 *
 * @param samples in the order they were taken, the warm-up's first
 * @param readBack where one camera was read back meanwhile
 * @param heldCopy where what was recorded before was held and copied meanwhile
 * @param backSeconds where all cameras went away: how long after they were back the last of them was recorded again
 */
record IngestResult(
        IngestSettings settings,
        Rates rates,
        Losses losses,
        Latency latency,
        Cost cost,
        OptionalDouble floorCpuSecondsPerGb,
        CheckReport check,
        List<Sample> samples,
        Optional<ReadBack> readBack,
        Optional<HeldCopy> heldCopy,
        OptionalDouble backSeconds) {
    /** Rule 2 of the house: what a power cut may cost of a camera's video on a healthy disk. */
    static final double MOST_ACK_MILLIS = 2_000;

    /** Less of what was meant to be sent, and it was the fleet that was measured. */
    private static final double LEAST_OFFERED = 0.97;

    /** @param offeredMbps RTP with its RTSP framing; {@code acknowledgedMbps} payload made durable; both in 10^6 bit/s */
    record Rates(double offeredMbps, double acknowledgedMbps) {}

    /**
     * Sent, or due and not sent because the recorder took none, and not in acknowledged fragments.
     *
     * @param wirePackets lost on purpose by a network of the fleet's own; in none of the others
     * @param noticedPackets what the recorder itself says was missing from the sequence
     */
    record Losses(
            long sentPackets,
            long lostPackets,
            long lostPictures,
            long droppedFragments,
            long wirePackets,
            long noticedPackets) {}

    /** From a fragment's first picture to acknowledged. */
    record Latency(double p50Millis, double p99Millis, double mostMillis) {}

    /**
     * What it took.
     *
     * @param recorderCpuSecondsPerGb of 10^9 bytes sent by the fleet
     */
    record Cost(
            double recorderCpuSecondsPerGb,
            double recorderCores,
            double fleetCpuSecondsPerGb,
            double rssMb,
            double peakRssMb,
            double allocatedBytesPerPacket,
            double allocatedMbPerSecond,
            long gcPauses,
            long gcLongestPauseMillis) {}

    IngestResult {
        samples = List.copyOf(samples);
    }

    boolean isLossless() {
        return losses.lostPackets == 0 && losses.lostPictures == 0 && losses.droppedFragments == 0;
    }

    boolean isSound() {
        return check.damaged() == 0 && check.missing() == 0 && check.unexplained() == 0;
    }

    boolean isGood() {
        return isLossless() && isSound();
    }

    /** Whether the fleet sent what it was told to; where that varies by design it cannot be said, and is taken as so. */
    boolean isOffered() {
        return !settings.plan().isEven()
                || settings.beside().awaySeconds() > 0
                || rates.offeredMbps * 1e6 >= LEAST_OFFERED * settings.plan().peakBitsPerSecond();
    }

    /** What a search asks: nothing lost, in time, and really offered. */
    boolean isCarried() {
        return isGood() && isOffered() && latency.p99Millis <= MOST_ACK_MILLIS;
    }
}
