// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Entry;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.keys.HeldKey;
import org.watchkeep.retention.policy.PolicyException;

/** Three cameras with two hours of footage, of which some hours of some cameras are erased alone; and what must hold then. */
final class SingleStreamLife {
    static final StreamId GATE = StreamId.main("gate");
    static final StreamId HALL = StreamId.main("hall");
    static final StreamId YARD = StreamId.main("yard");
    static final Duration LIMIT = Duration.ofDays(31);
    private static final int FRAGMENTS = 4;

    private static final Map<StreamId, String> CLASSES = new LinkedHashMap<>();

    static {
        List.of(GATE, HALL, YARD).forEach(stream -> CLASSES.put(stream, StoreRig.CLASS));
    }

    final TestClock clock = new TestClock();
    final StoreSettings settings;
    final Map<StoreRig.Acknowledged, Fact> facts = new LinkedHashMap<>();
    FakeDisk disk = new FakeDisk().tearSectors();
    long first;
    long second;

    /** A fragment that was acknowledged. */
    record Fact(StreamId stream, long epoch, Instant start, Instant end, Digest digest) {}

    SingleStreamLife(Path at) throws IOException {
        this.settings = StoreRig.settings(at, 4);
        StoreRig.init(disk, settings, clock);
    }

    TestTrail trail() throws IOException {
        return TestTrail.open(disk, settings.folder(), clock);
    }

    HoldingRig open(TestTrail trail) throws IOException {
        return new HoldingRig(disk, settings, clock, trail.entries(), CLASSES);
    }

    void record(HoldingRig rig) throws IOException {
        first = rig.rig.recordingEpoch();
        burst(rig.rig);
        nextHour(rig);
        second = rig.rig.recordingEpoch();
        burst(rig.rig);
        nextHour(rig);
        for (StreamId stream : CLASSES.keySet()) {
            await(
                    rig,
                    "indexed",
                    () -> rig.store.streamState(stream).unindexed().isEmpty());
            for (Segment segment : rig.rig.segments(stream)) {
                for (FragmentRef ref : segment.fragments()) {
                    facts.put(
                            new StoreRig.Acknowledged(stream, segment.run(), ref.sequence()),
                            new Fact(stream, segment.epoch(), ref.start(), ref.end(), rig.store.digest(segment, ref)));
                }
            }
        }
        assertThat(facts).hasSize(2 * 3 * FRAGMENTS);
    }

    void nextHour(HoldingRig rig) {
        long before = rig.rig.recordingEpoch();
        clock.pass(1, TimeUnit.HOURS);
        await(rig, "the next epoch", () -> rig.rig.recordingEpoch() > before);
    }

    private static void burst(StoreRig rig) {
        CLASSES.keySet().forEach(rig::beginRun);
        for (int i = 0; i < FRAGMENTS; i++) {
            rig.record(GATE, 2_000);
            rig.append(HALL, 2_000);
            rig.append(YARD, 2_000);
        }
        CLASSES.keySet().forEach(stream -> StoreRig.await("recorded", () -> rig.isSettled(stream)));
        CLASSES.keySet().forEach(stream -> rig.endRun(stream, GapCause.CONNECTION_LOST));
    }

    /** An order for all of one stream in one epoch. */
    StreamErasures.Order order(StreamId stream, long epoch) {
        Fact any = facts.values().stream()
                .filter(fact -> fact.stream().equals(stream) && fact.epoch() == epoch)
                .findFirst()
                .orElseThrow();
        return order(stream, any.start(), any.end());
    }

    static StreamErasures.Order order(StreamId stream, Instant from, Instant to) {
        return new StreamErasures.Order(
                stream, from, to, "court-order", Optional.of("order 17"), HoldingRig.OWNER, HoldingRig.OTHER);
    }

    List<StreamErasures.Gone> erase(HoldingRig rig, StreamId stream, long epoch) throws IOException {
        try {
            return rig.store.retention().singleStreams().erase(order(stream, epoch));
        } catch (PolicyException e) {
            throw new AssertionError("refused: " + e.getMessage(), e);
        }
    }

    /** The keeper has a round for each look, and not one in half a second. */
    static void await(HoldingRig rig, String what, BooleanSupplier isSo) {
        StoreRig.await(what, () -> {
            rig.store.keeper().wake();
            return isSo.getAsBoolean();
        });
    }

    static boolean isAnythingDue(HoldingRig rig) {
        return rig.store.retention().status().classes().stream().anyMatch(status -> status.dueEpochs() > 0);
    }

    /** Streams that the trail says are to be erased alone in this epoch. */
    static Set<StreamId> entered(TestTrail trail, Act act, long epoch) {
        Set<StreamId> streams = new LinkedHashSet<>();
        for (Entry entry : trail.of(act)) {
            if (entry.data().number("epoch") == epoch) {
                streams.add(StreamId.parse(entry.data().text("stream")));
            }
        }
        return streams;
    }

    /** What is within its limit and was not erased alone reads bit for bit; nothing else reads. */
    void looksRight(HoldingRig rig, TestTrail trail, String when) throws IOException {
        Map<StoreRig.Acknowledged, Digest> found = new LinkedHashMap<>();
        for (StreamId stream : CLASSES.keySet()) {
            for (Segment segment : rig.rig.segments(stream)) {
                for (FragmentRef ref : segment.fragments()) {
                    found.put(
                            new StoreRig.Acknowledged(stream, segment.run(), ref.sequence()),
                            rig.store.digest(segment, ref));
                }
            }
            assertThat(rig.store.summaries(stream, Instant.MIN, Instant.MAX))
                    .as("%s: %s in summaries", when, stream)
                    .hasSameSizeAs(rig.rig.segments(stream));
        }
        facts.forEach((name, fact) -> {
            boolean isErased = entered(trail, Act.STREAM_DUE, fact.epoch()).contains(fact.stream());
            boolean isPast = !fact.start().plus(LIMIT).isAfter(rig.now());
            boolean maybeErased = !fact.start().plus(LIMIT).isAfter(rig.now().plus(Duration.ofMinutes(61)));
            if (isErased || isPast) {
                assertThat(found.get(name)).as("%s: %s is gone", when, fact).isNull();
            } else if (!maybeErased) {
                assertThat(found.get(name)).as("%s: %s", when, fact).isEqualTo(fact.digest());
            }
            if (isErased && !isPast) {
                assertThat(rig.store.gaps(fact.stream(), fact.start(), fact.end()))
                        .as("%s: %s in the ledger", when, fact)
                        .anySatisfy(gap -> {
                            assertThat(gap.cause()).isEqualTo(GapCause.ERASED);
                            assertThat(gap.from()).isBeforeOrEqualTo(fact.start());
                            assertThat(gap.to().orElseThrow()).isAfterOrEqualTo(fact.end());
                        });
            }
        });
        assertThat(facts.keySet()).as(when).containsAll(found.keySet());
        assertThat(rig.store.check(true, Optional.empty()).findings()).as(when).isEmpty();
    }

    /** Roots and keys are those that what is left of each epoch needs. */
    void keysAreRight(HoldingRig rig, TestTrail trail, String when) {
        for (long epoch : new long[] {first, second}) {
            Set<StreamId> erased = entered(trail, Act.STREAM_ERASED, epoch);
            assertThat(erased).as(when).isEqualTo(entered(trail, Act.STREAM_DUE, epoch));
            boolean isOver = trail.of(Act.EPOCH_ERASED).stream()
                    .anyMatch(entry -> entry.data().number("epoch") == epoch);
            Set<Integer> kept = new LinkedHashSet<>();
            for (HeldKey key : rig.keptKeys()) {
                if (key.epoch() == epoch) {
                    kept.add(key.stream());
                }
            }
            Set<Integer> expected = new LinkedHashSet<>();
            if (!erased.isEmpty() && !isOver) {
                CLASSES.keySet().stream()
                        .filter(stream -> !erased.contains(stream))
                        .forEach(stream -> expected.add(rig.store.streamState(stream).number));
            }
            assertThat(kept).as("%s: kept of epoch %d", when, epoch).isEqualTo(expected);
            assertThat(rig.store.keys().isReadable(epoch))
                    .as("%s: root of epoch %d", when, epoch)
                    .isEqualTo(erased.isEmpty() && !isOver);
        }
    }

    /** Time goes on until the first hour, or both, have reached their limit. */
    void passLimit(HoldingRig rig, boolean ofBoth) {
        Instant last = facts.values().stream()
                .filter(fact -> ofBoth || fact.epoch() == first)
                .map(Fact::end)
                .max(Instant::compareTo)
                .orElseThrow();
        clock.pass(Duration.between(rig.now(), last.plus(LIMIT)).toSeconds() + 1, TimeUnit.SECONDS);
        await(rig, "erased", () -> disk.isDead() || !isAnythingDue(rig));
    }
}
