// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.state.Action;
import net.jqwik.api.state.ActionChain;
import net.jqwik.api.state.Transformer;
import org.watchkeep.retention.Campaign;

/**
 * A state machine of retention on a disk that fails: recording, sealing, holding, releasing, time passing, kills, power
 * cuts, index rebuilt, days changed, clock stepped, a key home lost, a volume lost, in any order. After every act:
 *
 * <ul>
 *   <li>what was acknowledged, is within its limit and was not overwritten in its turn is shown, and reads as it was received;
 *   <li>what is past its limit by the time that really passed and is not held is shown by nobody;
 *   <li>what is held is shown, past its limit too;
 *   <li>every second of every camera as far back as the limit is footage or a gap;
 *   <li>the holds in force are those that were placed and not released;
 *   <li>whatever happened, the store opens by itself; now and then a deep check of all of it finds nothing.
 * </ul>
 *
 * <p>Not modelled: what is recorded in the half second before the keeper has seen a step of the clock (held or not, it goes by the
 * epoch of before), a machine that comes up with a wrong clock (it is right by then, whatever it was), a volume that cannot be read
 * (SeveralVolumesTest), both homes lost.
 */
class RetentionMachineIT {
    private static final int DEEP_EVERY = 25;
    private static final int READ_EVERY = 10;
    private static final Map<String, Long> DONE = new TreeMap<>();

    /** One store, what is true of it, and what can happen to it. */
    private static final class Machine {
        private final RetentionWorld world;
        private final RetentionChecks checks;
        private int steps;

        Machine() {
            try {
                world = new RetentionWorld(Files.createTempDirectory("retention-machine"));
                checks = new RetentionChecks(world);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void act(Act act, long seed) {
            steps++;
            DONE.merge(act.name(), 1L, Long::sum);
            String when = "step " + steps + " " + act.name();
            world.acts.add(act.name());
            RetentionDeeds deeds = new RetentionDeeds(world, seed);
            try {
                deeds.attempt(() -> act.what().run(deeds));
                deeds.attempt(() -> checks.look(when, steps % READ_EVERY == 0));
                if (steps % DEEP_EVERY == 0) {
                    deeds.attempt(() -> checks.check(when));
                }
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError(when + " of " + world.acts + ": " + e, e);
            }
        }

        void end() {
            try (world) {
                StoreParts.deleteFolder(world.folder());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private interface What {
        void run(RetentionDeeds deeds) throws IOException;
    }

    private record Act(String name, int weight, What what) implements Action.Independent<Machine> {
        @Override
        public Arbitrary<Transformer<Machine>> transformer() {
            return Arbitraries.longs().map(seed -> Transformer.mutate(name, machine -> machine.act(this, seed)));
        }
    }

    private static final Act[] ACTS = {
        new Act("record", 12, RetentionDeeds::record),
        new Act("seal", 3, RetentionDeeds::seal),
        new Act("hold", 5, RetentionDeeds::hold),
        new Act("release", 3, RetentionDeeds::release),
        new Act("review a hold", 1, RetentionDeeds::review),
        new Act("expire", 5, RetentionDeeds::expire),
        new Act("step clock", 2, RetentionDeeds::stepClock),
        new Act("stop", 1, RetentionDeeds::stop),
        new Act("kill", 1, deeds -> deeds.kill()),
        new Act("power cut", 1, deeds -> deeds.powerCut()),
        new Act("power cut soon", 2, deeds -> deeds.powerCutSoon()),
        new Act("rebuild index", 1, RetentionDeeds::rebuildIndex),
        new Act("lose a home", 2, RetentionDeeds::home),
        new Act("lose a volume", 2, deeds -> deeds.volume()),
        new Act("change policy", 1, RetentionDeeds::policy)
    };

    private static Arbitrary<ActionChain<Machine>> chains(int length) {
        net.jqwik.api.state.ActionChainArbitrary<Machine> chains = ActionChain.startWith(Machine::new);
        for (Act act : ACTS) {
            chains = chains.withAction(act.weight(), act);
        }
        return chains.withMaxTransformations(length);
    }

    @Provide
    Arbitrary<ActionChain<Machine>> everyday() {
        return chains(60);
    }

    @Provide
    Arbitrary<ActionChain<Machine>> campaign() {
        return chains(Integer.getInteger("retention.machine.acts", Campaign.SHARE == 1 ? 2_000 : 50));
    }

    @Property(tries = 1, seed = "1", shrinking = ShrinkingMode.OFF)
    void someActs_whatIsTrueIsWhatTheStoreSays(@ForAll("everyday") ActionChain<Machine> chain) {
        run(chain);
    }

    /** Five lives of 2,000 acts; in a share of the campaign of 50. */
    @Property(tries = 5, seed = "20", shrinking = ShrinkingMode.OFF)
    @Tag("campaign")
    void tenThousandActs_whatIsTrueIsWhatTheStoreSays(@ForAll("campaign") ActionChain<Machine> chain) {
        run(chain);
    }

    private static void run(ActionChain<Machine> chain) {
        Machine[] last = new Machine[1];
        try {
            chain.withInvariant(machine -> last[0] = machine).run();
        } finally {
            if (last[0] != null) {
                last[0].end();
            }
        }
    }

    @AfterContainer
    static void tell() {
        System.out.println(
                "acts: " + DONE.values().stream().mapToLong(Long::longValue).sum() + " " + DONE);
    }
}
