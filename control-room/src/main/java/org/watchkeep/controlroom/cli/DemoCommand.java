// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.AlarmLog;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.config.SizeText;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCameras;
import org.watchkeep.recorder.ingest.CameraStatus;
import org.watchkeep.retention.store.AcknowledgementListener;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.Gap;
import org.watchkeep.retention.store.Segment;
import org.watchkeep.retention.store.StoreTotals;
import org.watchkeep.retention.store.StreamId;
import org.watchkeep.retention.store.SystemStoreClock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "demo", description = "Draws cameras and records them, to see it work: nothing to configure.")
final class DemoCommand implements Callable<Integer> {
    /** All but one are drawn and encoded by this machine too. */
    private static final int MAX_CAMERAS = 64;

    private static final int MAX_PORT = 65_535;
    private static final Duration TICK = Duration.ofMillis(200);
    /** A first picture comes within a second; a machine that is busy is given this long before the clock starts. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(20);
    /** A commit comes each quarter of a second. */
    private static final Duration SEAL_PATIENCE = Duration.ofSeconds(5);

    private final Shell shell;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(names = "--for", paramLabel = "D", description = "Record this long, as 30s or 5m. Default: until Ctrl-C.")
    @Nullable
    private String length;

    @Option(names = "--cameras", paramLabel = "N", description = "How many cameras to draw, 1 to 64. Default: 8.")
    private int cameras = 8;

    @Option(names = "--port", paramLabel = "P", description = "Accepted for the web console, which is not built yet.")
    private int port = 8080;

    DemoCommand(Shell shell) {
        this.shell = shell;
    }

    /** What was recorded, once it is over. */
    private record Outcome(
            List<CameraStatus> cameras, Map<String, List<Gap>> gaps, StoreTotals totals, DemoHold hold) {}

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        Optional<Duration> wanted = length == null ? Optional.empty() : Optional.of(TimeText.length("--for", length));
        if (cameras < 1 || cameras > MAX_CAMERAS) {
            throw Refusal.badInput(
                    "bad-cameras", "--cameras: " + cameras, "Give a number from 1 to " + MAX_CAMERAS + ".");
        }
        if (port < 0 || port > MAX_PORT) {
            throw Refusal.badInput("bad-port", "--port: " + port, "Give a number from 0 to " + MAX_PORT + ".");
        }
        if (common.config != null) {
            throw Refusal.badInput("no-config", "demo writes its own configuration", "Leave out --config.");
        }
        Outcome outcome;
        try (DemoFolder folder = DemoFolder.open(common.data)) {
            outcome = run(folder, wanted);
        }
        report(outcome);
        return Refusal.GOOD;
    }

    private Outcome run(DemoFolder folder, Optional<Duration> wanted) throws IOException, Refusal, ConfigException {
        List<DemoCamera> fleet = DemoCamera.fleet(cameras);
        List<SimulatedCamera> simulated = new ArrayList<>();
        for (DemoCamera camera : fleet) {
            simulated.add(camera.simulated(camera.wantsLogin() ? folder.password(camera.number()) : ""));
        }
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        CameraClock clock = new CameraClock(shell.clock(), shell.nanoTime());
        try (SimulatedCameras drawn = SimulatedCameras.start(anyPort, clock, simulated)) {
            SiteConfig site = folder.prepare(
                    fleet,
                    drawn.urls(),
                    drawn.certificateSha256(),
                    shell.clock().instant());
            ControlRoom room =
                    ControlRoom.open(folder.path(), site, new SystemStoreClock(), AcknowledgementListener.NONE);
            try (room) {
                return record(room, folder, wanted);
            }
        }
    }

    private Outcome record(ControlRoom room, DemoFolder folder, Optional<Duration> wanted) throws IOException, Refusal {
        room.record(new AlarmLog());
        room.listen(shell.nanoTime());
        LiveTable table = new LiveTable(shell, common.json);
        shell.note("recording into " + folder.path()
                + (folder.isTemporary() ? ", removed at the end" : ", which is kept"));
        awaitFootage(room);
        Instant begun = shell.clock().instant();
        long start = shell.nanoTime().getAsLong();
        String foot = (folder.isTemporary()
                        ? "The store is temporary and goes at the end"
                        : "The store is kept in " + folder.path())
                + "; 127.0.0.1 only. Ctrl-C ends.";
        Duration elapsed = Duration.ZERO;
        DemoHold hold = new DemoHold(shell, room);
        while (wanted.isEmpty() || elapsed.compareTo(wanted.get()) < 0) {
            hold.tick(elapsed);
            table.show(
                    elapsed,
                    room.cameras(),
                    hold.line().map(line -> line + "\n" + foot).orElse(foot));
            Duration tick = Duration.ofSeconds(elapsed.toSeconds() + 1).minus(elapsed);
            Duration left = wanted.isEmpty() ? tick : wanted.get().minus(elapsed);
            if (shell.stop().await(left.compareTo(tick) < 0 ? left : tick)) {
                break;
            }
            elapsed = Duration.ofNanos(shell.nanoTime().getAsLong() - start);
        }
        table.show(elapsed, room.cameras(), foot);
        Map<String, List<Gap>> gaps = gaps(room, begun);
        room.stopRecording();
        awaitSeals(room, begun);
        return new Outcome(room.cameras(), gaps, room.store().totals(), hold);
    }

    /** The demo's clock starts when every camera is being recorded: what is waited for before is the machine, not us. */
    private void awaitFootage(ControlRoom room) {
        long start = shell.nanoTime().getAsLong();
        boolean stopped = false;
        while (!stopped
                && room.cameras().stream().anyMatch(camera -> camera.store().acknowledgedFragments() == 0)
                && shell.nanoTime().getAsLong() - start < START_PATIENCE.toNanos()) {
            stopped = shell.stop().await(TICK);
        }
    }

    /** A segment is sealed behind its last fragment: when all are, everything recorded is durable. */
    private void awaitSeals(ControlRoom room, Instant begun) throws IOException {
        long start = shell.nanoTime().getAsLong();
        while (isOpen(room, begun) && shell.nanoTime().getAsLong() - start < SEAL_PATIENCE.toNanos()) {
            sleep();
        }
    }

    private static boolean isOpen(ControlRoom room, Instant begun) throws IOException {
        for (CameraStatus camera : room.cameras()) {
            for (Segment segment : room.store().segments(StreamId.main(camera.id()), begun, Instant.MAX)) {
                if (segment.state() == Segment.State.OPEN) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void sleep() {
        try {
            Thread.sleep(TICK.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Gaps while it was recording; the one that ending the demo opens is not one of them. */
    private static Map<String, List<Gap>> gaps(ControlRoom room, Instant begun) {
        FootageStore store = room.store();
        Map<String, List<Gap>> gaps = new LinkedHashMap<>();
        for (CameraStatus camera : room.cameras()) {
            gaps.put(camera.id(), store.gaps(StreamId.main(camera.id()), begun, Instant.MAX));
        }
        return gaps;
    }

    private void report(Outcome outcome) {
        StoreTotals totals = outcome.totals();
        if (!common.json) {
            shell.say("Ended cleanly: " + Notes.counted(outcome.cameras().size(), "camera") + ", "
                    + CameraRows.total(outcome.cameras())
                    + "; the store holds "
                    + totals.fragments() + " fragments, " + SizeText.format(totals.bytes()) + " in " + totals.reels()
                    + " reels.");
            outcome.hold().line().ifPresent(shell::say);
            return;
        }
        ObjectNode document = Documents.of("demo");
        ArrayNode list = document.putArray("cameras");
        for (CameraStatus camera : outcome.cameras()) {
            ArrayNode gaps =
                    list.add(CameraRows.json(camera)).get(list.size() - 1).withArray("gaps");
            for (Gap gap : outcome.gaps().getOrDefault(camera.id(), List.of())) {
                ObjectNode node = gaps.addObject().put("start", Documents.instant(gap.from()));
                Documents.putInstant(node, "end", gap.to());
                node.put("cause", gap.cause().code());
            }
        }
        outcome.hold().addTo(document.putArray("holds"));
        document.putObject("store")
                .put("reels", totals.reels())
                .put("fragments", totals.fragments())
                .put("bytes", totals.bytes());
        shell.printJson(document);
    }
}
