// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.store.DescribedFootage;
import org.watchkeep.retention.store.FragmentFlags;
import org.watchkeep.retention.store.FragmentRef;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.Segment;
import org.watchkeep.retention.store.StreamId;

/**
 * Describes a month of a fleet to a store: fragments of a second that vary in length as those of real cameras do, with the
 * other cameras' records between them in the reel, key epochs by the hour, and a lost connection now and then. Confined to
 * one thread; used once.
 */
final class MonthOfFootage {
    private static final String CODEC = "avc1.640028";

    /** A camera loses its connection some times a day; each time a new run begins. */
    private static final double LOSSES_A_DAY = 3;

    private static final int LONGEST_GAP_SECONDS = 30;

    /** A key picture is ten times the others, and comes in every other fragment: 25 a second, one in 50. */
    private static final double KEY_SHARE = (10 + 24) / 29.5;

    private static final double OTHER_SHARE = 25 / 29.5;
    private static final double SIZE_SPREAD = 0.1;

    /** Media clocks and ours drift apart: a second of the camera's is not quite one of ours. */
    private static final int DRIFT_MICROS = 40;

    private static final int CONFIGURATION_BYTES = 900;

    /** Of a seal: per fragment sequence, start, duration and digest. */
    private static final int SEAL_BYTES_A_FRAGMENT = 56;

    /** Rows are put together in lots of this many, so that what waits stays small. */
    private static final int ROWS_A_LOT = 4_096;

    /** Every so many rows one is measured. */
    private static final int ROWS_A_SAMPLE = 997;

    private final DescribedFootage footage;
    private final EpochKeys keys;
    private final Month month;
    private final int cameras;
    private final double secondBytes;
    private final SplittableRandom random = new SplittableRandom(4);
    private final StreamId[] streams;
    private final long[] runs;
    private final long[] sequences;
    private final int[] segmentsInRun;
    private final List<Segment> lot = new ArrayList<>();

    private long segments;
    private long fragments;
    private long gaps;
    private long sampledRows;
    private long sampledBytes;

    /** @param secondBytes average of a camera's fragment of a second */
    MonthOfFootage(DescribedFootage footage, EpochKeys keys, Month month, int cameras, double secondBytes) {
        this.footage = footage;
        this.keys = keys;
        this.month = month;
        this.cameras = cameras;
        this.secondBytes = secondBytes;
        this.streams = new StreamId[cameras];
        Arrays.setAll(streams, camera -> StoreFolder.stream(camera + 1));
        this.runs = new long[cameras];
        this.sequences = new long[cameras];
        this.segmentsInRun = new int[cameras];
    }

    /** Describes it all. */
    void describe(LongConsumer progress) throws IOException {
        long startMicros = month.startMicros();
        for (int camera = 0; camera < cameras; camera++) {
            footage.stream(streams[camera], StoreFolder.CLASS, startMicros);
        }
        long hour = Long.MIN_VALUE;
        long epoch = 0;
        long reel = -1;
        long serial = 0;
        for (Month.Step step : month.steps()) {
            long micros = TimeUnit.SECONDS.toMicros(step.startSecond());
            if (step.reel() != reel) {
                reel = step.reel();
                serial = footage.reel(StoreFolder.VOLUME, StoreFolder.CLASS, micros);
            }
            if (step.hour() != hour) {
                hour = step.hour();
                epoch = keys.openEpoch(StoreFolder.CLASS, micros, 0).number();
                progress.accept(segments);
            }
            boolean isFirst = micros == startMicros;
            for (int camera = 0; camera < (isFirst ? month.firstCameras() : cameras); camera++) {
                describe(camera, step, epoch, serial);
            }
        }
        putLot();
    }

    private void describe(int camera, Month.Step step, long epoch, long serial) throws IOException {
        long micros = TimeUnit.SECONDS.toMicros(step.startSecond());
        if (runs[camera] == 0) {
            runs[camera] = footage.run(streams[camera], CODEC, micros);
        }
        boolean isLost = step.seconds() > LONGEST_GAP_SECONDS
                && random.nextDouble() < LOSSES_A_DAY * step.seconds() / TimeUnit.DAYS.toSeconds(1);
        int seconds = step.seconds() - (isLost ? 1 + random.nextInt(LONGEST_GAP_SECONDS) : 0);
        Segment segment = segment(camera, step, seconds, epoch, serial);
        add(segment);
        if (isLost) {
            long end = TimeUnit.SECONDS.toMicros(step.startSecond() + step.seconds());
            long lastMicros = ChronoUnit.MICROS.between(Instant.EPOCH, segment.end());
            footage.gap(streams[camera], lastMicros, end, GapCause.CONNECTION_LOST, "the camera closed the connection");
            gaps++;
            runs[camera] = footage.run(streams[camera], CODEC, end);
            sequences[camera] = 0;
            segmentsInRun[camera] = 0;
        }
    }

    private void add(Segment segment) throws IOException {
        if (segments++ % ROWS_A_SAMPLE == 0) {
            sampledRows++;
            sampledBytes += DescribedFootage.rowBytes(segment);
        }
        fragments += segment.fragments().size();
        lot.add(segment);
        if (lot.size() == ROWS_A_LOT) {
            putLot();
        }
    }

    private void putLot() throws IOException {
        footage.add(lot);
        lot.clear();
    }

    private Segment segment(int camera, Month.Step step, int seconds, long epoch, long serial) {
        // A camera's fragments lie a second of all cameras apart, each camera at its own place in the second.
        double allBytes = secondBytes * cameras;
        double phase = camera / (double) cameras;
        long begin = place(step.startSecond() - step.reelStartSecond() + phase, allBytes);
        long start = TimeUnit.SECONDS.toMicros(step.startSecond()) + (long) (phase * 20_000);
        FragmentRef configuration = ref(serial, begin, CONFIGURATION_BYTES, sequences[camera], start, 0, 0);
        List<FragmentRef> refs = new ArrayList<>(seconds);
        for (int i = 0; i < seconds; i++) {
            boolean isKey = (sequences[camera] & 1) == 0;
            double spread = 1 + SIZE_SPREAD * (2 * random.nextDouble() - 1);
            int bytes = (int) (secondBytes * (isKey ? KEY_SHARE : OTHER_SHARE) * spread);
            long at = i == 0
                    ? begin + CONFIGURATION_BYTES
                    : place(step.startSecond() + i - step.reelStartSecond() + phase, allBytes)
                            + random.nextInt((int) secondBytes);
            long duration = 1_000_000L + random.nextInt(2 * DRIFT_MICROS) - DRIFT_MICROS;
            refs.add(ref(
                    serial, at, bytes, sequences[camera]++, start, duration, isKey ? FragmentFlags.KEY_PICTURE : 0));
            start += duration;
        }
        long sealAt = refs.get(seconds - 1).offset() + refs.get(seconds - 1).recordBytes();
        FragmentRef seal = ref(serial, sealAt, SEAL_BYTES_A_FRAGMENT * (seconds + 5), sequences[camera], start, 0, 0);
        return new Segment(
                streams[camera],
                runs[camera],
                segmentsInRun[camera]++,
                epoch,
                Segment.State.SEALED,
                CODEC,
                -41_000,
                configuration,
                Optional.of(seal),
                refs);
    }

    private static long place(double second, double allBytes) {
        return (long) (second * allBytes) + 4_096;
    }

    private static FragmentRef ref(
            long serial, long offset, int bytes, long sequence, long startMicros, long durationMicros, int flags) {
        Instant start = Instant.ofEpochSecond(
                Math.floorDiv(startMicros, 1_000_000L), Math.floorMod(startMicros, 1_000_000L) * 1_000);
        return new FragmentRef(StoreFolder.VOLUME, serial, offset, bytes, sequence, start, durationMicros, flags);
    }

    long segments() {
        return segments;
    }

    long fragments() {
        return fragments;
    }

    long gaps() {
        return gaps;
    }

    /** Mean of the rows sampled. */
    double rowBytes() {
        return sampledBytes / (double) Math.max(1, sampledRows);
    }
}
