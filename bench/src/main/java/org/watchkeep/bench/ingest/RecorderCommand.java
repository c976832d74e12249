// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.watchkeep.bench.Questions;
import org.watchkeep.controlroom.AlarmLog;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.config.SiteConfigReader;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.recorder.ingest.CameraState;
import org.watchkeep.recorder.ingest.CameraStatus;
import org.watchkeep.retention.store.SystemStoreClock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code bench recorder}: the recorder of a bench, put together as {@code serve} does it, telling how it goes. Answers
 * {@code figures}, {@code mark} (latencies are counted anew from here) and {@code stop} (with the figures after the last
 * acknowledgement).
 */
@Command(name = "recorder", hidden = true, description = "The recorder of a bench; started by bench ingest.")
public final class RecorderCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out;

    @Option(names = "--data", required = true, description = "Data folder, initialised.")
    @SuppressWarnings("NullAway.Init") // picocli fills it in
    private Path data;

    @Option(names = "--config", required = true, description = "Site configuration.")
    @SuppressWarnings("NullAway.Init") // picocli fills it in
    private Path config;

    public RecorderCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        SiteConfig site = SiteConfigReader.read(config);
        SystemStoreClock clock = new SystemStoreClock();
        AcknowledgementTimes times = new AcknowledgementTimes(clock);
        VirtualMachineCost cost = new VirtualMachineCost();
        ControlRoom room = ControlRoom.open(data, site, clock, times);
        try (room) {
            room.record(new AlarmLog());
            new Questions(out).answerAll(question -> {
                switch (question) {
                    case "mark" -> {
                        times.reset();
                        cost.reset();
                    }
                    case "stop" -> room.stopRecording();
                    default -> {}
                }
                return figures(room, times, cost);
            });
        }
        return 0;
    }

    private static JsonNode figures(ControlRoom room, AcknowledgementTimes times, VirtualMachineCost cost) {
        List<CameraStatus> cameras = room.cameras();
        ObjectNode node = JSON.createObjectNode();
        node.put(
                "recording",
                cameras.stream().filter(c -> c.state() == CameraState.RECORDING).count());
        node.put("packets", cameras.stream().mapToLong(CameraStatus::packets).sum());
        node.put(
                "lostPackets",
                cameras.stream().mapToLong(CameraStatus::lostPackets).sum());
        node.put(
                "damagedPictures",
                cameras.stream().mapToLong(CameraStatus::damagedAccessUnits).sum());
        node.put(
                "acknowledgedMicros",
                cameras.stream().mapToLong(c -> c.store().acknowledgedMicros()).sum());
        node.put(
                "acknowledgedBytes",
                cameras.stream().mapToLong(c -> c.store().acknowledgedBytes()).sum());
        node.put(
                "acknowledgedFragments",
                cameras.stream()
                        .mapToLong(c -> c.store().acknowledgedFragments())
                        .sum());
        node.put(
                "droppedFragments",
                cameras.stream().mapToLong(c -> c.store().droppedFragments()).sum());
        times.writeTo(node);
        cost.writeTo(node);
        return node;
    }
}
