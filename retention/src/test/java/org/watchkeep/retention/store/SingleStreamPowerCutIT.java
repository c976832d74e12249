// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.watchkeep.retention.store.SingleStreamLife.GATE;
import static org.watchkeep.retention.store.SingleStreamLife.HALL;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.Campaign;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.disk.PowerCut;

/**
 * The power is cut at every step of the life of an hour of which two streams are erased alone, and that then reaches its limit.
 * What was answered stands; what was entered is finished at the next start; all else reads as it was acknowledged until its
 * limit, and no longer; no key is kept for nothing.
 */
class SingleStreamPowerCutIT {
    /** Every step takes half a minute more than a campaign has for it. */
    private static final int STRIDE = 2;

    @TempDir
    private Path folder;

    @Test
    @Tag("campaign")
    void powerCut_atEverySecondStep_oneStreamGoesAndNothingElse() throws IOException {
        int stride = Campaign.stride(STRIDE);
        int step = Campaign.firstStep(stride);
        while (isCut(step, step % 3)) {
            step += stride;
            assertThat(step).as("the life has an end").isLessThan(2_000);
        }
        assertThat(step).as("steps in which something can be cut").isGreaterThan(60);
        System.out.println("power cut at steps up to " + step + ", every " + stride);
    }

    private boolean isCut(int step, int seed) throws IOException {
        String when = "step " + step;
        SingleStreamLife life = new SingleStreamLife(folder.resolve("life-" + step));
        List<StreamId> answered = new ArrayList<>();
        TestTrail trail = life.trail();
        HoldingRig rig = life.open(trail);
        life.record(rig);
        life.disk.settle();
        life.disk.cutAt(step, seed);
        try {
            for (StreamId stream : List.of(GATE, HALL)) {
                life.erase(rig, stream, life.first);
                answered.add(stream);
            }
            life.passLimit(rig, false);
            if (!life.disk.isDead()) {
                rig.close();
                trail.close();
                return false;
            }
        } catch (PowerCut | IOException | IllegalStateException | AssertionError e) {
            if (!life.disk.isDead()) {
                throw e;
            }
        }
        rig.abandon();
        trail.abandon();
        life.disk = life.disk.restart();
        life.clock.pass(1, TimeUnit.MINUTES);
        life.clock.reboot("boot-2");
        life.clock.witnessed(true);
        try (TestTrail after = life.trail();
                HoldingRig again = life.open(after)) {
            assertThat(again.alarms).as(when).isEmpty();
            SingleStreamLife.await(again, "the index is whole", () -> !again.store.isIndexBehind());
            SingleStreamLife.await(
                    again,
                    "finished",
                    () -> SingleStreamLife.entered(after, Act.STREAM_ERASED, life.first)
                            .equals(SingleStreamLife.entered(after, Act.STREAM_DUE, life.first)));
            SingleStreamLife.await(again, "nothing is due", () -> !SingleStreamLife.isAnythingDue(again));
            assertThat(SingleStreamLife.entered(after, Act.STREAM_ERASED, life.first))
                    .as(when)
                    .containsAll(answered);
            life.looksRight(again, after, when);
            life.keysAreRight(again, after, when);
            life.passLimit(again, true);
            life.looksRight(again, after, when + ", at the limit");
            life.keysAreRight(again, after, when + ", at the limit");
            assertThat(again.keptKeys()).as(when).isEmpty();
            assertThat(again.store.retention().status().alarms()).as(when).isEmpty();
        }
        return true;
    }
}
