// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ReconciliationTest {
    private static final UUID STORE = new UUID(1, 1);

    private final RootCipher cipher = new RootCipher(TestMaster.random());

    private Slot.Live live(int slot, long epoch) {
        return cipher.newRoot(slot, new Slot.Opening(epoch, "standard", 10, 20));
    }

    private static Slot.Erased erased(int slot, long epoch, long at) {
        return new Slot.Erased(slot, new Slot.Opening(epoch, "standard", 10, 20), at);
    }

    private static Slot empty(int slot) {
        return new Slot.Empty(slot);
    }

    private static Slot damaged(int slot) {
        return new Slot.Suspect(slot, new Slot.Claim(0, Slot.Claim.UNKNOWN_CLASS, 0), "torn");
    }

    private static HomeContent home(String name, long highest, long aloneSince, Slot... slots) {
        UUID id = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.US_ASCII));
        HomeHeader header = new HomeHeader(1, STORE, id, slots.length, highest, aloneSince);
        return new HomeContent(name, header, List.of(slots));
    }

    private static HomeContent a(Slot... slots) {
        return home("a", 0, HomeHeader.NOT_ALONE, slots);
    }

    private static HomeContent b(Slot... slots) {
        return home("b", 0, HomeHeader.NOT_ALONE, slots);
    }

    /** The same whichever home comes first. */
    private Reconciliation.Outcome outcome(HomeContent one, HomeContent other) throws KeyHomeException {
        Reconciliation.Outcome outcome = Reconciliation.of(List.of(one, other), cipher);
        assertThat(Reconciliation.of(List.of(other, one), cipher).slots()).isEqualTo(outcome.slots());
        return outcome;
    }

    private void assertRefused(HomeContent one, HomeContent other, String message) {
        for (List<HomeContent> homes : List.of(List.of(one, other), List.of(other, one))) {
            assertThatThrownBy(() -> Reconciliation.of(homes, cipher))
                    .isInstanceOf(KeyHomeException.class)
                    .hasMessageContaining(message);
        }
    }

    @Test
    void of_liveAndEmpty_isLive() throws Exception {
        Slot live = live(0, 5);

        assertThat(outcome(a(live), b(empty(0))).slots()).containsExactly(live);
    }

    @Test
    void of_liveAndErased_isErased() throws Exception {
        assertThat(outcome(a(live(0, 5)), b(erased(0, 5, 99))).slots()).containsExactly(erased(0, 5, 99));
    }

    @Test
    void of_erasedInAnotherSlotOfTheOtherHome_isErasedInBoth() throws Exception {
        assertThat(outcome(a(live(0, 5), empty(1)), b(empty(0), erased(1, 5, 99)))
                        .slots())
                .containsExactly(erased(0, 5, 99), erased(1, 5, 99));
    }

    @Test
    void of_erasedAtTwoTimes_isErasedAtTheEarlier() throws Exception {
        assertThat(outcome(a(erased(0, 5, 99)), b(erased(0, 5, 77))).slots()).containsExactly(erased(0, 5, 77));
    }

    @Test
    void of_higherEpochInTheSameSlot_beatsTheStaleOne() throws Exception {
        Slot live = live(0, 9);

        assertThat(outcome(a(live), b(live(0, 5))).slots()).containsExactly(live);
        assertThat(outcome(a(live), b(erased(0, 5, 1))).slots()).containsExactly(live);
        assertThat(outcome(a(erased(0, 9, 1)), b(live(0, 5))).slots()).containsExactly(erased(0, 9, 1));
    }

    @Test
    void of_twoLiveRootsForOneEpoch_isRefused() {
        assertRefused(a(live(0, 5)), b(live(0, 5)), "epoch 5 has two different live roots, in slot 0 and slot 0");
        assertRefused(
                a(live(0, 5), empty(1)), b(empty(0), live(1, 5)), "epoch 5 has two different live roots, in slot");
    }

    @Test
    void of_bothOpenedEpochsAlone_isRefusedEvenIfOneErasedItsOwn() {
        HomeContent one = home("a", 6, 5, erased(0, 6, 1));
        HomeContent other = home("b", 6, 5, live(0, 6));

        assertRefused(one, other, "each opened epochs without the other");
    }

    @Test
    void of_bothAloneButOnlyOneOpenedEpochs_isNotRefused() throws Exception {
        Slot six = live(1, 6);
        HomeContent one = home("a", 6, 5, live(0, 5), six);
        HomeContent other = home("b", 5, 5, erased(0, 5, 1), empty(1));

        assertThat(outcome(one, other).slots()).containsExactly(erased(0, 5, 1), six);
    }

    @Test
    void of_damagedInOne_takesTheOther() throws Exception {
        Slot live = live(0, 5);
        Reconciliation.Outcome outcome = outcome(a(damaged(0), empty(1)), b(live, damaged(1)));

        assertThat(outcome.slots()).containsExactly(live, empty(1));
        assertThat(outcome.findings()).hasSize(2);
    }

    @Test
    void of_damagedInAHomeUsedAlone_isNotMendedByAStaleEmptyOrErasedSlot() throws Exception {
        HomeContent alone = home("a", 7, 6, damaged(0), damaged(1), damaged(2));
        Slot live = live(2, 5);

        assertThat(outcome(alone, b(empty(0), erased(1, 4, 1), live)).slots())
                .containsExactly(damaged(0), damaged(1), live);
    }

    @Test
    void of_damagedInOneAndErasedElsewhere_isErased() throws Exception {
        assertThat(outcome(a(damaged(0), erased(1, 5, 9)), b(live(0, 5), empty(1)))
                        .slots())
                .containsExactly(erased(0, 5, 9), erased(1, 5, 9));
    }

    @Test
    void of_rootThatDoesNotOpen_isDamagedWithItsClaim() throws Exception {
        Slot.Live moved = new Slot.Live(
                0, new Slot.Opening(5, "standard", 11, 20), live(0, 5).root());
        Slot good = live(1, 6);

        Slot found = Reconciliation.of(List.of(a(moved, good)), cipher).slots().get(0);

        assertThat(found)
                .isInstanceOfSatisfying(
                        Slot.Suspect.class,
                        suspect -> assertThat(suspect.claimed()).isEqualTo(new Slot.Claim(5, "standard", 11)));
        assertThat(outcome(a(moved, good), b(empty(0), good)).slots()).containsExactly(empty(0), good);
    }

    @Test
    void of_oneSlotOfAnotherMaster_isDamageAllOfThemTheWrongKeystore() throws Exception {
        Slot foreign = new RootCipher(TestMaster.random()).newRoot(0, new Slot.Opening(5, "standard", 10, 20));
        Slot own = live(1, 6);

        assertThat(Reconciliation.of(List.of(a(foreign, own)), cipher).slots().get(0))
                .isInstanceOf(Slot.Suspect.class);
        assertRefused(a(foreign), b(empty(0)), "roots are wrapped under master");
    }

    @Test
    void of_homesOfDifferentLength_hasTheLonger() throws Exception {
        Slot live = live(1, 5);

        assertThat(outcome(a(empty(0)), b(empty(0), live)).slots()).containsExactly(empty(0), live);
    }

    @Test
    void of_highestEpoch_isTheHighestOfHeadersAndSlots() throws Exception {
        assertThat(outcome(home("a", 3, -1, empty(0)), b(erased(0, 8, 1))).highestEpoch())
                .isEqualTo(8);
        assertThat(outcome(home("a", 30, -1, empty(0)), b(erased(0, 8, 1))).highestEpoch())
                .isEqualTo(30);
    }
}
