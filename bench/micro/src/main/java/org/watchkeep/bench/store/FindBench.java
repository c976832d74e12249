// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.store.AcknowledgementListener;
import org.watchkeep.retention.store.DescribedFootage;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.Gap;
import org.watchkeep.retention.store.Segment;
import org.watchkeep.retention.store.StreamId;
import org.watchkeep.retention.store.SystemStoreClock;

/**
 * Looking among 200,000 segments of 50 cameras (about three days), all in memory: what {@code bench store} does with a month.
 * The store would log of each camera that the seals of described segments cannot be read.
 */
@State(Scope.Thread)
@Fork(jvmArgsAppend = "-Dwatchkeep.log=OFF")
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class FindBench {
    private static final int CAMERAS = 50;
    private static final long SEGMENTS = 200_000;
    private static final int SECOND_BYTES = 500_000;
    private static final long VOLUME_BYTES = 8L << 40;
    private static final long DAY_SECONDS = 86_400;

    private final SplittableRandom random = new SplittableRandom(7);
    private Path folder;
    private EpochKeys keys;
    private FootageStore store;
    private long from;
    private long to;

    @Setup
    public void open() throws IOException {
        folder = Files.createTempDirectory("watchkeep-bench-");
        StoreFolder of = new StoreFolder(folder.resolve("store"), VOLUME_BYTES, true);
        SystemStoreClock clock = new SystemStoreClock();
        of.make(clock);
        keys = of.openKeys();
        Month month;
        try (DescribedFootage footage = DescribedFootage.begin(of.settings(), of.disk(), keys, clock)) {
            month = Month.before(
                    clock.utcMicros(),
                    SEGMENTS,
                    CAMERAS,
                    footage.reelBytes(StoreFolder.VOLUME),
                    (long) CAMERAS * SECOND_BYTES);
            new MonthOfFootage(footage, keys, month, CAMERAS, SECOND_BYTES).describe(segments -> {});
        }
        store = FootageStore.open(of.settings(), of.disk(), keys, clock, AcknowledgementListener.NONE);
        from = TimeUnit.MICROSECONDS.toSeconds(month.startMicros());
        to = from + (long) (month.days() * DAY_SECONDS);
    }

    @TearDown
    public void close() throws IOException {
        store.close();
        keys.close();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        }
    }

    private StreamId camera() {
        return StoreFolder.stream(1 + random.nextInt(CAMERAS));
    }

    /** The segment that holds an instant. */
    @Benchmark
    public List<Segment> find() throws IOException {
        Instant at = Instant.ofEpochSecond(random.nextLong(from, to));
        return store.segments(camera(), at, at.plusNanos(1_000));
    }

    /** All segments and gaps of a camera's day. */
    @Benchmark
    public int timeline() throws IOException {
        StreamId camera = camera();
        Instant start = Instant.ofEpochSecond(random.nextLong(from, to - DAY_SECONDS));
        Instant end = start.plus(Duration.ofDays(1));
        List<Gap> gaps = store.gaps(camera, start, end);
        return store.segments(camera, start, end).size() + gaps.size();
    }
}
