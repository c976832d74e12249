// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalDouble;
import org.watchkeep.retention.store.CheckReport;

/**
 * What one ingest run measured. Rates are of the measured span; losses and the check are of the whole run, from the first
 * packet to the last. Immutable.
 *
 * @param offeredMbps sent by the fleet, in 10^6 bit/s of RTP with its RTSP framing
 * @param acknowledgedMbps made durable, in 10^6 bit/s of payload
 * @param lostPackets RTP packets sent, or due and not sent because the recorder took none, that are not in acknowledged
 *     fragments
 * @param lostPictures the same in pictures
 */
record IngestResult(
        IngestSettings settings,
        double offeredMbps,
        double acknowledgedMbps,
        long sentPackets,
        long lostPackets,
        long lostPictures,
        long droppedFragments,
        double ackP50Ms,
        double ackP99Ms,
        double ackMaxMs,
        double recorderCpuSecondsPerGb,
        double recorderCores,
        double fleetCpuSecondsPerGb,
        OptionalDouble floorCpuSecondsPerGb,
        double recorderRssMb,
        double recorderPeakRssMb,
        double allocatedBytesPerPacket,
        long gcPauses,
        long gcLongestPauseMs,
        CheckReport check) {
    private static final ObjectMapper JSON = new ObjectMapper();

    boolean isLossless() {
        return lostPackets == 0 && lostPictures == 0 && droppedFragments == 0;
    }

    boolean isGood() {
        return isLossless() && check.damaged() == 0 && check.missing() == 0 && check.unexplained() == 0;
    }

    ObjectNode toJson() {
        ObjectNode node = JSON.createObjectNode();
        node.put("cameras", settings.cameras());
        node.put("bitsPerSecond", settings.pattern().bitsPerSecond());
        node.put("arrival", settings.arrival().name().toLowerCase(java.util.Locale.ROOT));
        node.put("measuredSeconds", settings.measured().toMillis() / 1e3);
        node.put("offeredMbps", round(offeredMbps));
        node.put("acknowledgedMbps", round(acknowledgedMbps));
        node.put("sentPackets", sentPackets);
        node.put("lostPackets", lostPackets);
        node.put("lostPictures", lostPictures);
        node.put("droppedFragments", droppedFragments);
        node.put("ackP50Ms", round(ackP50Ms));
        node.put("ackP99Ms", round(ackP99Ms));
        node.put("ackMaxMs", round(ackMaxMs));
        node.put("recorderCpuSecondsPerGB", round(recorderCpuSecondsPerGb));
        node.put("recorderCores", round(recorderCores));
        node.put("fleetCpuSecondsPerGB", round(fleetCpuSecondsPerGb));
        if (floorCpuSecondsPerGb.isPresent()) {
            node.put("floorCpuSecondsPerGB", round(floorCpuSecondsPerGb.getAsDouble()));
            node.put("recorderToFloor", round(recorderCpuSecondsPerGb / floorCpuSecondsPerGb.getAsDouble()));
        } else {
            node.putNull("floorCpuSecondsPerGB");
            node.put("floorReason", "left out by --no-floor");
        }
        node.put("recorderRssMB", round(recorderRssMb));
        node.put("recorderPeakRssMB", round(recorderPeakRssMb));
        node.put("allocatedBytesPerPacket", round(allocatedBytesPerPacket));
        node.put("gcPauses", gcPauses);
        node.put("gcLongestPauseMs", gcLongestPauseMs);
        node.putObject("check")
                .put("fragments", check.fragments())
                .put("segments", check.segments())
                .put("damaged", check.damaged())
                .put("missing", check.missing())
                .put("gaps", check.gaps())
                .put("unexplained", check.unexplained());
        return node;
    }

    private static double round(double value) {
        return Math.round(value * 1_000) / 1_000.0;
    }
}
