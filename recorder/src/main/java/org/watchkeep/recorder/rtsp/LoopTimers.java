// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The {@link Timers} of an event loop. Confined to it. */
final class LoopTimers implements Timers {
    private static final Logger LOG = LoggerFactory.getLogger(LoopTimers.class);

    private final EventLoop loop;
    /** By their periods, of which there are a few. */
    private final Map<Long, Beat> beats = new HashMap<>();

    LoopTimers(EventLoop loop) {
        this.loop = loop;
    }

    @Override
    public Timer after(long delayNanos, Runnable task) {
        ScheduledFuture<?> scheduled = loop.schedule(() -> run(task), delayNanos, TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    @Override
    public long nanos() {
        return loop.ticker().nanoTime();
    }

    @Override
    public Timer each(long periodNanos, Runnable task) {
        return beats.computeIfAbsent(periodNanos, Beat::new).add(task);
    }

    /** The loop keeps an exception in a future that nobody reads: a fault of ours must at least be heard of. */
    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("a timer's task failed", e);
        }
    }

    /** What runs together, and by one timer. Stands still while there is nothing to run. */
    private final class Beat {
        private final long periodNanos;
        private final List<Repeated> tasks = new ArrayList<>();
        private boolean isRunning;

        Beat(long periodNanos) {
            this.periodNanos = periodNanos;
        }

        Timer add(Runnable task) {
            Repeated added = new Repeated(task);
            tasks.add(added);
            if (!isRunning) {
                isRunning = true;
                after(periodNanos, this::run);
            }
            return added;
        }

        private void run() {
            tasks.removeIf(Repeated::isCancelled);
            if (tasks.isEmpty()) {
                isRunning = false;
                return;
            }
            after(periodNanos, this::run);
            // Tasks may add others, which begin with the next beat.
            int count = tasks.size();
            for (int i = 0; i < count; i++) {
                Repeated task = tasks.get(i);
                if (!task.isCancelled()) {
                    LoopTimers.run(task.task);
                }
            }
        }
    }

    private static final class Repeated implements Timer {
        private final Runnable task;
        private boolean isCancelled;

        Repeated(Runnable task) {
            this.task = task;
        }

        boolean isCancelled() {
            return isCancelled;
        }

        @Override
        public void cancel() {
            isCancelled = true;
        }
    }
}
