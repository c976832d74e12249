// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

/** What gave way first in a run that lost something. */
final class Breaking {
    private Breaking() {}

    /** One clause, from the figures: the disk, the recorder's processors, or the fleet's. */
    static String first(IngestResult result) {
        if (result.check().damaged() + result.check().missing() + result.check().unexplained() > 0) {
            return "the store: " + result.check().damaged() + " damaged, "
                    + result.check().missing() + " missing, " + result.check().unexplained() + " unexplained";
        }
        if (result.droppedFragments() > 0) {
            return "the disk: " + result.droppedFragments() + " fragments found no batch in time";
        }
        double processors = Runtime.getRuntime().availableProcessors();
        double fleetCores = result.fleetCpuSecondsPerGb() * result.offeredMbps() / 8e3;
        double all = result.recorderCores() + fleetCores;
        return String.format(
                java.util.Locale.ROOT,
                "%d packets lost, the processors %.0f %% busy with recorder (%.2f cores) and fleet (%.2f cores)",
                result.lostPackets(),
                100 * all / processors,
                result.recorderCores(),
                fleetCores);
    }
}
