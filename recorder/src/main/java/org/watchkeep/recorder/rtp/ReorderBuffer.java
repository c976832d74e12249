// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Puts RTP packets that came as datagrams back in order, and leaves out what comes twice. The packet expected goes through
 * untouched; one that came too soon is copied and waits for those before it, for at most {@link #MAX_HOLD_NANOS} and as long
 * as there is room. What is missing then is given up; the gap in the numbers is for {@link SequenceTracker} to count.
 *
 * <p>Nothing stops the stream for good. A packet of another source, or numbered far off, waits aside: when a second one
 * agrees with it, the camera has begun anew and both go through; when an ordinary one comes instead, it was a stray. As many
 * late packets in a row as could be late at all are a new beginning too. What lies behind by its number and by its timestamp
 * is old, however much of it comes: a network that finds its way anew brings seconds of a stream again, or for the first time.
 *
 * <p>Confined to its event loop. {@link #close} frees what waits, also from within the sink.
 */
public final class ReorderBuffer implements AutoCloseable {
    /** A key picture of 350 kB arrives in one burst; no network we know swaps further than within one. A power of two. */
    public static final int MAX_PACKETS = 256;

    /** 100 packets of the longest kind (Tapo: 10,000 bytes). */
    public static final int MAX_BYTES = 1 << 20;

    /** Wi-Fi bridges send again after some 10 ms; ten times that delays nobody who records. */
    public static final long MAX_HOLD_NANOS = 100_000_000L;

    /** Six seconds of a camera of 8 Mbit/s, 32 KiB: what was handed on is known that far back. A power of two. */
    static final int REMEMBERED = 4_096;

    private static final int MASK = MAX_PACKETS - 1;

    /** Ten seconds at 90 kHz. A camera that begins anew draws its timestamps, and misses these 4,999 times in 5,000. */
    private static final int OLD_TICKS = 900_000;

    /** Takes packets in order. The packet is valid during the call. */
    public interface Sink {
        void onPacket(ByteBuf packet) throws IOException;
    }

    /**
     * What has happened so far. Immutable.
     *
     * @param reordered came after a later one and were put before it
     * @param duplicates came again
     * @param late came when they had been given up
     * @param strays of another source or numbering, once; or from before the first that came
     * @param restarts new beginnings
     */
    public record Statistics(long reordered, long duplicates, long late, long strays, long restarts) {
        /** Of a stream that needs no such buffer. */
        public static final Statistics NONE = new Statistics(0, 0, 0, 0, 0);

        Statistics withReordered() {
            return plus(new Statistics(1, 0, 0, 0, 0));
        }

        Statistics withDuplicates() {
            return plus(new Statistics(0, 1, 0, 0, 0));
        }

        Statistics withLate() {
            return plus(new Statistics(0, 0, 1, 0, 0));
        }

        Statistics withStrays() {
            return plus(new Statistics(0, 0, 0, 1, 0));
        }

        Statistics withRestarts() {
            return plus(new Statistics(0, 0, 0, 0, 1));
        }

        /** Both together. */
        public Statistics plus(Statistics other) {
            return new Statistics(
                    reordered + other.reordered,
                    duplicates + other.duplicates,
                    late + other.late,
                    strays + other.strays,
                    restarts + other.restarts);
        }
    }

    private final ByteBufAllocator allocator;
    private final Sink sink;
    private final ReceptionStatistics reception;
    private final @Nullable ByteBuf[] held = new ByteBuf[MAX_PACKETS];
    private final long[] heldSinceNanos = new long[MAX_PACKETS];
    /**
     * By the low bits of the number: the last packet with these that was handed on, as {@link #memory} has it. Outlives a new
     * beginning, for what comes again may be of what was before it.
     */
    private final long[] handedOn = new long[REMEMBERED];

    private boolean started;
    private boolean closed;
    private int source;
    private int next;
    /** Of the packet handed on last. */
    private int lastTimestamp;
    /** The highest number that waits. */
    private int highestHeld;

    private int heldPackets;
    private int heldBytes;
    private long oldestNanos;
    /** Numbers passed since the beginning, as far as anything could be late by. */
    private int sinceBeginning;

    private int lateInRow;
    /** Old packets since the last one that was in its place. */
    private int oldInRow;

    private @Nullable ByteBuf suspect;
    private long suspectSinceNanos;
    /** Replaced when something has happened, which is seldom: not for each packet. */
    private volatile Statistics statistics = Statistics.NONE;

    /**
     * @param reception is shown, as they arrive, the packets of the stream, for which a receiver report answers, and its
     *     beginnings: also what came twice or a little late, not what is far off or old (RFC 3550 A.1)
     */
    public ReorderBuffer(ByteBufAllocator allocator, ReceptionStatistics reception, Sink sink) {
        this.allocator = allocator;
        this.reception = reception;
        this.sink = sink;
    }

    /** Any thread. */
    public Statistics statistics() {
        return statistics;
    }

    /** Whether packets wait for others. */
    public boolean isWaiting() {
        return heldPackets > 0;
    }

    /** When {@link #onTime} is to be called, while {@link #isWaiting}. */
    public long deadlineNanos() {
        return oldestNanos + MAX_HOLD_NANOS;
    }

    /** Bytes that wait. */
    int heldBytes() {
        return heldBytes;
    }

    /** A packet came. It stays the caller's. What is no RTP goes through, for the receiver to judge. */
    public void offer(ByteBuf packet, long nowNanos) throws IOException {
        if (closed) {
            return;
        }
        if (!isRtp(packet)) {
            sink.onPacket(packet);
            return;
        }
        if (!started) {
            begin(packet);
        }
        if (sourceOf(packet) == source) {
            offerOfSource(packet, nowNanos);
        } else {
            suspect(packet, nowNanos);
        }
    }

    private void offerOfSource(ByteBuf packet, long nowNanos) throws IOException {
        int step = (short) (numberOf(packet) - next);
        boolean isFarBehind = step <= -SequenceTracker.MAX_MISORDER;
        if (step < 0 && step > -REMEMBERED && isOld(packet) && ++oldInRow < REMEMBERED) {
            if (!isFarBehind) {
                reception.receive(packet, nowNanos);
            }
            countBehind(numberOf(packet));
            return;
        }
        if (step >= SequenceTracker.MAX_DROPOUT || isFarBehind) {
            suspect(packet, nowNanos);
            return;
        }
        forgetSuspect();
        reception.receive(packet, nowNanos);
        if (step < 0) {
            comesTooLate(packet, nowNanos);
        } else {
            lateInRow = 0;
            oldInRow = 0;
            inWindow(packet, nowNanos);
        }
    }

    /** Whether it was handed on as it is, or belongs to a picture before the last. */
    private boolean isOld(ByteBuf packet) {
        int behind = lastTimestamp - timestampOf(packet);
        return isHandedOn(packet) || (behind > 0 && behind < OLD_TICKS);
    }

    private boolean isHandedOn(ByteBuf packet) {
        return handedOn[numberOf(packet) & (REMEMBERED - 1)] == memory(packet);
    }

    private boolean wasHandedOn(int number) {
        return handedOn[number & (REMEMBERED - 1)] >>> Integer.SIZE == (0x1_0000L | number);
    }

    /**
     * The number, and the timestamp mixed with the source (multiplied by an odd number, so that another source has another one).
     * Never 0, which is none.
     */
    private static long memory(ByteBuf packet) {
        int time = timestampOf(packet) ^ sourceOf(packet) * 0x9e37_79b1;
        return (0x1_0000L | numberOf(packet)) << Integer.SIZE | Integer.toUnsignedLong(time);
    }

    /** Late once is lateness; a hundred in a row are a camera that stepped its numbers back, or froze them. */
    private void comesTooLate(ByteBuf packet, long nowNanos) throws IOException {
        if (++lateInRow >= SequenceTracker.MAX_MISORDER) {
            flush();
            statistics = statistics.withRestarts();
            begin(packet);
            reception.receive(packet, nowNanos);
            passOn(packet);
        } else {
            countBehind(numberOf(packet));
        }
    }

    private void countBehind(int number) {
        if ((short) (next - number) > sinceBeginning) {
            // The very first packets were swapped: nothing was given up, and nobody counts what came before the
            // beginning.
            statistics = statistics.withStrays();
        } else if (wasHandedOn(number)) {
            statistics = statistics.withDuplicates();
        } else {
            statistics = statistics.withLate();
        }
    }

    /** The number is the next one or ahead of it. */
    private void inWindow(ByteBuf packet, long nowNanos) throws IOException {
        int number = numberOf(packet);
        while (!closed && (short) (number - next) >= MAX_PACKETS) {
            if (heldPackets == 0) {
                passOver((short) (number - next));
            } else {
                giveUpGap();
            }
        }
        if (closed) {
            return;
        }
        if (number == next) {
            if (heldPackets > 0) {
                statistics = statistics.withReordered();
            }
            passOn(packet);
            drain();
        } else {
            hold(packet, number, nowNanos);
        }
    }

    private void hold(ByteBuf packet, int number, long nowNanos) throws IOException {
        int slot = number & MASK;
        if (held[slot] != null) {
            statistics = statistics.withDuplicates();
            return;
        }
        if (heldPackets == 0 || (short) (number - highestHeld) > 0) {
            highestHeld = number;
        } else {
            statistics = statistics.withReordered();
        }
        int bytes = packet.readableBytes();
        held[slot] = copy(packet);
        heldSinceNanos[slot] = nowNanos;
        oldestNanos = heldPackets == 0 ? nowNanos : Math.min(oldestNanos, nowNanos);
        heldPackets++;
        heldBytes += bytes;
        while (heldBytes > MAX_BYTES) {
            giveUpGap();
        }
    }

    /** A copy, for what was read stands in a buffer of many packets, which must not wait with it. */
    private ByteBuf copy(ByteBuf packet) {
        int bytes = packet.readableBytes();
        return allocator.buffer(bytes).writeBytes(packet, packet.readerIndex(), bytes);
    }

    /** Gives up gaps whose time is over. */
    public void onTime(long nowNanos) throws IOException {
        while (heldPackets > 0 && nowNanos - deadlineNanos() >= 0) {
            giveUpGap();
        }
    }

    /** Hands on all that waits, in order: no more will come, or none that belongs before it. */
    public void flush() throws IOException {
        while (heldPackets > 0) {
            giveUpGap();
        }
    }

    private void giveUpGap() throws IOException {
        while (held[next & MASK] == null) {
            passOver(1);
        }
        drain();
    }

    private void drain() throws IOException {
        if (heldPackets == 0) {
            return;
        }
        ByteBuf ready;
        while ((ready = held[next & MASK]) != null) {
            held[next & MASK] = null;
            heldPackets--;
            heldBytes -= ready.readableBytes();
            try {
                passOn(ready);
            } finally {
                ready.release();
            }
        }
        oldestNanos = oldest();
    }

    private long oldest() {
        long oldest = Long.MAX_VALUE;
        for (int i = 0; i < MAX_PACKETS; i++) {
            if (held[i] != null) {
                oldest = Math.min(oldest, heldSinceNanos[i]);
            }
        }
        return oldest;
    }

    /** The packet is the next one. */
    private void passOn(ByteBuf packet) throws IOException {
        lastTimestamp = timestampOf(packet);
        handedOn[next & (REMEMBERED - 1)] = memory(packet);
        goOn(1);
        sink.onPacket(packet);
    }

    private void passOver(int numbers) {
        for (int i = 0; i < numbers; i++) {
            handedOn[(next + i) & (REMEMBERED - 1)] = 0;
        }
        goOn(numbers);
    }

    private void goOn(int numbers) {
        next = (next + numbers) & 0xffff;
        sinceBeginning = Math.min(sinceBeginning + numbers, REMEMBERED);
    }

    private void begin(ByteBuf first) {
        started = true;
        source = sourceOf(first);
        next = numberOf(first);
        sinceBeginning = 0;
        lateInRow = 0;
        oldInRow = 0;
        reception.begin(first);
    }

    /** A packet that does not belong here, unless the one before said the same. */
    private void suspect(ByteBuf packet, long nowNanos) throws IOException {
        if (isHandedOn(packet) && ++oldInRow < REMEMBERED) {
            // Of the source, or the numbering, before this one.
            statistics = statistics.withDuplicates();
            return;
        }
        ByteBuf earlier = suspect;
        int step = earlier == null ? 0 : (short) (numberOf(packet) - numberOf(earlier));
        boolean agrees = earlier != null
                && sourceOf(earlier) == sourceOf(packet)
                && step != 0
                && Math.abs(step) < SequenceTracker.MAX_MISORDER;
        if (earlier == null || !agrees) {
            forgetSuspect();
            suspect = copy(packet);
            suspectSinceNanos = nowNanos;
            return;
        }
        suspect = null;
        try {
            flush();
            statistics = statistics.withRestarts();
            ByteBuf first = step > 0 ? earlier : packet;
            begin(first);
            reception.receive(earlier, suspectSinceNanos);
            reception.receive(packet, nowNanos);
            inWindowUnlessClosed(first, nowNanos);
            inWindowUnlessClosed(step > 0 ? packet : earlier, nowNanos);
        } finally {
            earlier.release();
        }
    }

    private void inWindowUnlessClosed(ByteBuf packet, long nowNanos) throws IOException {
        if (!closed) {
            inWindow(packet, nowNanos);
        }
    }

    private void forgetSuspect() {
        if (suspect != null) {
            suspect.release();
            suspect = null;
            statistics = statistics.withStrays();
        }
    }

    private static boolean isRtp(ByteBuf packet) {
        return packet.readableBytes() >= RtpPacket.HEADER_BYTES
                && packet.getUnsignedByte(packet.readerIndex()) >>> 6 == 2;
    }

    private static int numberOf(ByteBuf packet) {
        return packet.getUnsignedShort(packet.readerIndex() + 2);
    }

    private static int timestampOf(ByteBuf packet) {
        return packet.getInt(packet.readerIndex() + 4);
    }

    private static int sourceOf(ByteBuf packet) {
        return packet.getInt(packet.readerIndex() + 8);
    }

    @Override
    public void close() {
        closed = true;
        for (int i = 0; i < MAX_PACKETS; i++) {
            ByteBuf waiting = held[i];
            if (waiting != null) {
                waiting.release();
                held[i] = null;
            }
        }
        heldPackets = 0;
        heldBytes = 0;
        if (suspect != null) {
            suspect.release();
            suspect = null;
        }
    }
}
