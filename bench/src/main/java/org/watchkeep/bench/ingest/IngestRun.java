// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.watchkeep.bench.ChildProcess;
import org.watchkeep.bench.disk.DiskSpeed;
import org.watchkeep.bench.fleet.FleetLink;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.store.CheckReport;

/** One run from empty folder to checked store. Confined to one thread; used once. */
final class IngestRun {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** 2,000 cameras within the connect budget of a site take 40 s. */
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(90);

    private static final long LOOK_MILLIS = 200;

    /** How often it is looked whether what is held is copied. */
    private static final long HELD_LOOK_MILLIS = 50;

    /** How often figures are looked at while it runs. */
    private static final Duration SAMPLE_EACH = Duration.ofSeconds(1);

    /** Nothing more is acknowledged for so long: all has come that will. */
    private static final int SETTLED_LOOKS = 10;

    /** The camera that is read back: any would do. */
    private static final String READ_CAMERA = "cam1";

    private final IngestSettings settings;
    private final OptionalDouble floor;
    private final LongSupplier nanoTime;
    private final Consumer<String> progress;

    private final List<Sample> samples = new ArrayList<>();
    private ReadBack readBack = ReadBack.NONE;
    private Optional<HeldCopy> heldCopy = Optional.empty();
    private long placedNanos;
    private OptionalDouble backSeconds = OptionalDouble.empty();

    IngestRun(IngestSettings settings, OptionalDouble floor, LongSupplier nanoTime, Consumer<String> progress) {
        this.settings = settings;
        this.floor = floor;
        this.nanoTime = nanoTime;
        this.progress = progress;
    }

    private double diskSpeed() throws IOException, Refusal {
        progress.accept("the disk alone");
        Files.createDirectories(settings.folder());
        return DiskSpeed.alone(settings.folder(), nanoTime);
    }

    /** Both sides of a run. */
    private record Parts(FleetLink fleet, ChildProcess recorder) {}

    /** One look at both sides and the clock between them. */
    private record Reading(
            FleetLink.Reading fleet, JsonNode recorder, double cpuSeconds, OptionalLong waitedMicros, long nanos) {
        double secondsSince(Reading earlier) {
            return (nanos - earlier.nanos) / 1e9;
        }

        double bytesSince(Reading earlier) {
            return fleet.sent().bytes() - earlier.fleet.sent().bytes();
        }

        double since(Reading earlier, String field) {
            return recorder.path(field).asDouble()
                    - earlier.recorder.path(field).asDouble();
        }

        long recorded(String field) {
            return recorder.path(field).asLong();
        }
    }

    IngestResult run() throws IOException, ConfigException, Refusal {
        double disk = settings.beside().copyHeld() ? diskSpeed() : Double.NaN;
        try (FleetLink fleet = FleetLink.open(settings.fleetHost())) {
            BenchSite site = BenchSite.make(
                    settings.folder(), fleet.start(settings.plan()), settings.ringBytes(), settings.vaultBytes());
            Measured measured;
            try (ChildProcess recorder = site.startRecorder()) {
                measured = measure(new Parts(fleet, recorder), disk);
            }
            progress.accept("checking all that was recorded");
            return result(measured, check(site));
        }
    }

    private record Measured(Reading from, Reading to, Reading end, long rssBytes, long peakRssBytes) {}

    private Measured measure(Parts parts, double diskMbps) throws IOException {
        connect(parts);
        progress.accept("warming up for " + settings.warmUp().toSeconds() + " s");
        watch(parts, settings.warmUp(), -settings.warmUp().toMillis() / 1e3, false);
        parts.recorder.ask("mark", PATIENCE);
        Reading from = read(parts);
        progress.accept("measuring for " + settings.measured().toSeconds() + " s");
        if (settings.beside().copyHeld()) {
            hold(parts, diskMbps);
        }
        if (settings.beside().awaySeconds() > 0) {
            Duration half = settings.measured().dividedBy(2);
            watch(parts, half, 0, true);
            goAway(parts);
            watch(parts, half, (nanoTime.getAsLong() - from.nanos) / 1e9, true);
        } else {
            watch(parts, settings.measured(), 0, true);
        }
        Reading to = read(parts);
        long rss = parts.recorder.memoryBytes("VmRSS");
        long peak = parts.recorder.memoryBytes("VmHWM");
        parts.fleet.end();
        settle(parts.recorder, "packets");
        parts.recorder.ask("stop", PATIENCE);
        settle(parts.recorder, "acknowledgedFragments");
        return new Measured(from, to, read(parts), rss, peak);
    }

    private void connect(Parts parts) throws IOException {
        long until = nanoTime.getAsLong() + CONNECT_LIMIT.toNanos();
        long recording = recording(parts);
        while (recording < settings.plan().streams()) {
            if (nanoTime.getAsLong() - until > 0) {
                throw new NotRecordedException("only " + recording + " of "
                        + settings.plan().streams() + " streams were recorded after " + CONNECT_LIMIT.toSeconds()
                        + " s");
            }
            pause(Duration.ofMillis(LOOK_MILLIS));
            recording = recording(parts);
        }
    }

    private static long recording(Parts parts) throws IOException {
        return parts.recorder.ask("figures", PATIENCE).path("recording").asLong();
    }

    /** Looks at both sides until the time is over; between the looks a camera is read back, where that was asked for. */
    private void watch(Parts parts, Duration time, double atSeconds, boolean isMeasured) throws IOException {
        long begin = nanoTime.getAsLong();
        long end = begin + time.toNanos();
        Reading last = read(parts);
        while (end - nanoTime.getAsLong() > 0) {
            long next = Math.min(end - nanoTime.getAsLong(), SAMPLE_EACH.toNanos());
            if (isMeasured && settings.beside().readBack()) {
                readUntil(parts, nanoTime.getAsLong() + next);
            } else if (isMeasured && heldCopy.filter(copy -> !copy.isCopied()).isPresent()) {
                copyUntil(parts, nanoTime.getAsLong() + next);
            } else {
                pause(Duration.ofNanos(Math.max(0, next)));
            }
            Reading now = read(parts);
            samples.add(sample(last, now, atSeconds + (now.nanos - begin) / 1e9));
            last = now;
        }
    }

    private void readUntil(Parts parts, long until) throws IOException {
        do {
            readBack = readBack.and(ReadBack.of(parts.recorder.ask("read " + READ_CAMERA, PATIENCE)));
        } while (until - nanoTime.getAsLong() > 0);
    }

    private void hold(Parts parts, double diskMbps) throws IOException {
        progress.accept("holding what was recorded");
        JsonNode placed = parts.recorder.ask("hold", PATIENCE);
        placedNanos = nanoTime.getAsLong();
        heldCopy = Optional.of(new HeldCopy(
                placed.path("placeMillis").asDouble(), placed.path("bytes").asLong(), Double.NaN, diskMbps));
    }

    private void copyUntil(Parts parts, long until) throws IOException {
        HeldCopy placed = heldCopy.orElseThrow();
        while (until - nanoTime.getAsLong() > 0) {
            String state = parts.recorder.ask("held", PATIENCE).path("state").asText();
            long now = nanoTime.getAsLong();
            if (state.equals("copied") && !heldCopy.orElseThrow().isCopied()) {
                double seconds = (now - placedNanos) / 1e9;
                heldCopy = Optional.of(new HeldCopy(placed.placeMillis(), placed.bytes(), seconds, placed.diskMbps()));
            }
            pause(Duration.ofMillis(Math.max(0, Math.min(HELD_LOOK_MILLIS, (until - now) / 1_000_000))));
        }
    }

    private static Sample sample(Reading last, Reading now, double atSeconds) {
        double seconds = Math.max(1e-3, now.secondsSince(last));
        double waited = now.waitedMicros.isPresent() && last.waitedMicros.isPresent()
                ? now.waitedMicros.getAsLong() - last.waitedMicros.getAsLong()
                : Double.NaN;
        return new Sample(
                atSeconds,
                now.bytesSince(last) * 8 / 1e6 / seconds,
                now.since(last, "acknowledgedBytes") * 8 / 1e6 / seconds,
                (now.cpuSeconds - last.cpuSeconds) / seconds,
                (now.fleet.cpuSeconds() - last.fleet.cpuSeconds()) / seconds,
                now.fleet.sent().overrunPackets(),
                now.recorded("droppedFragments"),
                now.fleet.sent().latestMillis(),
                waited / 1e6 / seconds);
    }

    /** All cameras go away at once and come back at once; says how long it takes until the last is recorded again. */
    private void goAway(Parts parts) throws IOException {
        progress.accept("all cameras go away for " + settings.beside().awaySeconds() + " s");
        parts.fleet.breakFor(settings.beside().awaySeconds());
        long back = nanoTime.getAsLong();
        while (nanoTime.getAsLong() - back < CONNECT_LIMIT.toNanos()) {
            if (recording(parts) == settings.plan().streams()) {
                backSeconds = OptionalDouble.of((nanoTime.getAsLong() - back) / 1e9);
                return;
            }
            pause(Duration.ofMillis(LOOK_MILLIS));
        }
    }

    /** Waits until what the fleet sent last has been written, or it is clear that it will not be. */
    private void settle(ChildProcess recorder, String figure) throws IOException {
        long before = -1;
        int same = 0;
        while (same < SETTLED_LOOKS) {
            pause(Duration.ofMillis(LOOK_MILLIS));
            long now = recorder.ask("figures", PATIENCE).path(figure).asLong();
            same = now == before ? same + 1 : 0;
            before = now;
        }
    }

    private Reading read(Parts parts) throws IOException {
        FleetLink.Reading sent = parts.fleet.read();
        JsonNode figures = parts.recorder.ask("figures", PATIENCE);
        return new Reading(
                sent, figures, parts.recorder.cpuSeconds(), CpuPressure.waitedMicros(), nanoTime.getAsLong());
    }

    private static CheckReport check(BenchSite site) throws IOException, ConfigException, Refusal {
        try (ControlRoom room = site.open()) {
            return room.store().check(true, Optional.empty());
        }
    }

    private IngestResult result(Measured m, CheckReport check) {
        double seconds = m.to.secondsSince(m.from);
        return new IngestResult(
                settings,
                new IngestResult.Rates(
                        m.to.bytesSince(m.from) * 8 / seconds / 1e6,
                        m.to.since(m.from, "acknowledgedBytes") * 8 / seconds / 1e6),
                Accounts.losses(settings.plan(), m.end.fleet.sent(), m.end.recorder),
                new IngestResult.Latency(
                        m.to.recorder.path("ackP50Ms").asDouble(),
                        m.to.recorder.path("ackP99Ms").asDouble(),
                        m.to.recorder.path("ackMaxMs").asDouble()),
                cost(m, seconds),
                floor,
                check,
                samples,
                readBack.rounds() > 0 ? Optional.of(readBack) : Optional.empty(),
                heldCopy,
                backSeconds);
    }

    private static IngestResult.Cost cost(Measured m, double seconds) {
        double gigabytes = m.to.bytesSince(m.from) / 1e9;
        double recorderSeconds = m.to.cpuSeconds - m.from.cpuSeconds;
        double allocated = m.to.since(m.from, "allocatedBytes");
        return new IngestResult.Cost(
                recorderSeconds / gigabytes,
                recorderSeconds / seconds,
                (m.to.fleet.cpuSeconds() - m.from.fleet.cpuSeconds()) / gigabytes,
                m.rssBytes / 1e6,
                m.peakRssBytes / 1e6,
                allocated / Math.max(1, m.to.since(m.from, "packets")),
                allocated / seconds / 1e6,
                m.to.recorded("gcPauses"),
                m.to.recorded("gcLongestPauseMs"));
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
