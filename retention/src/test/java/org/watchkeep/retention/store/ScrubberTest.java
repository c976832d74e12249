// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults;

/** Footage that is read again while nobody asks for it. */
class ScrubberTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final StreamId YARD = StreamId.main("yard");
    private static final Scrubber.Settings FAST = new Scrubber.Settings(1_000_000_000);

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();
    private StoreSettings settings;

    /** What was held, as it was asked for. */
    private final List<String> held = new ArrayList<>();

    private Scrubber.Neighbours.Outcome holds = Scrubber.Neighbours.Outcome.HELD;

    @BeforeEach
    void init() throws IOException {
        settings = StoreRig.settings(folder, 4);
        StoreRig.init(disk, settings, clock);
    }

    private StoreRig open(TestTrail trail) throws IOException {
        return StoreRig.openTrailed(disk, settings, clock, trail.entries(), GATE, YARD);
    }

    private Scrubber scrubber(StoreRig rig, TestTrail trail) {
        return scrubber(rig, trail, FAST);
    }

    private Scrubber scrubber(StoreRig rig, TestTrail trail, Scrubber.Settings pace) {
        Scrubber.Neighbours neighbours = (stream, from, to) -> {
            held.add(stream + " " + from + " " + to);
            return holds;
        };
        return Scrubber.open(rig.store, disk, folder, trail.entries(), neighbours, pace);
    }

    /** Runs of so many seconds, each a sealed segment. */
    private static void record(StoreRig rig, StreamId stream, int runs, int seconds) {
        for (int i = 0; i < runs; i++) {
            rig.beginRun(stream);
            for (int j = 0; j < seconds; j++) {
                rig.record(stream, 5_000);
            }
            rig.endRun(stream, GapCause.CONNECTION_LOST);
        }
        StoreRig.await("recorded", () -> rig.isSettled(stream));
        StoreRig.await(
                "indexed", () -> rig.store.streamState(stream).unindexed().isEmpty());
    }

    private static int sweep(Scrubber scrubber) throws IOException {
        int read = 0;
        while (scrubber.scrubNext() == Scrubber.Step.READ) {
            read++;
        }
        return read;
    }

    private void damage(FragmentRef ref) throws IOException {
        Path reel = null;
        for (int i = 0; i < 4; i++) {
            Path path = SmallReels.reel(folder, i);
            ReelHeader header = ReelHeader.read(ByteBuffer.wrap(disk.contents(path)), 0);
            if (header != null && header.serial() == ref.reelSerial()) {
                reel = path;
            }
        }
        assertThat(reel).isNotNull();
        byte was = disk.contents(reel)[(int) ref.offset() + 300];
        disk.damage(reel, ref.offset() + 300, (byte) (was ^ 1));
    }

    @Test
    void soundFootage_isReadOnceADay_andTheDayIsEntered() throws IOException {
        try (TestTrail trail = TestTrail.open(disk, folder, clock);
                StoreRig rig = open(trail)) {
            record(rig, GATE, 2, 3);
            record(rig, YARD, 1, 4);
            Scrubber scrubber = scrubber(rig, trail);
            assertThat(sweep(scrubber)).isEqualTo(3);
            assertThat(scrubber.scrubNext()).isEqualTo(Scrubber.Step.RESTS);
            assertThat(scrubber.status().today().fragments()).isEqualTo(10);
            assertThat(scrubber.status().today().replayablePercent()).contains(100.0);
            assertThat(scrubber.status().alarms()).isEmpty();
            assertThat(trail.of(Act.SCRUB_DAY)).isEmpty();
            clock.pass(1, TimeUnit.DAYS);
            assertThat(sweep(scrubber)).as("another day").isEqualTo(3);
            assertThat(trail.of(Act.SCRUB_DAY)).hasSize(1);
            var day = trail.of(Act.SCRUB_DAY).get(0).data();
            assertThat(day.time("day")).isEqualTo(Instant.parse("2026-06-01T00:00:00Z"));
            assertThat(day.number("fragments")).isEqualTo(10);
            assertThat(day.number("damaged")).isZero();
            assertThat(scrubber.status().lastDay().orElseThrow().fragments()).isEqualTo(10);
        }
    }

    @Test
    void oneBitFlipped_isEnteredOnce_marked_andItsNeighboursAreHeld() throws IOException {
        try (TestTrail trail = TestTrail.open(disk, folder, clock);
                StoreRig rig = open(trail)) {
            record(rig, GATE, 3, 3);
            List<Segment> segments = rig.segments(GATE);
            Segment bad = segments.get(1);
            damage(bad.fragments().get(1));
            byte[] before = disk.contents(SmallReels.reel(folder, 0));
            Scrubber scrubber = scrubber(rig, trail);
            assertThat(sweep(scrubber)).isEqualTo(3);
            assertThat(scrubber.status().today().damaged()).isEqualTo(1);
            assertThat(scrubber.isMarked(GATE, bad.run(), bad.number())).isTrue();
            assertThat(scrubber.isMarked(GATE, segments.get(0).run(), 0)).isFalse();
            assertThat(scrubber.status().alarms()).singleElement().asString().contains("gate/main");
            assertThat(held)
                    .containsExactly(GATE + " " + segments.get(0).start() + " "
                            + segments.get(2).end());
            assertThat(scrubber.status().marked().get(0).neighbours()).isEqualTo(Scrubber.Neighbours.Outcome.HELD);
            clock.pass(1, TimeUnit.DAYS);
            sweep(scrubber);
            assertThat(trail.of(Act.FOOTAGE_MISMATCH)).singleElement().satisfies(entry -> {
                assertThat(entry.data().text("stream")).isEqualTo("gate/main");
                assertThat(entry.data().number("run")).isEqualTo(bad.run());
                assertThat(entry.data().number("number")).isEqualTo(bad.number());
            });
            assertThat(trail.of(Act.SCRUB_DAY).get(0).data().number("damaged")).isEqualTo(1);
            assertThat(disk.contents(SmallReels.reel(folder, 0)))
                    .as("nothing is repaired")
                    .isEqualTo(before);
        }
    }

    @Test
    void restart_goesOnBehindTheLastRead_andKeepsCountAndMarks() throws IOException {
        try (TestTrail trail = TestTrail.open(disk, folder, clock)) {
            Segment bad;
            try (StoreRig rig = open(trail)) {
                record(rig, GATE, 4, 2);
                bad = rig.segments(GATE).get(0);
                damage(bad.fragments().get(0));
                Scrubber scrubber = scrubber(rig, trail);
                scrubber.scrubNext();
                scrubber.scrubNext();
                scrubber.close();
            }
            try (StoreRig rig = open(trail);
                    Scrubber scrubber = scrubber(rig, trail)) {
                assertThat(scrubber.isMarked(GATE, bad.run(), bad.number())).isTrue();
                assertThat(sweep(scrubber)).isEqualTo(2);
                assertThat(scrubber.status().today().fragments()).isEqualTo(8);
                assertThat(trail.of(Act.FOOTAGE_MISMATCH)).hasSize(1);
            }
        }
    }

    @Test
    void trailThatTakesNothing_keepsTheMarkAndTheDay_untilItTakesThem() throws IOException {
        try (TestTrail trail = TestTrail.open(disk, folder, clock);
                StoreRig rig = open(trail)) {
            record(rig, GATE, 1, 2);
            damage(rig.segments(GATE).get(0).fragments().get(1));
            Scrubber scrubber = scrubber(rig, trail);
            trail.refuses(true);
            sweep(scrubber);
            assertThat(scrubber.status().waitsForTrail()).isTrue();
            assertThat(held).as("entered first, held second").isEmpty();
            scrubber.close();
            trail.refuses(false);
            clock.pass(1, TimeUnit.DAYS);
            Scrubber next = scrubber(rig, trail);
            sweep(next);
            assertThat(trail.of(Act.FOOTAGE_MISMATCH)).hasSize(1);
            assertThat(trail.of(Act.SCRUB_DAY)).hasSize(1);
            assertThat(held).hasSize(1);
            assertThat(next.status().waitsForTrail()).isFalse();
        }
    }

    @Test
    void neighboursThatCannotBeHeldYet_areAskedForAgain() throws IOException {
        try (TestTrail trail = TestTrail.open(disk, folder, clock);
                StoreRig rig = open(trail)) {
            record(rig, GATE, 1, 2);
            damage(rig.segments(GATE).get(0).fragments().get(1));
            Scrubber scrubber = scrubber(rig, trail);
            holds = Scrubber.Neighbours.Outcome.WAITS;
            sweep(scrubber);
            assertThat(scrubber.status().marked().get(0).neighbours()).isEqualTo(Scrubber.Neighbours.Outcome.WAITS);
            holds = Scrubber.Neighbours.Outcome.REFUSED;
            clock.pass(2, TimeUnit.MINUTES);
            scrubber.scrubNext();
            assertThat(scrubber.status().marked().get(0).neighbours()).isEqualTo(Scrubber.Neighbours.Outcome.REFUSED);
            clock.pass(2, TimeUnit.MINUTES);
            scrubber.scrubNext();
            assertThat(held).as("not asked again").hasSize(2);
            assertThat(trail.of(Act.FOOTAGE_MISMATCH)).hasSize(1);
        }
    }

    @Test
    void diskThatReadsNothing_isUnverified_notDamaged() throws IOException {
        try (TestTrail trail = TestTrail.open(disk, folder, clock);
                StoreRig rig = open(trail)) {
            record(rig, GATE, 2, 2);
            Scrubber scrubber = scrubber(rig, trail);
            for (int i = 0; i < 4; i++) {
                disk.faults().failPath(SmallReels.reel(folder, i), FakeFaults.Operation.READ);
            }
            assertThat(sweep(scrubber)).isEqualTo(2);
            assertThat(scrubber.status().unverified()).containsExactly("v1");
            assertThat(scrubber.status().marked()).isEmpty();
            assertThat(scrubber.status().today().fragments()).isZero();
            assertThat(scrubber.status().today().replayablePercent()).isEmpty();
            disk.faults().heal();
            clock.pass(1, TimeUnit.DAYS);
            sweep(scrubber);
            assertThat(scrubber.status().unverified()).isEmpty();
        }
    }

    @Test
    void moreThanADaysReading_isSampled_andEachSegmentComesUpInOneOfTheSweeps() throws IOException {
        try (TestTrail trail = TestTrail.open(disk, folder, clock);
                StoreRig rig = open(trail)) {
            record(rig, GATE, 7, 1);
            // One reel of 64 MiB stands: at this pace a sweep of 20 hours reads a third of it.
            Scrubber scrubber = scrubber(rig, trail, new Scrubber.Settings(StoreRig.REEL_BYTES / 72_000 / 3 + 1));
            int read = 0;
            for (int day = 0; day < 3; day++) {
                read += sweep(scrubber);
                assertThat(scrubber.status().oneIn()).isEqualTo(3);
                clock.pass(1, TimeUnit.DAYS);
            }
            assertThat(read).isEqualTo(7);
        }
    }

    @Test
    void footageThatIsErased_isNeitherReadNorMissing() throws IOException {
        try (TestTrail trail = TestTrail.open(disk, folder, clock);
                StoreRig rig = open(trail)) {
            record(rig, GATE, 2, 2);
            damage(rig.segments(GATE).get(0).fragments().get(1));
            Scrubber scrubber = scrubber(rig, trail);
            sweep(scrubber);
            assertThat(scrubber.status().marked()).hasSize(1);
            clock.pass(31, TimeUnit.DAYS);
            StoreRig.await("erased", () -> !trail.of(Act.EPOCH_ERASED).isEmpty());
            sweep(scrubber);
            assertThat(scrubber.status().marked()).isEmpty();
            assertThat(scrubber.status().today().missing()).isZero();
        }
    }

    @Test
    void startedAndClosed_endsItsThread() throws IOException {
        try (TestTrail trail = TestTrail.open(disk, folder, clock);
                StoreRig rig = open(trail)) {
            record(rig, GATE, 2, 2);
            Scrubber scrubber = scrubber(rig, trail);
            scrubber.start();
            StoreRig.await("read", () -> scrubber.status().today().fragments() == 4);
            scrubber.close();
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .doesNotContain("store-scrubber");
            assertThat(rig.store.check(true, Optional.empty()).findings()).isEmpty();
        }
    }

    @Property(tries = 500)
    void damagedState_isNotTaken(@ForAll int at, @ForAll byte flip, @ForAll boolean shorten) throws IOException {
        ScrubState state = ScrubState.begin(LocalDate.of(2026, 6, 1))
                .withMarks(List.of(new ScrubState.Mark(
                        "gate/main", 3, 4, 5, 6, 7, 8, "CRC", true, Scrubber.Neighbours.Outcome.HELD)));
        byte[] line = ScrubState.FORM.encode(state);
        assertThat(ScrubState.FORM.parse(line)).contains(state);
        byte[] bad = shorten ? Arrays.copyOf(line, Math.floorMod(at, line.length)) : line.clone();
        if (!shorten) {
            bad[Math.floorMod(at, line.length)] ^= flip;
        }
        Optional<ScrubState> read = ScrubState.FORM.parse(bad);
        assertThat(read.isEmpty() || read.get().equals(state)).isTrue();
    }
}
