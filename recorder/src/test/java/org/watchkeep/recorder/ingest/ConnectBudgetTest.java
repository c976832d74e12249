// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.watchkeep.recorder.rtsp.FakeTimers;

/** The order of calls, in simulated time. */
class ConnectBudgetTest {
    private final Device nvr = new Device("nvr:554");

    private final FakeTimers timers = new FakeTimers();

    private ConnectBudget budget(int together, int perDevice) {
        return new ConnectBudget(new ConnectLimits(together, perDevice), Runnable::run, timers, timers::nowNanos);
    }

    private static Device device(int i) {
        return new Device("192.0.2." + i + ":554");
    }

    @Test
    void ask_manyAtOnce_getTurnsInOrderAndNeverMoreThanTheLimit() {
        ConnectBudget budget = budget(3, 3);
        List<Integer> turns = new ArrayList<>();
        List<ConnectBudget.Place> places = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            places.add(budget.ask(device(i), false, () -> turns.add(number)));
        }
        timers.advanceSeconds(1);
        assertThat(turns).containsExactly(0, 1, 2);
        assertThat(budget.load()).isEqualTo(new ConnectLoad(3, 7, 3, 3));

        places.get(1).release();
        places.get(1).release();
        timers.advanceSeconds(1);
        assertThat(turns).containsExactly(0, 1, 2, 3);

        // Whoever no longer wants to call leaves the line.
        places.get(4).release();
        places.get(0).release();
        timers.advanceSeconds(1);
        assertThat(turns).containsExactly(0, 1, 2, 3, 5);
        assertThat(budget.load().connecting()).isEqualTo(3);
    }

    @Test
    void ask_turns_areSpacedOut() {
        ConnectBudget budget = budget(1_000, 1_000);
        List<Long> at = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            budget.ask(nvr, false, () -> at.add(timers.nowNanos()));
        }
        timers.advanceSeconds(10);
        assertThat(at).hasSize(1_000);
        for (int i = 1; i < at.size(); i++) {
            assertThat(at.get(i) - at.get(i - 1)).isEqualTo(ConnectBudget.SPACING_NANOS);
        }
    }

    /** A recorder's many channels do not keep the cameras behind them in the line waiting. */
    @Test
    void ask_streamsOfOneDevice_holdOnlyItsShare() {
        ConnectBudget budget = budget(8, 2);
        List<String> turns = new ArrayList<>();
        List<ConnectBudget.Place> places = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int channel = i;
            places.add(budget.ask(nvr, false, () -> turns.add("channel " + channel)));
        }
        budget.ask(device(1), false, () -> turns.add("camera"));
        timers.advanceSeconds(1);
        assertThat(turns).containsExactly("channel 0", "channel 1", "camera");
        places.get(0).release();
        timers.advanceSeconds(1);
        assertThat(turns).last().isEqualTo("channel 2");
    }

    @Test
    void ask_camerasThatLongDidNotAnswer_holdAtMostHalf() {
        ConnectBudget budget = budget(4, 4);
        List<String> turns = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            budget.ask(device(i), true, () -> turns.add("absent"));
        }
        timers.advanceSeconds(1);
        assertThat(turns).hasSize(2);
        for (int i = 10; i < 13; i++) {
            budget.ask(device(i), false, () -> turns.add("present"));
        }
        timers.advanceSeconds(1);
        assertThat(turns).containsExactly("absent", "absent", "present", "present");
    }

    /** A camera of the simulation: off until the switch is back, then answering within a second or two. */
    private final class Camera {
        private final ConnectBudget budget;
        private final Device device;
        private final Random random;
        private final long switchBackNanos;
        private final Backoff backoff;
        private int unreachableInRow;
        private Optional<ConnectBudget.Place> place = Optional.empty();
        long recordingSinceNanos = -1;

        Camera(ConnectBudget budget, int number, Random random, long switchBackNanos) {
            this.budget = budget;
            this.device = device(number);
            this.random = random;
            this.switchBackNanos = switchBackNanos;
            this.backoff = new Backoff(random);
            lost();
        }

        private void lost() {
            timers.after(backoff.afterFailure(), () -> {
                boolean isAbsent = unreachableInRow >= CameraRecorder.ABSENT_AFTER;
                place = Optional.of(budget.ask(device, isAbsent, this::dial));
            });
        }

        /** A packet into a dead network is sent again after 1 s and 3 s; after 5 s the call is given up. */
        private void dial() {
            for (long sentAgain : new long[] {0, 1, 3}) {
                if (timers.nowNanos() + TimeUnit.SECONDS.toNanos(sentAgain) >= switchBackNanos) {
                    long answer = TimeUnit.MILLISECONDS.toNanos(200 + random.nextInt(1_800));
                    timers.after(TimeUnit.SECONDS.toNanos(sentAgain) + answer, this::media);
                    return;
                }
            }
            timers.after(TimeUnit.SECONDS.toNanos(5), () -> {
                unreachableInRow++;
                place.orElseThrow().release();
                lost();
            });
        }

        private void media() {
            recordingSinceNanos = timers.nowNanos();
            place.orElseThrow().release();
        }
    }

    /** Must hold for any length of the outage: 200 cameras are back within a minute, and never too many called at once. */
    @Property(tries = 40)
    void reboot_twoHundredCamerasBehindASwitch_areBackWithinAMinute(
            @ForAll long seed, @ForAll @IntRange(min = 0, max = 600) int outageSeconds) {
        ConnectBudgetTest fresh = new ConnectBudgetTest();
        fresh.reboot(new Random(seed), TimeUnit.SECONDS.toNanos(outageSeconds));
    }

    private void reboot(Random random, long outageNanos) {
        ConnectBudget budget = budget(ConnectLimits.DEFAULT_TOGETHER, ConnectLimits.DEFAULT_PER_DEVICE);
        List<Camera> cameras = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            cameras.add(new Camera(budget, i, random, outageNanos));
        }
        timers.advanceMillis(TimeUnit.NANOSECONDS.toMillis(outageNanos));
        timers.advanceSeconds(60);
        assertThat(cameras)
                .allSatisfy(camera -> assertThat(camera.recordingSinceNanos)
                        .isBetween(outageNanos, outageNanos + TimeUnit.SECONDS.toNanos(60)));
        assertThat(budget.load().mostConnecting()).isLessThanOrEqualTo(ConnectLimits.DEFAULT_TOGETHER);
        assertThat(budget.load().connecting()).isZero();
    }
}
