// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.disk.FakeFaults.Operation;
import org.watchkeep.retention.hold.Ground;
import org.watchkeep.retention.hold.HoldAnswer;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.hold.HoldRules;
import org.watchkeep.retention.hold.HoldState;
import org.watchkeep.retention.hold.HoldTerms;
import org.watchkeep.retention.hold.Refusal;

/** Held footage in the evidence vault: copied whole or not said to be, read when the ring has it no more, gone when its case is over. */
class VaultTest extends VaultCase {
    // ---- a life ---------------------------------------------------------------------------------------------------

    @Test
    void held_isCopied_readsWhenTheHeadHasComeRound_andIsGoneWhenItsHoldEnds() throws IOException {
        HoldId id;
        Burst wanted;
        try (HoldingRig held = begin()) {
            burst(held, GATE);
            wanted = burst(held, GATE);
            burst(held, GATE);
            id = held(held, wanted, GATE);
            assertThat(held.keptKeys()).isNotEmpty();
            assertThat(held.copier().round()).isFalse();
            assertThat(held.copier().alarms()).isEmpty();
            assertThat(state(held, id)).isEqualTo(HoldState.COPIED);
            assertThat(held.register.copiedFragments(id)).hasValue(SmallReels.BURST_FRAGMENTS);
            assertThat(held.keptKeys()).as("nobody needs them any more").isEmpty();
            comeRound(held);
            assertThat(isInRing(held, wanted, GATE)).isFalse();
            assertThat(held.rig.gaps(GATE)).noneMatch(gap -> gap.cause() == GapCause.OVERWRITTEN);
            assertReads(held, wanted, GATE);
            assertThat(check(held)).isEmpty();
        }
        try (HoldingRig held = open()) {
            assertThat(held.store.segments(GATE, wanted.from(), wanted.to()))
                    .as("not looked into yet")
                    .isEmpty();
            assertThat(held.copier().round()).isFalse();
            assertThat(held.copier().alarms()).isEmpty();
            assertReads(held, wanted, GATE);
            clock.pass(40, TimeUnit.DAYS);
            await(
                    held,
                    "nothing is due",
                    () -> held.store.retention().status().classes().stream().allMatch(each -> each.dueEpochs() == 0));
            assertReads(held, wanted, GATE);
            held.release(id);
            assertThat(held.store.segments(GATE, wanted.from(), wanted.to())).isEmpty();
            long free = held.vault.orElseThrow().freeBytes();
            assertThat(held.copier().round()).isFalse();
            assertThat(held.cases.isErased(id.text())).isTrue();
            assertThat(held.vault.orElseThrow().freeBytes()).isGreaterThan(free);
            assertThat(held.copier().alarms()).isEmpty();
            assertThat(check(held)).isEmpty();
        }
        try (HoldingRig held = open()) {
            assertThat(held.copier().round()).isFalse();
            assertThat(held.vault.orElseThrow().cases()).isEmpty();
        }
    }

    @Test
    void copied_butTheRingStillHasIt_andItsRecordRots_readsFromTheVault() throws IOException {
        try (HoldingRig held = begin()) {
            Burst wanted = burst(held, GATE);
            held(held, wanted, GATE);
            assertThat(held.copier().round()).isFalse();
            FragmentRef ref = segments(held, GATE).get(0).fragments().get(1);
            assertThat(ref.volume()).isEqualTo("v1");
            damage(held, ref);
            assertReads(held, wanted, GATE);
        }
    }

    /** A second case wants what the ring has no more: it gets copies of its own before the first one's go. */
    @Test
    void secondHoldOnWhatOnlyTheVaultHas_keepsItWhenTheFirstEnds() throws IOException {
        try (HoldingRig held = begin()) {
            Burst wanted = burst(held, GATE);
            HoldId first = held(held, wanted, GATE);
            assertThat(held.copier().round()).isFalse();
            comeRound(held);
            assertThat(isInRing(held, wanted, GATE)).isFalse();
            HoldId second = held(held, wanted, GATE);
            held.release(first);
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, second)).isEqualTo(HoldState.COPIED);
            assertThat(held.copier().round()).isFalse();
            assertThat(held.vault.orElseThrow().cases()).containsExactly(second.text());
            assertReads(held, wanted, GATE);
            assertThat(check(held)).isEmpty();
            held.release(second);
            HoldAnswer third = held.place(wanted.from(), wanted.to(), GATE);
            assertThat(third).isInstanceOf(HoldAnswer.Refused.class);
        }
    }

    // ---- faults ------------------------------------------------------------------------------------

    @Test
    void damagedInTheRing_isNotCopied_keepsKeysAndReels_andTheRestIsCopied() throws IOException {
        try (HoldingRig held = begin()) {
            Burst rotten = burst(held, GATE);
            Burst good = burst(held, GATE);
            damage(held, segments(held, GATE).get(0).fragments().get(1));
            HoldId first = held(held, rotten, GATE);
            HoldId second = held(held, good, GATE);
            assertThat(held.copier().round()).isFalse();
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, first)).isEqualTo(HoldState.SECURED);
            assertThat(state(held, second)).isEqualTo(HoldState.COPIED);
            assertThat(held.copier().alarms()).anyMatch(alarm -> alarm.contains("not what was recorded"));
            assertThat(held.keptKeys()).isNotEmpty();
            byte[] before = disk.contents(vaultReel(0));
            assertThat(held.copier().round()).isFalse();
            assertThat(disk.contents(vaultReel(0)))
                    .as("not written again and again")
                    .isEqualTo(before);
            comeRound(held);
            assertThat(isInRing(held, rotten, GATE)).as("its reel stays").isTrue();
        }
    }

    @Test
    void sourceDoesNotAnswerOnce_isCopiedInTheNextRound() throws IOException {
        try (HoldingRig held = begin()) {
            Burst wanted = burst(held, GATE);
            Burst other = burst(held, GATE);
            HoldId first = held(held, wanted, GATE);
            HoldId second = held(held, other, GATE);
            Path reel = SmallReels.reel(folder, 0);
            disk.faults().failPath(reel, Operation.READ);
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, first)).isEqualTo(HoldState.SECURED);
            assertThat(state(held, second)).as("one reel keeps nothing else").isEqualTo(HoldState.COPIED);
            assertThat(held.copier().alarms()).isNotEmpty();
            disk.faults().heal();
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, first)).isEqualTo(HoldState.COPIED);
            assertThat(held.copier().alarms()).isEmpty();
        }
    }

    /** Without its rows the plan is empty: that proves nothing. */
    @Test
    void footageTheIndexDoesNotHave_isAHole_andNotCopied() throws IOException {
        try (HoldingRig held = begin()) {
            Burst first = burst(held, GATE);
            Burst second = burst(held, GATE);
            HoldId id = held.held(first.from(), second.to(), GATE);
            Segment lost = segments(held, GATE).get(1);
            held.store
                    .index()
                    .removeAll(List.of(new SegmentIndex.Row(held.store.streamState(GATE).number, lost).key()));
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.SECURED);
            assertThat(held.copier().alarms()).anyMatch(alarm -> alarm.contains("neither copied nor a gap"));
            held.store
                    .index()
                    .removeAll(List.of(new SegmentIndex.Row(
                                    held.store.streamState(GATE).number,
                                    segments(held, GATE).get(0))
                            .key()));
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).as("an empty plan").isEqualTo(HoldState.SECURED);
        }
    }

    @Test
    void indexOutOfOrder_nothingIsSaidToBeCopied() throws IOException {
        SmallReels.init(disk, folder, clock, REELS);
        Volume.enrol(disk, EvidenceVault.ID, vaultFolder(), vaultReels * VAULT_REEL_BYTES, VAULT_REEL_BYTES);
        FlakyIndex index = new FlakyIndex();
        try (HoldingRig held = new HoldingRig(
                disk,
                StoreRig.settings(folder, REELS),
                clock,
                StoreTrail.NONE,
                index.settings(10_000),
                CLASSES,
                Optional.of(vaultFolder()))) {
            Burst wanted = burst(held, GATE);
            HoldId id = held(held, wanted, GATE);
            index.failOpen = true;
            index.damaged = true;
            await(held, "the index is out of order", () -> !held.store.isIndexWhole());
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.SECURED);
            index.failOpen = false;
        }
    }

    @Test
    void vaultReelThatCannotBeRead_holdsUpOnlyWhatIsOnIt_andIsNeverGivenAway() throws IOException {
        HoldId id;
        Burst wanted;
        try (HoldingRig held = begin()) {
            wanted = burst(held, GATE);
            id = held(held, wanted, GATE);
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.COPIED);
        }
        disk.faults().failPath(vaultReel(0), Operation.READ);
        try (HoldingRig held = open()) {
            Burst other = burst(held, GATE);
            HoldId second = held(held, other, GATE);
            assertThat(held.copier().round()).isFalse();
            assertThat(held.copier().alarms()).anyMatch(alarm -> alarm.contains(id + " was copied to the vault"));
            assertThat(check(held)).anyMatch(finding -> finding.contains("hold " + id + " was copied to the vault"));
            assertThat(state(held, second)).as("it stands in another reel").isEqualTo(HoldState.COPIED);
            disk.faults().heal();
            assertThat(held.copier().round()).isFalse();
            assertThat(held.copier().alarms()).isEmpty();
            comeRound(held);
            assertReads(held, wanted, GATE);
            assertReads(held, other, GATE);
        }
    }

    @Test
    void keyOfACopiedCaseIsGone_isFoundAtTheStartAndByTheCheck_andNoneIsMadeAnew() throws IOException {
        HoldId id;
        Burst wanted;
        try (HoldingRig held = begin()) {
            wanted = burst(held, GATE);
            id = held(held, wanted, GATE);
            assertThat(held.copier().round()).isFalse();
            comeRound(held);
        }
        for (String home : List.of("home-a", "home-b")) {
            disk.delete(folder.resolve(home).resolve("cases").resolve(id + ".key"));
        }
        try (HoldingRig held = open()) {
            assertThat(held.copier().round()).isFalse();
            assertThat(held.copier().alarms()).anyMatch(alarm -> alarm.contains("key of case " + id));
            assertThat(check(held)).anyMatch(finding -> finding.contains("key of case " + id));
            assertThat(held.cases.isLive(id.text())).isFalse();
        }
    }

    @Test
    void copyDoesNotReadBack_isNotSaidToBeCopied_untilItDoes() throws IOException {
        HoldId id;
        try (HoldingRig held = begin()) {
            Burst wanted = burst(held, GATE);
            assertThat(held.copier().round()).isFalse(); // the reels are read
            id = held(held, wanted, GATE);
            disk.faults().failPath(vaultReel(0), Operation.READ);
            assertThat(held.copier().round()).isFalse();
            disk.faults().heal();
            assertThat(state(held, id)).isEqualTo(HoldState.SECURED);
        }
        try (HoldingRig held = open()) {
            assertThat(state(held, id)).isEqualTo(HoldState.SECURED);
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.COPIED);
        }
    }

    @Test
    void copiesOfASecuredHold_withoutTheirKey_nothingIsWrittenUnderANewOne() throws IOException {
        HoldId id;
        try (HoldingRig held = begin()) {
            Burst first = burst(held, GATE);
            Burst second = burst(held, GATE);
            id = held.held(first.from(), second.to(), GATE);
            damage(held, segments(held, GATE).get(1).fragments().get(1));
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.SECURED);
        }
        for (String home : List.of("home-a", "home-b")) {
            disk.delete(folder.resolve(home).resolve("cases").resolve(id + ".key"));
        }
        try (HoldingRig held = open()) {
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.SECURED);
            assertThat(held.cases.isLive(id.text())).isFalse();
            assertThat(held.keptKeys()).isNotEmpty();
        }
    }

    @Test
    void vaultIsFullForOneCase_theOthersGoOn() throws IOException {
        vaultReels = 4;
        try (HoldingRig held = begin()) {
            List<HoldId> ids = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                HoldTerms terms = HoldTerms.of(
                        span(burst(held, GATE)),
                        Ground.CRIME,
                        HoldingRig.OWNER,
                        held.now().plus(HoldRules.REVIEW));
                HoldAnswer answer = held.holds.placeAutomatic(terms).get(0);
                ids.add(((HoldAnswer.Done) answer).hold().id());
                assertThat(held.holds.confirm(ids.get(i), HoldingRig.OWNER)).isInstanceOf(HoldAnswer.Done.class);
                assertThat(held.copier().round()).isFalse();
            }
            assertThat(state(held, ids.get(3))).isEqualTo(HoldState.COPIED);
            assertThat(state(held, ids.get(4))).isEqualTo(HoldState.SECURED);
            assertThat(held.copier().alarms()).anyMatch(alarm -> alarm.contains("no room for case " + ids.get(4)));
            held.release(ids.get(0));
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, ids.get(4))).isEqualTo(HoldState.COPIED);
            assertThat(held.copier().alarms()).isEmpty();
        }
    }

    @Test
    void admission_countsWhatIsCopiedNoMore_andRefusesWhatDoesNotFit() throws IOException {
        vaultReels = 4;
        try (HoldingRig held = begin()) {
            assertThat(held.copier().round()).isFalse();
            for (int i = 0; i < 4; i++) {
                held(held, burst(held, GATE), GATE);
                assertThat(held.copier().round()).isFalse();
            }
            Burst last = burst(held, GATE);
            HoldAnswer answer = held.place(last.from(), last.to(), GATE);
            assertThat(answer)
                    .isInstanceOfSatisfying(
                            HoldAnswer.Refused.class,
                            refused -> assertThat(refused.refusal().cause()).isEqualTo(Refusal.Cause.VAULT_FULL));
        }
    }

    @Test
    void automaticHold_isCopiedWhenConfirmed_orThreeDaysBeforeItsLimit() throws IOException {
        try (HoldingRig held = begin()) {
            Actor owner = HoldingRig.OWNER;
            List<HoldId> ids = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                HoldTerms terms = HoldTerms.of(
                        span(burst(held, GATE)), Ground.CRIME, owner, held.now().plus(HoldRules.REVIEW));
                ids.add(((HoldAnswer.Done) held.holds.placeAutomatic(terms).get(0))
                        .hold()
                        .id());
            }
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, ids.get(0))).isEqualTo(HoldState.SECURED);
            assertThat(held.holds.confirm(ids.get(0), owner)).isInstanceOf(HoldAnswer.Done.class);
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, ids.get(0))).isEqualTo(HoldState.COPIED);
            assertThat(state(held, ids.get(1))).isEqualTo(HoldState.SECURED);
            clock.pass(28, TimeUnit.DAYS);
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, ids.get(1))).isEqualTo(HoldState.COPIED);
        }
    }
}
