// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;

/** What a stop left open is sealed at the next start, also behind what has rotted meanwhile. */
class SealerTest {
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

    private static void record(StoreRig rig, int seconds) {
        for (int i = 0; i < seconds; i++) {
            long before = rig.status(GATE).acknowledgedFragments();
            rig.record(GATE, 2_000);
            rig.awaitAcknowledged(GATE, before + 1);
        }
    }

    private static List<Segment> segments(StoreRig rig) {
        try {
            return rig.segments(GATE);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Two runs that were sealed, and one that a kill left open; returns the seal of the second. */
    private FragmentRef recordAndDie() throws IOException {
        StoreRig rig = open();
        for (int run = 0; run < 2; run++) {
            rig.beginRun(GATE);
            record(rig, 3);
            rig.endRun(GATE, GapCause.CONNECTION_LOST);
        }
        StoreRig.await(
                "two are sealed and in the index",
                () -> rig.store.streamState(GATE).unindexed().isEmpty());
        FragmentRef newest = segments(rig).get(1).seal().orElseThrow();
        rig.beginRun(GATE);
        record(rig, 3);
        rig.store.ledger().appendDurably(new LedgerEntry.VolumeFailed("v1", "test"), clock.utcMicros());
        disk.kill();
        rig.abandon();
        disk = disk.restart();
        return newest;
    }

    private static SealText sealOf(StoreRig rig, int segment) throws IOException {
        Segment of = segments(rig).get(segment);
        return SealText.read(rig.store
                .opened(of, of.seal().orElseThrow(), RecordHeader.Kind.SEAL)
                .payload());
    }

    @Test
    void newestSeal_isDamaged_streamIsSealedOnAndChainedToTheOneBefore() throws IOException {
        FragmentRef newest = recordAndDie();
        disk.damage(SmallReels.reel(folder, 0), newest.offset() + RecordHeader.BYTES + 8, (byte) 0x55, (byte) 0xAA);
        try (StoreRig rig = open()) {
            StoreRig.await("the third is sealed", () -> segments(rig).get(2).state() == Segment.State.SEALED);
            StreamState.SealedSegment before = sealOf(rig, 2).previous().orElseThrow();
            assertThat(before.run()).isEqualTo(segments(rig).get(0).run());
            assertThat(before.digest())
                    .isEqualTo(rig.store.digest(segments(rig).get(0)).orElseThrow());
            // It is the seal that is damaged, and nothing else.
            assertThat(rig.store.check(true, Optional.empty()).damaged()).isEqualTo(1);
        }
    }
}
