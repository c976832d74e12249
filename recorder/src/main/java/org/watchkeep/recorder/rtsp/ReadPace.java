// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the kernel gather a camera's packets and wake us for many at once (SO_RCVLOWAT, socket(7)): cameras that send each
 * packet by itself otherwise cost a wake-up and a read for 1,400 bytes.
 *
 * <p>The threshold follows the stream's rate, so that packets wait about {@link #GATHER_NANOS} while media come
 * evenly, and two ticks where they stop. It is one byte while an answer is awaited, and after a tick with less media than
 * usual, so that nothing that has come stays in the kernel; and while pictures have no better time than that of their arrival.
 * The end of the connection is told at once by the kernel whatever the threshold. Confined to the connection's event loop.
 */
final class ReadPace {
    private static final Logger LOG = LoggerFactory.getLogger(ReadPace.class);

    /** How often the rate is looked at; also the longest that the last packets before a silence wait, twice over. */
    static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** A tenth of what a fragment takes to fill: what is acknowledged comes that much later at the most. */
    static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Of a fast stream that is many packets; half of what one read takes, for more comes with the last of them. */
    static final int MOST_BYTES = TcpConnector.READ_BUFFER_BYTES / 2;

    /** Three packets. Streams so slow that less gathers in time cost nothing as they are. */
    static final int LEAST_BYTES = 4 << 10;

    private static final int AT_ONCE = 1;

    /** The newest tick counts for an eighth: key pictures come every eight ticks or so and are ten times the size. */
    private static final int SMOOTHING = 8;

    /** asm-generic/socket.h: the values of every processor that the native transport is built for. */
    private static final int SOL_SOCKET = 1;

    private static final int SO_RCVLOWAT = 18;

    private static final ChannelOption<Integer> THRESHOLD =
            new IntegerUnixChannelOption("SO_RCVLOWAT", SOL_SOCKET, SO_RCVLOWAT);

    private final Timers timers;
    private final IntConsumer threshold;
    private Timers.Timer tick = Timers.Timer.NONE;
    private boolean isRunning;
    private boolean isAnswerAwaited;
    private boolean isHeld;
    private long bytesInTick;
    private long bytesPerTick;
    private int current = AT_ONCE;

    /** @param threshold sets the least number of bytes to be woken for */
    ReadPace(Timers timers, IntConsumer threshold) {
        this.timers = timers;
        this.threshold = threshold;
    }

    /** That of a connection; without effect where its transport cannot do it. */
    static ReadPace of(Timers timers, Channel channel) {
        return new ReadPace(timers, channel instanceof EpollSocketChannel ? bytes -> set(channel, bytes) : bytes -> {});
    }

    private static void set(Channel channel, int bytes) {
        if (!channel.isOpen()) {
            return;
        }
        try {
            channel.config().setOption(THRESHOLD, bytes);
        } catch (ChannelException e) {
            // It costs wake-ups, nothing else; and a connection that has just broken says so itself.
            LOG.debug("{}: no threshold for reading", channel, e);
        }
    }

    /** So many bytes were read. */
    void onRead(int bytes) {
        bytesInTick += bytes;
    }

    /** Media come interleaved on this connection. */
    void onMedia() {
        if (!isRunning) {
            isRunning = true;
            bytesInTick = 0;
            tick = timers.each(TICK_NANOS, this::tick);
        }
    }

    /** A request was sent or answered. */
    void awaitsAnswer(boolean isAwaited) {
        isAnswerAwaited = isAwaited;
        if (isAwaited) {
            become(AT_ONCE);
        }
    }

    /** Whether each packet is to be read when it comes: its arrival is all that is known of when it was taken. */
    void holdAtOnce(boolean isWanted) {
        isHeld = isWanted;
        if (isWanted) {
            become(AT_ONCE);
        }
    }

    /** Nothing is read any more. */
    void stop() {
        tick.cancel();
        become(AT_ONCE);
    }

    private void tick() {
        long now = bytesInTick;
        bytesInTick = 0;
        // All but one of the bytes that are gathered for may have come and not been read.
        boolean isQuietening = now + current - 1 < bytesPerTick / 2;
        bytesPerTick += (now - bytesPerTick) / SMOOTHING;
        if (now == 0 || isQuietening) {
            // What the threshold was made for does not come: nothing is to wait for it.
            become(AT_ONCE);
        } else if (!isAnswerAwaited && !isHeld) {
            follow(bytesPerTick * GATHER_NANOS / TICK_NANOS);
        }
    }

    /** Small changes are not worth telling the kernel. */
    private void follow(long wanted) {
        boolean isNear = wanted >= current - current / 4 && wanted <= current + current / 4;
        if (!isNear || wanted < LEAST_BYTES) {
            become(wanted < LEAST_BYTES ? AT_ONCE : (int) Math.min(wanted, MOST_BYTES));
        }
    }

    private void become(int bytes) {
        if (bytes != current) {
            current = bytes;
            threshold.accept(bytes);
        }
    }
}
