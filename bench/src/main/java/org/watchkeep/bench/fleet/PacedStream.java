// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.watchkeep.bench.fleet.CameraGroup.Wire;
import org.watchkeep.recorder.camera.Fault;
import org.watchkeep.recorder.camera.LossyWire;
import org.watchkeep.recorder.rtsp.MediaSink;
import org.watchkeep.recorder.rtsp.MediaSubscription;
import org.watchkeep.recorder.rtsp.MediaTransport;

/** One stream being played by one recorder. Confined to the connection's event loop. */
final class PacedStream implements MediaSubscription {
    /** A camera's send queue: what the receiver has not taken after so long is left out, up to the picture due now. */
    private static final long QUEUE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Shape shape;
    private final MediaSink sink;
    private final FleetCounters counters;
    private final CameraTally tally;
    private final BooleanSupplier isOver;
    private final SyntheticPictures packets;
    private final long startNanos;
    private final int timestampBase;
    private final @Nullable LossyWire wire;
    private long picture;
    private @Nullable ByteBuf open;
    private int openPackets;
    private int openSent;
    private boolean isLate;
    private boolean stopped;

    /**
     * What is sent, and how. Immutable.
     *
     * @param seed tells the streams of a fleet apart
     */
    record Shape(
            PictureKind kind, StreamPattern pattern, Arrival arrival, MediaTransport transport, Wire wire, int seed) {}

    PacedStream(
            Shape shape,
            MediaSink sink,
            FleetCounters counters,
            CameraTally tally,
            BooleanSupplier isOver,
            long startNanos) {
        this.shape = shape;
        this.sink = sink;
        this.counters = counters;
        this.tally = tally;
        this.isOver = isOver;
        this.startNanos = startNanos;
        this.timestampBase = shape.seed() * 0x9E3779B9;
        this.packets = shape.kind().pictures(shape.seed());
        this.wire = shape.wire().spoils() ? spoiled() : null;
        counters.playing.increment();
    }

    private LossyWire spoiled() {
        LossyWire lossy = new LossyWire(packet -> sink.sendRtp(0, packet));
        Wire how = shape.wire();
        lossy.spoil(new Fault.Lose(Duration.ZERO, how.lost(), shape.seed()), counters.wire);
        lossy.spoil(new Fault.Duplicate(Duration.ZERO, how.duplicated(), shape.seed() + 1L), counters.wire);
        lossy.spoil(new Fault.Reorder(Duration.ZERO, how.reordered(), shape.seed() + 2L), counters.wire);
        return lossy;
    }

    /** When the next picture, or the next packet of the open one, is to be sent. */
    long dueNanos() {
        long from = startNanos + shape.pattern().atNanos(picture) + jitterNanos();
        return open == null ? from : from + shape.pattern().nanos(picture) * openSent / openPackets;
    }

    private long jitterNanos() {
        int most = shape.wire().jitterMillis();
        if (most == 0) {
            return 0;
        }
        long mixed = (picture + shape.seed()) * 0x9E3779B97F4A7C15L;
        return Math.floorMod(mixed >>> 32, TimeUnit.MILLISECONDS.toNanos(most));
    }

    /** How an attempt to send went. */
    enum Outcome {
        SENT,
        /** The receiver takes nothing now. */
        BLOCKED,
        ENDED
    }

    /** Sends the picture or packet that is due. */
    Outcome send(long nowNanos) {
        if (stopped || (open == null && isOver.getAsBoolean())) {
            letGo();
            return Outcome.ENDED;
        }
        if (!sink.isWritable()) {
            isLate = true;
            if (nowNanos - dueNanos() > QUEUE_NANOS && open == null) {
                leaveOut(nowNanos);
            }
            return Outcome.BLOCKED; // the queue is in the pictures still to be made, not in memory
        }
        if (isLate) {
            isLate = nowNanos - dueNanos() > 0; // catching up with what the receiver held back
        } else {
            counters.latestNanos.accumulate(nowNanos - dueNanos());
        }
        if (shape.arrival() == Arrival.BURST) {
            sendPicture();
        } else {
            sendPacket();
        }
        return Outcome.SENT;
    }

    private ByteBuf begin() {
        StreamPattern pattern = shape.pattern();
        boolean isKey = pattern.isKey(picture);
        int size = pattern.sizeBytes(picture);
        openPackets = packets.packets(isKey, size);
        openSent = 0;
        // 90 kHz: nine ticks in 100,000 ns.
        int timestamp = (int) (timestampBase + pattern.atNanos(picture) * 9 / 100_000);
        ByteBuf whole = packets.picture(ByteBufAllocator.DEFAULT, isKey, size, timestamp, (int) (picture * 7919));
        counters.bytes.add(whole.readableBytes());
        return whole;
    }

    private void finish() {
        long nanos = shape.pattern().nanos(picture);
        counters.pictures.increment();
        counters.mediaNanos.add(nanos);
        tally.pictures.increment();
        tally.bytes.add(shape.pattern().sizeBytes(picture));
        tally.mediaNanos.add(nanos);
        picture++;
    }

    private void sendPicture() {
        ByteBuf whole = begin();
        counters.packets.add(openPackets);
        finish();
        if (shape.transport() == MediaTransport.UDP) {
            try {
                while (whole.isReadable()) {
                    sendDatagram(whole);
                }
                flushWire();
            } finally {
                whole.release();
            }
        } else {
            sink.sendRaw(whole);
        }
        sink.flush();
    }

    private void sendPacket() {
        ByteBuf whole = open;
        if (whole == null) {
            whole = begin();
            open = whole;
        }
        if (shape.transport() == MediaTransport.UDP) {
            sendDatagram(whole);
        } else {
            sink.sendRaw(whole.readRetainedSlice(SyntheticPictures.framedBytes(whole, whole.readerIndex())));
        }
        openSent++;
        counters.packets.increment();
        if (!whole.isReadable()) {
            flushWire();
        }
        sink.flush();
        if (!whole.isReadable()) {
            open = null;
            whole.release();
            finish();
        }
    }

    /** The next packet, without its interleaved frame header. */
    private void sendDatagram(ByteBuf whole) {
        int framed = SyntheticPictures.framedBytes(whole, whole.readerIndex());
        whole.skipBytes(SyntheticPictures.FRAME_HEADER_BYTES);
        ByteBuf packet = whole.readRetainedSlice(framed - SyntheticPictures.FRAME_HEADER_BYTES);
        if (wire == null) {
            sink.sendRtp(0, packet);
        } else {
            wire.send(packet);
        }
    }

    private void leaveOut(long nowNanos) {
        StreamPattern pattern = shape.pattern();
        while (startNanos + pattern.atNanos(picture) - nowNanos < 0) {
            int missing = packets.packets(pattern.isKey(picture), pattern.sizeBytes(picture));
            packets.skip(missing);
            counters.overrunPackets.add(missing);
            counters.overrunPictures.increment();
            counters.overrunNanos.add(pattern.nanos(picture));
            picture++;
        }
    }

    private void letGo() {
        if (open != null) {
            open.release();
            open = null;
        }
        flushWire();
        sink.flush();
    }

    /** A network swaps what leaves together, not a picture's last packet with one of the next. */
    private void flushWire() {
        if (wire != null) {
            wire.flush();
        }
    }

    @Override
    public void onWritable() {
        // The pacer looks again at its next tick.
    }

    @Override
    public void stop() {
        if (!stopped) {
            stopped = true;
            counters.playing.decrement();
        }
    }
}
