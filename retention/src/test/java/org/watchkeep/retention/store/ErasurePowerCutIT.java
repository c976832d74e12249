// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.Campaign;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.PowerCut;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.MasterKeystore;

/**
 * The power is cut at every step of an erasure. No key is overwritten that was not entered first; at the next start the
 * erasure comes to its end before anything is shown; what was not due is there as it was acknowledged.
 */
class ErasurePowerCutIT {
    private static final StreamId GATE = StreamId.main("gate");
    private static final int EVERYDAY_STRIDE = 7;

    @TempDir
    private Path folder;

    @Test
    void powerCut_atSomeSteps_erasesWhatIsDueAndNothingElse() throws IOException {
        cutAtEach(1, EVERYDAY_STRIDE, false);
    }

    @Test
    @Tag("campaign")
    void powerCut_atEveryStep_erasesWhatIsDueAndNothingElse() throws IOException {
        int stride = Campaign.stride(1);
        cutAtEach(Campaign.firstStep(stride), stride, false);
    }

    @Test
    void powerCut_atSomeStepsWithATrail_erasesWhatIsDueAndEntersItOnce() throws IOException {
        cutAtEach(1, EVERYDAY_STRIDE, true);
    }

    @Test
    @Tag("campaign")
    void powerCut_atEveryStepWithATrail_erasesWhatIsDueAndEntersItOnce() throws IOException {
        int stride = Campaign.stride(1);
        cutAtEach(Campaign.firstStep(stride), stride, true);
    }

    private void cutAtEach(int first, int stride, boolean trailed) throws IOException {
        long step = first;
        for (; life(step, folder.resolve((trailed ? "trailed-" : "life-") + step), trailed); step += stride) {
            assertThat(step).as("an erasure has an end").isLessThan(2_000);
        }
        System.out.println("power cut at steps up to " + step + ", every " + stride);
    }

    /** False when the life ended before the cut. */
    private boolean life(long step, Path at, boolean trailed) throws IOException {
        FakeDisk disk = new FakeDisk().tearSectors();
        TestClock clock = new TestClock();
        StoreSettings settings = StoreRig.settings(at, 4);
        StoreRig.init(disk, settings, clock);
        TestTrail trail = trailed ? TestTrail.open(disk, settings.folder(), clock) : TestTrail.NONE;
        StoreRig rig = StoreRig.openTrailed(disk, settings, clock, trail.entries(), GATE);
        long first = rig.recordingEpoch();
        record(rig);
        clock.pass(1, TimeUnit.HOURS);
        await(rig, "the next epoch", () -> rig.recordingEpoch() > first);
        record(rig);
        disk.settle();
        disk.cutAt(step, step);
        clock.pass(TimeUnit.DAYS.toMinutes(31) - 30, TimeUnit.MINUTES);
        await(rig, "erased or dead", () -> disk.isDead() || isErasedAndEntered(rig, first));
        if (!disk.isDead()) {
            disk.settle();
            closeOrDie(rig, disk);
        }
        if (!disk.isDead()) {
            trail.close();
            return false;
        }
        rig.abandon();
        trail.abandon();
        FakeDisk left = disk.restart();
        assertEnteredFirst(left, settings, first, step, trailed);
        clock.pass(1, TimeUnit.MINUTES);
        clock.reboot("boot-2");
        clock.witnessed(true);
        try (TestTrail after = trailed ? TestTrail.open(left, settings.folder(), clock) : TestTrail.NONE;
                StoreRig again = StoreRig.openTrailed(left, settings, clock, after.entries(), GATE)) {
            assertThat(again.store.keys().epoch(first).map(Epoch::state))
                    .as("step %d", step)
                    .isNotEqualTo(Optional.of(Epoch.State.LIVE));
            assertThat(again.segments(GATE)).as("step %d", step).hasSize(1);
            Segment kept = again.segments(GATE).get(0);
            for (FragmentRef ref : kept.fragments()) {
                assertThat(again.store.digest(kept, ref))
                        .isEqualTo(rig.acknowledged.get(new StoreRig.Acknowledged(GATE, kept.run(), ref.sequence())));
            }
            assertThat(again.store.check(true, Optional.empty()).findings())
                    .as("step %d", step)
                    .isEmpty();
            await(
                    again,
                    "nothing is left half done",
                    () -> again.store.retention().status().classes().stream()
                            .allMatch(status -> status.dueEpochs() == 0));
            assertThat(again.store.retention().status().alarms()).isEmpty();
            if (trailed) {
                await(again, "entered", () -> !after.of(Act.EPOCH_ERASED).isEmpty());
                assertThat(after.of(Act.EPOCH_DUE)).as("step %d", step).hasSize(1);
                assertThat(after.of(Act.EPOCH_ERASED)).as("step %d", step).hasSize(1);
                assertThat(after.of(Act.EPOCH_ERASED).get(0).data().number("epoch"))
                        .isEqualTo(first);
            }
        }
        return true;
    }

    /** The keeper has a round for each look, and not one in half a second. */
    private static void await(StoreRig rig, String what, BooleanSupplier isSo) {
        StoreRig.await(what, () -> {
            rig.store.keeper().wake();
            return isSo.getAsBoolean();
        });
    }

    private static void closeOrDie(StoreRig rig, FakeDisk disk) throws IOException {
        try {
            rig.close();
        } catch (PowerCut | IOException | AssertionError | IllegalStateException e) {
            if (!disk.isDead()) {
                throw e;
            }
        }
    }

    private static void record(StoreRig rig) {
        rig.beginRun(GATE);
        for (int i = 0; i < 3; i++) {
            rig.record(GATE, 2_000);
        }
        StoreRig.await("recorded", () -> rig.isSettled(GATE));
        rig.endRun(GATE, GapCause.CONNECTION_LOST);
    }

    private static boolean isErasedAndEntered(StoreRig rig, long epoch) {
        return rig.store
                        .keys()
                        .epoch(epoch)
                        .filter(e -> e.state() == Epoch.State.ERASED)
                        .isPresent()
                && rig.store.retention().status().classes().stream().allMatch(status -> status.dueEpochs() == 0);
    }

    private static void assertEnteredFirst(
            FakeDisk disk, StoreSettings settings, long epoch, long step, boolean trailed) throws IOException {
        Path home = settings.folder();
        MasterKeystore master = MasterKeystore.open(disk, home.resolve("master.p12"), "rig".toCharArray());
        boolean erased;
        try (EpochKeys keys = EpochKeys.open(disk, home.resolve("home-a"), home.resolve("home-b"), master)) {
            erased =
                    keys.epoch(epoch).filter(e -> e.state() == Epoch.State.LIVE).isEmpty();
        }
        RuleBook entered = new RuleBook();
        Ledger.open(disk, home.resolve(FootageStore.LEDGER_FOLDER), entered::fold, e -> {})
                .close();
        if (trailed) {
            boolean due;
            try (TestTrail trail = TestTrail.open(disk, home, new TestClock())) {
                due = !trail.of(Act.EPOCH_DUE).isEmpty();
            }
            assertThat(!erased || due).as("step %d: entry first", step).isTrue();
            assertThat(entered.hasErased()).as("the trail alone has it").isFalse();
        } else if (erased) {
            assertThat(entered.hasErased()).as("step %d: entry first", step).isTrue();
        }
    }
}
