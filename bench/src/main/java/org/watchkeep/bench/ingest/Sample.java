// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

/**
 * One look during a run, some each second. Immutable.
 *
 * @param atSeconds since the measured time began; below 0 in the warm-up
 * @param offeredMbps sent by the fleet since the look before, in 10^6 bit/s
 * @param acknowledgedMbps made durable since then
 * @param recorderCores processors the recorder kept busy since then; {@code fleetCores} the fleet
 * @param overrunPackets left out by the cameras so far, the recorder being more than two seconds behind
 * @param droppedFragments found no batch so far
 * @param latestMillis the longest that a picture left the fleet late since then, through its own fault
 * @param waitingShare of the time since then, in which somebody on the machine waited for a processor; NaN where the kernel
 *     does not tell
 */
record Sample(
        double atSeconds,
        double offeredMbps,
        double acknowledgedMbps,
        double recorderCores,
        double fleetCores,
        long overrunPackets,
        long droppedFragments,
        long latestMillis,
        double waitingShare) {}
