// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.recorder.camera.BarCode;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.Fault;
import org.watchkeep.recorder.camera.FileFootage;
import org.watchkeep.recorder.camera.PictureProbe;
import org.watchkeep.recorder.camera.PictureReport;
import org.watchkeep.recorder.camera.Quirk;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCamera.Begin;
import org.watchkeep.recorder.camera.SimulatedCamera.Coding;
import org.watchkeep.recorder.camera.SimulatedCamera.Play;
import org.watchkeep.recorder.camera.SimulatedCameras;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.MediaTransport;
import org.watchkeep.recorder.rtsp.MountAccess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "simulate",
        description = "Serves simulated cameras by RTSP on 127.0.0.1, or reads the bar codes of a file.")
final class SimulateCommand implements Callable<Integer> {
    /** More drawn or played cameras than a machine that also watches them can carry. */
    private static final int MAX_CAMERAS = 2_000;

    private static final int MAX_PORT = 65_535;

    /** Name and password of a simulated camera's login: nothing to be kept secret. */
    private static final String WHO = "watchkeep";

    private static final Duration TICK = Duration.ofMillis(100);

    private final Shell shell;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(
            names = "--file",
            paramLabel = "F",
            description = "Play this H.264 file; without it the cameras draw a street.")
    @Nullable
    private Path file;

    @Option(names = "--mjpeg", description = "Draw in JPEG pictures instead of H.264.")
    private boolean mjpeg;

    @Option(names = "--cameras", paramLabel = "N", description = "How many, at /cam1 to /camN. Default: 1.")
    private int cameras = 1;

    @Option(names = "--port", paramLabel = "P", description = "Port on 127.0.0.1; 0 takes a free one. Default: 8554.")
    private int port = 8554;

    @Option(names = "--once", description = "Play the file once, then end.")
    private boolean once;

    @Option(names = "--wait-for-client", description = "Begin the file when the first client plays.")
    private boolean waitForClient;

    @Option(
            names = "--login",
            paramLabel = "KIND",
            description = "Ask for a login: none, basic, digest-md5 or digest-sha256; user and password are both "
                    + "'watchkeep'. Default: none.")
    private String login = "none";

    @Option(names = "--tls", description = "Serve inside TLS alone, at rtsps://, and print the certificate's SHA-256.")
    private boolean tls;

    @Option(
            names = "--fault",
            paramLabel = "FAULT",
            description = "Something to go wrong in each camera, as drop@10s, stall:5s@20s, reboot:3s@30s, lose:1%%, "
                    + "jump:-2s@15s or garbage:4096@5s. May be given several times.")
    private List<String> faults = new ArrayList<>();

    @Option(
            names = "--quirk",
            paramLabel = "QUIRK",
            split = ",",
            description =
                    "Something each camera does otherwise than the standards say, as odd-session-id; several with "
                            + "commas, and may be given several times. 'list' prints them all.")
    private List<String> quirks = new ArrayList<>();

    @Option(
            names = "--read-bars",
            paramLabel = "FILE",
            description = "Serve nothing: decode this file and follow its bar codes; exit 1 when they do not run on.")
    @Nullable
    private Path readBars;

    SimulateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal {
        if (readBars != null) {
            return readBars(readBars);
        }
        if (quirks.contains("list")) {
            return listQuirks();
        }
        check();
        try (SimulatedCameras fleet = start()) {
            announce(fleet);
            CompletableFuture<Void> ended = fleet.ended();
            boolean stopped = false;
            while (!stopped && !ended.isDone()) {
                stopped = shell.stop().await(TICK);
            }
            if (ended.isCompletedExceptionally()) {
                shell.note("a camera could not go on: "
                        + ended.handle((ok, cause) -> String.valueOf(cause)).join());
                return Refusal.FOUND;
            }
            return Refusal.GOOD;
        }
    }

    private void check() throws Refusal {
        if (cameras < 1 || cameras > MAX_CAMERAS) {
            throw Refusal.badInput(
                    "bad-cameras", "--cameras: " + cameras, "Give a number from 1 to " + MAX_CAMERAS + ".");
        }
        if (port < 0 || port > MAX_PORT) {
            throw Refusal.badInput("bad-port", "--port: " + port, "Give a number from 0 to " + MAX_PORT + ".");
        }
        if (file == null && (once || waitForClient)) {
            throw Refusal.badInput(
                    "no-file", "--once and --wait-for-client are for a file that is played", "Name it with --file.");
        }
        if (file != null && mjpeg) {
            throw Refusal.badInput("file", "--mjpeg is for drawn cameras", "Leave out --file or --mjpeg.");
        }
        if (file != null && !Files.isReadable(file)) {
            throw Refusal.badInput("no-file", "--file: cannot read " + file, "Name a file with H.264 in it.");
        }
    }

    private SimulatedCameras start() throws IOException, Refusal {
        List<Fault> parsed = new ArrayList<>();
        for (String fault : faults) {
            try {
                parsed.add(Fault.parse(fault));
            } catch (IllegalArgumentException e) {
                throw Refusal.badInput("bad-fault", "--fault: " + e.getMessage(), "See: watchkeep simulate --help");
            }
        }
        List<Quirk> odd = new ArrayList<>();
        for (String quirk : quirks) {
            try {
                odd.add(Quirk.parse(quirk));
            } catch (IllegalArgumentException e) {
                throw Refusal.badInput(
                        "bad-quirk", "--quirk: " + e.getMessage(), "See: watchkeep simulate --quirk list");
            }
        }
        MountAccess access = access();
        FileFootage footage = file == null ? null : footage(file);
        List<SimulatedCamera> fleet = new ArrayList<>();
        for (int number = 1; number <= cameras; number++) {
            SimulatedCamera camera = footage == null
                    ? SimulatedCamera.drawn(number, "Camera " + number, mjpeg ? Coding.MJPEG : Coding.H264)
                    : SimulatedCamera.fromFile(
                            number,
                            footage,
                            once ? Play.ONCE : Play.LOOPING,
                            waitForClient ? Begin.WITH_FIRST_CLIENT : Begin.AT_ONCE);
            SimulatedCamera asked = camera.withFaults(parsed).withQuirks(odd).withAccess(access);
            fleet.add(tls ? asked.withTransports(Set.of(MediaTransport.RTSPS)) : asked);
        }
        try {
            return SimulatedCameras.start(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    new CameraClock(shell.clock(), shell.nanoTime()),
                    fleet);
        } catch (IOException e) {
            throw Refusal.environment(
                    "port", e.getMessage() == null ? e.toString() : e.getMessage(), "Give another --port.");
        }
    }

    private MountAccess access() throws Refusal {
        MountAccess.Scheme scheme = switch (login) {
            case "none" -> MountAccess.Scheme.NONE;
            case "basic" -> MountAccess.Scheme.BASIC;
            case "digest-md5" -> MountAccess.Scheme.DIGEST;
            case "digest-sha256" -> MountAccess.Scheme.DIGEST_SHA256;
            default ->
                throw Refusal.badInput(
                        "bad-login", "--login: " + login, "Give none, basic, digest-md5 or digest-sha256.");
        };
        return scheme == MountAccess.Scheme.NONE
                ? MountAccess.OPEN
                : new MountAccess(scheme, "Watchkeep simulated camera", new Credentials(WHO, WHO));
    }

    private static FileFootage footage(Path file) throws Refusal {
        try {
            return FileFootage.read(file);
        } catch (IOException e) {
            throw Refusal.badInput("bad-file", "--file: " + e.getMessage(), "Name a file with H.264 in it.");
        }
    }

    private void announce(SimulatedCameras fleet) {
        List<URI> urls = fleet.urls();
        if (!common.json) {
            urls.forEach(url -> shell.say(url.toString()));
            if (tls) {
                shell.say("certificate SHA-256 " + fleet.certificateSha256());
            }
            return;
        }
        ObjectNode document = Documents.of("simulate");
        ArrayNode array = document.putArray("cameras");
        for (int i = 0; i < urls.size(); i++) {
            array.addObject().put("number", i + 1).put("url", urls.get(i).toString());
        }
        if (tls) {
            document.put("certificateSha256", fleet.certificateSha256());
        }
        shell.printJson(document);
    }

    private int listQuirks() {
        ObjectNode document = Documents.of("simulate-quirks");
        ArrayNode array = document.putArray("quirks");
        for (Quirk quirk : Quirk.all()) {
            array.addObject()
                    .put("quirk", quirk.flag())
                    .put("does", quirk.does())
                    .put("wants", quirk.wants());
            if (!common.json) {
                shell.say(
                        String.format(Locale.ROOT, "%-36s %s. Wanted: %s.", quirk.flag(), quirk.does(), quirk.wants()));
            }
        }
        if (common.json) {
            shell.printJson(document);
        }
        return Refusal.GOOD;
    }

    private int readBars(Path recorded) throws Refusal {
        PictureReport report;
        try {
            report = PictureProbe.read(recorded);
        } catch (IOException e) {
            throw Refusal.badInput("bad-file", "--read-bars: " + e.getMessage(), "Name a file that was extracted.");
        }
        if (common.json) {
            shell.printJson(barsDocument(recorded, report));
        } else {
            shell.say(recorded + ": " + report.pictures() + " pictures, " + report.withBarCode() + " with a bar code, "
                    + report.jumps() + " jumps");
        }
        return report.isUnbroken() ? Refusal.GOOD : Refusal.FOUND;
    }

    private static ObjectNode barsDocument(Path recorded, PictureReport report) {
        ObjectNode document = Documents.of("simulate-read-bars");
        document.put("file", recorded.toString())
                .put("pictures", report.pictures())
                .put("withBarCode", report.withBarCode())
                .put("jumps", report.jumps());
        report.first().ifPresent(bar -> put(document, "first", bar));
        report.last().ifPresent(bar -> put(document, "last", bar));
        return document;
    }

    private static void put(ObjectNode document, String field, BarCode bar) {
        document.putObject(field).put("utcMillis", bar.utcMillis()).put("frame", bar.frame());
    }
}
