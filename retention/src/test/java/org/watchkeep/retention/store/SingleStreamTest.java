// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.watchkeep.retention.store.SingleStreamLife.GATE;
import static org.watchkeep.retention.store.SingleStreamLife.HALL;
import static org.watchkeep.retention.store.SingleStreamLife.YARD;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Entry;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.policy.PolicyException;

/** One stream of an hour is erased alone. */
class SingleStreamTest {
    @TempDir
    private Path folder;

    @Test
    void twoStreamsOfAnHour_areErased_andTheThirdReadsUntilItsLimit() throws IOException {
        SingleStreamLife life = new SingleStreamLife(folder);
        try (TestTrail trail = life.trail()) {
            try (HoldingRig rig = life.open(trail)) {
                life.record(rig);
                assertThat(life.erase(rig, GATE, life.first)).hasSize(1);
                Entry due = trail.of(Act.STREAM_DUE).get(0);
                assertThat(due.actor()).isEqualTo(HoldingRig.OWNER);
                assertThat(due.approved()).contains(HoldingRig.OTHER);
                assertThat(due.data().text("cause")).isEqualTo("court-order");
                life.looksRight(rig, trail, "one");
                life.keysAreRight(rig, trail, "one");
                life.erase(rig, HALL, life.first);
                life.looksRight(rig, trail, "two");
                life.keysAreRight(rig, trail, "two");
                rig.rotateMaster(life.disk);
                life.looksRight(rig, trail, "under another master");
            }
            life.clock.pass(1, TimeUnit.DAYS);
            life.clock.witnessed(true);
            try (HoldingRig rig = life.open(trail)) {
                assertThat(rig.alarms).isEmpty();
                SingleStreamLife.await(rig, "the index is whole", () -> !rig.store.isIndexBehind());
                life.looksRight(rig, trail, "after a restart");
                life.keysAreRight(rig, trail, "after a restart");
                life.clock.pass(Duration.ofDays(29).toHours(), TimeUnit.HOURS);
                SingleStreamLife.await(rig, "nothing is due", () -> !SingleStreamLife.isAnythingDue(rig));
                life.looksRight(rig, trail, "a day before the limit");
                assertThat(trail.of(Act.EPOCH_DUE)).isEmpty();
                life.passLimit(rig, false);
                life.looksRight(rig, trail, "at the limit");
                life.keysAreRight(rig, trail, "at the limit");
                life.passLimit(rig, true);
                assertThat(trail.of(Act.EPOCH_ERASED))
                        .extracting(entry -> entry.data().number("epoch"))
                        .contains(life.first, life.second)
                        .doesNotHaveDuplicates();
                assertThat(rig.keptKeys()).isEmpty();
                assertThat(rig.store.retention().status().alarms()).isEmpty();
            }
        }
    }

    @Test
    void indexDeleted_whatIsLeftIsFoundAgain() throws IOException {
        SingleStreamLife life = new SingleStreamLife(folder);
        try (TestTrail trail = life.trail()) {
            try (HoldingRig rig = life.open(trail)) {
                life.record(rig);
                life.erase(rig, GATE, life.first);
            }
            FootageStore.deleteIndex(life.settings);
            life.clock.witnessed(true);
            try (HoldingRig rig = life.open(trail)) {
                SingleStreamLife.await(rig, "the index is whole", () -> !rig.store.isIndexBehind());
                life.looksRight(rig, trail, "with a new index");
                life.keysAreRight(rig, trail, "with a new index");
            }
        }
    }

    @Test
    void homeThatWasAway_bringsBackNeitherTheStream_norAnythingBeyondItsLimit() throws IOException {
        SingleStreamLife life = new SingleStreamLife(folder);
        try (TestTrail trail = life.trail()) {
            try (HoldingRig rig = life.open(trail)) {
                life.record(rig);
                life.erase(rig, HALL, life.first);
            }
            homeB(life, "", ".away");
            life.clock.witnessed(true);
            try (HoldingRig rig = life.open(trail)) {
                life.erase(rig, GATE, life.first);
                life.clock.pass(6, TimeUnit.MINUTES);
                life.erase(rig, GATE, life.second);
                life.looksRight(rig, trail, "with one home");
            }
            homeB(life, ".away", "");
            try (HoldingRig rig = life.open(trail)) {
                SingleStreamLife.await(
                        rig, "dropped again", () -> rig.keptKeys().size() == 3);
                life.looksRight(rig, trail, "the other is back");
                life.keysAreRight(rig, trail, "the other is back");
            }
            homeB(life, "", ".away");
            try (HoldingRig rig = life.open(trail)) {
                life.passLimit(rig, true);
                assertThat(rig.keptKeys()).isEmpty();
            }
            homeB(life, ".away", "");
            try (HoldingRig rig = life.open(trail)) {
                assertThat(rig.alarms).isEmpty();
                SingleStreamLife.await(
                        rig, "dropped again", () -> rig.keptKeys().isEmpty());
                life.looksRight(rig, trail, "the other is back beyond the limit");
            }
        }
    }

    private void homeB(SingleStreamLife life, String from, String to) throws IOException {
        for (String file : new String[] {"epochs.slots", "held.slots"}) {
            Path home = folder.resolve("home-b");
            life.disk.rename(home.resolve(file + from), home.resolve(file + to));
        }
    }

    @Test
    void heldInTheSameHour_isRefusedByName_andHeldByAnotherStaysBeyondTheLimit() throws IOException {
        SingleStreamLife life = new SingleStreamLife(folder);
        try (TestTrail trail = life.trail();
                HoldingRig rig = life.open(trail)) {
            life.record(rig);
            StreamErasures.Order yard = life.order(YARD, life.first);
            HoldId hold = rig.held(yard.from(), yard.to(), YARD);
            assertThatThrownBy(() -> rig.store.retention().singleStreams().erase(yard))
                    .isInstanceOf(PolicyException.class)
                    .hasMessageContaining(hold.text());
            assertThat(trail.of(Act.STREAM_DUE)).isEmpty();
            life.erase(rig, GATE, life.first);
            life.keysAreRight(rig, trail, "held");
            rig.release(hold);
            life.keysAreRight(rig, trail, "released, and within its limit");
            life.looksRight(rig, trail, "released, and within its limit");
            HoldId again = rig.held(yard.from(), yard.to(), YARD);
            life.passLimit(rig, true);
            assertThat(trail.of(Act.EPOCH_DUE).get(0).data().texts("kept")).containsExactly(YARD.toString());
            assertThat(rig.rig.segments(YARD)).hasSize(1);
            assertThat(rig.rig.segments(HALL)).isEmpty();
            assertThat(rig.keptKeys()).hasSize(1);
            rig.release(again);
            assertThat(rig.keptKeys()).isEmpty();
            assertThat(rig.rig.segments(YARD)).isEmpty();
            assertThat(rig.store.check(true, Optional.empty()).findings()).isEmpty();
        }
    }

    @Test
    void whatMayNotBe_isRefused_andNothingIsEntered() throws IOException {
        SingleStreamLife life = new SingleStreamLife(folder);
        try (TestTrail trail = life.trail();
                HoldingRig rig = life.open(trail)) {
            life.record(rig);
            StreamErasures acts = rig.store.retention().singleStreams();
            StreamErasures.Order good = life.order(GATE, life.second);
            assertThatThrownBy(() -> acts.erase(good)).as("a moment ago").hasMessageContaining("being recorded");
            life.clock.pass(6, TimeUnit.MINUTES);
            StreamErasures.Order alone = new StreamErasures.Order(
                    GATE, good.from(), good.to(), good.cause(), Optional.empty(), good.by(), good.by());
            assertThatThrownBy(() -> acts.erase(alone)).hasMessageContaining("two people");
            StreamErasures.Order why = new StreamErasures.Order(
                    GATE, good.from(), good.to(), "because", Optional.empty(), good.by(), good.second());
            assertThatThrownBy(() -> acts.erase(why)).hasMessageContaining("expected: one of");
            assertThatThrownBy(() ->
                            acts.erase(SingleStreamLife.order(GATE, good.to().plusSeconds(60), rig.now())))
                    .hasMessageContaining("nothing of gate/main");
            assertThatThrownBy(() -> acts.erase(SingleStreamLife.order(GATE, good.to(), good.from())))
                    .hasMessageContaining("not before");
            trail.refuses(true);
            assertThatThrownBy(() -> acts.erase(good)).isInstanceOf(IOException.class);
            trail.refuses(false);
            assertThat(trail.of(Act.STREAM_DUE)).isEmpty();
            life.looksRight(rig, trail, "refused");
            assertThat(rig.keptKeys()).isEmpty();
            assertThat(life.erase(rig, GATE, life.second)).hasSize(1);
        }
    }
}
