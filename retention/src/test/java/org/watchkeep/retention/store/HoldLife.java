// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.watchkeep.retention.disk.RealDisk;
import org.watchkeep.retention.hold.Hold;

/**
 * A process that records, holds, releases, erases and changes its master key without end, and says on its standard output what it is
 * about to do and, once it is answered, what is done. Weeks pass in each round.
 */
final class HoldLife {
    static final StreamId GATE = StreamId.main("gate");
    static final Map<StreamId, String> CLASSES = Map.of(GATE, StoreRig.CLASS);

    /** Three rounds are longer than footage is kept, so that an erasure falls into each round from the fourth on. */
    private static final long ROUND_DAYS = 11;

    /** What is held is kept for longer than footage is. */
    private static final int HELD_AT_ONCE = 5;

    private static final int FRAGMENTS = 3;

    private final TestClock clock;
    private final HoldingRig rig;

    private HoldLife(TestClock clock, HoldingRig rig) {
        this.clock = clock;
        this.rig = rig;
    }

    /** Arguments: the store's folder, the clock's time in microseconds, which life this is. */
    public static void main(String[] args) throws IOException {
        TestClock clock = clockAt(Long.parseLong(args[1]), args[2]);
        RealDisk disk = new RealDisk();
        StoreSettings settings = settings(Path.of(args[0]));
        TestTrail trail = TestTrail.open(disk, settings.folder(), clock);
        HoldLife life = new HoldLife(clock, new HoldingRig(disk, settings, clock, trail.entries(), CLASSES));
        while (true) {
            life.round(disk);
        }
    }

    static StoreSettings settings(Path folder) {
        return StoreRig.settings(folder, 4);
    }

    /** That of a machine that was started anew and has been told the time. */
    static TestClock clockAt(long utcMicros, String life) {
        TestClock clock = new TestClock();
        clock.step(utcMicros - TestClock.START_UTC_MICROS, TimeUnit.MICROSECONDS);
        clock.reboot("boot-" + life);
        clock.witnessed(true);
        return clock;
    }

    private void round(RealDisk disk) throws IOException {
        List<FragmentRef> recorded = record();
        say("begin place");
        String id =
                rig.held(recorded.get(0).start(), recorded.get(1).end(), GATE).text();
        say("placed " + id + " " + recorded.get(0).start() + " "
                + recorded.get(1).end());
        List<Hold> active = rig.register.holds().stream().filter(Hold::isActive).toList();
        if (active.size() > HELD_AT_ONCE) {
            Hold oldest = active.get(0);
            say("begin release " + oldest.id().text());
            rig.release(oldest.id());
            say("released " + oldest.id().text());
        }
        say("clock " + (clock.utcMicros() + TimeUnit.DAYS.toMicros(ROUND_DAYS)));
        say("begin erase");
        clock.pass(ROUND_DAYS, TimeUnit.DAYS);
        await(
                "nothing is due",
                () -> rig.store.retention().status().classes().stream().allMatch(status -> status.dueEpochs() == 0));
        say("begin rotate");
        rig.rotateMaster(disk);
        say("rotated");
    }

    private List<FragmentRef> record() throws IOException {
        rig.rig.beginRun(GATE);
        for (int i = 0; i < FRAGMENTS; i++) {
            rig.rig.record(GATE, 2_000);
        }
        StoreRig.await("recorded", () -> rig.rig.isSettled(GATE));
        rig.rig.endRun(GATE, GapCause.CONNECTION_LOST);
        await("indexed", () -> rig.store.streamState(GATE).unindexed().isEmpty());
        Segment newest = rig.rig.segments(GATE).get(rig.rig.segments(GATE).size() - 1);
        for (FragmentRef ref : newest.fragments()) {
            say("fact " + newest.run() + " " + ref.sequence() + " " + rig.store.digest(newest, ref) + " " + ref.start()
                    + " " + ref.end());
        }
        say("clock " + clock.utcMicros());
        return newest.fragments();
    }

    private void await(String what, BooleanSupplier isSo) {
        await(rig, what, isSo);
    }

    /** The keeper has a round for each look, and not one in half a second. */
    static void await(HoldingRig rig, String what, BooleanSupplier isSo) {
        StoreRig.await(what, () -> {
            rig.store.keeper().wake();
            return isSo.getAsBoolean();
        });
    }

    private static void say(String line) {
        System.out.println("SAID " + line);
        System.out.flush();
    }
}
