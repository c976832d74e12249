// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Lets the streams of one event loop send when they are due: one timer for all of them. Confined to the loop. */
final class StreamPacer {
    /** Finer costs wake-ups, coarser bunches cameras together. */
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final EventLoop loop;
    private final LongSupplier monoNanos;
    private final PriorityQueue<PacedStream> due = new PriorityQueue<>(Comparator.comparingLong(PacedStream::dueNanos));
    /** Within a tick: those whose receiver takes nothing now, to be looked at again in the next. */
    private final List<PacedStream> blocked = new ArrayList<>();

    private @Nullable ScheduledFuture<?> timer;

    StreamPacer(EventLoop loop, LongSupplier monoNanos) {
        this.loop = loop;
        this.monoNanos = monoNanos;
    }

    void add(PacedStream stream) {
        due.add(stream);
        if (timer == null) {
            timer = loop.scheduleAtFixedRate(this::tick, TICK_NANOS, TICK_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    private void tick() {
        long now = monoNanos.getAsLong();
        PacedStream next;
        while ((next = due.peek()) != null && next.dueNanos() - now <= 0) {
            due.poll();
            switch (next.send(now)) {
                case SENT -> due.add(next);
                case BLOCKED -> blocked.add(next);
                case ENDED -> {}
            }
        }
        due.addAll(blocked);
        blocked.clear();
        if (due.isEmpty() && timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
