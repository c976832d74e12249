// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.recorder.camera.SimulatedCamera.Begin;
import org.watchkeep.recorder.camera.SimulatedCamera.FromFile;
import org.watchkeep.recorder.rtsp.Manners;
import org.watchkeep.recorder.rtsp.MediaSink;
import org.watchkeep.recorder.rtsp.MediaSource;
import org.watchkeep.recorder.rtsp.MediaSubscription;
import org.watchkeep.recorder.rtsp.MediaTransport;
import org.watchkeep.recorder.rtsp.MountAccess;

/**
 * A simulated camera at work: takes pictures from its source as they fall due, hands each to all viewers, and does wrong
 * what its faults say. Confined to the pacing thread, except {@link #sdp} and {@link #subscribe}.
 */
final class RunningCamera implements MediaSource {
    private static final Logger LOG = LoggerFactory.getLogger(RunningCamera.class);

    /** After a pause of the machine a camera catches up this many pictures at a time, then lets its neighbours in. */
    private static final int CATCH_UP_PICTURES = 4;

    private final SimulatedCamera camera;
    private final PictureSource source;
    private final CameraClock clock;
    private final ScheduledExecutorService pacing;
    private final Consumer<Duration> onReboot;
    private final Breakdowns breakdowns;
    private final String sdp;
    private final SplittableRandom random;
    private final List<Viewer> viewers = new ArrayList<>();
    private final Deque<Fault> faults;
    private final List<Oddity> oddities;
    private final List<Fault> wireFaults = new ArrayList<>();
    private final WireTally wireTally = new WireTally();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private boolean running;
    private boolean closed;
    private boolean playedOnce;
    private boolean firstTaken;
    private long startNanos;
    private long firstPlayNanos;
    private Duration jumped = Duration.ZERO;

    /**
     * @param onReboot closes the camera's port for a while; called on the pacing thread
     * @param breakdowns what it cannot do is noted there
     */
    RunningCamera(
            SimulatedCamera camera,
            PictureSource source,
            CameraClock clock,
            ScheduledExecutorService pacing,
            Consumer<Duration> onReboot,
            Breakdowns breakdowns) {
        this.breakdowns = breakdowns;
        this.camera = camera;
        this.source = source;
        this.clock = clock;
        this.pacing = pacing;
        this.onReboot = onReboot;
        sdp = sdpOf(camera, source.parameterSets());
        random = new SplittableRandom(camera.path().hashCode() ^ clock.nanos());
        oddities = camera.quirks().stream().map(Quirk::oddity).toList();
        faults = new ArrayDeque<>(
                camera.faults().stream().sorted(Comparator.comparing(Fault::at)).toList());
    }

    private static String sdpOf(SimulatedCamera camera, ParameterSets sets) {
        int type = sets.codec().payloadType;
        String parameters = sets.formatParameters();
        return String.join(
                "\r\n",
                "v=0",
                "o=- " + camera.number() + " 1 IN IP4 127.0.0.1",
                "s=" + camera.name(),
                "t=0 0",
                "a=tool:Watchkeep simulated camera",
                "a=control:*",
                "a=range:npt=now-",
                "m=video 0 RTP/AVP " + type,
                "c=IN IP4 0.0.0.0",
                "a=rtpmap:" + type + " " + sets.codec().encodingName + "/" + PictureSource.CLOCK_RATE
                        + (parameters.isEmpty() ? "" : "\r\na=fmtp:" + type + " " + parameters),
                "a=control:trackID=0",
                "");
    }

    /** Any thread. */
    WireTally wireTally() {
        return wireTally;
    }

    SimulatedCamera camera() {
        return camera;
    }

    /** Who may watch, its quirks considered. */
    MountAccess access() {
        MountAccess access = camera.access();
        for (Oddity oddity : oddities) {
            access = oddity.access(access);
        }
        return access;
    }

    @Override
    public Set<MediaTransport> transports() {
        return camera.transports();
    }

    @Override
    public Manners manners() {
        Manners manners = Manners.PLAIN;
        for (Oddity oddity : oddities) {
            manners = Answers.both(oddity.manners(), manners);
        }
        Manners odd = manners;
        return (request, server) -> {
            try {
                return odd.answer(request, server);
            } catch (RuntimeException e) {
                breakdowns.note(camera.path(), "no answer to " + request.method() + ", the connection ends", e);
                throw e;
            }
        };
    }

    /** Completes when the last picture has been sent to all; never for a camera without an end. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** Begins to run, its first picture {@code delayNanos} from now; a camera that waits for its client begins with that. */
    void start(long delayNanos) {
        boolean waits = camera.scene() instanceof FromFile file && file.begin() == Begin.WITH_FIRST_CLIENT;
        if (!waits) {
            pace(() -> run(delayNanos));
        }
    }

    private void run(long delayNanos) {
        if (!running && !closed) {
            running = true;
            startNanos = clock.nanos() + delayNanos;
            tick();
        }
    }

    @Override
    public String sdp() {
        return sdp;
    }

    @Override
    public MediaSubscription subscribe(MediaSink sink) {
        SplittableRandom own;
        synchronized (random) {
            own = random.split();
        }
        Viewer viewer = new Viewer(
                camera.name(),
                sink,
                own,
                oddities.stream().map(Oddity::packets).toList(),
                wireTally,
                gone -> pace(() -> remove(gone)));
        pace(() -> add(viewer));
        return new MediaSubscription() {
            @Override
            public void onWritable() {
                guarded(viewer, Viewer::onWritable);
            }

            @Override
            public void onReport() {
                guarded(viewer, Viewer::onReport);
            }

            @Override
            public void stop() {
                guarded(viewer, Viewer::stop);
            }
        };
    }

    /** The pacing thread would keep to itself what a task throws. */
    private void pace(Runnable task) {
        pacing.execute(() -> {
            try {
                task.run();
            } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
                fail(e);
            }
        });
    }

    private void add(Viewer viewer) {
        if (closed || source.isOver()) {
            onLoop(viewer, Viewer::end);
            return;
        }
        viewers.add(viewer);
        for (Fault fault : wireFaults) {
            onLoop(viewer, v -> v.spoil(fault));
        }
        if (!playedOnce) {
            playedOnce = true;
            firstPlayNanos = clock.nanos();
        }
        source.requestKeyPicture();
        run(0);
    }

    private void remove(Viewer viewer) {
        viewers.remove(viewer);
        endIfOver();
    }

    private void tick() {
        if (closed) {
            return;
        }
        try {
            for (int i = 0; i < CATCH_UP_PICTURES && !source.isOver(); i++) {
                long late = clock.nanos() - startNanos - source.dueNanos();
                if (late < 0) {
                    break;
                }
                runFaults(startNanos + source.dueNanos());
                deliver(late);
            }
        } catch (Exception | LinkageError | OutOfMemoryError e) {
            // The executor would keep an error to itself, and a missing native library is one.
            fail(e);
            return;
        }
        if (source.isOver()) {
            forEachViewer(Viewer::end);
            endIfOver();
        } else {
            long delay = startNanos + source.dueNanos() - clock.nanos();
            var unused = pacing.schedule(this::tick, Math.max(0, delay), TimeUnit.NANOSECONDS);
        }
    }

    /** The picture belongs to the moment it was due: what the clocks showed then is drawn, sent and reported. */
    private void deliver(long lateNanos) throws IOException {
        long dueNanos = source.dueNanos();
        long utcMicros = clock.utcMicros() - lateNanos / 1000 + jumped.toMillis() * 1000;
        long jumpTicks = PictureSource.ticksOf(jumped.toNanos());
        PictureSource.Timed timed = source.next(utcMicros / 1000);
        Shot shot = new Shot(
                timed.picture(),
                timed.ticks90k() + jumpTicks,
                !firstTaken || timed.picture().isKey(),
                startNanos + dueNanos,
                utcMicros,
                PictureSource.ticksOf(dueNanos) + jumpTicks);
        firstTaken = true;
        forEachViewer(viewer -> viewer.onShot(shot));
    }

    /** Counted by the pictures, not by when this thread came to run: a fault always falls between the same two. */
    private void runFaults(long dueNanos) {
        while (playedOnce && !faults.isEmpty()) {
            Fault fault = faults.element();
            if (dueNanos - firstPlayNanos < fault.at().toNanos()) {
                return;
            }
            faults.remove();
            LOG.info("{}: fault {}", camera.path(), fault);
            run(fault);
        }
    }

    private void run(Fault fault) {
        if (fault instanceof Fault.Drop) {
            forEachViewer(viewer -> viewer.sink().disconnect());
        } else if (fault instanceof Fault.Stall stall) {
            forEachViewer(viewer -> viewer.stall(stall.lasts()));
        } else if (fault instanceof Fault.Lose || fault instanceof Fault.Reorder || fault instanceof Fault.Duplicate) {
            wireFaults.add(fault);
            forEachViewer(viewer -> viewer.spoil(fault));
        } else if (fault instanceof Fault.Garbage garbage) {
            forEachViewer(viewer -> viewer.garbage(garbage.bytes(), garbage.seed()));
        } else if (fault instanceof Fault.Jump jump) {
            jumped = jumped.plus(jump.by());
        } else if (fault instanceof Fault.Reboot reboot) {
            onReboot.accept(reboot.lasts());
        }
    }

    private void forEachViewer(Consumer<Viewer> act) {
        for (Viewer viewer : viewers) {
            onLoop(viewer, act);
        }
    }

    private void onLoop(Viewer viewer, Consumer<Viewer> act) {
        viewer.sink().loop().execute(() -> guarded(viewer, act));
    }

    /** A client that is not sent what it should be must not go on as if it were. On the viewer's event loop. */
    private void guarded(Viewer viewer, Consumer<Viewer> act) {
        try {
            act.accept(viewer);
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            breakdowns.note(camera.path(), "cannot send to a client, its connection ends", e);
            viewer.sink().disconnect();
        }
    }

    private void endIfOver() {
        if (source.isOver() && viewers.isEmpty()) {
            ended.complete(null);
        }
    }

    /** A camera that cannot go on breaks its connections and says why; its neighbours go on. */
    private void fail(Throwable cause) {
        if (closed) {
            return;
        }
        breakdowns.note(camera.path(), "the camera has stopped", cause);
        closed = true;
        forEachViewer(viewer -> viewer.sink().disconnect());
        ended.completeExceptionally(cause);
    }

    /** Takes no more pictures. On the pacing thread, or after its end. */
    void close() throws IOException {
        closed = true;
        source.close();
    }
}
