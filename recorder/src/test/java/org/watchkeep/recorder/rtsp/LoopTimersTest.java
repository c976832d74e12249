// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoopTimersTest {
    private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long NOTHING_TO_RUN = -1;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Timers timers = Timers.of(channel.eventLoop());
    private final List<String> runs = new ArrayList<>();

    @BeforeEach
    void stopTime() {
        channel.freezeTime();
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    /** Returns the nanoseconds until the loop has something to run again. */
    private long advanceMillis(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        return channel.runScheduledPendingTasks();
    }

    private Timers.Timer note(String name) {
        return timers.each(PERIOD, () -> runs.add(name));
    }

    @Test
    void each_begunAtDifferentTimes_runTogetherOnceAPeriod() {
        note("a");
        advanceMillis(100);
        note("b");
        assertThat(advanceMillis(149)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(1));
        assertThat(runs).isEmpty();
        assertThat(advanceMillis(1)).isEqualTo(PERIOD);
        assertThat(runs).containsExactly("a", "b");
        assertThat(advanceMillis(250)).isEqualTo(PERIOD);
        assertThat(runs).containsExactly("a", "b", "a", "b");
    }

    @Test
    void each_allCancelled_loopHasNothingMoreToRun() {
        Timers.Timer a = note("a");
        Timers.Timer b = note("b");
        advanceMillis(250);
        a.cancel();
        advanceMillis(250);
        b.cancel();
        assertThat(advanceMillis(250)).isEqualTo(NOTHING_TO_RUN);
        assertThat(runs).containsExactly("a", "b", "b");
        note("c");
        advanceMillis(250);
        assertThat(runs).containsExactly("a", "b", "b", "c");
    }

    @Test
    void each_cancelsAnotherAndAddsOneWhileItRuns_fromThenOn() {
        List<Timers.Timer> others = new ArrayList<>();
        timers.each(PERIOD, () -> {
            others.forEach(Timers.Timer::cancel);
            others.clear();
            others.add(note("added at " + runs.size()));
            runs.add("first");
        });
        others.add(note("never"));
        advanceMillis(250);
        assertThat(runs).containsExactly("first");
        others.clear();
        advanceMillis(250);
        assertThat(runs).containsExactly("first", "first", "added at 0");
    }

    @Test
    void each_oneFails_othersRunAndItRunsAgain() {
        timers.each(PERIOD, () -> {
            runs.add("fails");
            throw new IllegalStateException("a fault of the test's");
        });
        note("runs");
        advanceMillis(250);
        advanceMillis(250);
        assertThat(runs).containsExactly("fails", "runs", "fails", "runs");
    }

    @Test
    void after_isOfItsOwnTime_andOnce() {
        note("each");
        timers.after(TimeUnit.MILLISECONDS.toNanos(10), () -> runs.add("once"));
        Timers.Timer never = timers.after(TimeUnit.MILLISECONDS.toNanos(10), () -> runs.add("never"));
        never.cancel();
        assertThat(advanceMillis(10)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(240));
        assertThat(runs).containsExactly("once");
        advanceMillis(240);
        advanceMillis(250);
        assertThat(runs).containsExactly("once", "each", "each");
    }
}
