// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults;

/** Reels that have rotted while nobody looked: what they still hold is shown, and nothing is ever written over it. */
class RottenReelTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final int REELS = 5;

    @TempDir
    private Path folder;

    private FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();
    private StoreSettings settings;

    @BeforeEach
    void init() throws IOException {
        settings = SmallReels.init(disk, folder, clock, REELS);
    }

    private StoreRig open() throws IOException {
        return StoreRig.open(disk, settings, clock, GATE);
    }

    private Path reel(int index) {
        return SmallReels.reel(folder, index);
    }

    private Map<StoreRig.Acknowledged, Digest> record(int bursts) throws IOException {
        try (StoreRig rig = open()) {
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, bursts);
            return Map.copyOf(rig.acknowledged);
        }
    }

    private Map<StoreRig.Acknowledged, Digest> recordAndDie(int bursts) throws IOException {
        StoreRig rig = open();
        rig.beginRun(GATE);
        SmallReels.record(rig, GATE, bursts);
        Map<StoreRig.Acknowledged, Digest> acknowledged = Map.copyOf(rig.acknowledged);
        // The ledger commits within 200 ms of the footage; a rotten header in that very moment is not what is tested.
        rig.store.ledger().appendDurably(new LedgerEntry.VolumeFailed("v1", "test"), clock.utcMicros());
        disk.kill();
        rig.abandon();
        disk = disk.restart();
        return acknowledged;
    }

    private static void assertAllThere(StoreRig rig, Map<StoreRig.Acknowledged, Digest> acknowledged)
            throws IOException {
        Set<StoreRig.Acknowledged> missing = new HashSet<>(acknowledged.keySet());
        for (Segment segment : rig.segments(GATE)) {
            for (FragmentRef ref : segment.fragments()) {
                StoreRig.Acknowledged key = new StoreRig.Acknowledged(GATE, segment.run(), ref.sequence());
                if (missing.remove(key)) {
                    assertThat(rig.store.digest(segment, ref)).isEqualTo(acknowledged.get(key));
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    /** The head goes round and must leave this reel as it is. */
    private void assertNeverWritten(int index, StoreRig rig) throws IOException {
        byte[] before = disk.contents(reel(index));
        rig.beginRun(GATE);
        SmallReels.record(rig, GATE, REELS + 2);
        assertThat(disk.contents(reel(index))).isEqualTo(before);
    }

    @Test
    void headerRots_sealedReel_footageStaysAndTheReelIsNeverReused() throws IOException {
        Map<StoreRig.Acknowledged, Digest> acknowledged = record(2);
        disk.damage(reel(0), 20, (byte) 0x55);
        try (StoreRig rig = open()) {
            assertThat(SmallReels.status(rig).retired()).isEqualTo(1);
            assertAllThere(rig, acknowledged);
            assertThat(rig.store.check(true, Optional.empty()).findings()).isEmpty();
            assertNeverWritten(0, rig);
        }
    }

    @Test
    void headerRots_sealedReelAndNoIndex_footageIsFoundByItsFooter() throws IOException {
        Map<StoreRig.Acknowledged, Digest> acknowledged = record(2);
        disk.damage(reel(0), 20, (byte) 0x55);
        FootageStore.deleteIndex(settings);
        try (StoreRig rig = open()) {
            assertAllThere(rig, acknowledged);
        }
    }

    @Test
    void headerRots_openReelAndNoIndex_footageIsFoundByWalking() throws IOException {
        Map<StoreRig.Acknowledged, Digest> acknowledged = recordAndDie(1);
        disk.damage(reel(0), 20, (byte) 0x55);
        FootageStore.deleteIndex(settings);
        try (StoreRig rig = open()) {
            assertAllThere(rig, acknowledged);
            assertNeverWritten(0, rig);
        }
    }

    @Test
    void headerRots_newestReel_itsSerialIsNotGivenAgain() throws IOException {
        record(2);
        long newest;
        try (StoreRig rig = open()) {
            newest = SmallReels.newestSerial(rig);
        }
        disk.damage(reel(0), 20, (byte) 0x55);
        disk.damage(reel(1), 20, (byte) 0x55);
        try (StoreRig rig = open()) {
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 1);
            assertThat(SmallReels.newestSerial(rig)).isGreaterThan(newest);
        }
    }

    @Test
    void header_isAnEarlierGenerations_reelIsNotTakenForFree() throws IOException {
        byte[] earlier;
        try (StoreRig rig = open()) {
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 1);
            earlier = Arrays.copyOf(disk.contents(reel(0)), ReelHeader.BYTES);
            SmallReels.record(rig, GATE, REELS);
            assertThat(SmallReels.reels(rig).get(0).serial()).isGreaterThan(1);
        }
        // The disk said that it had the new header, and had not.
        disk.damage(reel(0), 0, earlier);
        try (StoreRig rig = open()) {
            assertThat(SmallReels.reels(rig).get(0).state()).isEqualTo(Reel.State.RETIRED);
            assertNeverWritten(0, rig);
        }
    }

    @Test
    void headerRots_reelCleared_ringGoesRoundWithoutIt() throws IOException {
        record(1);
        disk.damage(reel(0), 20, (byte) 0x55);
        try (StoreRig rig = open()) {
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 2 * REELS);
            assertThat(rig.status(GATE).droppedFragments()).isZero();
            assertThat(SmallReels.status(rig).retired()).isEqualTo(1);
        }
        // Its clearing is on record: there is nothing left in it to protect.
        try (StoreRig rig = open()) {
            assertThat(SmallReels.status(rig).retired()).isZero();
        }
    }

    @Test
    void badSector_inAHeaderAtStart_everythingElseGoesOn() throws IOException {
        Map<StoreRig.Acknowledged, Digest> acknowledged = record(3);
        disk.faults().failRange(reel(4), 0, ReelHeader.BYTES, FakeFaults.Operation.READ);
        try (StoreRig rig = open()) {
            assertThat(SmallReels.reels(rig).get(4).state()).isEqualTo(Reel.State.RETIRED);
            assertAllThere(rig, acknowledged);
            assertNeverWritten(4, rig);
        }
    }

    @Test
    void badSector_inTheOpenReelAtStart_reelRetiredAndRecordingGoesOn() throws IOException {
        recordAndDie(1);
        disk.faults().failRange(reel(0), 64 << 10, 128 << 10, FakeFaults.Operation.READ);
        try (StoreRig rig = open()) {
            assertThat(SmallReels.reels(rig).get(0).state()).isEqualTo(Reel.State.RETIRED);
            assertNeverWritten(0, rig);
        }
    }

    @Test
    void badSector_whileClearing_reelRetiredAndTheRingGoesRound() throws IOException {
        try (StoreRig rig = open()) {
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 2);
            disk.faults().failPath(reel(0), FakeFaults.Operation.READ);
            SmallReels.record(rig, GATE, 2 * REELS);
            assertThat(rig.status(GATE).droppedFragments()).isZero();
            assertThat(SmallReels.reels(rig).get(0).state()).isEqualTo(Reel.State.RETIRED);
            assertThat(SmallReels.status(rig).retired()).isEqualTo(1);
        }
    }

    @Test
    void damage_beforeTheSyncedMark_reelIsNeverWrittenOverHoweverOftenItStarts() throws IOException {
        Map<StoreRig.Acknowledged, Digest> acknowledged;
        long offset;
        try (StoreRig rig = open()) {
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 1);
            offset = rig.segments(GATE).get(0).fragments().get(1).offset();
            acknowledged = new HashMap<>(rig.acknowledged);
        }
        acknowledged.keySet().removeIf(key -> key.sequence() == 1);
        byte[] before = disk.contents(reel(0));
        disk.damage(reel(0), offset, (byte) 0x55);
        before[(int) offset] = 0x55;
        open().close();
        open().close();
        try (StoreRig rig = open()) {
            assertThat(SmallReels.reels(rig).get(0).state()).isEqualTo(Reel.State.RETIRED);
            assertAllThere(rig, acknowledged);
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 2);
            assertThat(disk.contents(reel(0))).isEqualTo(before);
        }
    }

    @Test
    void trailer_rottenWithARightCrc_reelIsWalkedAndTheRingGoesRound() throws IOException {
        Map<StoreRig.Acknowledged, Digest> acknowledged = record(2);
        ByteBuffer trailer = ReelFooter.trailer(
                new ReelFooter.Trailer(1, ReelHeader.BYTES, (1L << 31) - Disk.BLOCK, ReelHeader.BYTES));
        byte[] block = new byte[ReelFooter.TRAILER_BYTES];
        trailer.get(block);
        disk.damage(reel(0), SmallReels.REEL_BYTES - ReelFooter.TRAILER_BYTES, block);
        FootageStore.deleteIndex(settings);
        try (StoreRig rig = open()) {
            assertAllThere(rig, acknowledged);
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, REELS + 2);
            assertThat(rig.status(GATE).droppedFragments()).isZero();
        }
    }

    @Test
    void keeper_meetsAFaultOfTheProgram_clearingGoesOn() throws IOException {
        try (StoreRig rig = open()) {
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 2);
            disk.faults().before((operation, path) -> {
                if (operation == FakeFaults.Operation.READ && path.equals(reel(0))) {
                    throw new IllegalStateException("scripted fault of the program");
                }
            });
            SmallReels.record(rig, GATE, 2 * REELS);
            assertThat(rig.status(GATE).droppedFragments()).isZero();
        }
    }

    @Test
    void reel_ofAnotherVolume_refusedInOneSentenceAndNotTouched() throws IOException {
        record(1);
        ByteBuffer block = ByteBuffer.allocate(ReelHeader.BYTES);
        new ReelHeader(3, 7, 1, 2, new UUID(1, 2), new UUID(3, 4), StoreRig.CLASS).put(block, 0);
        disk.damage(reel(3), 0, block.array());
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("reel-00003.wk")
                .hasMessageContaining("expected: reel 3");
        assertThat(disk.contents(reel(3))).startsWith(block.array());
    }

    // ---- the open reel, with no index to say how far it had come ----------------------------------------------------

    /** Each second durable before the next, so that each is a commit of its own. */
    private Map<StoreRig.Acknowledged, Digest> recordSecondsAndDie(int seconds) throws IOException {
        StoreRig rig = open();
        rig.beginRun(GATE);
        for (int i = 1; i <= seconds; i++) {
            rig.record(GATE, 10_000);
            rig.awaitAcknowledged(GATE, i);
        }
        offsets = rig.segments(GATE).get(0).fragments().stream()
                .map(FragmentRef::offset)
                .toList();
        rig.store.ledger().appendDurably(new LedgerEntry.VolumeFailed("v1", "test"), clock.utcMicros());
        disk.kill();
        rig.abandon();
        disk = disk.restart();
        return new HashMap<>(rig.acknowledged);
    }

    private List<Long> offsets = List.of();

    @Test
    void payloadRots_inTheOpenReelAndNoIndex_isNamedAndNothingBehindItIsWrittenOver() throws IOException {
        Map<StoreRig.Acknowledged, Digest> acknowledged = recordSecondsAndDie(10);
        disk.damage(reel(0), offsets.get(3) + 300, (byte) 0x55, (byte) 0xAA);
        FootageStore.deleteIndex(settings);
        acknowledged.keySet().removeIf(key -> key.sequence() == 3);
        byte[] before = disk.contents(reel(0));
        try (StoreRig rig = open()) {
            assertThat(SmallReels.reels(rig).get(0).state()).isEqualTo(Reel.State.RETIRED);
            assertAllThere(rig, acknowledged);
            assertThat(rig.store.check(true, Optional.empty()).damaged()).isEqualTo(1);
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 2);
            assertThat(disk.contents(reel(0))).isEqualTo(before);
        }
        FootageStore.deleteIndex(settings);
        try (StoreRig rig = open()) {
            assertAllThere(rig, acknowledged);
            assertThat(rig.store.check(true, Optional.empty()).damaged()).isEqualTo(1);
        }
    }

    @Test
    void headerOfARecordRots_inTheOpenReelAndNoIndex_isAGapOfItsOwnCause() throws IOException {
        Map<StoreRig.Acknowledged, Digest> acknowledged = recordSecondsAndDie(10);
        disk.damage(reel(0), offsets.get(3) + 60, (byte) 0x55, (byte) 0xAA);
        FootageStore.deleteIndex(settings);
        acknowledged.keySet().removeIf(key -> key.sequence() == 3);
        try (StoreRig rig = open()) {
            assertThat(SmallReels.reels(rig).get(0).state()).isEqualTo(Reel.State.RETIRED);
            assertAllThere(rig, acknowledged);
            assertThat(rig.gaps(GATE).stream().filter(gap -> gap.cause() == GapCause.DAMAGED))
                    .singleElement()
                    .satisfies(gap -> assertThat(gap.detail()).contains("reel-00000.wk"));
            assertThat(rig.store.check(true, Optional.empty()).damaged()).isEqualTo(1);
        }
    }

    /** What the last commit wrote and nothing behind it vouches for: damage there and a torn end look alike. */
    @Test
    void payloadRots_inTheLastCommitAndNoIndex_isTakenForATornEnd() throws IOException {
        Map<StoreRig.Acknowledged, Digest> acknowledged = recordSecondsAndDie(10);
        disk.damage(reel(0), offsets.get(9) + 300, (byte) 0x55, (byte) 0xAA);
        FootageStore.deleteIndex(settings);
        acknowledged.keySet().removeIf(key -> key.sequence() == 9);
        try (StoreRig rig = open()) {
            assertThat(SmallReels.reels(rig).get(0).state()).isEqualTo(Reel.State.HEAD);
            assertAllThere(rig, acknowledged);
            assertThat(rig.gaps(GATE)).extracting(Gap::cause).contains(GapCause.RECORDER_STOPPED);
        }
    }
}
