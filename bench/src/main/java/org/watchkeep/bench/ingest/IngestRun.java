// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.watchkeep.bench.ChildProcess;
import org.watchkeep.bench.fleet.FleetLink;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.config.SiteConfigReader;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.store.AcknowledgementListener;
import org.watchkeep.retention.store.CheckReport;
import org.watchkeep.retention.store.SystemStoreClock;

/** One run from empty folder to checked store. Confined to one thread; used once. */
final class IngestRun {
    /** As the launcher starts {@code serve}: what is measured is what runs. */
    private static final List<String> RECORDER_FLAGS = List.of("-Xmx1g", "-XX:MaxDirectMemorySize=2g");

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** 2,000 cameras within the connect budget of a site take 40 s. */
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(90);

    private static final long LOOK_MILLIS = 200;

    /** Nothing more is acknowledged for so long: all has come that will. */
    private static final int SETTLED_LOOKS = 10;

    private final IngestSettings settings;
    private final OptionalDouble floor;
    private final LongSupplier nanoTime;
    private final Consumer<String> progress;

    IngestRun(IngestSettings settings, OptionalDouble floor, LongSupplier nanoTime, Consumer<String> progress) {
        this.settings = settings;
        this.floor = floor;
        this.nanoTime = nanoTime;
        this.progress = progress;
    }

    /** One look at both sides and the clock between them. */
    private record Reading(FleetLink.Reading fleet, JsonNode recorder, double cpuSeconds, long nanos) {
        double secondsSince(Reading earlier) {
            return (nanos - earlier.nanos) / 1e9;
        }

        double bytesSince(Reading earlier) {
            return fleet.sent().bytes() - earlier.fleet.sent().bytes();
        }

        double since(Reading earlier, String field) {
            return recorder.get(field).asDouble() - earlier.recorder.get(field).asDouble();
        }
    }

    IngestResult run() throws IOException, ConfigException, Refusal {
        Path folder = settings.folder();
        try (FleetLink fleet = FleetLink.open(settings.fleetHost())) {
            String base = fleet.start(settings.cameras(), settings.pattern(), settings.arrival());
            BenchSite site = BenchSite.make(folder, base, settings.cameras(), settings.ringBytes());
            List<String> arguments = List.of(
                    "recorder",
                    "--data",
                    site.data().toString(),
                    "--config",
                    site.config().toString());
            Measured measured;
            try (ChildProcess recorder = ChildProcess.ofBench(RECORDER_FLAGS, arguments)) {
                measured = measure(fleet, recorder);
            }
            progress.accept("checking all that was recorded");
            return result(measured, check(site));
        }
    }

    private record Measured(Reading from, Reading to, Reading end, long rssBytes, long peakRssBytes) {}

    private Measured measure(FleetLink fleet, ChildProcess recorder) throws IOException {
        connect(fleet, recorder);
        progress.accept("warming up for " + settings.warmUp().toSeconds() + " s");
        pause(settings.warmUp().toMillis());
        recorder.ask("mark", PATIENCE);
        Reading from = read(fleet, recorder);
        progress.accept("measuring for " + settings.measured().toSeconds() + " s");
        pause(settings.measured().toMillis());
        Reading to = read(fleet, recorder);
        long rss = recorder.memoryBytes("VmRSS");
        long peak = recorder.memoryBytes("VmHWM");
        fleet.end();
        settle(recorder, "packets");
        recorder.ask("stop", PATIENCE);
        settle(recorder, "acknowledgedFragments");
        return new Measured(from, to, read(fleet, recorder), rss, peak);
    }

    private void connect(FleetLink fleet, ChildProcess recorder) throws IOException {
        long until = nanoTime.getAsLong() + CONNECT_LIMIT.toNanos();
        while (true) {
            long recording = recorder.ask("figures", PATIENCE).get("recording").asLong();
            if (recording == settings.cameras()) {
                return;
            }
            if (nanoTime.getAsLong() - until > 0) {
                throw new IOException("only " + recording + " of " + settings.cameras()
                        + " cameras were recorded after " + CONNECT_LIMIT.toSeconds() + " s; "
                        + fleet.read().sent());
            }
            pause(LOOK_MILLIS);
        }
    }

    /** Waits until what the fleet sent last has been written, or it is clear that it will not be. */
    private void settle(ChildProcess recorder, String figure) throws IOException {
        long before = -1;
        int same = 0;
        while (same < SETTLED_LOOKS) {
            pause(LOOK_MILLIS);
            long now = recorder.ask("figures", PATIENCE).get(figure).asLong();
            same = now == before ? same + 1 : 0;
            before = now;
        }
    }

    private Reading read(FleetLink fleet, ChildProcess recorder) throws IOException {
        FleetLink.Reading sent = fleet.read();
        return new Reading(sent, recorder.ask("figures", PATIENCE), recorder.cpuSeconds(), nanoTime.getAsLong());
    }

    private static CheckReport check(BenchSite site) throws IOException, ConfigException, Refusal {
        SiteConfig config = SiteConfigReader.read(site.config());
        try (ControlRoom room =
                ControlRoom.open(site.data(), config, new SystemStoreClock(), AcknowledgementListener.NONE)) {
            return room.store().check(true, Optional.empty());
        }
    }

    private IngestResult result(Measured m, CheckReport check) {
        double gigabytes = m.to.bytesSince(m.from) / 1e9;
        double seconds = m.to.secondsSince(m.from);
        long sent = m.end.fleet.sent().packets();
        long due = sent + m.end.fleet.sent().overrunPackets();
        long dueMicros = (m.end.fleet.sent().pictures() + m.end.fleet.sent().overrunPictures())
                * settings.pattern().pictureNanos()
                / 1_000;
        long acknowledgedMicros = m.end.recorder.get("acknowledgedMicros").asLong();
        long pictureMicros = settings.pattern().pictureNanos() / 1_000;
        long missingPictures = Math.max(0, (dueMicros - acknowledgedMicros + pictureMicros / 2) / pictureMicros);
        // A picture that never came lengthens the one before it, so it is seen in the packets; one that came and was
        // not acknowledged is seen in the time.
        long packetsNotCome = due - m.end.recorder.get("packets").asLong();

        double packetsPerPicture =
                sent / (double) Math.max(1, m.end.fleet.sent().pictures());
        long lostPackets = Math.max(packetsNotCome, Math.round(missingPictures * packetsPerPicture));
        return new IngestResult(
                settings,
                m.to.bytesSince(m.from) * 8 / seconds / 1e6,
                m.to.since(m.from, "acknowledgedBytes") * 8 / seconds / 1e6,
                sent,
                lostPackets,
                Math.max(missingPictures, m.end.fleet.sent().overrunPictures()),
                m.end.recorder.get("droppedFragments").asLong(),
                m.to.recorder.get("ackP50Ms").asDouble(),
                m.to.recorder.get("ackP99Ms").asDouble(),
                m.to.recorder.get("ackMaxMs").asDouble(),
                (m.to.cpuSeconds - m.from.cpuSeconds) / gigabytes,
                (m.to.cpuSeconds - m.from.cpuSeconds) / seconds,
                (m.to.fleet.cpuSeconds() - m.from.fleet.cpuSeconds()) / gigabytes,
                floor,
                m.rssBytes / 1e6,
                m.peakRssBytes / 1e6,
                m.to.since(m.from, "allocatedBytes") / Math.max(1, m.to.since(m.from, "packets")),
                m.to.recorder.get("gcPauses").asLong(),
                m.to.recorder.get("gcLongestPauseMs").asLong(),
                check);
    }

    private static void pause(long millis) throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
