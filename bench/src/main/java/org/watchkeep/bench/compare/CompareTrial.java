// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.watchkeep.bench.fleet.FleetCamera;
import org.watchkeep.bench.fleet.FleetLink;
import org.watchkeep.bench.fleet.FleetPlan;
import org.watchkeep.bench.fleet.SentByCamera;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Refusal;

/** One contender with cameras of its own, from the first connection to what is left after the kill. Used once. */
final class CompareTrial {
    /** Programs that look at a stream before they record it take up to 5 s for that, and here all begin at once. */
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(90);

    private static final long LOOK_MILLIS = 200;

    private final Load load;
    private final LongSupplier nanoTime;
    private final Consumer<String> progress;

    /**
     * The same for all. Immutable.
     *
     * @param ffprobe reads back what is left; without it losses are not measured
     */
    record Load(FleetPlan plan, Duration warmUp, Duration measured, Optional<Path> ffprobe) {}

    CompareTrial(Load load, LongSupplier nanoTime, Consumer<String> progress) {
        this.load = load;
        this.nanoTime = nanoTime;
        this.progress = progress;
    }

    /** @param folder for its recordings alone */
    Outcome run(Contender contender, Path folder) throws ConfigException, Refusal, IOException {
        Optional<String> missing = contender.missing();
        if (missing.isPresent()) {
            return Outcome.absent(contender, missing.get());
        }
        progress.accept(contender.name() + ": " + contender.how());
        try (FleetLink fleet = FleetLink.open(Optional.empty())) {
            List<FleetCamera> cameras = fleet.start(load.plan());
            try (Contender.Recording recording = contender.start(cameras, folder)) {
                return measured(contender, fleet, recording);
            }
        } catch (UncheckedIOException e) {
            throw new IOException(contender.name() + ": " + e.getCause(), e);
        }
    }

    private record Reading(FleetLink.Reading fleet, ProcessCost cost, long nanos) {}

    private Outcome measured(Contender contender, FleetLink fleet, Contender.Recording recording)
            throws IOException, ConfigException, Refusal {
        connect(contender, fleet, recording);
        pause(load.warmUp());
        Reading from = read(fleet, recording);
        pause(load.measured());
        Reading to = read(fleet, recording);
        int processes = recording.processes().size();
        recording.kill();
        fleet.end();
        List<SentByCamera> sent = fleet.sentByCamera();
        progress.accept(contender.name() + ": killed; reading what is left");
        List<Outcome.Lost> lost = load.ffprobe().isPresent()
                ? lost(sent, recording.footage(), load.ffprobe().get())
                : List.of();
        double seconds = (to.nanos - from.nanos) / 1e9;
        double gigabytes = (to.fleet.sent().bytes() - from.fleet.sent().bytes()) / 1e9;
        double cpu = to.cost.cpuSeconds() - from.cost.cpuSeconds();
        return new Outcome(
                contender.name(),
                contender.how(),
                Optional.of(new Outcome.Measured(
                        processes,
                        cpu / gigabytes,
                        cpu / seconds,
                        to.cost.rssBytes() / 1e6,
                        to.cost.pssBytes() / 1e6,
                        to.fleet.sent().overrunPackets(),
                        lost,
                        load.ffprobe().isPresent() ? "" : "no ffprobe on the PATH to read back what is left")),
                "");
    }

    private static List<Outcome.Lost> lost(List<SentByCamera> sent, Map<Integer, List<Path>> footage, Path ffprobe)
            throws IOException {
        List<Outcome.Lost> lost = new ArrayList<>();
        for (SentByCamera camera : sent) {
            List<Path> files = footage.getOrDefault(camera.camera(), List.of());
            lost.add(Outcome.Lost.of(camera, ReadableFootage.of(ffprobe, files)));
        }
        return lost;
    }

    private void connect(Contender contender, FleetLink fleet, Contender.Recording recording) throws IOException {
        long until = nanoTime.getAsLong() + CONNECT_LIMIT.toNanos();
        int playing = 0;
        while (playing < load.plan().cameras()) {
            if (recording.processes().isEmpty() || nanoTime.getAsLong() - until > 0) {
                throw new IOException(contender.name() + " played only " + playing + " of "
                        + load.plan().cameras() + " cameras after " + CONNECT_LIMIT.toSeconds() + " s");
            }
            pause(Duration.ofMillis(LOOK_MILLIS));
            playing = fleet.read().sent().playing();
        }
    }

    private Reading read(FleetLink fleet, Contender.Recording recording) throws IOException {
        FleetLink.Reading sent = fleet.read();
        return new Reading(sent, ProcessCost.of(recording.processes()), nanoTime.getAsLong());
    }

    private static void pause(Duration time) throws IOException {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
