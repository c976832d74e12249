// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A machine whose true time the model knows: it runs, is switched off, sleeps, and its clock is set by people and by NTP. */
class RetentionClockModelTest {
    private static final long DAY = TimeUnit.DAYS.toMicros(1);
    private static final long TOLERANCE = RetentionClock.TOLERANCE_MICROS;

    /** A microsecond for each jump and each start. */
    private static final long SLACK = 1_000;

    private enum Kind {
        RUN,
        OFF,
        SLEEP,
        SET,
        PUT_RIGHT,
        OPEN
    }

    private record Step(Kind kind, long micros, boolean witness) {}

    private record Opened(long stamp, long trueMicros) {}

    private static final class Machine {
        long trueMicros = 1_780_309_800_000_000L;
        long wrongBy;
        long mono = 5_000_000_000L;
        int boot = 1;
        boolean everOff;
        long ranMicros;
        final List<Opened> opened = new ArrayList<>();
        final RetentionClock clock = RetentionClock.begin(reading());

        RetentionClock.Reading reading() {
            return new RetentionClock.Reading(trueMicros + wrongBy, mono, "boot-" + boot);
        }

        void tick(boolean witness) {
            // Honest: it agrees with what is right and with nothing else.
            clock.tick(reading(), witness && Math.abs(wrongBy) < 1_000_000);
        }

        void take(Step step) {
            switch (step.kind) {
                case RUN -> {
                    trueMicros += step.micros;
                    ranMicros += step.micros;
                    mono += step.micros * 1_000;
                }
                case OFF -> {
                    trueMicros += step.micros;
                    mono = 1_000_000_000L;
                    boot++;
                    everOff = true;
                }
                case SLEEP -> {
                    trueMicros += step.micros;
                    everOff = true;
                }
                case SET -> wrongBy = step.micros * (step.witness ? 1 : -1);
                case PUT_RIGHT -> wrongBy = 0;
                case OPEN -> opened.add(new Opened(clock.stamp(), trueMicros));
            }
            tick(step.witness && step.kind != Kind.SET);
        }
    }

    @Provide
    Arbitrary<List<Step>> lives() {
        Arbitrary<Long> spans = Arbitraries.oneOf(
                Arbitraries.longs().between(0, TimeUnit.HOURS.toMicros(2)),
                Arbitraries.longs().between(0, 40 * DAY),
                Arbitraries.of(365 * DAY, 31 * DAY, TimeUnit.HOURS.toMicros(1), 0L));
        return Combinators.combine(Arbitraries.of(Kind.class), spans, Arbitraries.of(true, false))
                .as(Step::new)
                .list()
                .ofMinSize(5)
                .ofMaxSize(60);
    }

    @Property(tries = 3_000)
    void nothingIsTakenForOlderThanItIs_andNoAgeBecomesLess(@ForAll("lives") List<Step> life) {
        Machine machine = new Machine();
        machine.take(new Step(Kind.OPEN, 0, false));
        for (Step step : life) {
            List<Long> before = ages(machine);
            machine.take(step);
            List<Long> after = ages(machine);
            for (int i = 0; i < before.size(); i++) {
                assertThat(after.get(i)).as("age after %s", step).isGreaterThanOrEqualTo(before.get(i));
            }
            for (Opened epoch : machine.opened) {
                long age = machine.clock.state().ageMicros(epoch.stamp);
                long truth = machine.trueMicros - epoch.trueMicros;
                // Steps within the tolerance are followed, each as slowly as a crystal may be off.
                long followed = TOLERANCE + SLACK + machine.ranMicros * RetentionClock.SLEW_PPM / 1_000_000;
                assertThat(age - truth).as("taken for older").isLessThanOrEqualTo(followed);
                if (!machine.everOff) {
                    assertThat(truth - age).as("taken for younger").isLessThanOrEqualTo(followed);
                }
                assertThat(machine.clock.state().greatestAgeMicros(epoch.stamp)).isGreaterThanOrEqualTo(age);
            }
        }
    }

    @Property(tries = 1_000)
    void whenEachStartIsWitnessed_everyAgeIsRight(@ForAll("lives") List<Step> life) {
        Machine machine = new Machine();
        for (Step step : life) {
            if (step.kind == Kind.OFF || step.kind == Kind.SLEEP) {
                machine.take(new Step(Kind.PUT_RIGHT, 0, true));
                machine.take(new Step(step.kind, step.micros, true));
            } else {
                machine.take(step);
            }
        }
        machine.take(new Step(Kind.PUT_RIGHT, 0, true));
        assertThat(machine.clock.state().doubtful()).isFalse();
        for (Opened epoch : machine.opened) {
            long truth = machine.trueMicros - epoch.trueMicros;
            assertThat(machine.clock.state().ageMicros(epoch.stamp) - truth)
                    .isBetween(-TOLERANCE * (1 + life.size()), TOLERANCE * (1 + life.size()));
        }
    }

    /** By the last word of the clock nothing is taken for younger than it is by those who show it. */
    @Property(tries = 3_000)
    void onceTheClockIsRight_nothingIsShownForLongerThanItMay(@ForAll("lives") List<Step> life) {
        Machine machine = new Machine();
        machine.take(new Step(Kind.OPEN, 0, false));
        for (Step step : life) {
            machine.take(step);
            if (machine.wrongBy == 0 && !machine.clock.state().doubtful()) {
                for (Opened epoch : machine.opened) {
                    long truth = machine.trueMicros - epoch.trueMicros;
                    assertThat(truth - machine.clock.state().greatestAgeMicros(epoch.stamp))
                            .as("taken for younger, after %s", step)
                            .isLessThanOrEqualTo(TOLERANCE * (1 + life.size()));
                }
            }
        }
    }

    /** Power cuts, one after the other, and nobody who sets the clock: nothing is hidden that is within its limit. */
    @Property(tries = 1_000)
    void stopsAlone_hideNothingEarly(@ForAll("lives") List<Step> life) {
        Machine machine = new Machine();
        for (Step step : life) {
            if (step.kind != Kind.SET && step.kind != Kind.SLEEP) {
                machine.take(step);
            }
        }
        machine.take(new Step(Kind.PUT_RIGHT, 0, true));
        assertThat(machine.clock.state().doubtful()).isFalse();
        for (Opened epoch : machine.opened) {
            long truth = machine.trueMicros - epoch.trueMicros;
            assertThat(machine.clock.state().greatestAgeMicros(epoch.stamp) - truth)
                    .isBetween(-TOLERANCE * (1 + life.size()), TOLERANCE * (1 + life.size()));
        }
    }

    private static List<Long> ages(Machine machine) {
        return machine.opened.stream()
                .map(epoch -> machine.clock.state().ageMicros(epoch.stamp))
                .toList();
    }
}
