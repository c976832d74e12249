// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.watchkeep.recorder.rtsp.MediaSink;
import org.watchkeep.recorder.rtsp.MediaSubscription;

/** One stream being played by one recorder. Confined to the connection's event loop. */
final class PacedStream implements MediaSubscription {
    /** A camera's send queue: what the receiver has not taken after so long is left out, up to the picture due now. */
    private static final long QUEUE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final StreamPattern pattern;
    private final Arrival arrival;
    private final MediaSink sink;
    private final FleetCounters counters;
    private final BooleanSupplier isOver;
    private final SyntheticH264 packets;
    private final long startNanos;
    private final int timestampBase;
    private long picture;
    private @Nullable ByteBuf open;
    private int openPackets;
    private int openSent;
    private boolean stopped;

    PacedStream(
            StreamPattern pattern,
            Arrival arrival,
            MediaSink sink,
            FleetCounters counters,
            BooleanSupplier isOver,
            int seed,
            long startNanos) {
        this.pattern = pattern;
        this.arrival = arrival;
        this.sink = sink;
        this.counters = counters;
        this.isOver = isOver;
        this.startNanos = startNanos;
        this.timestampBase = seed * 0x9E3779B9;
        this.packets = new SyntheticH264(0, seed, seed * 31);
        counters.playing.increment();
    }

    /** When the next picture, or the next packet of the open one, is to be sent. */
    long dueNanos() {
        long from = startNanos + picture * pattern.pictureNanos();
        return open == null ? from : from + pattern.pictureNanos() * openSent / openPackets;
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
            if (nowNanos - dueNanos() > QUEUE_NANOS && open == null) {
                leaveOut(nowNanos);
            }
            return Outcome.BLOCKED; // the queue is in the pictures still to be made, not in memory
        }
        if (arrival == Arrival.BURST) {
            ByteBuf whole = begin();
            counters.packets.add(openPackets);
            finish();
            sink.sendRaw(whole);
            sink.flush();
            return Outcome.SENT;
        }
        sendPacket();
        return Outcome.SENT;
    }

    private ByteBuf begin() {
        boolean isKey = pattern.isKey(picture);
        int size = pattern.sizeBytes(picture);
        openPackets = SyntheticH264.packets(isKey, size);
        openSent = 0;
        int timestamp = (int) (timestampBase + picture * SyntheticH264.CLOCK_RATE / pattern.picturesPerSecond());
        ByteBuf whole = packets.picture(ByteBufAllocator.DEFAULT, isKey, size, timestamp, (int) (picture * 7919));
        counters.bytes.add(whole.readableBytes());
        return whole;
    }

    private void finish() {
        counters.pictures.increment();
        picture++;
    }

    private void sendPacket() {
        ByteBuf whole = open;
        if (whole == null) {
            whole = begin();
            open = whole;
        }
        int length = SyntheticH264.framedBytes(whole, whole.readerIndex());
        sink.sendRaw(whole.readRetainedSlice(length));
        sink.flush();
        openSent++;
        counters.packets.increment();
        if (!whole.isReadable()) {
            open = null;
            whole.release();
            finish();
        }
    }

    private void leaveOut(long nowNanos) {
        while (startNanos + picture * pattern.pictureNanos() - nowNanos < 0) {
            int missing = SyntheticH264.packets(pattern.isKey(picture), pattern.sizeBytes(picture));
            packets.skip(missing);
            counters.overrunPackets.add(missing);
            counters.overrunPictures.increment();
            picture++;
        }
    }

    private void letGo() {
        if (open != null) {
            open.release();
            open = null;
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
