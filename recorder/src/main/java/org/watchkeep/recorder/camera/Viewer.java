// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.recorder.rtsp.MediaSink;
import org.watchkeep.recorder.rtsp.MediaSubscription;

/**
 * One client of a simulated camera: its own SSRC, sequence numbers and timestamps, its own RTCP, its own lost packets.
 * Confined to the connection's event loop.
 */
final class Viewer implements MediaSubscription {
    private static final Logger LOG = LoggerFactory.getLogger(Viewer.class);
    private static final int TRACK = 0;
    private static final long REPORT_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(5);

    /**
     * What waits for a client that reads slowly: a minute at 4 Mbit/s, longer than a recorder's worst pause. Beyond it
     * pictures are left out up to the next key picture, as cameras do when their send queue overruns.
     */
    private static final long MAX_WAITING_BYTES = 32L << 20;

    private final String camera;
    private final MediaSink sink;
    private final Consumer<Viewer> onGone;
    private final RtpPacketiser packetiser;
    private final int timestampBase;
    private final OddWire oddWire;
    private final Queue<Shot> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean entryNeeded = true;
    private boolean ending;
    private boolean over;
    private @Nullable Shot lastSent;
    private @Nullable Shot lastReported;
    private long stallNanos;
    private @Nullable Shot stalledSince;
    private final WireTally tally;
    private final LossyWire wire;

    /** @param tally what is done to its packets is counted there */
    Viewer(
            String camera,
            MediaSink sink,
            SplittableRandom random,
            List<PacketShaper> shapers,
            WireTally tally,
            Consumer<Viewer> onGone) {
        this.camera = camera;
        this.sink = sink;
        this.wire = new LossyWire(packet -> sink.sendRtp(TRACK, packet));
        this.tally = tally;
        this.onGone = onGone;
        packetiser = new RtpPacketiser(ByteBufAllocator.DEFAULT, random.nextInt(), random.nextInt());
        timestampBase = random.nextInt();
        oddWire = new OddWire(shapers, packetiser.sequence(), tally);
    }

    MediaSink sink() {
        return sink;
    }

    void onShot(Shot shot) {
        if (over || isStalled(shot)) {
            return;
        }
        if (waitingBytes > MAX_WAITING_BYTES) {
            LOG.warn("{}: the client has {} bytes waiting; leaving out pictures", camera, waitingBytes);
            waiting.clear();
            waitingBytes = 0;
            entryNeeded = true;
        }
        if (entryNeeded && !shot.isEntry()) {
            return;
        }
        entryNeeded = false;
        waiting.add(shot);
        waitingBytes += shot.picture().sizeBytes();
        drain();
    }

    /** After a stall a decoder can only begin anew, so the pictures up to the next key picture are left out too. */
    private boolean isStalled(Shot shot) {
        if (stallNanos == 0) {
            return false;
        }
        if (stalledSince == null) {
            stalledSince = shot;
        }
        if (shot.dueNanos() - stalledSince.dueNanos() < stallNanos) {
            return true;
        }
        stallNanos = 0;
        stalledSince = null;
        entryNeeded = true;
        return false;
    }

    @Override
    public void onWritable() {
        drain();
    }

    @Override
    public void onReport() {
        oddWire.onReceiverReport();
    }

    private void drain() {
        long beganNanos = CameraClock.machineNanos();
        Shot next;
        while (sink.isWritable() && (next = waiting.poll()) != null) {
            waitingBytes -= next.picture().sizeBytes();
            send(next);
        }
        sink.flush();
        tally.sendingTook(CameraClock.machineNanos() - beganNanos);
        if (ending && waiting.isEmpty() && !over) {
            sayGoodbye();
        }
    }

    private void send(Shot shot) {
        Shot reported = lastReported;
        if (reported == null || shot.dueNanos() - reported.dueNanos() >= REPORT_INTERVAL_NANOS) {
            lastReported = shot;
            oddWire.report(
                    SenderReports.report(
                            ByteBufAllocator.DEFAULT, packetiser, shot.dueUtcMicros(), rtp(shot.dueTicks90k()), camera),
                    report -> sink.sendRtcp(TRACK, report));
        }
        if (oddWire.isPlain()) {
            packetiser.packetise(shot.picture(), rtp(shot.ticks90k()), this::sendOrLose);
        } else {
            PictureCodec codec = shot.picture().codec();
            packetiser.packetise(shot.picture(), rtp(shot.ticks90k()), packet -> oddWire.add(packet, codec));
            oddWire.finishPicture(this::sendOrLose);
        }
        wire.flush();
        lastSent = shot;
    }

    private void sendOrLose(ByteBuf packet) {
        wire.send(packet);
    }

    /** RFC 3550 5.1: timestamps begin anywhere and wrap. */
    private int rtp(long ticks90k) {
        return (int) (timestampBase + ticks90k);
    }

    /** There are no more pictures: say so behind the last one, and close. */
    void end() {
        ending = true;
        drain();
    }

    private void sayGoodbye() {
        wire.flush();
        over = true;
        Shot last = lastSent;
        if (last != null) {
            sink.sendRtcp(
                    TRACK,
                    SenderReports.goodbye(
                            ByteBufAllocator.DEFAULT,
                            packetiser,
                            last.dueUtcMicros(),
                            rtp(last.dueTicks90k()),
                            camera));
        }
        sink.end();
    }

    /** Fault: sends nothing for so long, counted from the next picture. */
    void stall(Duration lasts) {
        stallNanos = lasts.toNanos();
        stalledSince = null;
    }

    /** Fault: loses, swaps or doubles packets from now on. */
    void spoil(Fault fault) {
        wire.spoil(fault, tally);
    }

    /** Fault: nonsense between two packets. */
    void garbage(int bytes, long seed) {
        byte[] nonsense = new byte[bytes];
        new SplittableRandom(seed).nextBytes(nonsense);
        sink.sendRaw(ByteBufAllocator.DEFAULT.buffer(bytes).writeBytes(nonsense));
        sink.flush();
    }

    @Override
    public void stop() {
        wire.flush();
        over = true;
        waiting.clear();
        onGone.accept(this);
    }
}
