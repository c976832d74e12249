// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.disk.FakeFaults.Operation;
import org.watchkeep.retention.hold.Ground;
import org.watchkeep.retention.hold.HeldSpan;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.hold.HoldRules;
import org.watchkeep.retention.hold.HoldState;
import org.watchkeep.retention.hold.HoldTerms;

/** What the vault does while its disk, or the ring's, is in trouble. */
class VaultTroubleTest extends VaultCase {
    @Test
    void vaultIsAway_whileTheHeadTakesWhatItHas_thatIsNotGone_andNotUnexplained() throws IOException {
        Burst older;
        Burst wanted;
        try (HoldingRig held = begin()) {
            older = burst(held, GATE);
            wanted = burst(held, GATE);
            burst(held, GATE);
            HoldId id = held(held, wanted, GATE);
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.COPIED);
        }
        disk.rename(vaultFolder().resolve("volume.json"), vaultFolder().resolve("elsewhere"));
        try (HoldingRig held = open()) {
            held(held, older, GATE);
            assertThat(held.copier().round()).isFalse();
            assertThat(held.copier().alarms()).anyMatch(alarm -> alarm.contains("the vault is away"));
            comeRound(held);
            assertThat(held.rig.gaps(GATE))
                    .noneMatch(gap -> gap.cause() == GapCause.OVERWRITTEN
                            && gap.from().isBefore(wanted.to())
                            && gap.to().orElse(Instant.MAX).isAfter(wanted.from()));
            assertThat(check(held)).hasSize(1).first().asString().contains("was copied to the vault");
            disk.rename(vaultFolder().resolve("elsewhere"), vaultFolder().resolve("volume.json"));
            assertThat(held.copier().round()).isFalse();
            assertReads(held, wanted, GATE);
            assertReads(held, older, GATE);
            assertThat(check(held)).isEmpty();
        }
    }

    @Test
    void everyPictureDamaged_nothingIsWritten() throws IOException {
        try (HoldingRig held = begin()) {
            Burst rotten = burst(held, GATE);
            for (FragmentRef ref : segments(held, GATE).get(0).fragments()) {
                damage(held, ref);
            }
            HoldId id = held(held, rotten, GATE);
            assertThat(held.copier().round()).isFalse();
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.SECURED);
            assertThat(held.copier().alarms()).anyMatch(alarm -> alarm.contains("not what was recorded"));
            assertThat(held.vault.orElseThrow().cases()).isEmpty();
        }
    }

    @Test
    void vaultReelFailsItsWrites_anotherOneIsTaken() throws IOException {
        try (HoldingRig held = begin()) {
            Burst wanted = burst(held, GATE);
            HoldId id = held(held, wanted, GATE);
            assertThat(held.copier().alarms()).isEmpty();
            disk.faults().failRange(vaultReel(0), Disk.BLOCK, Long.MAX_VALUE, Operation.WRITE);
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.SECURED);
            assertThat(held.copier().alarms()).anyMatch(alarm -> alarm.contains("the vault's disk failed"));
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.COPIED);
            comeRound(held);
            assertReads(held, wanted, GATE);
        }
        try (HoldingRig held = open()) {
            assertThat(held.copier().round()).isFalse();
            assertThat(held.copier().alarms()).isEmpty();
        }
    }

    @Test
    void reelThatCannotBeFreed_isFreedLater_andKeepsNothingElse() throws IOException {
        try (HoldingRig held = begin()) {
            HoldId first = held(held, burst(held, GATE), GATE);
            assertThat(held.copier().round()).isFalse();
            held.release(first);
            HoldId second = held(held, burst(held, GATE), GATE);
            disk.faults().failPath(vaultReel(0), Operation.WRITE);
            assertThat(held.copier().round()).isFalse();
            assertThat(held.copier().alarms()).anyMatch(alarm -> alarm.contains("cannot be freed"));
            assertThat(state(held, second)).isEqualTo(HoldState.COPIED);
            disk.faults().heal();
            assertThat(held.copier().round()).isFalse();
            assertThat(held.copier().alarms()).isEmpty();
            assertThat(held.vault.orElseThrow().cases()).containsExactly(second.text());
        }
    }

    /** Another case's reel, whose header rotted: it is not free, and what is on it is missed. */
    @Test
    void rottenHeader_neverMakesAReelFree() throws IOException {
        HoldId id;
        try (HoldingRig held = begin()) {
            id = held(held, burst(held, GATE), GATE);
            assertThat(held.copier().round()).isFalse();
        }
        try (DiskFile reel = disk.open(vaultReel(0), Disk.Mode.WRITE)) {
            reel.write(ByteBuffer.allocate(Disk.BLOCK), 0);
            reel.sync();
        }
        try (HoldingRig held = open()) {
            assertThat(held.copier().round()).isFalse();
            assertThat(held.vault.orElseThrow().notWhole()).isPresent();
            assertThat(held.copier().alarms()).anyMatch(alarm -> alarm.contains(id.text()));
        }
    }

    /** One reel rotted: what else is held is copied all the same, and said to be. */
    @Test
    void reelThatCannotBeRead_keepsNoOtherCaseFromBeingCopied() throws IOException {
        HoldId lost;
        HoldId under;
        Burst half;
        try (HoldingRig held = begin()) {
            lost = held(held, burst(held, GATE), GATE);
            assertThat(held.copier().round()).isFalse();
            half = burst(held, GATE);
            under = held(held, half, GATE);
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, under)).isEqualTo(HoldState.COPIED);
        }
        try (DiskFile reel = disk.open(vaultReel(0), Disk.Mode.WRITE)) {
            reel.write(ByteBuffer.allocate(Disk.BLOCK), 0);
            reel.sync();
        }
        try (HoldingRig held = open()) {
            Burst wanted = burst(held, GATE);
            HoldId id = held(held, wanted, GATE);
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.COPIED);
            assertThat(held.copier().alarms()).anyMatch(alarm -> alarm.contains("cannot be read"));
            assertThat(held.copier().alarms())
                    .anyMatch(alarm -> alarm.contains(lost.text()))
                    .noneMatch(alarm -> alarm.contains(id.text()) || alarm.contains(under.text()));
            comeRound(held);
            assertThat(isInRing(held, wanted, GATE)).isFalse();
            assertReads(held, wanted, GATE);
            assertReads(held, half, GATE);
        }
    }

    /** A stop came before it was read back, and it rotted; another reel cannot be read at all: it is copied anew all the same. */
    @Test
    void copyThatRottedBesideAReelThatCannotBeRead_isCopiedAnew() throws IOException {
        HoldId id;
        Burst wanted;
        List<FragmentRef> copies;
        try (HoldingRig held = begin()) {
            held(held, burst(held, GATE), GATE);
            assertThat(held.copier().round()).isFalse();
            wanted = burst(held, GATE);
            burst(held, GATE);
            // More than a reel takes: the first of its reels has its footer.
            id = held.held(wanted.from(), burst(held, GATE).to(), GATE);
            disk.faults().failPath(vaultReel(1), Operation.READ);
            assertThat(held.copier().round()).isFalse();
            disk.faults().heal();
            assertThat(state(held, id)).isEqualTo(HoldState.SECURED);
            VaultCopy first = held.vault.orElseThrow().copies(held.store.streamState(GATE).number).stream()
                    .filter(copy -> copy.caseId().equals(id.text()))
                    .findFirst()
                    .orElseThrow();
            copies = first.segment().fragments();
            assertThat(copies).isNotEmpty();
        }
        for (FragmentRef copy : copies) {
            disk.damage(vaultReel(1), copy.offset() + 1_000, (byte) 1, (byte) 2, (byte) 3, (byte) 4);
        }
        try (DiskFile reel = disk.open(vaultReel(0), Disk.Mode.WRITE)) {
            reel.write(ByteBuffer.allocate(Disk.BLOCK), 0);
            reel.sync();
        }
        try (HoldingRig held = open()) {
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.SECURED);
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.COPIED);
            comeRound(held);
            assertReads(held, wanted, GATE);
        }
    }

    /** Some of the ring was never written: the head takes that first, and a hold on what is oldest is not too late. */
    @Test
    void ringThatIsNotFull_headComesWhenItIs() throws IOException {
        try (HoldingRig held = begin()) {
            Ring ring = held.store.rings().get(0);
            for (int i = 0; ring.reelNanos() == 0; i++) {
                assertThat(i).isLessThan(REELS);
                burst(held, GATE);
            }
            await(held, "the next reel is ready", () -> ring.readyReels() == Keeper.wantedReady(ring));
            long free = ring.volume.reels().stream()
                    .filter(reel -> reel.state() == Reel.State.FREE)
                    .count();
            assertThat(free).isGreaterThan(1);
            FootageInReach.OnReel oldest = new FootageInReach.OnReel(
                    ring.volume.id, ring.footage().get(0).serial(), 1, Duration.ZERO);
            assertThat(held.store.holds().footage().asOfNow(oldest).untilHead())
                    .isCloseTo(Duration.ofNanos(ring.reelNanos() * (free + 1)), Duration.ofNanos(1_000));
        }
    }

    /** One segment in two reels, the first of which holds something else that is held: the ring has its beginning only. */
    @Test
    void headTakesTheEndOfASegment_theVaultGivesWhatTheRingLacks() throws IOException {
        try (HoldingRig held = begin()) {
            Instant older = held.now();
            run(held, () -> held.rig.record(GATE, 100_000));
            clock.pass(5, TimeUnit.MINUTES);
            Instant from = held.now();
            run(held, () -> SmallReels.record(held.rig, GATE, 2));
            Instant to = held.now();
            HoldId id = held.held(from, to, GATE);
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.COPIED);
            // Nobody confirms it: it waits for days, on its reel.
            HoldTerms terms = HoldTerms.of(
                    HeldSpan.of(List.of(GATE), older, older.plusSeconds(1)),
                    Ground.CRIME,
                    HoldingRig.OWNER,
                    held.now().plus(HoldRules.REVIEW));
            assertThat(held.holds.placeAutomatic(terms)).hasSize(1);
            comeRound(held);
            int all = 2 * SmallReels.BURST_FRAGMENTS;
            assertThat(count(held.store.finder.ring(held.store.streamState(GATE), from, to)))
                    .as("what the ring has")
                    .isBetween(1, all - 1);
            assertThat(count(held.store.segments(GATE, from, to))).isEqualTo(all);
            read(held, from, to);
            assertThat(check(held)).isEmpty();
        }
    }

    /** The disk with the first half of what is held is at the repairer's: its copy is not all there is. */
    @Test
    void halfOfWhatIsHeldStandsOnAVolumeThatIsAway_isNotSaidToBeCopied_andIsThereWhenThatIsBack() throws IOException {
        StoreSettings both = SmallReels.init(disk, folder, clock, 2, REELS);
        Volume.enrol(disk, EvidenceVault.ID, vaultFolder(), vaultReels * VAULT_REEL_BYTES, VAULT_REEL_BYTES);
        StoreSettings other;
        Instant from;
        try (HoldingRig held = open(both)) {
            String home = held.rig.volumeOf(GATE);
            other = new StoreSettings(
                    both.folder(),
                    both.volumes().stream()
                            .filter(volume -> !volume.id().equals(home))
                            .toList(),
                    both.classes());
            from = held.now();
            run(held, () -> SmallReels.record(held.rig, GATE, 1));
        }
        HoldId id;
        Instant to;
        try (HoldingRig held = open(other)) {
            run(held, () -> SmallReels.record(held.rig, GATE, 1));
            to = held.now();
            id = held.held(from, to, GATE);
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.SECURED);
            assertThat(held.copier().alarms()).anyMatch(alarm -> alarm.contains("is away"));
            clock.pass(40, TimeUnit.DAYS);
            await(
                    held,
                    "what is due is erased",
                    () -> held.store.retention().status().classes().stream().allMatch(each -> each.dueEpochs() == 0));
        }
        try (HoldingRig held = open(both)) {
            assertThat(count(held.store.segments(GATE, from, to))).isEqualTo(2 * SmallReels.BURST_FRAGMENTS);
            read(held, from, to);
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.COPIED);
        }
    }

    /** Released while the disk with the footage is at the repairer's: only the copy goes, the footage is within its limit. */
    @Test
    void releasedWhileTheVolumeIsAway_nothingIsSaidToBeErased_ofWhatComesBack() throws IOException {
        StoreSettings both = SmallReels.init(disk, folder, clock, 2, REELS);
        Volume.enrol(disk, EvidenceVault.ID, vaultFolder(), vaultReels * VAULT_REEL_BYTES, VAULT_REEL_BYTES);
        StoreSettings other;
        Burst wanted;
        HoldId id;
        try (HoldingRig held = open(both)) {
            String home = held.rig.volumeOf(GATE);
            other = new StoreSettings(
                    both.folder(),
                    both.volumes().stream()
                            .filter(volume -> !volume.id().equals(home))
                            .toList(),
                    both.classes());
            wanted = burst(held, GATE);
            id = held(held, wanted, GATE);
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.COPIED);
        }
        try (HoldingRig held = open(other)) {
            assertThat(held.copier().round()).isFalse();
            assertReads(held, wanted, GATE);
            held.release(id);
            assertThat(held.copier().round()).isFalse();
            assertThat(held.vault.orElseThrow().cases()).isEmpty();
        }
        try (HoldingRig held = open(both)) {
            assertReads(held, wanted, GATE);
            assertThat(held.rig.gaps(GATE)).noneMatch(gap -> gap.cause() == GapCause.ERASED);
        }
    }

    /** By a clock that is in doubt what the ring has is not shown; its key lives, and it is there again when the doubt is over. */
    @Test
    void releasedBeforeADoubt_accountedForInIt_nothingIsSaidToBeErased() throws IOException {
        try (HoldingRig held = begin()) {
            Burst wanted = burst(held, GATE);
            HoldId id = held(held, wanted, GATE);
            assertThat(held.copier().round()).isFalse();
            held.release(id);
            clock.step(45, TimeUnit.DAYS);
            await(
                    held,
                    "the doubt is seen",
                    () -> held.store.retention().status().offMicros() != 0);
            assertThat(isInRing(held, wanted, GATE)).isFalse();
            assertThat(held.copier().round()).isFalse();
            assertThat(held.vault.orElseThrow().cases()).isEmpty();
            clock.step(-45, TimeUnit.DAYS);
            await(
                    held,
                    "the doubt is over",
                    () -> held.store.retention().status().offMicros() == 0);
            assertReads(held, wanted, GATE);
            assertThat(held.rig.gaps(GATE)).noneMatch(gap -> gap.cause() == GapCause.ERASED);
        }
    }

    private HoldingRig open(StoreSettings settings) throws IOException {
        return new HoldingRig(
                disk,
                settings,
                clock,
                StoreTrail.NONE,
                StoreParts.IndexSettings.ON_DISK,
                CLASSES,
                Optional.of(vaultFolder()));
    }

    private static void run(HoldingRig held, Runnable recording) {
        held.rig.beginRun(GATE);
        recording.run();
        StoreRig.await("recorded", () -> held.rig.isSettled(GATE));
        held.rig.endRun(GATE, GapCause.CONNECTION_LOST);
        await(held, "indexed", () -> held.store.streamState(GATE).unindexed().isEmpty());
    }

    @Test
    void twoCases_eachWithItsPartOfOneSegment_bothAreShown() throws IOException {
        try (HoldingRig held = begin()) {
            Burst wanted = burst(held, GATE);
            Instant middle = segments(held, GATE).get(0).fragments().get(2).start();
            held.held(wanted.from(), middle, GATE);
            held.held(middle, wanted.to(), GATE);
            assertThat(held.copier().round()).isFalse();
            comeRound(held);
            assertThat(isInRing(held, wanted, GATE)).isFalse();
            assertThat(count(held.store.segments(GATE, wanted.from(), wanted.to())))
                    .isEqualTo(SmallReels.BURST_FRAGMENTS);
            read(held, wanted.from(), wanted.to());
            assertThat(check(held)).isEmpty();
        }
    }

    private static int count(List<Segment> segments) {
        return segments.stream().mapToInt(segment -> segment.fragments().size()).sum();
    }

    private static void read(HoldingRig held, Instant from, Instant to) throws IOException {
        List<Segment> found = held.store.segments(GATE, from, to);
        for (Segment segment : found) {
            for (FragmentRef ref : segment.fragments()) {
                assertThat(held.store.read(segment, ref).hasRemaining()).isTrue();
            }
        }
        assertThat(held.store.summaries(GATE, from, to)).hasSize(found.size());
    }
}
