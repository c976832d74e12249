// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.OptionalDouble;
import org.watchkeep.bench.ingest.IngestResult.Cost;
import org.watchkeep.bench.ingest.IngestResult.Losses;

/** An ingest run in JSON, its fields as docs/cli.md lists them. */
final class IngestDocument {
    private IngestDocument() {}

    static ObjectNode of(IngestResult result) {
        ObjectNode node = new ObjectMapper().createObjectNode();
        IngestSettings settings = result.settings();
        settings.name().ifPresent(name -> node.put("workload", name));
        node.put("cameras", settings.cameras())
                .put("streams", settings.plan().streams())
                .put("peakBitsPerSecond", settings.plan().peakBitsPerSecond())
                .put("arrival", settings.plan().arrival().name().toLowerCase(Locale.ROOT))
                .put("measuredSeconds", settings.measured().toMillis() / 1e3)
                .put("offeredMbps", round(result.rates().offeredMbps()))
                .put("acknowledgedMbps", round(result.rates().acknowledgedMbps()));
        putLosses(node, result.losses());
        node.put("ackP50Ms", round(result.latency().p50Millis()))
                .put("ackP99Ms", round(result.latency().p99Millis()))
                .put("ackMaxMs", round(result.latency().mostMillis()));
        putCost(node, result);
        putBeside(node, result);
        node.putObject("check")
                .put("fragments", result.check().fragments())
                .put("segments", result.check().segments())
                .put("damaged", result.check().damaged())
                .put("missing", result.check().missing())
                .put("gaps", result.check().gaps())
                .put("unexplained", result.check().unexplained());
        putSamples(node.putArray("samples"), result);
        return node;
    }

    private static void putLosses(ObjectNode node, Losses losses) {
        node.put("sentPackets", losses.sentPackets())
                .put("lostPackets", losses.lostPackets())
                .put("lostPictures", losses.lostPictures())
                .put("droppedFragments", losses.droppedFragments())
                .put("wireLostPackets", losses.wirePackets())
                .put("noticedLostPackets", losses.noticedPackets());
    }

    private static void putCost(ObjectNode node, IngestResult result) {
        Cost cost = result.cost();
        OptionalDouble floor = result.floorCpuSecondsPerGb();
        node.put("recorderCpuSecondsPerGB", round(cost.recorderCpuSecondsPerGb()))
                .put("recorderCores", round(cost.recorderCores()))
                .put("fleetCpuSecondsPerGB", round(cost.fleetCpuSecondsPerGb()));
        if (floor.isPresent()) {
            node.put("floorCpuSecondsPerGB", round(floor.getAsDouble()));
            if (result.readBack().isPresent() || result.heldCopy().isPresent()) {
                String what = result.readBack().isPresent() ? "the reading back" : "the copying";
                node.putNull("recorderToFloor").put("recorderToFloorReason", what + " is in the recorder's cost");
            } else {
                node.put("recorderToFloor", round(cost.recorderCpuSecondsPerGb() / floor.getAsDouble()));
            }
        } else {
            node.putNull("floorCpuSecondsPerGB").put("floorReason", "left out by --no-floor");
        }
        node.put("recorderRssMB", round(cost.rssMb()))
                .put("recorderPeakRssMB", round(cost.peakRssMb()))
                .put("allocatedBytesPerPacket", round(cost.allocatedBytesPerPacket()))
                .put("allocatedMBPerSecond", round(cost.allocatedMbPerSecond()))
                .put("gcPauses", cost.gcPauses())
                .put("gcLongestPauseMs", cost.gcLongestPauseMillis());
    }

    private static void putBeside(ObjectNode node, IngestResult result) {
        result.readBack()
                .ifPresent(read -> node.putObject("readBack")
                        .put("rounds", read.rounds())
                        .put("mediaSeconds", round(read.mediaSeconds()))
                        .put("seconds", round(read.seconds()))
                        .put("timesRealTime", round(read.timesRealTime()))
                        .put("cpuSeconds", round(read.cpuSeconds()))
                        .put("megabytes", round(read.bytes() / 1e6))
                        .put("missing", read.missing()));
        result.heldCopy().ifPresent(copy -> copy.putInto(node.putObject("heldCopy")));
        if (result.settings().beside().awaySeconds() > 0) {
            node.put("awaySeconds", result.settings().beside().awaySeconds());
            if (result.backSeconds().isPresent()) {
                node.put("allBackAfterSeconds", round(result.backSeconds().getAsDouble()));
            } else {
                node.putNull("allBackAfterSeconds")
                        .put("allBackReason", "not all were recorded again before the run ended");
            }
        }
    }

    private static void putSamples(ArrayNode list, IngestResult result) {
        for (Sample sample : result.samples()) {
            ObjectNode one = list.addObject();
            one.put("atSeconds", round(sample.atSeconds()))
                    .put("offeredMbps", round(sample.offeredMbps()))
                    .put("acknowledgedMbps", round(sample.acknowledgedMbps()))
                    .put("recorderCores", round(sample.recorderCores()))
                    .put("fleetCores", round(sample.fleetCores()))
                    .put("overrunPackets", sample.overrunPackets())
                    .put("droppedFragments", sample.droppedFragments())
                    .put("fleetLateMs", sample.latestMillis());
            if (Double.isNaN(sample.waitingShare())) {
                one.putNull("cpuWaitingShare");
            } else {
                one.put("cpuWaitingShare", round(sample.waitingShare()));
            }
        }
    }

    static double round(double value) {
        return Math.round(value * 1_000) / 1_000.0;
    }
}
