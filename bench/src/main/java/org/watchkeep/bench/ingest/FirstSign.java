// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import java.util.List;
import java.util.Locale;

/**
 * What gave way first in a run that was not carried: the earliest look that shows something, and what it shows. Within one
 * look the cause stands before what follows from it: a disk that takes no batches holds up the recorder, a recorder that
 * reads nothing holds up the cameras.
 */
final class FirstSign {
    /** A picture this late through the fleet's own fault would itself be lost to a recorder that waits for it. */
    private static final long LATE_MILLIS = 500;

    /** Busier, and whoever waits waits for a processor. */
    private static final double BUSY = 0.9;

    /** Somebody waits for a processor nearly always, and we do not fill them: others do. */
    private static final double MUCH_WAITING = 0.8;

    private static final String OTHER_WORK = "other work on the machine: ";

    private FirstSign() {}

    /** One clause that begins with what broke: the store, the disk, the processors, other work, the recorder, the fleet. */
    static String of(IngestResult result, int processors) {
        if (!result.isSound()) {
            return "the store: " + result.check().damaged() + " damaged, "
                    + result.check().missing() + " missing, " + result.check().unexplained() + " unexplained";
        }
        List<Sample> samples = result.samples();
        for (Sample sample : samples) {
            String sign = sign(sample, processors);
            if (!sign.isEmpty()) {
                return sign;
            }
        }
        if (!result.isOffered()) {
            return String.format(
                    Locale.ROOT,
                    "the fleet: %.0f of %.0f Mbit/s were sent%s",
                    result.rates().offeredMbps(),
                    result.settings().plan().peakBitsPerSecond() / 1e6,
                    busy(averaged(samples), processors));
        }
        if (!result.isLossless()) {
            return String.format(
                    Locale.ROOT,
                    "the recorder: %d packets and %d pictures lost, and no look before the end showed why%s",
                    result.losses().lostPackets(),
                    result.losses().lostPictures(),
                    busy(averaged(samples), processors));
        }
        if (result.latency().p99Millis() > IngestResult.MOST_ACK_MILLIS) {
            return String.format(
                    Locale.ROOT,
                    "the disk: acknowledged after %.0f ms (p99; at most %.0f)%s",
                    result.latency().p99Millis(),
                    IngestResult.MOST_ACK_MILLIS,
                    busy(averaged(samples), processors));
        }
        return "nothing";
    }

    /** Empty where this look shows nothing. */
    private static String sign(Sample sample, int processors) {
        String when = String.format(Locale.ROOT, " at %.0f s", sample.atSeconds());
        if (sample.droppedFragments() > 0) {
            return "the disk: " + sample.droppedFragments() + " fragments found no batch in time" + when
                    + busy(sample, processors);
        }
        boolean isFull = cores(sample) >= BUSY * processors;
        boolean isShared = sample.waitingShare() >= MUCH_WAITING;
        if (sample.overrunPackets() > 0) {
            return (isFull ? "the processors: " : isShared ? OTHER_WORK : "the recorder: ") + sample.overrunPackets()
                    + " packets waited more than 2 s to be taken" + when + busy(sample, processors);
        }
        if (sample.latestMillis() >= LATE_MILLIS) {
            return (isFull ? "the processors: " : isShared ? OTHER_WORK : "the fleet: ") + "cameras sent "
                    + sample.latestMillis() + " ms late" + when + busy(sample, processors);
        }
        return "";
    }

    private static double cores(Sample sample) {
        return sample.recorderCores() + sample.fleetCores();
    }

    private static Sample averaged(List<Sample> samples) {
        double recorder =
                samples.stream().mapToDouble(Sample::recorderCores).average().orElse(0);
        double fleet =
                samples.stream().mapToDouble(Sample::fleetCores).average().orElse(0);
        return new Sample(0, 0, 0, recorder, fleet, 0, 0, 0, Double.NaN);
    }

    private static String busy(Sample sample, int processors) {
        return String.format(
                Locale.ROOT,
                ", %d processors %.0f %% busy (recorder %.2f, fleet %.2f)",
                processors,
                100 * cores(sample) / processors,
                sample.recorderCores(),
                sample.fleetCores());
    }
}
