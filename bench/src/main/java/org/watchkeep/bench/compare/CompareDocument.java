// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.watchkeep.bench.compare.Outcome.Lost;
import org.watchkeep.bench.compare.Outcome.Measured;

/** A comparison in JSON, its fields as docs/cli.md lists them. */
final class CompareDocument {
    private CompareDocument() {}

    static ObjectNode of(CompareTrial.Load load, List<Outcome> outcomes) {
        ObjectNode document = new ObjectMapper().createObjectNode().put("schema", "watchkeep/bench-compare/1");
        document.put("cameras", load.plan().cameras())
                .put(
                        "bitsPerSecond",
                        load.plan().peakBitsPerSecond() / load.plan().cameras())
                .put("arrival", load.plan().arrival().name().toLowerCase(Locale.ROOT))
                .put("warmUpSeconds", load.warmUp().toSeconds())
                .put("measuredSeconds", load.measured().toSeconds());
        ArrayNode list = document.putArray("recorders");
        for (Outcome outcome : outcomes) {
            ObjectNode one = list.addObject().put("name", outcome.name()).put("how", outcome.how());
            if (outcome.measured().isPresent()) {
                put(one, outcome.measured().get());
            } else {
                one.putNull("cpuSecondsPerGB").put("reason", outcome.reason());
            }
        }
        return document;
    }

    private static void put(ObjectNode node, Measured measured) {
        node.put("processes", measured.processes())
                .put("cpuSecondsPerGB", round(measured.cpuSecondsPerGb()))
                .put("cores", round(measured.cores()))
                .put("memoryMB", round(measured.pssMb()))
                .put("rssMB", round(measured.rssMb()))
                .put("overrunPackets", measured.overrunPackets());
        List<Lost> lost = measured.lost();
        if (lost.isEmpty()) {
            node.putNull("killLostSecondsMean").put("killReason", measured.lostReason());
            return;
        }
        node.put("killLostSecondsMean", round(mean(lost, Lost::seconds)))
                .put(
                        "killLostSecondsMax",
                        round(lost.stream().mapToDouble(Lost::seconds).max().orElse(0)))
                .put("killLostMegabytesMean", round(mean(lost, one -> one.bytes() / 1e6)));
        ArrayNode cameras = node.putArray("killLostByCamera");
        lost.forEach(one -> cameras.addObject()
                .put("camera", one.camera())
                .put("pictures", one.pictures())
                .put("seconds", round(one.seconds()))
                .put("bytes", one.bytes()));
    }

    private static double mean(List<Lost> lost, ToDoubleFunction<Lost> figure) {
        return lost.stream().mapToDouble(figure).average().orElse(0);
    }

    private static double round(double value) {
        return Math.round(value * 1_000) / 1_000.0;
    }
}
