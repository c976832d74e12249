// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.watchkeep.bench.ChildProcess;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.store.DescribedFootage;
import org.watchkeep.retention.store.SystemStoreClock;

/**
 * One run of {@code bench store}: describes the footage, asks for it in a process of its own, records on and is killed, opens
 * again; and rebuilds the index of a smaller store that was really recorded. Confined to one thread; used once.
 */
final class StoreTrial {
    /** As the launcher starts {@code serve}. */
    private static final List<String> FLAGS = List.of("-Xmx1g", "-XX:MaxDirectMemorySize=2g");

    /** Of described footage it would log, for each camera, that the newest seal cannot be read: none was written. */
    private static final List<String> QUIET_FLAGS =
            Stream.concat(FLAGS.stream(), Stream.of("-Dwatchkeep.log=OFF")).toList();

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** The first calls after the kernel has let go of the index. */
    private static final int COLD_FINDS = 1_000;

    private static final int COLD_DAYS = 50;

    /** A day is some 1,400 times what a find is. */
    private static final int FINDS_A_DAY = 20;

    private static final long SEGMENT_SECONDS = 60;
    private static final long DAY_SECONDS = TimeUnit.DAYS.toSeconds(1);

    /** Rows of 0.8 kB, their log, and tables that are being merged. */
    private static final long INDEX_BYTES_A_SEGMENT = 2_000;

    /** What is recorded before the kill, and as much again that the volume keeps cleared. */
    private static final double VOLUME_SPARE = 1.05;

    private static final long VOLUME_SPARE_BYTES = 4L << 30;

    private final Size size;
    private final Path folder;
    private final LongSupplier nanoTime;
    private final Consumer<String> progress;

    /** What is asked for. Immutable. */
    record Size(long segments, int cameras, long bitsPerSecond, int finds, Duration crashAfter, long rebuildSegments) {
        int secondBytes() {
            return (int) Math.max(1_000, bitsPerSecond / 8);
        }

        long crashBytes() {
            return crashAfter.toSeconds() * cameras * secondBytes();
        }

        long volumeBytes() {
            double footage = (double) segments * SEGMENT_SECONDS * secondBytes();
            return (long) (footage * VOLUME_SPARE) + 2 * crashBytes() + VOLUME_SPARE_BYTES;
        }

        /** What a run writes, at most. */
        long diskBytes() {
            return segments * INDEX_BYTES_A_SEGMENT
                    + 2 * crashBytes()
                    + RebuildTrial.volumeBytes(rebuildSegments)
                    + VOLUME_SPARE_BYTES;
        }
    }

    StoreTrial(Size size, Path folder, LongSupplier nanoTime, Consumer<String> progress) {
        this.size = size;
        this.folder = folder;
        this.nanoTime = nanoTime;
        this.progress = progress;
    }

    /** False when something acknowledged was not found again. */
    boolean run(ObjectNode document) throws IOException {
        StoreFolder store = new StoreFolder(folder.resolve("store"), size.volumeBytes(), true);
        Month month = build(store, document);
        ask(store, month, document);
        boolean nothingLost = crash(store, document);
        rebuild(document);
        goals(document);
        return nothingLost;
    }

    private double secondsSince(long nanos) {
        return Math.round((nanoTime.getAsLong() - nanos) / 1e6) / 1e3;
    }

    // ---- building -------------------------------------------------------------------------------------------------

    private Month build(StoreFolder store, ObjectNode document) throws IOException {
        SystemStoreClock clock = new SystemStoreClock();
        long from = nanoTime.getAsLong();
        store.make(clock);
        try (EpochKeys keys = store.openKeys()) {
            Month month;
            MonthOfFootage described;
            long bytesPerSecond = (long) size.cameras * size.secondBytes();
            try (DescribedFootage footage = DescribedFootage.begin(store.settings(), store.disk(), keys, clock)) {
                month = Month.before(
                        clock.utcMicros(),
                        size.segments,
                        size.cameras,
                        footage.reelBytes(StoreFolder.VOLUME),
                        bytesPerSecond);
                described = new MonthOfFootage(footage, keys, month, size.cameras, size.secondBytes());
                described.describe(this::built);
            }
            double seconds = secondsSince(from);
            document.put("segments", described.segments());
            document.put("cameras", size.cameras);
            document.put("days", Math.round(month.days() * 100) / 100.0);
            document.put("fragments", described.fragments());
            document.put("gaps", described.gaps());
            document.put("epochs", keys.epochs().size());
            document.put("reels", month.reels());
            document.put("rowBytes", Math.round(described.rowBytes()));
            document.put("indexMB", Math.round(bytesIn(store.index()) / 1e6));
            document.put("buildSeconds", seconds);
            document.put(
                    "builtFrom",
                    "described segments: rows, marks, ledger, key epochs and reel headers by the code"
                            + " that recording uses; the reels are sparse and hold no footage");
            return month;
        }
    }

    private long lastTold;

    private void built(long segments) {
        if (segments - lastTold >= 500_000) {
            lastTold = segments;
            progress.accept(segments + " of " + size.segments + " segments are in the index");
        }
    }

    private static long bytesIn(Path folder) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    // ---- asking ---------------------------------------------------------------------------------------------------

    private ChildProcess reader(StoreFolder store, int cameras) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("store-reader", "--cameras", Integer.toString(cameras)));
        arguments.addAll(StoreFolderOptions.of(store));
        return ChildProcess.ofBench(store.isSparse() ? QUIET_FLAGS : FLAGS, arguments);
    }

    private void ask(StoreFolder store, Month month, ObjectNode document) throws IOException {
        long from = TimeUnit.MICROSECONDS.toSeconds(month.startMicros());
        long to = from + Math.max(1, (long) (month.days() * DAY_SECONDS));
        String finds = "find " + from + " " + to + " ";
        String days = "day " + from + " " + Math.max(from + 1, to - DAY_SECONDS) + " ";
        boolean isCold = PageCache.letGo(store.index());
        progress.accept("opening, finding and listing");
        try (ChildProcess reader = reader(store, size.cameras)) {
            JsonNode opened = reader.read(PATIENCE);
            document.put("openSeconds", opened.get("openSeconds").asDouble());
            ObjectNode find = document.putObject("find");
            JsonNode coldFind = reader.ask(finds + Math.min(COLD_FINDS, size.finds), PATIENCE);
            JsonNode coldDay = reader.ask(days + COLD_DAYS, PATIENCE);
            ObjectNode day = document.putObject("cameraDay");
            if (isCold) {
                find.set("cold", coldFind);
                day.set("cold", coldDay);
            } else {
                String reason = "the kernel could not be asked to let go of the index (dd iflag=nocache)";
                find.putNull("cold").put("coldReason", reason);
                day.putNull("cold").put("coldReason", reason);
            }
            // Warm is what has been asked for a while: the same number again is not counted.
            reader.ask(finds + size.finds, PATIENCE);
            int listings = Math.max(COLD_DAYS, size.finds / FINDS_A_DAY);
            find.set("warm", reader.ask(finds + size.finds, PATIENCE));
            reader.ask(days + Math.min(listings, 10 * COLD_DAYS), PATIENCE);
            day.set("warm", reader.ask(days + listings, PATIENCE));
            document.put("readerRssMB", Math.round(reader.memoryBytes("VmRSS") / 1e6));
        }
        for (String name : List.of("find", "cameraDay")) {
            JsonNode warm = document.get(name).get("warm");
            document.put(name + "P50Ms", warm.get("p50Ms").asDouble());
            document.put(name + "P99Ms", warm.get("p99Ms").asDouble());
        }
    }

    // ---- a crash --------------------------------------------------------------------------------------------------

    private boolean crash(StoreFolder store, ObjectNode document) throws IOException {
        long seconds = size.crashAfter.toSeconds();
        progress.accept("recording for " + seconds + " s, then killing it");
        List<String> arguments = new ArrayList<>(List.of(
                "store-writer",
                "--cameras",
                Integer.toString(size.cameras),
                "--second-bytes",
                Integer.toString(size.secondBytes())));
        arguments.addAll(StoreFolderOptions.of(store));
        long fromSecond = TimeUnit.MICROSECONDS.toSeconds(new SystemStoreClock().utcMicros());
        JsonNode last;
        try (ChildProcess writer = ChildProcess.ofBench(QUIET_FLAGS, arguments)) {
            last = writer.ask("figures", PATIENCE);
            long until = nanoTime.getAsLong() + size.crashAfter.toNanos();
            while (nanoTime.getAsLong() < until) {
                pause();
                last = writer.ask("figures", PATIENCE);
            }
            writer.kill();
        }
        progress.accept("opening after the kill");
        ObjectNode crash = document.putObject("crash");
        long acknowledged = last.get("acknowledgedFragments").asLong();
        crash.put("recordedSeconds", seconds);
        crash.put("recordedMB", Math.round(acknowledged * (double) size.secondBytes() / 1e6));
        crash.put("droppedFragments", last.get("droppedFragments").asLong());
        crash.put("acknowledgedFragments", acknowledged);
        long found;
        try (ChildProcess reader = reader(store, size.cameras)) {
            JsonNode opened = reader.read(PATIENCE);
            document.put("openAfterCrashSeconds", opened.get("openSeconds").asDouble());
            crash.set("opened", opened);
            found = reader.ask("since " + (fromSecond - 1), PATIENCE)
                    .get("fragments")
                    .asLong();
        }
        crash.put("foundFragments", found);
        return found >= acknowledged;
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(500);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    // ---- rebuilding -----------------------------------------------------------------------------------------------

    private void rebuild(ObjectNode document) throws IOException {
        int cameras = (int) Math.min(size.cameras, size.rebuildSegments);
        StoreFolder store =
                new StoreFolder(folder.resolve("rebuild"), RebuildTrial.volumeBytes(size.rebuildSegments), false);
        progress.accept("recording " + size.rebuildSegments + " segments, then rebuilding their index");
        RebuildTrial.record(store, cameras, size.rebuildSegments);
        ObjectNode rebuild = document.putObject("rebuild");
        try (ChildProcess reader = reader(store, cameras)) {
            double seconds = reader.read(PATIENCE).get("storeSeconds").asDouble();
            JsonNode totals = reader.ask("totals", PATIENCE);
            rebuild.put("seconds", seconds);
            rebuild.put("segments", size.rebuildSegments / cameras * cameras);
            rebuild.set("found", totals);
            double fragmentsPerSecond = totals.get("fragments").asLong() / Math.max(0.001, seconds);
            rebuild.put("fragmentsPerSecond", Math.round(fragmentsPerSecond));
            rebuild.put(
                    "from",
                    "the record lists of " + totals.get("reels").asLong()
                            + " reels that were really recorded, with fragments of a few bytes");
            document.putNull("rebuildSeconds");
            document.put(
                    "rebuildReason",
                    "the reels of that much footage do not fit here; rebuildEstimateSeconds is the rate of rebuild"
                            + " times all fragments, reading from this disk");
            document.put(
                    "rebuildEstimateSeconds",
                    Math.round(document.get("fragments").asLong() / fragmentsPerSecond));
        }
    }

    private static void goals(ObjectNode document) {
        ObjectNode goals = document.putObject("goals");
        goals.put("findP99Ms", 1.0);
        goals.put("cameraDayP99Ms", 5.0);
        goals.put("openAfterCrashSeconds", 5.0);
        boolean met = true;
        for (String name : List.of("findP99Ms", "cameraDayP99Ms", "openAfterCrashSeconds")) {
            met &= document.get(name).asDouble() <= goals.get(name).asDouble();
        }
        goals.put("met", met);
    }
}
