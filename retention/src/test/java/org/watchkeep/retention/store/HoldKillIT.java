// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.Campaign;
import org.watchkeep.retention.audit.TrailReport;
import org.watchkeep.retention.audit.TrailVerifier;
import org.watchkeep.retention.disk.RealDisk;
import org.watchkeep.retention.hold.Hold;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.keys.HeldKey;

/**
 * {@code kill -9} in the middle of placing, of releasing, of an erasure beside what is held, and of a change of the master key; on a
 * real disk, one store through all its lives. What was said stands, what is held reads, what is not does not past its limit.
 */
class HoldKillIT {
    private static final int KILLS_OF_EACH = Campaign.of(20);
    private static final long MOST_MICROS_TO_KILL = 12_000;
    private static final Duration LIMIT = Duration.ofDays(31);

    /** A hold that begins so soon after the opening of an epoch keeps the key of the one before, too. */
    private static final Duration NEAR = Duration.ofMinutes(3);

    @TempDir
    private Path folder;

    private final Map<StoreRig.Acknowledged, Fact> facts = new HashMap<>();
    private final Set<String> placed = new HashSet<>();
    private final Set<String> endAsked = new HashSet<>();
    private final Set<String> released = new HashSet<>();
    private long utcMicros = TestClock.START_UTC_MICROS;
    private int lives;
    private int heldFound;
    private int goneFound;

    private record Fact(Instant start, Instant end, String digest) {
        boolean isIn(Hold hold) {
            return start.isBefore(hold.span().to()) && hold.span().from().isBefore(end);
        }
    }

    @Test
    void kill_onceInEach_whatWasSaidStands() throws Exception {
        killInEach(1, List.of("place", "release", "erase", "rotate"));
    }

    @Test
    @Tag("campaign")
    void kill_manyTimesInEach_whatWasSaidStands() throws Exception {
        killInEach(KILLS_OF_EACH, List.of("place", "release", "erase", "rotate"));
        assertThat(heldFound).as("held footage past its limit was read").isPositive();
        assertThat(goneFound).as("footage past its limit was looked for").isPositive();
    }

    private void killInEach(int times, List<String> acts) throws Exception {
        StoreSettings settings = HoldLife.settings(folder.resolve("store"));
        StoreRig.init(new RealDisk(), settings, new TestClock());
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < times; i++) {
            for (String act : acts) {
                live(settings, act, random.nextLong(MOST_MICROS_TO_KILL));
                utcMicros += TimeUnit.MINUTES.toMicros(1);
                lookThrough(settings, "life " + lives + ", killed in " + act);
            }
        }
        System.out.println(times * acts.size() + " kills, " + facts.size() + " fragments, " + placed.size() + " holds, "
                + released.size() + " released; held footage read past its limit " + heldFound + " times");
    }

    /** Until so long after this act began. */
    private void live(StoreSettings settings, String act, long afterMicros) throws Exception {
        lives++;
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        HoldLife.class.getName(),
                        settings.folder().toString(),
                        Long.toString(utcMicros),
                        Integer.toString(lives)))
                .redirectErrorStream(true)
                .start();
        List<String> other = new ArrayList<>();
        boolean isReached = false;
        try (BufferedReader said = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                if (!line.startsWith("SAID ")) {
                    other.add(line);
                    continue;
                }
                List<String> words = List.of(line.substring("SAID ".length()).split(" "));
                take(words);
                if (!isReached
                        && words.size() > 1
                        && words.get(0).equals("begin")
                        && words.get(1).equals(act)) {
                    isReached = true;
                    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(afterMicros));
                    // By its handle: Process itself closes what is still to be read.
                    process.toHandle().destroyForcibly();
                }
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(isReached).as("%s began: %s", act, other).isTrue();
    }

    private void take(List<String> words) {
        switch (words.get(0)) {
            case "fact" ->
                facts.put(
                        new StoreRig.Acknowledged(
                                HoldLife.GATE, Long.parseLong(words.get(1)), Long.parseLong(words.get(2))),
                        new Fact(Instant.parse(words.get(4)), Instant.parse(words.get(5)), words.get(3)));
            case "placed" -> placed.add(words.get(1));
            case "released" -> released.add(words.get(1));
            case "clock" -> utcMicros = Long.parseLong(words.get(1));
            case "begin" -> {
                if (words.get(1).equals("release")) {
                    endAsked.add(words.get(2));
                }
            }
            default -> assertThat(words).containsExactly("rotated");
        }
    }

    private void lookThrough(StoreSettings settings, String when) throws IOException {
        lives++;
        RealDisk disk = new RealDisk();
        TestClock clock = HoldLife.clockAt(utcMicros, Integer.toString(lives));
        try (TestTrail trail = TestTrail.open(disk, settings.folder(), clock);
                HoldingRig rig = new HoldingRig(disk, settings, clock, trail.entries(), HoldLife.CLASSES)) {
            assertThat(rig.alarms).as(when).isEmpty();
            HoldLife.await(rig, "the index is whole", () -> !rig.store.isIndexBehind());
            rig.holds.goOn();
            HoldLife.await(
                    rig,
                    "nothing is due",
                    () -> rig.store.retention().status().classes().stream()
                            .allMatch(status -> status.dueEpochs() == 0));
            whatWasSaidStands(rig, when);
            footageIsWhatItIsToBe(rig, when);
            assertThat(rig.store.check(true, Optional.empty()).findings())
                    .as(when)
                    .isEmpty();
        }
        TrailReport trail = new TrailVerifier(disk, settings.folder().resolve("trail"), Optional.empty()).run();
        assertThat(trail.finding()).as(when).isEmpty();
    }

    private void whatWasSaidStands(HoldingRig rig, String when) {
        for (String id : placed) {
            Hold hold = rig.register.hold(new HoldId(id)).orElseThrow();
            if (released.contains(id)) {
                assertThat(hold.isActive()).as("%s: %s", when, hold).isFalse();
            } else if (!endAsked.contains(id)) {
                assertThat(hold.isActive()).as("%s: %s", when, hold).isTrue();
            }
        }
        keysAreThoseOfHolds(rig, when);
    }

    private static void keysAreThoseOfHolds(HoldingRig rig, String when) {
        List<Hold> active = rig.register.holds().stream().filter(Hold::isActive).toList();
        assertThat(rig.keptKeys().size()).as("%s: keys kept", when).isGreaterThanOrEqualTo(active.size());
        List<Epoch> epochs = rig.store.keys().epochs().stream()
                .sorted(Comparator.comparingLong(Epoch::number))
                .toList();
        for (HeldKey key : rig.keptKeys()) {
            for (int i = 0; i < epochs.size() - 1; i++) {
                if (epochs.get(i).number() == key.epoch()) {
                    Instant opened = StreamState.instant(epochs.get(i).openedUtcMicros());
                    Instant closed = StreamState.instant(epochs.get(i + 1).openedUtcMicros());
                    assertThat(active)
                            .as("%s: %s, from %s to %s, is kept for some hold", when, key, opened, closed)
                            .anyMatch(hold -> opened.isBefore(hold.span().to())
                                    && closed.isAfter(hold.span().from().minus(NEAR)));
                }
            }
        }
    }

    private void footageIsWhatItIsToBe(HoldingRig rig, String when) throws IOException {
        Map<StoreRig.Acknowledged, String> found = new HashMap<>();
        for (Segment segment : rig.rig.segments(HoldLife.GATE)) {
            for (FragmentRef ref : segment.fragments()) {
                found.put(
                        new StoreRig.Acknowledged(HoldLife.GATE, segment.run(), ref.sequence()),
                        rig.store.digest(segment, ref).toString());
            }
        }
        List<Hold> active = rig.register.holds().stream().filter(Hold::isActive).toList();
        facts.forEach((name, fact) -> {
            boolean isPast = !fact.start().plus(LIMIT).isAfter(rig.now());
            boolean isHeld = active.stream().anyMatch(fact::isIn);
            if (isHeld || !isPast) {
                assertThat(found.get(name)).as("%s: %s", when, fact).isEqualTo(fact.digest());
                heldFound += isPast ? 1 : 0;
            } else {
                assertThat(found.get(name))
                        .as("%s: %s is past its limit", when, fact)
                        .isNull();
                goneFound++;
            }
        });
    }
}
