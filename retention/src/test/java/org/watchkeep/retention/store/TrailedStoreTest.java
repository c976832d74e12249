// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Entry;
import org.watchkeep.retention.audit.FootageLeaf;
import org.watchkeep.retention.audit.Hash;
import org.watchkeep.retention.audit.Texts;
import org.watchkeep.retention.audit.TrailException;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.keys.Epoch;

/** What the store enters in its trail, and what it does not do without an entry. */
class TrailedStoreTest {
    private static final StreamId GATE = StreamId.main("gate");

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();

    private StoreRig open(StoreTrail trail) throws IOException {
        return StoreRig.openTrailed(disk, StoreRig.settings(folder, 4), clock, trail, GATE);
    }

    private TestTrail begin() throws IOException {
        StoreRig.init(disk, StoreRig.settings(folder, 4), clock);
        return TestTrail.open(disk, folder, clock);
    }

    private static void record(StoreRig rig, int seconds) {
        rig.beginRun(GATE);
        for (int i = 0; i < seconds; i++) {
            rig.record(GATE, 2_000);
        }
        StoreRig.await("recorded", () -> rig.isSettled(GATE));
        rig.endRun(GATE, GapCause.CONNECTION_LOST);
    }

    private static boolean isErased(StoreRig rig, long epoch) {
        return rig.store
                .keys()
                .epoch(epoch)
                .filter(e -> e.state() == Epoch.State.ERASED)
                .isPresent();
    }

    @Test
    void erasure_isEnteredBeforeAndAfter_withWhatWasErased() throws IOException {
        try (TestTrail trail = begin();
                StoreRig rig = open(trail.entries())) {
            long first = rig.recordingEpoch();
            record(rig, 5);
            StoreRig.await(
                    "indexed", () -> rig.store.streamState(GATE).unindexed().isEmpty());
            clock.pass(31, TimeUnit.DAYS);
            StoreRig.await("entered", () -> !trail.of(Act.EPOCH_ERASED).isEmpty());
            Entry due = trail.of(Act.EPOCH_DUE).get(0);
            Entry erased = trail.of(Act.EPOCH_ERASED).get(0);
            assertThat(due.index()).isLessThan(erased.index());
            assertThat(due.data().text("rule")).isEqualTo("limit");
            assertThat(erased.data().number("epoch")).isEqualTo(first);
            assertThat(erased.data().number("fragments")).isEqualTo(5);
            assertThat(erased.data().number("homes")).isEqualTo(2);
        }
    }

    @Test
    void trailThatTakesNothing_nothingIsErasedAndNothingShown_untilItTakesItAgain() throws IOException {
        try (TestTrail trail = begin();
                StoreRig rig = open(trail.entries())) {
            long first = rig.recordingEpoch();
            record(rig, 5);
            trail.refuses(true);
            clock.pass(31, TimeUnit.DAYS);
            StoreRig.await(
                    "tried", () -> !rig.store.retention().status().alarms().isEmpty());
            assertThat(isErased(rig, first)).isFalse();
            assertThat(rig.segments(GATE)).as("past its limit").isEmpty();
            trail.refuses(false);
            clock.pass(2, TimeUnit.MINUTES);
            StoreRig.await("entered", () -> !trail.of(Act.EPOCH_ERASED).isEmpty());
            assertThat(trail.of(Act.EPOCH_DUE)).hasSize(1);
            StoreRig.await("failure", () -> !trail.of(Act.EPOCH_FAILED).isEmpty());
            assertThat(trail.of(Act.EPOCH_FAILED).get(0).data().text("cause")).isEqualTo("trail");
        }
    }

    @Test
    void trailThatDoesNotOpen_recordsAndShows_andErasesNothing() throws IOException {
        StoreRig.init(disk, StoreRig.settings(folder, 4), clock);
        try (StoreRig rig = open(StoreTrail.closed("it is damaged"))) {
            long first = rig.recordingEpoch();
            record(rig, 5);
            assertThat(rig.segments(GATE)).hasSize(1);
            clock.pass(31, TimeUnit.DAYS);
            StoreRig.await(
                    "tried", () -> !rig.store.retention().status().alarms().isEmpty());
            assertThat(isErased(rig, first)).isFalse();
            assertThatThrownBy(() -> rig.store.retention().keysBackedUp("m", "a stick", "ann"))
                    .isInstanceOf(TrailException.class);
        }
    }

    @Test
    void halfErased_isDoneAgainFromTheTrailAlone_andEnteredOnce() throws IOException {
        long first;
        try (TestTrail trail = begin();
                StoreRig rig = open(trail.entries())) {
            first = rig.recordingEpoch();
            record(rig, 5);
            clock.pass(31, TimeUnit.DAYS);
            StoreRig.await("entered", () -> !trail.of(Act.EPOCH_ERASED).isEmpty());
            trail.entries().snapshot();
        }
        try (TestTrail trail = TestTrail.open(disk, folder, clock);
                StoreRig rig = open(trail.entries())) {
            assertThat(isErased(rig, first)).isTrue();
            assertThat(trail.of(Act.EPOCH_ERASED)).hasSize(1);
            assertThat(rig.store.check(true, Optional.empty()).findings()).isEmpty();
        }
    }

    @Test
    void fewerDays_areEnteredWithWhatWasWritten_orNotInForce() throws IOException {
        StoreSettings settings = StoreRig.settings(folder, 4);
        StoreSettings fewer = new StoreSettings(
                settings.folder(),
                settings.volumes(),
                List.of(new StoreSettings.ClassSettings(StoreRig.CLASS, 20, "the council decided so")));
        begin().close();
        try (TestTrail trail = TestTrail.open(disk, folder, clock);
                StoreRig rig = open(trail.entries())) {
            assertThat(trail.of(Act.POLICY_CHANGED)).hasSize(1);
        }
        try (TestTrail trail = TestTrail.open(disk, folder, clock);
                StoreRig rig = StoreRig.openTrailed(disk, fewer, clock, trail.entries(), GATE)) {
            trail.refuses(true);
            assertThatThrownBy(() -> rig.store.retention().lower(StoreRig.CLASS, 20, "ann", "bob"))
                    .isInstanceOf(TrailException.class);
            assertThat(rig.store.retention().status().classes().get(0).days()).isEqualTo(31);
            trail.refuses(false);
            assertThatNoPersonIsNamed(trail, rig);
        }
    }

    private void assertThatNoPersonIsNamed(TestTrail trail, StoreRig rig) throws IOException {
        try {
            rig.store.retention().lower(StoreRig.CLASS, 20, "ann", "bob");
        } catch (org.watchkeep.retention.policy.PolicyException e) {
            throw new AssertionError(e);
        }
        Entry entry = trail.of(Act.POLICY_CHANGED).get(1);
        assertThat(entry.actor().text()).isEqualTo("os/1000");
        assertThat(entry.data().number("days")).isEqualTo(20);
        assertThat(entry.data().toString()).doesNotContain("ann").doesNotContain("council");
        assertThat(new Texts(disk, folder.resolve("trail")).find(entry.data().hash("reason")))
                .hasValueSatisfying(text -> assertThat(text).contains("council", "ann", "bob"));
    }

    @Test
    void steppedClock_isEntered_andTheDoubtOfIt() throws IOException {
        try (TestTrail trail = begin();
                StoreRig rig = open(trail.entries())) {
            record(rig, 2);
            clock.step(3, TimeUnit.HOURS);
            StoreRig.await("stepped", () -> !trail.of(Act.CLOCK_STEPPED).isEmpty());
            StoreRig.await("doubted", () -> !trail.of(Act.CLOCK_DOUBTED).isEmpty());
            clock.witnessed(true);
            StoreRig.await("confirmed", () -> !trail.of(Act.CLOCK_CONFIRMED).isEmpty());
            assertThat(trail.of(Act.CLOCK_CONFIRMED).get(0).data().text("witness"))
                    .isEqualTo("clock-chip");
        }
    }

    @Test
    void ringTooSmall_entersEachReelAndWhatItEndedEarly_andNeverWaitsForTheTrail() throws IOException {
        StoreSettings settings = SmallReels.init(disk, folder, clock, 4);
        try (TestTrail trail = TestTrail.open(disk, folder, clock);
                StoreRig rig = StoreRig.openTrailed(disk, settings, clock, trail.entries(), GATE)) {
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 8);
            StoreRig.await("entered", () -> !trail.of(Act.REEL_CLEARED).isEmpty());
            Entry cleared = trail.of(Act.REEL_CLEARED).get(0);
            assertThat(cleared.data().flag("early")).isTrue();
            assertThat(rig.store.retention().status().alarms())
                    .singleElement()
                    .asString()
                    .contains("before its promise");
            assertThat(trail.of(Act.EPOCH_ERASED_EARLY)).isEmpty();
            long recorded = rig.recordingEpoch();
            clock.pass(1, TimeUnit.HOURS);
            StoreRig.await("summed up", () -> {
                rig.store.keeper().wake();
                return !trail.of(Act.EPOCH_ERASED_EARLY).isEmpty();
            });
            assertThat(cleared.data().text("cause")).isEqualTo("capacity");
            Entry early = trail.of(Act.EPOCH_ERASED_EARLY).get(0);
            assertThat(early.data().number("epoch")).isEqualTo(recorded);
            assertThat(early.data().number("segments")).isPositive();

            trail.refuses(true);
            int before = trail.of(Act.REEL_CLEARED).size();
            SmallReels.record(rig, GATE, 12);
            clock.pass(1, TimeUnit.MINUTES);
            trail.refuses(false);
            StoreRig.await("owed", () -> trail.of(Act.REEL_CLEARED).size() >= before + 6);
            assertThat(trail.of(Act.REEL_CLEARED))
                    .anySatisfy(entry -> assertThat(entry.happened()).isBefore(entry.entered()));
        }
    }

    /** By UTC it is a fortnight past its limit; it is minutes old. */
    @Test
    void ringTooSmall_whileTheClockIsSetForward_endsFootageEarlyAllTheSame() throws IOException {
        StoreSettings settings = SmallReels.init(disk, folder, clock, 4);
        try (TestTrail trail = TestTrail.open(disk, folder, clock);
                StoreRig rig = StoreRig.openTrailed(disk, settings, clock, trail.entries(), GATE)) {
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 2);
            long epoch = rig.recordingEpoch();
            clock.step(45, TimeUnit.DAYS);
            rig.awaitKept("the step ends the epoch", () -> rig.recordingEpoch() > epoch);
            SmallReels.record(rig, GATE, 6);
            StoreRig.await("entered", () -> !trail.of(Act.REEL_CLEARED).isEmpty());
            assertThat(trail.of(Act.REEL_CLEARED).get(0).data().flag("early")).isTrue();
        }
    }

    // ---- footage roots --------------------------------------------------------------------------------------------

    private static List<String> leaves(Disk disk, Path trail, List<Entry> roots) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Entry root : roots) {
            String day = root.data().time("minute").toString().substring(0, 10);
            Path file =
                    trail.resolve("footage").resolve(day).resolve(root.data().hash("root") + ".leaves");
            try (DiskFile leaves = disk.open(file, Disk.Mode.READ)) {
                java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate((int) leaves.size());
                leaves.read(bytes, 0);
                String[] text = new String(bytes.array(), StandardCharsets.US_ASCII).split("\n");
                lines.addAll(List.of(text).subList(1, text.length));
            }
        }
        return lines;
    }

    private void enterRoot(TestTrail trail) {
        try {
            trail.entries().enterRoot(StreamState.instant(clock.utcMicros()));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void footageRoot_coversSealsAndGaps_byTheDigestsTakenAtReceipt() throws IOException {
        try (TestTrail trail = begin();
                StoreRig rig = open(trail.entries())) {
            record(rig, 3);
            clock.pass(5, TimeUnit.SECONDS);
            record(rig, 1);
            StoreRig.await(
                    "sealed", () -> rig.store.streamState(GATE).unindexed().isEmpty());
            StoreRig.await("a gap is taken, a round later", () -> {
                enterRoot(trail);
                return trail.of(Act.FOOTAGE_ROOT).stream()
                        .anyMatch(root -> root.data().number("gaps") > 0);
            });
            Segment segment = rig.segments(GATE).get(0);
            List<String> lines = leaves(disk, folder.resolve("trail"), trail.of(Act.FOOTAGE_ROOT));
            String wanted = "segment gate/main " + segment.run() + " 0";
            assertThat(lines).filteredOn(line -> line.endsWith(wanted)).hasSize(1);
            assertThat(lines).anyMatch(line -> line.contains(" gap gate/main "));
            Hash salt = Hash.of(rig.store.keys().proofSalt(segment.epoch(), 1).orElseThrow());
            Hash digest = Hash.of(rig.store.digest(segment).orElseThrow().toBytes());
            long start = StreamState.micros(segment.start());
            Hash previous = Hash.ZERO;
            for (String line : lines) {
                Hash value = Hash.parse(line.substring(0, 64));
                if (line.endsWith(wanted)) {
                    assertThat(value)
                            .isEqualTo(new FootageLeaf.SegmentSealed(
                                            "gate/main", salt, digest, segment.run(), 0, 0, 2, start, 3_000_000)
                                    .value(previous));
                }
                previous = value;
            }
        }
    }

    @Test
    void killedBeforeTheMinuteWasOver_whatWasSealedStandsInTheNextRoot_once() throws IOException {
        TestTrail trail = begin();
        StoreRig rig = open(trail.entries());
        record(rig, 3);
        StoreRig.await("sealed", () -> rig.store.streamState(GATE).unindexed().isEmpty());
        trail.entries().enterRoot(StreamState.instant(clock.utcMicros()));
        record(rig, 3);
        StoreRig.await("sealed", () -> rig.store.streamState(GATE).unindexed().isEmpty());
        disk.settle();
        disk.kill();
        FakeDisk left = disk.restart();
        rig.abandon();
        trail.abandon();
        clock.pass(1, TimeUnit.MINUTES);
        try (TestTrail after = TestTrail.open(left, folder, clock);
                StoreRig again =
                        StoreRig.openTrailed(left, StoreRig.settings(folder, 4), clock, after.entries(), GATE)) {
            after.entries().enterRoot(StreamState.instant(clock.utcMicros()));
            List<String> lines = leaves(left, folder.resolve("trail"), after.of(Act.FOOTAGE_ROOT)).stream()
                    .map(line -> line.substring(65))
                    .filter(line -> line.startsWith("segment"))
                    .toList();
            List<String> wanted = again.segments(GATE).stream()
                    .map(segment -> "segment gate/main " + segment.run() + " " + segment.number())
                    .toList();
            assertThat(lines).containsExactlyInAnyOrderElementsOf(wanted).hasSize(2);
        }
    }
}
