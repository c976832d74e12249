// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.channel.EventLoop;

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

    /**
     * The task runs again and again, first within a period from now, until it is cancelled; a fault in it does not end that.
     * Those of one event loop with one period run together, so that a thousand cameras wake their loop once for all.
     */
    Timer each(long periodNanos, Runnable task);

    /** The timers of an event loop. */
    static Timers of(EventLoop loop) {
        return new LoopTimers(loop);
    }
}
