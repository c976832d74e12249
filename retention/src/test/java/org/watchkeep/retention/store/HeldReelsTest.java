// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.audit.Entry;
import org.watchkeep.retention.disk.FakeDisk;

/** The head asks before it overwrites: what is held and not yet copied stays, and the rest of the ring goes round. */
class HeldReelsTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final int REELS = 8;

    /** What is recorded while the head waits comes in batches of 4 MiB. */
    private static final long LARGER_REEL_BYTES = 8 << 20;

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();
    private final Held held = new Held();

    /** One hold that comes and goes. */
    private static final class Held implements HeldFootage {
        private final ReentrantLock lock = new ReentrantLock();
        private final AtomicLong version = new AtomicLong();
        private volatile Instant from = Instant.MAX;
        private volatile Instant to = Instant.MAX;
        private volatile boolean askedOutsideTheLock;

        void hold(Instant first, Instant last) {
            from = first;
            to = last;
            version.incrementAndGet();
        }

        @Override
        public void replay(Entry entry) {
            throw new IllegalStateException("no entry was written");
        }

        @Override
        public void unreadable(String why) {
            throw new IllegalStateException(why);
        }

        @Override
        public boolean isReadable() {
            return true;
        }

        @Override
        public boolean isHeld(StreamId stream, Instant start, Instant end) {
            return needsItsReel(stream, start, end);
        }

        @Override
        public Set<StreamId> streamsHeld(Instant first, Instant last) {
            return isHeld(GATE, first, last) ? Set.of(GATE) : Set.of();
        }

        @Override
        public boolean needsItsReel(StreamId stream, Instant start, Instant end) {
            return stream.equals(GATE) && start.isBefore(to) && from.isBefore(end);
        }

        @Override
        public boolean isAnythingHeld() {
            if (!lock.isHeldByCurrentThread()) {
                askedOutsideTheLock = true;
            }
            return !from.equals(Instant.MAX);
        }

        @Override
        public long version() {
            return version.get();
        }

        @Override
        public ReentrantLock lock() {
            return lock;
        }
    }

    private StoreRig recording(long reelBytes) throws IOException {
        StoreSettings settings = SmallReels.init(disk, folder, clock, 1, REELS, reelBytes);
        StoreRig rig = StoreRig.openShielded(disk, settings, clock, new Holding(held, Optional.empty()), GATE);
        rig.beginRun(GATE);
        return rig;
    }

    /** A run of its own each reel, far enough from the next that a hold on one does not touch its neighbours. */
    private void burst(StoreRig rig) {
        rig.endRun(GATE, GapCause.CAMERA_UNREACHABLE);
        clock.pass(10, TimeUnit.MINUTES);
        rig.beginRun(GATE);
        SmallReels.record(rig, GATE, 1);
    }

    @Test
    void heldReel_isPassedOverTwiceRound_andStillReadsWithItsDigests() throws IOException {
        try (StoreRig rig = recording(SmallReels.REEL_BYTES)) {
            burst(rig);
            burst(rig);
            Segment second = rig.segments(GATE).get(1);
            Digest digest = rig.store.digest(second, second.fragments().get(0));
            held.hold(second.start(), second.end());
            for (int i = 0; i < 2 * REELS; i++) {
                burst(rig);
            }
            List<Segment> left = rig.segments(GATE);
            assertThat(left.get(0).start()).isEqualTo(second.start());
            assertThat(rig.store.digest(left.get(0), left.get(0).fragments().get(0)))
                    .isEqualTo(digest);
            assertThat(rig.store
                            .read(left.get(0), left.get(0).fragments().get(3))
                            .remaining())
                    .isPositive();

            held.hold(Instant.MAX, Instant.MAX);
            for (int i = 0; i < REELS; i++) {
                burst(rig);
            }
            assertThat(rig.segments(GATE).get(0).start()).isAfter(second.start());
        }
    }

    /** As after a start without an index, or on a full system disk: the head must know what it overwrites all the same. */
    @Test
    void headComesRound_whileRowsWaitInMemory_everySecondStaysExplained() throws IOException {
        FlakyIndex index = new FlakyIndex();
        StoreSettings settings = SmallReels.init(disk, folder, clock, 1, REELS, SmallReels.REEL_BYTES);
        try (StoreRig rig = StoreRig.openShielded(
                disk, settings, clock, new Holding(held, Optional.empty()), index.settings(10_000), GATE)) {
            rig.beginRun(GATE);
            burst(rig);
            burst(rig);
            Segment second = rig.segments(GATE).get(1);
            held.hold(second.start(), second.end());
            index.failWrites = true;
            for (int i = 0; i < 2 * REELS; i++) {
                burst(rig);
            }
            assertThat(rig.segments(GATE).get(0).start()).isEqualTo(second.start());
            assertThat(rig.gaps(GATE)).anyMatch(gap -> gap.cause() == GapCause.OVERWRITTEN);
            assertThat(rig.store.check(false, Optional.empty()).findings()).isEmpty();
            index.failWrites = false;
        }
    }

    /** Else a hold comes between, and what it keeps is entered as erased. */
    @Test
    void whatAnErasureTakes_isAskedUnderTheLockItIsDoneUnder() throws IOException {
        try (StoreRig rig = recording(SmallReels.REEL_BYTES)) {
            burst(rig);
            long epoch = rig.store.keys().epochs().get(0).number();
            rig.endRun(GATE, GapCause.CAMERA_UNREACHABLE);
            clock.pass(40, TimeUnit.DAYS);
            StoreRig.await("erased", () -> !rig.store.keys().isReadable(epoch));
            assertThat(held.askedOutsideTheLock).isFalse();
        }
    }

    @Test
    void onlyHeldReelsLeft_recordingStopsWithItsCause_andGoesOnWhenOneIsFree() throws IOException {
        try (StoreRig rig = recording(LARGER_REEL_BYTES)) {
            burst(rig);
            held.hold(Instant.EPOCH, Instant.MAX);
            long before = rig.status(GATE).acknowledgedBytes();
            StoreRig.await("the ring is held", () -> {
                rig.record(GATE, 1_000_000);
                return rig.gaps(GATE).stream().anyMatch(gap -> gap.cause() == GapCause.RING_HELD);
            });
            assertThat(rig.status(GATE).acknowledgedBytes() - before).isLessThan(REELS * LARGER_REEL_BYTES);
            assertThat(rig.segments(GATE)).isNotEmpty();

            held.hold(Instant.MAX, Instant.MAX);
            long fragments = rig.status(GATE).acknowledgedFragments();
            StoreRig.await("recording goes on", () -> {
                rig.record(GATE, 1_000);
                return rig.status(GATE).acknowledgedFragments() > fragments + 2;
            });
        }
    }
}
