// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** Runs things later, on one event loop. Tests move the time by hand. Confined to that event loop. */
public interface Timers {
    /** The task runs on the event loop, not before the delay is over. */
    Timer after(long delayNanos, Runnable task);

    /** The time that delays are measured in: monotonic, from an origin of its own. */
    long nanos();

    /** One thing that will be run. */
    interface Timer {
        Timer NONE = () -> {};

        /** It will not be run; no effect when it has been. */
        void cancel();
    }

    /** The timers of an event loop. */
    static Timers of(EventLoop loop) {
        return new Timers() {
            @Override
            public Timer after(long delayNanos, Runnable task) {
                ScheduledFuture<?> scheduled = loop.schedule(() -> run(task), delayNanos, TimeUnit.NANOSECONDS);
                return () -> scheduled.cancel(false);
            }

            @Override
            public long nanos() {
                return loop.ticker().nanoTime();
            }
        };
    }

    /** The loop keeps an exception in a future that nobody reads: a fault of ours must at least be heard of. */
    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LoggerFactory.getLogger(Timers.class).error("a timer's task failed", e);
        }
    }
}
