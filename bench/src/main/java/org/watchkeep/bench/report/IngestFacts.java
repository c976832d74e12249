// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The figures of an ingest run that have a row, with their units, in the order they are shown. */
final class IngestFacts {
    static final Map<String, String> UNITS = units();

    private IngestFacts() {}

    private static Map<String, String> units() {
        Map<String, String> units = new LinkedHashMap<>();
        units.put("cameras", "");
        units.put("streams", "");
        units.put("offeredMbps", "Mbit/s");
        units.put("acknowledgedMbps", "Mbit/s");
        units.put("sentPackets", "");
        units.put("lostPackets", "");
        units.put("lostPictures", "");
        units.put("droppedFragments", "");
        units.put("wireLostPackets", "");
        units.put("noticedLostPackets", "");
        units.put("ackP50Ms", "ms");
        units.put("ackP99Ms", "ms");
        units.put("ackMaxMs", "ms");
        units.put("recorderCpuSecondsPerGB", "s");
        units.put("floorCpuSecondsPerGB", "s");
        units.put("recorderToFloor", "x");
        units.put("fleetCpuSecondsPerGB", "s");
        units.put("recorderCores", "");
        units.put("recorderRssMB", "MB");
        units.put("recorderPeakRssMB", "MB");
        units.put("allocatedBytesPerPacket", "B");
        units.put("allocatedMBPerSecond", "MB/s");
        units.put("gcPauses", "");
        units.put("gcLongestPauseMs", "ms");
        units.put("readBack.timesRealTime", "x");
        units.put("readBack.cpuSeconds", "s");
        units.put("heldCopy.placeMs", "ms");
        units.put("heldCopy.megabytes", "MB");
        units.put("heldCopy.copySeconds", "s");
        units.put("heldCopy.copyMBps", "MB/s");
        units.put("heldCopy.diskMBps", "MB/s");
        units.put("heldCopy.copyToDisk", "x");
        units.put("allBackAfterSeconds", "s");
        units.put("check.fragments", "");
        units.put("check.damaged", "");
        units.put("check.missing", "");
        units.put("check.unexplained", "");
        return Collections.unmodifiableMap(units);
    }
}
