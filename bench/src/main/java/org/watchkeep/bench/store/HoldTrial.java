// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.watchkeep.bench.report.Spread;
import org.watchkeep.retention.hold.Ground;
import org.watchkeep.retention.hold.HeldSpan;
import org.watchkeep.retention.hold.HoldAnswer;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.hold.HoldRules;
import org.watchkeep.retention.hold.HoldTerms;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.store.DescribedFootage;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.StreamId;

/**
 * One run of {@code bench hold}: describes hours of a large site, holds spans of some of its cameras, then lets a month pass and has
 * one key epoch after the other erased. Confined to one thread; used once.
 */
final class HoldTrial {
    /** Described beside what is held: the bounds of a hold lie within footage, and most hours have nothing held. */
    private static final int HOURS_AROUND = 8;

    /** A minute at most, and a new one with each reel. */
    private static final long SEGMENT_SECONDS = 45;

    /** Larger sites have several volumes, on each of which a reel lasts longer than a segment. */
    private static final long REEL_SECONDS = 90;

    /** A volume has so many reels where it is large enough. */
    private static final long REELS = 8_192;

    private static final long SPARE_REELS = 32;
    private static final long MEBIBYTE = 1 << 20;
    private static final long LEAST_REEL_BYTES = 64 * MEBIBYTE;
    private static final long DAYS = 31;

    private static final double HOLD_GOAL_MS = 100;
    private static final double ERASE_GOAL_MS = 50;

    private final Size size;
    private final StoreFolder folder;
    private final LongSupplier nanoTime;
    private final Consumer<String> progress;
    private final MovedClock clock = new MovedClock();

    /** What is asked for. Immutable. */
    record Size(int cameras, int heldCameras, int heldHours, int holds, long bitsPerSecond) {
        int secondBytes() {
            return (int) Math.max(1_000, bitsPerSecond / 8);
        }

        /** Its reels are an 8,192nd of it each, but no less than 64 MiB. */
        long volumeBytes() {
            long reel = REEL_SECONDS * cameras * secondBytes();
            long needed = (heldHours + HOURS_AROUND) * TimeUnit.HOURS.toSeconds(1) / REEL_SECONDS + SPARE_REELS;
            return reel > LEAST_REEL_BYTES ? REELS * (reel / MEBIBYTE + 1) * MEBIBYTE : needed * LEAST_REEL_BYTES;
        }

        long segments() {
            return (long) cameras * (heldHours + HOURS_AROUND) * TimeUnit.HOURS.toSeconds(1) / SEGMENT_SECONDS;
        }
    }

    HoldTrial(Size size, Path folder, LongSupplier nanoTime, Consumer<String> progress) {
        this.size = size;
        this.folder = new StoreFolder(folder.resolve("store"), size.volumeBytes(), true);
        this.nanoTime = nanoTime;
        this.progress = progress;
    }

    /** False where what is held was lost, or what was erased is shown. */
    boolean run(ObjectNode document) throws IOException {
        Month month = describe(document);
        try (HeldStore store = HeldStore.open(folder, clock)) {
            store.store.store().configure(StoreFolder.streams(size.cameras));
            store.store.keepHouse();
            List<HoldId> placed = place(store, month, document);
            // What an erasure costs depends on how many cameras are held in its hour: those of one hold.
            store.release(placed.subList(1, placed.size()));
            boolean isRight = erase(store, document);
            goals(document);
            return isRight;
        }
    }

    private Month describe(ObjectNode document) throws IOException {
        progress.accept("describing " + size.segments() + " segments of " + size.cameras + " cameras");
        folder.make(clock);
        try (EpochKeys keys = folder.openKeys()) {
            Month month;
            MonthOfFootage described;
            try (DescribedFootage footage = DescribedFootage.begin(folder.settings(), folder.disk(), keys, clock)) {
                month = Month.before(
                        clock.utcMicros(),
                        size.segments(),
                        size.cameras,
                        footage.reelBytes(StoreFolder.VOLUME),
                        (long) size.cameras * size.secondBytes());
                described = new MonthOfFootage(footage, keys, month, size.cameras, size.secondBytes());
                described.describe(segments -> {});
            }
            document.put("cameras", size.cameras);
            document.put("segments", described.segments());
            document.put("fragments", described.fragments());
            document.put("epochs", keys.epochs().size());
            return month;
        }
    }

    // ---- holding --------------------------------------------------------------------------------------------------

    private List<HoldId> place(HeldStore store, Month month, ObjectNode document) throws IOException {
        progress.accept(
                "placing " + size.holds + " holds on " + size.heldHours + " h of " + size.heldCameras + " cameras");
        // The middle of what there is: each hold begins and ends within a segment, and touches one epoch more than it
        // is long.
        Instant from = Instant.EPOCH
                .plus(month.startMicros(), ChronoUnit.MICROS)
                .plus(Duration.ofMinutes(90))
                .plusSeconds(17);
        Instant to = from.plus(Duration.ofHours(size.heldHours));
        List<HoldId> placed = new ArrayList<>();
        Spread spread = new Spread();
        double first = 0;
        for (int i = 0; i < size.holds; i++) {
            HoldTerms terms = HoldTerms.of(
                    HeldSpan.of(held(i), from, to),
                    Ground.CRIME,
                    HeldStore.KEEPER,
                    clock.utc().plus(HoldRules.REVIEW));
            long begun = nanoTime.getAsLong();
            HoldAnswer answer = store.holds.place(terms, HeldStore.KEEPER);
            first = time(spread, first, nanoTime.getAsLong() - begun);
            if (!(answer instanceof HoldAnswer.Done done) || !done.nothingLeft().isEmpty()) {
                throw new IOException("a hold was not placed: " + answer);
            }
            placed.add(done.hold().id());
        }
        document.put("heldCameras", size.heldCameras)
                .put("heldHours", size.heldHours)
                .put("holds", size.holds);
        document.put("holdFirstMs", first);
        document.put("holdP50Ms", spread.millis(0.5));
        document.put("holdP99Ms", spread.millis(0.99));
        document.put("holdMaxMs", spread.millis(1));
        return placed;
    }

    private Set<StreamId> held(int hold) {
        int first = hold * size.heldCameras;
        return IntStream.rangeClosed(first + 1, first + size.heldCameras)
                .mapToObj(StoreFolder::stream)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The first is that of a program that has never done it, and is told by itself. */
    private static double time(Spread others, double first, long nanos) {
        if (first == 0) {
            return Math.max(1, Math.round(nanos / 1e3)) / 1e3;
        }
        others.add(nanos);
        return first;
    }

    // ---- erasing --------------------------------------------------------------------------------------------------

    private boolean erase(HeldStore store, ObjectNode document) throws IOException {
        progress.accept("letting " + DAYS + " days pass, then erasing epoch after epoch");
        FootageStore footage = store.store.store();
        Map<Long, Long> listed = fragments(footage);
        List<Epoch> epochs = store.live();
        Spread spread = new Spread();
        Spread idle = new Spread();
        double first = 0;
        for (Epoch epoch : epochs.subList(0, document.get("epochs").asInt())) {
            long ahead = epoch.openedUtcMicros() + TimeUnit.DAYS.toMicros(DAYS) - clock.utcMicros();
            // A minute before its limit it is due; two minutes before, nothing is.
            clock.pass(ahead - TimeUnit.MINUTES.toMicros(2), TimeUnit.MICROSECONDS);
            idle.add(round(store));
            clock.pass(90, TimeUnit.SECONDS);
            long nanos = round(store);
            if (store.live().stream().anyMatch(left -> left.number() == epoch.number())) {
                throw new IOException("epoch " + epoch.number() + " was not erased: " + store.alarms());
            }
            first = time(spread, first, nanos);
        }
        document.put("erasedEpochs", 1 + spread.count());
        document.put("eraseEpochFirstMs", first);
        document.put("eraseEpochP50Ms", spread.millis(0.5));
        document.put("eraseEpochMaxMs", spread.millis(1));
        document.put("idleRoundP50Ms", idle.millis(0.5));
        return isRight(listed, fragments(footage), document);
    }

    private long round(HeldStore store) {
        long begun = nanoTime.getAsLong();
        store.store.keepHouse();
        return nanoTime.getAsLong() - begun;
    }

    private Map<Long, Long> fragments(FootageStore footage) throws IOException {
        Map<Long, Long> fragments = new TreeMap<>();
        for (int camera = 1; camera <= size.cameras; camera++) {
            fragments.put(
                    (long) camera,
                    footage.summaries(StoreFolder.stream(camera), Instant.MIN, Instant.MAX).stream()
                            .mapToLong(row -> row.fragments())
                            .sum());
        }
        return fragments;
    }

    private boolean isRight(Map<Long, Long> before, Map<Long, Long> after, ObjectNode document) {
        long lost = 0;
        long shown = 0;
        for (Map.Entry<Long, Long> camera : after.entrySet()) {
            boolean isHeld = camera.getKey() <= size.heldCameras;
            long least = isHeld ? TimeUnit.HOURS.toSeconds(size.heldHours) - 60L * size.heldHours : 0;
            lost += camera.getValue() < least ? 1 : 0;
            shown += !isHeld && camera.getValue() > 0 ? 1 : 0;
        }
        document.put(
                "listedBefore",
                before.values().stream().mapToLong(Long::longValue).sum());
        document.put(
                "listedAfter",
                after.values().stream().mapToLong(Long::longValue).sum());
        document.put("camerasThatLostWhatIsHeld", lost).put("camerasThatShowWhatIsErased", shown);
        return lost == 0 && shown == 0;
    }

    private static void goals(ObjectNode document) {
        ObjectNode goals = document.putObject("goals");
        goals.put("holdP99Ms", HOLD_GOAL_MS);
        goals.put("eraseEpochP50Ms", ERASE_GOAL_MS);
        goals.put(
                "met",
                document.get("holdP99Ms").asDouble() <= HOLD_GOAL_MS
                        && document.get("eraseEpochP50Ms").asDouble() <= ERASE_GOAL_MS);
    }
}
