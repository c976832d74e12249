// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.hold.HeldSpan;
import org.watchkeep.retention.hold.HoldAnswer;
import org.watchkeep.retention.hold.HoldId;

/**
 * Any order of recording, holding, releasing, time passing, the ring coming round, and starts, also without an index.
 * Against the plain reading: what a hold in force keeps is readable, with the digest taken at receipt; what no hold keeps is
 * not readable past its limit.
 */
class HeldModelTest {
    private static final int STEPS = 14;
    private static final int REELS = 6;
    private static final Duration LIMIT = Duration.ofDays(31);
    private static final List<StreamId> CAMERAS = List.of(StreamId.main("gate"), StreamId.main("hall"));

    private final TestClock clock = new TestClock();
    private final Map<HoldId, Span> holds = new LinkedHashMap<>();
    private final Map<StoreRig.Acknowledged, Fact> known = new LinkedHashMap<>();
    private FakeDisk disk = new FakeDisk();

    private record Span(StreamId stream, Instant from, Instant to) {}

    /** A fragment that was acknowledged. */
    private record Fact(StreamId stream, Instant start, Instant end, Digest digest) {}

    @Property(tries = 4, shrinking = ShrinkingMode.OFF)
    void anyOrder_heldIsReadable_andUnheldPastItsLimitIsNot(@ForAll long seed) throws IOException {
        Path folder = Files.createTempDirectory("held-model");
        disk = new FakeDisk();
        holds.clear();
        known.clear();
        try {
            run(folder, new Random(seed), "seed " + seed);
        } finally {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private void run(Path folder, Random random, String name) throws IOException {
        StoreSettings settings = SmallReels.init(disk, folder, clock, REELS);
        HoldingRig held = open(settings);
        try {
            for (int step = 0; step < STEPS; step++) {
                String when = name + " step " + step;
                switch (random.nextInt(8)) {
                    case 0, 1 -> record(held, random);
                    case 2, 3 -> place(held, random);
                    case 4 -> release(held, random);
                    case 5 -> pass(held, Duration.ofDays(1 + random.nextInt(20)));
                    case 6 -> pass(held, Duration.ofHours(1 + random.nextInt(30)));
                    default -> {
                        held.close();
                        if (random.nextBoolean()) {
                            FootageStore.deleteIndex(settings);
                        }
                        held = open(settings);
                        assertThat(held.alarms).as(when).isEmpty();
                    }
                }
                check(held, when);
            }
        } finally {
            held.close();
        }
    }

    private HoldingRig open(StoreSettings settings) throws IOException {
        Map<StreamId, String> classes = new LinkedHashMap<>();
        CAMERAS.forEach(camera -> classes.put(camera, StoreRig.CLASS));
        HoldingRig held = new HoldingRig(disk, settings, clock, classes);
        held.rig.awaitKept("the index is whole", () -> !held.store.isIndexBehind());
        return held;
    }

    /** A burst of each camera; every few of them the head goes on to the next reel. */
    private void record(HoldingRig held, Random random) throws IOException {
        StoreRig rig = held.rig;
        StreamId camera = CAMERAS.get(random.nextInt(CAMERAS.size()));
        rig.beginRun(camera);
        SmallReels.record(rig, camera, 1 + random.nextInt(4));
        rig.endRun(camera, GapCause.CONNECTION_LOST);
        rig.awaitKept(
                "indexed", () -> held.store.streamState(camera).unindexed().isEmpty());
        for (Segment segment : rig.segments(camera)) {
            for (FragmentRef ref : segment.fragments()) {
                StoreRig.Acknowledged name = new StoreRig.Acknowledged(camera, segment.run(), ref.sequence());
                if (!known.containsKey(name)) {
                    known.put(name, new Fact(camera, ref.start(), ref.end(), held.store.digest(segment, ref)));
                }
            }
        }
    }

    private void place(HoldingRig held, Random random) throws IOException {
        List<Fact> facts = new ArrayList<>(known.values());
        if (facts.isEmpty()) {
            return;
        }
        Fact from = facts.get(random.nextInt(facts.size()));
        Instant to = from.end().plusSeconds(random.nextInt(6));
        if (to.isAfter(held.now())) {
            return;
        }
        Span span = new Span(from.stream(), from.start(), to);
        Map<StoreRig.Acknowledged, Digest> there = found(held);
        HoldAnswer answer = held.place(span.from(), span.to(), span.stream());
        if (answer instanceof HoldAnswer.Done done) {
            // What is left of it, where some was erased.
            HeldSpan left = done.hold().span();
            Span kept = new Span(span.stream(), left.from(), left.to());
            holds.put(done.hold().id(), kept);
            // What the ring had overwritten by then is not held.
            known.entrySet().removeIf(entry -> touches(kept, entry.getValue()) && !there.containsKey(entry.getKey()));
        }
    }

    private void release(HoldingRig held, Random random) throws IOException {
        if (!holds.isEmpty()) {
            HoldId id = List.copyOf(holds.keySet()).get(random.nextInt(holds.size()));
            held.release(id);
            holds.remove(id);
        }
    }

    private void pass(HoldingRig held, Duration time) {
        clock.pass(time.toSeconds(), TimeUnit.SECONDS);
        held.rig.awaitKept(
                "what is due is erased",
                () -> held.store.retention().status().classes().stream().allMatch(status -> status.dueEpochs() == 0));
    }

    private static boolean touches(Span span, Fact fact) {
        return span.stream().equals(fact.stream())
                && fact.start().isBefore(span.to())
                && span.from().isBefore(fact.end());
    }

    private static Map<StoreRig.Acknowledged, Digest> found(HoldingRig held) throws IOException {
        Map<StoreRig.Acknowledged, Digest> found = new LinkedHashMap<>();
        for (StreamId camera : CAMERAS) {
            for (Segment segment : held.rig.segments(camera)) {
                for (FragmentRef ref : segment.fragments()) {
                    try {
                        found.put(
                                new StoreRig.Acknowledged(camera, segment.run(), ref.sequence()),
                                held.store.digest(segment, ref));
                    } catch (FragmentGoneException clearedSince) {
                        // The head goes on beside this: what it has taken meanwhile is not found.
                    }
                }
            }
        }
        return found;
    }

    private void check(HoldingRig held, String when) throws IOException {
        Map<StoreRig.Acknowledged, Digest> found = found(held);
        Instant now = held.now();
        for (Map.Entry<StoreRig.Acknowledged, Fact> entry : known.entrySet()) {
            Fact fact = entry.getValue();
            boolean isHeld = holds.values().stream().anyMatch(span -> touches(span, fact));
            Digest digest = found.remove(entry.getKey());
            if (isHeld) {
                assertThat(digest).as("%s: %s is held", when, entry).isEqualTo(fact.digest());
            } else if (!fact.start().plus(LIMIT).isAfter(now)) {
                assertThat(digest).as("%s: %s is past its limit", when, entry).isNull();
            }
        }
        CheckReport report = held.store.check(true, Optional.empty());
        assertThat(report.findings()).as(when).isEmpty();
    }
}
