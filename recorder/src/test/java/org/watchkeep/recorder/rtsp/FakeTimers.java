// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/** Time that the test moves by hand. */
public final class FakeTimers implements Timers {
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.<Task>comparingLong(t -> t.dueNanos).thenComparingLong(t -> t.order));
    private long nowNanos = 1_000_000_000L;
    private long orders;

    private record Task(long dueNanos, long order, Runnable run) {}

    @Override
    public Timer after(long delayNanos, Runnable task) {
        Task added = new Task(nowNanos + delayNanos, orders++, task);
        tasks.add(added);
        return () -> tasks.remove(added);
    }

    /** By itself: others run together. */
    @Override
    public Timer each(long periodNanos, Runnable task) {
        Timer[] next = {Timer.NONE};
        next[0] = after(periodNanos, new Runnable() {
            @Override
            public void run() {
                next[0] = after(periodNanos, this);
                task.run();
            }
        });
        return () -> next[0].cancel();
    }

    @Override
    public long nanos() {
        return nowNanos;
    }

    public long nowNanos() {
        return nowNanos;
    }

    public void advanceMillis(long millis) {
        advance(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    public void advanceSeconds(long seconds) {
        advance(TimeUnit.SECONDS.toNanos(seconds));
    }

    private void advance(long nanos) {
        long end = nowNanos + nanos;
        while (!tasks.isEmpty() && tasks.peek().dueNanos <= end) {
            Task next = tasks.remove();
            nowNanos = Math.max(nowNanos, next.dueNanos);
            next.run.run();
        }
        nowNanos = end;
    }

    /** The loop is busy elsewhere: time passes, and what is due runs when it is advanced next. */
    public void standStillMillis(long millis) {
        nowNanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** How long until the next task; -1 when there is none. */
    public long untilNextNanos() {
        Task next = tasks.peek();
        return next == null ? -1 : next.dueNanos - nowNanos;
    }
}
