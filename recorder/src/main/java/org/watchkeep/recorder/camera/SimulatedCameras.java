// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import io.netty.channel.EventLoopGroup;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.recorder.camera.SimulatedCamera.Drawn;
import org.watchkeep.recorder.camera.SimulatedCamera.FromFile;
import org.watchkeep.recorder.camera.SimulatedCamera.Scene;
import org.watchkeep.recorder.rtsp.MediaTransport;
import org.watchkeep.recorder.rtsp.NettyTransport;
import org.watchkeep.recorder.rtsp.RtspServer;
import org.watchkeep.recorder.rtsp.RtspServerSettings;
import org.watchkeep.recorder.rtsp.ServerCertificate;
import org.watchkeep.recorder.rtsp.ServerTally;

/**
 * A fleet of simulated cameras on one port. Any thread.
 *
 * <p>All cameras share one port, so the fault {@code reboot} of one takes the port from all: a camera that is to reboot
 * alone wants a fleet of its own.
 */
public final class SimulatedCameras implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(SimulatedCameras.class);

    /** One loop writes some 250 MB/s on our machines; 200 cameras of 4 Mbit/s are 100. */
    private static final int CAMERAS_PER_LOOP = 200;

    private static final int CLOSE_SECONDS = 5;

    /** RFC 5737: nobody's address. */
    private static final String ELSEWHERE = "192.0.2.1";

    /** Longer than any certificate of ours is valid. */
    private static final Duration LONG_AGO = Duration.ofDays(365);

    private final NettyTransport transport = NettyTransport.best();
    private final CameraClock clock;
    private final EventLoopGroup loops;
    private final ScheduledThreadPoolExecutor pacing;
    private final List<RunningCamera> cameras = new ArrayList<>();
    private final InetSocketAddress address;
    private final ServerCertificate certificate;
    private final boolean isOldTlsOnly;
    private final ServerTally tally = new ServerTally();
    private final Breakdowns breakdowns = new Breakdowns();
    /** Null while the port refuses. Guarded by this. */
    private @Nullable RtspServer server;

    private boolean closed;

    private SimulatedCameras(InetSocketAddress wanted, CameraClock clock, List<SimulatedCamera> cameras)
            throws IOException {
        this.clock = clock;
        int cores = Runtime.getRuntime().availableProcessors();
        loops = transport.loops(Math.min(cores, 1 + cameras.size() / CAMERAS_PER_LOOP), "simulated-cameras-net");
        pacing = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "simulated-cameras-pace");
            thread.setDaemon(true);
            return thread;
        });
        // After the end a connection that closes has nobody to tell.
        pacing.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        pacing.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        try {
            certificate = certificate(wanted, cameras);
            isOldTlsOnly = has(cameras, TlsQuirk.OLD_TLS_ONLY);
            for (SimulatedCamera camera : cameras) {
                this.cameras.add(new RunningCamera(camera, sourceOf(camera), clock, pacing, this::reboot, breakdowns));
            }
            RtspServer listening = listen(wanted);
            server = listening;
            address = new InetSocketAddress(
                    wanted.getAddress(), listening.address().getPort());
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
        for (int i = 0; i < cameras.size(); i++) {
            // Spread over one picture's time, so that they do not all encode in the same moment.
            this.cameras.get(i).start(PictureSource.nanosOf((long) DrawnSource.TICKS_PER_PICTURE * i / cameras.size()));
        }
    }

    private static boolean has(List<SimulatedCamera> cameras, Quirk quirk) {
        return cameras.stream().anyMatch(camera -> camera.quirks().contains(quirk));
    }

    /** Signed by itself, as most cameras' are. */
    private ServerCertificate certificate(InetSocketAddress wanted, List<SimulatedCamera> fleet) throws IOException {
        Instant now = Instant.EPOCH.plus(clock.utcMicros(), ChronoUnit.MICROS);
        return ServerCertificate.selfSigned(
                "Watchkeep simulated camera",
                has(fleet, TlsQuirk.CERTIFICATE_OF_ANOTHER_NAME)
                        ? ELSEWHERE
                        : wanted.getAddress().getHostAddress(),
                has(fleet, TlsQuirk.EXPIRED_CERTIFICATE) ? now.minus(LONG_AGO) : now);
    }

    /** Starts a fleet; port 0 takes any free one. */
    public static SimulatedCameras start(InetSocketAddress address, CameraClock clock, List<SimulatedCamera> cameras)
            throws IOException {
        if (cameras.isEmpty()
                || cameras.stream().map(SimulatedCamera::path).distinct().count() != cameras.size()) {
            throw new IllegalArgumentException(
                    "cameras: " + cameras.stream().map(SimulatedCamera::path).toList()
                            + " (expected: at least one, each with a path of its own)");
        }
        return new SimulatedCameras(address, clock, cameras);
    }

    private static PictureSource sourceOf(SimulatedCamera camera) throws IOException {
        Scene shown = camera.shown();
        if (shown instanceof FromFile file) {
            return new FileSource(file.footage(), file.play());
        }
        if (shown instanceof Drawn drawn) {
            return new DrawnSource(camera.name(), camera.number(), drawn);
        }
        throw new IllegalArgumentException("scene: " + shown + " (expected: drawn or from a file)");
    }

    private RtspServer listen(InetSocketAddress at) throws IOException {
        RtspServerSettings settings = new RtspServerSettings(
                        at, "Watchkeep simulated camera", RtspServerSettings.DEFAULT_SESSION_TIMEOUT_SECONDS)
                .withCertificate(certificate);
        if (isOldTlsOnly) {
            settings = settings.withOldTlsOnly();
        }
        RtspServer listening = new RtspServer(settings, transport, loops, new SecureRandom(), clock.monoNanos(), tally);
        for (RunningCamera running : cameras) {
            listening.mount(running.camera().path(), running, running.access());
        }
        return listening;
    }

    /** The port all cameras share. */
    public int port() {
        return address.getPort();
    }

    /** Where each camera is, in the order given, without any password. */
    public List<URI> urls() {
        String host = address.getAddress().getHostAddress();
        String bracketed = host.contains(":") ? "[" + host + "]" : host;
        return cameras.stream()
                .map(running -> URI.create(scheme(running.camera()) + bracketed + ":" + port()
                        + running.camera().path()))
                .toList();
    }

    private static String scheme(SimulatedCamera camera) {
        return camera.transports().equals(Set.of(MediaTransport.RTSPS)) ? "rtsps://" : "rtsp://";
    }

    /** What faults, quirks and the machine have done to each camera's packets, in the order given. */
    public List<WireTally> wireTallies() {
        return cameras.stream().map(RunningCamera::wireTally).toList();
    }

    /** SHA-256 of the certificate that all cameras show, made at the start and signed by itself: what a client pins. */
    public String certificateSha256() {
        return certificate.sha256();
    }

    /**
     * Completes when every camera has sent its last picture and its clients have gone; never where one loops or is drawn.
     * Completes with the cause when a camera could not go on.
     */
    public CompletableFuture<Void> ended() {
        return CompletableFuture.allOf(
                cameras.stream().map(RunningCamera::ended).toArray(CompletableFuture<?>[]::new));
    }

    /** What the cameras have seen of their clients, over all reboots. */
    public ServerTally tally() {
        return tally;
    }

    /** How often a camera could not do what it was to do, and ended a connection or stopped. Each is in the log. */
    public long breakdowns() {
        return breakdowns.count();
    }

    /** Fault: every connection breaks and the port refuses for a while. Any thread but an event loop. */
    public synchronized void reboot(Duration lasts) {
        RtspServer up = server;
        if (closed || up == null) {
            return;
        }
        server = null;
        up.close();
        var unused = pacing.schedule(this::comeBack, lasts.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void comeBack() {
        if (closed) {
            return;
        }
        try {
            server = listen(address);
        } catch (IOException e) {
            LOG.warn("the port is taken after a reboot, trying again in a second: {}", e.getMessage());
            var unused = pacing.schedule(this::comeBack, 1, TimeUnit.SECONDS);
        }
    }

    /**
     * Breaks all connections, stops the cameras and frees their encoders.
     *
     * @throws IOException also where a camera had broken down before: what was seen of it is worth nothing
     */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            if (server != null) {
                server.close();
                server = null;
            }
        }
        // The pacing thread first: it hands work to the loops. Then the loops, whose farewells it no longer hears.
        stopPacing();
        loops.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
        breakdowns.report();
    }

    private void stopPacing() throws IOException {
        try {
            pacing.submit(() -> {
                        for (RunningCamera camera : cameras) {
                            camera.close();
                        }
                        return null;
                    })
                    .get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the simulated cameras did not stop", e);
        } finally {
            pacing.shutdown();
        }
    }
}
