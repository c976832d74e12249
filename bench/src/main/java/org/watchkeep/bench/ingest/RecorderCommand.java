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
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.watchkeep.bench.Questions;
import org.watchkeep.controlroom.AlarmLog;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.config.SiteConfigReader;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.recorder.ingest.CameraState;
import org.watchkeep.recorder.ingest.CameraStatus;
import org.watchkeep.retention.store.StoreClock;
import org.watchkeep.retention.store.SystemStoreClock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code bench recorder}: the recorder of a bench, put together as {@code serve} does it, telling how it goes. Answers
 * {@code figures}, {@code mark} (latencies are counted anew from here), {@code read CAMERA} (all of it that is durable),
 * {@code hold} (what all cameras recorded first), {@code held} (whether that is copied) and
 * {@code stop} (with the figures after the last acknowledgement).
 */
@Command(name = "recorder", hidden = true, description = "The recorder of a bench; started by bench ingest.")
public final class RecorderCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String READ = "read ";

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
                if (question.startsWith(READ)) {
                    return readBack(room, question.substring(READ.length()), clock);
                }
                if (question.equals("hold") || question.equals("held")) {
                    return held(room, question.equals("hold"), clock);
                }
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

    /** As a reader of {@code serve} does it, on a thread of its own. */
    private static JsonNode readBack(ControlRoom room, String camera, StoreClock clock) throws IOException {
        try {
            return ReadBack.once(room.acts(), camera, clock).toJson();
        } catch (Refusal e) {
            throw new IOException("camera " + camera + " cannot be read back: " + e.getMessage(), e);
        }
    }

    private static JsonNode held(ControlRoom room, boolean isToPlace, StoreClock clock) throws IOException {
        try {
            return isToPlace ? HeldCopy.place(room, clock) : HeldCopy.state(room);
        } catch (Refusal e) {
            throw new IOException("what was recorded cannot be held: " + e.getMessage(), e);
        }
    }

    private static JsonNode figures(ControlRoom room, AcknowledgementTimes times, VirtualMachineCost cost) {
        List<CameraStatus> streams = room.cameras().stream()
                .flatMap(camera -> Stream.concat(Stream.of(camera), camera.sub().stream()))
                .toList();
        ObjectNode node = JSON.createObjectNode();
        node.put(
                "recording",
                streams.stream().filter(c -> c.state() == CameraState.RECORDING).count());
        put(node, "packets", streams, CameraStatus::packets);
        put(node, "lostPackets", streams, CameraStatus::lostPackets);
        put(node, "damagedPictures", streams, CameraStatus::damagedAccessUnits);
        put(node, "acknowledgedMicros", streams, c -> c.store().acknowledgedMicros());
        put(node, "acknowledgedBytes", streams, c -> c.store().acknowledgedBytes());
        put(node, "acknowledgedFragments", streams, c -> c.store().acknowledgedFragments());
        put(node, "droppedFragments", streams, c -> c.store().droppedFragments());
        times.writeTo(node);
        cost.writeTo(node);
        return node;
    }

    private static void put(
            ObjectNode node, String field, List<CameraStatus> streams, ToLongFunction<CameraStatus> figure) {
        node.put(field, streams.stream().mapToLong(figure).sum());
    }
}
