// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.watchkeep.retention.hold.HoldRig.OTHER;
import static org.watchkeep.retention.hold.HoldRig.OWNER;
import static org.watchkeep.retention.hold.HoldRig.STREAMS;
import static org.watchkeep.retention.hold.HoldRig.hour;
import static org.watchkeep.retention.hold.HoldRig.terms;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.audit.TrailException;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.HeldKey;
import org.watchkeep.retention.keys.HeldKeys;
import org.watchkeep.retention.keys.MasterKeystore;
import org.watchkeep.retention.keys.TestMaster;
import org.watchkeep.retention.store.StreamId;

/** What a person may hold and let go, what is refused and in which words, and what stands in the trail of it. */
class HoldsTest {
    private final HoldRig rig = new HoldRig();

    private HoldAnswer.Done done(HoldAnswer answer) {
        assertThat(answer).isInstanceOf(HoldAnswer.Done.class);
        return (HoldAnswer.Done) answer;
    }

    private static Refusal refused(HoldAnswer answer) {
        assertThat(answer).isInstanceOf(HoldAnswer.Refused.class);
        return ((HoldAnswer.Refused) answer).refusal();
    }

    private HoldAnswer place(List<StreamId> streams, Instant from, Instant to) throws IOException {
        return rig.holds.place(terms(streams, from, to, rig.now), OWNER);
    }

    private Hold placed(int firstHour, int lastHour) throws IOException {
        return done(place(STREAMS.subList(0, 1), hour(firstHour), hour(lastHour)))
                .hold();
    }

    @Test
    void place_entersThenKeepsKeysThenEntersThatItIsSafe() throws IOException {
        Hold hold = done(place(STREAMS, hour(10), hour(12))).hold();

        assertThat(hold.id()).hasToString("H-2026-000001");
        assertThat(hold.state()).isEqualTo(HoldState.SECURED);
        assertThat(rig.acts()).containsExactly("hold.placed", "hold.secured");
        assertThat(rig.kept).hasSize(6).contains(new HeldKey(11, 1), new HeldKey(12, 3));
        assertThat(rig.entries.get(1).entry().data().number("epochs")).isEqualTo(2);
        assertThat(rig.register.now().isHeld(STREAMS.get(0), hour(11), hour(12)))
                .isTrue();
        assertThat(rig.register.now().isHeld(STREAMS.get(0), hour(12), hour(13)))
                .isFalse();
    }

    @Test
    void place_trailCannotBeWritten_nothingIsHeldAndNoKeyKept() {
        rig.trailFails = true;
        assertThatThrownBy(() -> place(STREAMS, hour(10), hour(12))).isInstanceOf(TrailException.class);
        assertThat(rig.kept).isEmpty();
        assertThat(rig.register.holds()).isEmpty();
    }

    @Test
    void place_keysCannotBeKept_staysPlacedAndIsSecuredAtTheNextStart() throws IOException {
        rig.keysFail = true;
        Hold placed = done(place(STREAMS, hour(10), hour(12))).hold();
        assertThat(placed.state()).as("it stands: nobody places it again").isEqualTo(HoldState.PLACED);
        assertThat(rig.register.holds()).singleElement().extracting(Hold::state).isEqualTo(HoldState.PLACED);
        rig.keysFail = false;

        assertThat(rig.restart()).isEmpty();

        assertThat(rig.register.holds()).singleElement().extracting(Hold::state).isEqualTo(HoldState.SECURED);
        assertThat(rig.kept).hasSize(6);
    }

    @Test
    void place_keysCannotBeKept_theNextRoundCopiesThem() throws IOException {
        rig.keysFail = true;
        Hold placed = done(place(STREAMS, hour(10), hour(12))).hold();
        assertThat(placed.state()).as("it stands: nobody places it again").isEqualTo(HoldState.PLACED);
        rig.keysFail = false;

        rig.holds.goOn();

        assertThat(rig.register.holds()).singleElement().extracting(Hold::state).isEqualTo(HoldState.SECURED);
        assertThat(rig.kept).hasSize(6);
    }

    @Test
    void place_whileAKeyHomeIsSlow_nobodyWaitsForTheEraseLock() throws IOException {
        List<Boolean> free = new ArrayList<>();
        rig.whileKeeping = () -> {
            free.add(!rig.eraseLock.isLocked());
            assertThat(rig.register.now().isHeld(STREAMS.get(0), hour(11), hour(12)))
                    .as("an erasure at this moment keeps its key")
                    .isTrue();
        };
        assertThat(done(place(STREAMS, hour(10), hour(12))).hold().state()).isEqualTo(HoldState.SECURED);
        assertThat(free).containsExactly(true);
    }

    @Test
    void place_looksUpWhatItNeeds_andNotWhatOtherHoldsNeed() throws IOException {
        for (int i = 0; i < 20; i++) {
            assertThat(placed(i, i + 1).state()).isEqualTo(HoldState.SECURED);
        }
        assertThat(rig.looks).isEqualTo(20);
        assertThat(rig.restart()).isEmpty();
        rig.looks = 0;
        assertThat(placed(30, 31).state()).isEqualTo(HoldState.SECURED);
        assertThat(placed(31, 32).state()).isEqualTo(HoldState.SECURED);
        assertThat(rig.looks).as("once for each after a start").isEqualTo(22);
    }

    @Test
    void release_indexFails_keysStayForAnotherTry_andGoAfterAnHour() throws IOException {
        Hold first = placed(10, 11);
        Hold second = placed(14, 15);
        rig.indexFails = true;
        done(rig.holds.release(first.id(), Optional.empty(), OWNER, Optional.of(OTHER)));
        assertThat(rig.kept).as("nothing is dropped that is not accounted for").hasSize(2);
        rig.indexFails = false;
        rig.holds.goOn();
        assertThat(rig.ended).isEqualTo(1);
        assertThat(rig.kept).containsExactly(new HeldKey(15, 1));

        rig.indexFails = true;
        done(rig.holds.release(second.id(), Optional.empty(), OWNER, Optional.of(OTHER)));
        rig.now = rig.now.plus(Duration.ofMinutes(59));
        rig.holds.goOn();
        assertThat(rig.kept).hasSize(1);
        rig.now = rig.now.plus(Duration.ofMinutes(1));
        rig.holds.goOn();
        assertThat(rig.kept).as("an index that fails keeps nothing for ever").isEmpty();
    }

    @Test
    void release_stopBeforeItIsAccountedFor_isAccountedForAtTheStart_alsoBesideAnotherHold() throws IOException {
        Hold first = placed(10, 11);
        placed(10, 11);
        rig.indexFails = true; // as a stop between the entry and the rest: nothing more of it is done
        done(rig.holds.release(first.id(), Optional.empty(), OWNER, Optional.of(OTHER)));
        rig.indexFails = false;

        assertThat(rig.restart()).isEmpty();

        assertThat(rig.ended).isEqualTo(1);
        assertThat(rig.kept).containsExactly(new HeldKey(11, 1));
        rig.holds.goOn();
        assertThat(rig.ended).as("once is enough").isEqualTo(1);
    }

    @Test
    void release_keysCannotBeOverwritten_theNextRoundDoes() throws IOException {
        Hold hold = placed(10, 11);
        rig.keysFail = true;
        assertThatThrownBy(() -> rig.holds.release(hold.id(), Optional.empty(), OWNER, Optional.of(OTHER)))
                .hasMessageContaining("both key homes failed");
        rig.keysFail = false;
        rig.holds.goOn();
        assertThat(rig.kept).isEmpty();
    }

    @Test
    void place_badInput_isRefusedInOneSentenceEachAndNotEntered() throws IOException {
        HoldTerms good = terms(STREAMS, hour(10), hour(12), rig.now);
        HoldTerms noReview = new HoldTerms(
                good.span(),
                good.ground(),
                OWNER,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        assertThat(refused(rig.holds.place(noReview, OWNER)).message()).contains("without a date of review");
        HoldTerms past = HoldTerms.of(good.span(), Ground.CRIME, OWNER, rig.now);
        assertThat(refused(rig.holds.place(past, OWNER)).message()).contains("date of review: " + rig.now);
        HoldTerms never = HoldTerms.of(good.span(), Ground.CRIME, OWNER, rig.now.plus(Duration.ofDays(400)));
        assertThat(refused(rig.holds.place(never, OWNER)).cause()).isEqualTo(Refusal.Cause.BAD_REVIEW);
        HoldTerms nobody = HoldTerms.of(good.span(), Ground.CRIME, Actor.MACHINE, rig.now.plus(HoldRules.REVIEW));
        assertThat(refused(rig.holds.place(nobody, OWNER)).message()).contains("is a person");
        assertThat(refused(place(STREAMS, hour(10), rig.now.plusMillis(1))).message())
                .contains("not recorded yet cannot be held");
        assertThat(refused(place(List.of(StreamId.main("nowhere")), hour(1), hour(2)))
                        .message())
                .contains("ever recorded here: nowhere/main");
        assertThat(refused(rig.holds.place(good.inIncident(new IncidentId("I-2026-000009")), OWNER))
                        .message())
                .isEqualTo("no open incident I-2026-000009");
        assertThat(rig.entries).isEmpty();
        assertThatThrownBy(() -> HeldSpan.of(STREAMS, hour(2), hour(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("to after from");
    }

    @Test
    void place_nothingLeft_saysWhenAndByWhichRule() throws IOException {
        rig.eraseUpTo(20);
        Refusal refusal = refused(place(STREAMS, hour(2), hour(4)));
        assertThat(refusal.message())
                .contains("nothing of north-1/main")
                .contains("erased on " + rig.now + ", rule limit")
                .contains("the same of 2 other streams");
        assertThat(rig.acts()).containsExactly("hold.refused");
    }

    @Test
    void place_someStreamsHaveNothingLeft_holdsTheOthersAndSaysSo() throws IOException {
        rig.eraseUpTo(20);
        rig.kept.add(new HeldKey(11, 2));
        HoldAnswer.Done answer = done(place(STREAMS, hour(10), hour(11)));
        assertThat(answer.hold().span().streams()).containsExactly(STREAMS.get(1));
        assertThat(answer.nothingLeft()).hasSize(2);
    }

    @Test
    void place_vaultTooSmall_personRefusedWithBothNumbers_automaticHeldForADecision() throws IOException {
        rig.vault = new Admission.VaultRoom(1_000_000_000, 100_000_000);
        HoldTerms terms = terms(STREAMS.subList(0, 1), hour(10), hour(11), rig.now);

        Refusal refusal = refused(rig.holds.place(terms, OWNER));
        assertThat(refusal.message()).contains("1800.0 MB needed, 1000.0 MB free");
        assertThat(refusal.needed()).hasValue(1_800_000_000);
        assertThat(rig.entries.get(0).entry().data().number("available")).isEqualTo(1_000_000_000);

        HoldAnswer.Done automatic = done(rig.holds.placeAutomatic(terms).get(0));
        assertThat(automatic.hold().state()).isEqualTo(HoldState.SECURED);
        assertThat(automatic.decision())
                .hasValueSatisfying(
                        decision -> assertThat(decision.by()).isEqualTo(rig.now.plus(HoldRules.DECIDE_WITHIN)));
    }

    @Test
    void release_ofOneOfTwoOnOneSpan_keepsTheKeysTillBothEnd() throws IOException {
        Hold one = placed(10, 12);
        Hold two = placed(11, 13);
        rig.eraseUpTo(20);

        done(rig.holds.release(one.id(), Optional.empty(), OWNER, Optional.of(OTHER)));
        assertThat(rig.kept).containsExactly(new HeldKey(12, 1), new HeldKey(13, 1));
        done(rig.holds.release(two.id(), Optional.empty(), OWNER, Optional.of(OTHER)));
        assertThat(rig.kept).isEmpty();
    }

    @Test
    void release_withoutASecondPerson_refused() throws IOException {
        Hold hold = placed(10, 12);
        assertThat(refused(rig.holds.release(hold.id(), Optional.empty(), OWNER, Optional.empty()))
                        .cause())
                .isEqualTo(Refusal.Cause.SECOND_PERSON);
        assertThat(refused(rig.holds.release(hold.id(), Optional.empty(), OWNER, Optional.of(OWNER)))
                        .cause())
                .isEqualTo(Refusal.Cause.SECOND_PERSON);
        assertThat(refused(rig.holds.release(new HoldId("H-2026-000007"), Optional.empty(), OWNER, Optional.of(OTHER)))
                        .message())
                .isEqualTo("no hold H-2026-000007");
    }

    @Test
    void announcedEnd_comesAfterItsNotice_andAnExtensionTakesItBack() throws IOException {
        Hold hold = placed(10, 12);
        Hold other = placed(20, 21);
        done(rig.holds.announceEnd(hold.id(), Optional.of("no longer needed"), OWNER));
        done(rig.holds.announceEnd(other.id(), Optional.empty(), OWNER));
        done(rig.holds.extend(
                other.id(), Optional.of(rig.now.plus(Duration.ofDays(40))), Optional.of("officer asked"), OWNER));
        rig.holds.releaseEnded();
        assertThat(rig.register.now().isEmpty()).isFalse();

        rig.now = rig.now.plus(HoldRules.NOTICE);
        rig.isClockInDoubt = true;
        rig.holds.releaseEnded();
        assertThat(rig.register.hold(hold.id())).map(Hold::isActive).hasValue(true);
        assertThat(refused(rig.holds.announceEnd(other.id(), Optional.empty(), OWNER))
                        .cause())
                .isEqualTo(Refusal.Cause.CLOCK_IN_DOUBT);
        rig.isClockInDoubt = false;
        rig.holds.releaseEnded();

        assertThat(rig.register.hold(hold.id())).map(Hold::isActive).hasValue(false);
        assertThat(rig.register.hold(other.id())).map(Hold::isActive).hasValue(true);
        assertThat(refused(rig.holds.extend(hold.id(), Optional.of(rig.now.plusSeconds(1)), Optional.empty(), OWNER))
                        .message())
                .contains("was released");
    }

    @Test
    void reviews_dueSoonAndOverdue_areListedAndKeepHolding() throws IOException {
        Hold hold = placed(10, 12);
        assertThat(rig.register.reviewsDue(rig.now)).isEmpty();
        rig.now = hold.review().minus(Duration.ofDays(1));
        assertThat(rig.register.reviewsDue(rig.now)).hasSize(1);
        rig.now = hold.review().plus(Duration.ofDays(100));
        assertThat(rig.register.reviewsDue(rig.now).get(0).reviewState(rig.now)).isEqualTo(Hold.ReviewState.OVERDUE);
        rig.holds.releaseEnded();
        assertThat(rig.register.now().isHeld(STREAMS.get(0), hour(10), hour(11)))
                .isTrue();
    }

    @Test
    void copied_freesKeysAndReels_andIsStillHeld() throws IOException {
        Hold hold = placed(10, 12);
        rig.holds.copied(hold.id(), 7_200, 3_600_000, "ab".repeat(32));
        assertThat(rig.kept).isEmpty();
        assertThat(rig.register.now().needsItsReel(STREAMS.get(0), hour(10), hour(11)))
                .isFalse();
        assertThat(rig.register.now().isHeld(STREAMS.get(0), hour(10), hour(11)))
                .isTrue();
    }

    @Test
    void incident_isHeldTogetherClosedToOrdinaryViewingAndEndsTogether() throws IOException {
        Incidents incidents = new Incidents(rig.holds, () -> rig.now);
        Incidents.Answer.Done opened =
                (Incidents.Answer.Done) incidents.open(terms(STREAMS, hour(10), hour(11), rig.now), OWNER);
        Hold hold = done(opened.holds().get(0)).hold();
        IncidentId id = opened.incident().id();
        assertThat(rig.acts()).containsExactly("incident.opened", "hold.placed", "hold.secured");
        assertThat(rig.register.now().quarantine(STREAMS.get(2), hour(10), hour(11)))
                .containsExactly(id);
        assertThat(refused(rig.holds.announceEnd(hold.id(), Optional.empty(), OWNER))
                        .message())
                .contains("quarantine of incident " + id);

        incidents.close(id, Incident.Outcome.HANDED_OVER, OWNER);

        assertThat(rig.register.now().quarantine(STREAMS.get(2), hour(10), hour(11)))
                .isEmpty();
        assertThat(rig.register.hold(hold.id()).flatMap(Hold::ends)).hasValue(rig.now.plus(HoldRules.NOTICE));
        assertThat(incidents.close(id, Incident.Outcome.RESOLVED, OWNER)).isInstanceOf(Incidents.Answer.Refused.class);
    }

    @Test
    void confirm_automaticOnlyOnce() throws IOException {
        Hold hold = done(rig.holds
                        .placeAutomatic(terms(STREAMS, hour(10), hour(11), rig.now))
                        .get(0))
                .hold();
        Instant limit = rig.now.plus(Duration.ofDays(28));
        Instant head = rig.now.plus(Duration.ofDays(20));
        assertThat(Admission.copyFrom(hold, limit, head)).isEqualTo(head.minus(HoldRules.COPY_BEFORE));
        Hold confirmed = done(rig.holds.confirm(hold.id(), OWNER)).hold();
        assertThat(Admission.copyFrom(confirmed, limit, head)).isEqualTo(hold.placed());
        assertThat(refused(rig.holds.confirm(hold.id(), OWNER)).cause()).isEqualTo(Refusal.Cause.WRONG_STATE);
    }

    @Test
    void heldByRegister_answersAsTheRegister_andSaysWhenItChanged() throws IOException {
        HeldByRegister reels = new HeldByRegister(rig.register);
        assertThat(reels.isAnythingHeld()).isFalse();
        long before = reels.version();
        Hold hold = placed(10, 12);
        assertThat(reels.version()).isNotEqualTo(before);
        assertThat(reels.needsItsReel(STREAMS.get(0), hour(11), hour(12))).isTrue();
        assertThat(reels.needsItsReel(STREAMS.get(1), hour(11), hour(12))).isFalse();
        rig.holds.copied(hold.id(), 1, 1, "ab".repeat(32));
        assertThat(reels.needsItsReel(STREAMS.get(0), hour(11), hour(12))).isFalse();
        assertThat(reels.isAnythingHeld()).isFalse();
    }

    @Test
    void keysInHomes_holdPlacedAndEpochErased_keyOfTheHeldStreamOnlyIsLeft() throws IOException {
        FakeDisk disk = new FakeDisk();
        MasterKeystore master = TestMaster.random();
        Path a = Path.of("/a/keys");
        Path b = Path.of("/b/keys");
        EpochKeys.create(disk, a, b);
        try (EpochKeys epochs = EpochKeys.open(disk, a, b, master);
                HeldKeys held = HeldKeys.open(disk, a, b, master)) {
            long epoch = epochs.openEpoch("ordinary", 1, 1).number();
            KeysInHomes keys = new KeysInHomes(held, epochs);
            keys.keep(Set.of(new HeldKey(epoch, 2)));
            epochs.erase(epoch, 2);
            assertThat(keys.kept()).containsExactly(new HeldKey(epoch, 2));
            assertThat(held.streamKey(epoch, 2)).isPresent();
            assertThat(held.streamKey(epoch, 1)).isEmpty();
            keys.drop(Set.of(new HeldKey(epoch, 2)));
            assertThat(held.streamKey(epoch, 2)).isEmpty();
        }
    }

    @Test
    void begin_keyThatNoHoldExplains_isKeptAndSaid() throws IOException {
        rig.kept.add(new HeldKey(5, 1));
        assertThat(rig.restart()).singleElement().asString().contains("no hold of the register explains");
        assertThat(rig.kept).containsExactly(new HeldKey(5, 1));
    }
}
