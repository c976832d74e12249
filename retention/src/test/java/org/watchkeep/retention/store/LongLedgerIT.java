// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.RealDisk;

/** A ledger of months: it is read entry by entry, and only what explains footage that is left is kept. */
class LongLedgerIT {
    private static final long DAY_MICROS = TimeUnit.DAYS.toMicros(1);
    private static final int REELS_A_DAY = 4;

    @TempDir
    private Path folder;

    private final TestClock clock = new TestClock();

    /** What a site of cameras that break off some times a day enters, day by day, while its ring keeps this many days. */
    private static final class Site {
        private final int cameras;
        private final int breaks;
        private final int daysKept;
        private long run;
        private long gap;
        private long serial;

        Site(int cameras, int breaks, int daysKept) {
            this.cameras = cameras;
            this.breaks = breaks;
            this.daysKept = daysKept;
        }

        interface Sink {
            void entry(LedgerEntry entry, long utcMicros);
        }

        private static long mono(long utcMicros) {
            return (utcMicros - TestClock.START_UTC_MICROS) * 1_000 + 5_000_000_000L;
        }

        void begin(Sink sink) {
            long at = TestClock.START_UTC_MICROS;
            sink.entry(new LedgerEntry.RecorderStarted(at, mono(at), "boot-1"), at);
            for (int camera = 1; camera <= cameras; camera++) {
                sink.entry(
                        new LedgerEntry.StreamRegistered(camera, StreamId.main("cam-" + camera), StoreRig.CLASS), at);
            }
        }

        void day(int day, Sink sink) {
            long midnight = TestClock.START_UTC_MICROS + day * DAY_MICROS;
            for (int reel = 0; reel < REELS_A_DAY; reel++) {
                long at = midnight + reel * DAY_MICROS / REELS_A_DAY;
                int ring = daysKept * REELS_A_DAY;
                int index = (int) (serial % ring);
                if (serial >= ring) {
                    sink.entry(new LedgerEntry.ReelCleared("v1", serial - ring + 1, index, "capacity", 9, at, at), at);
                }
                serial++;
                sink.entry(new LedgerEntry.ReelOpened("v1", serial, index, StoreRig.CLASS, at), at);
            }
            for (int n = 0; n < breaks; n++) {
                for (int camera = 1; camera <= cameras; camera++) {
                    long at = midnight + n * DAY_MICROS / breaks + camera * 1_000L;
                    gap++;
                    run++;
                    sink.entry(
                            new LedgerEntry.GapOpened(
                                    gap,
                                    camera,
                                    at,
                                    mono(at),
                                    "boot-1",
                                    GapCause.CONNECTION_LOST,
                                    "no answer from 192.0.2." + camera % 250),
                            at);
                    long to = at + 4_000_000;
                    sink.entry(new LedgerEntry.GapClosed(gap, camera, to, mono(to), "boot-1"), to);
                    sink.entry(new LedgerEntry.RunStarted(run, camera, "avc1.640028", "no-marker", to), to);
                }
            }
        }
    }

    private static int gaps(StreamBook book) {
        return book.all().stream().mapToInt(stream -> stream.gapSpans().size()).sum();
    }

    @Test
    void replay_yearsOverARingOfAFewDays_keepsThoseDaysAtAnyTime() {
        int cameras = 20;
        int breaks = 24;
        int daysKept = 5;
        StreamBook book = new StreamBook();
        Site site = new Site(cameras, breaks, daysKept);
        site.begin((entry, at) -> book.replay(entry));
        // What comes to between two trims, in gaps and in runs, is all that may be there beside the days that are kept.
        int most = cameras * breaks * (daysKept + 2) + 50_000 / 3;
        for (int day = 0; day < 400; day++) {
            site.day(day, (entry, at) -> book.replay(entry));
            assertThat(book.runs.size()).isLessThanOrEqualTo(most);
            if (day % 50 == 0) {
                assertThat(gaps(book)).isLessThanOrEqualTo(most);
            }
        }
        book.forgetBeforeFootage(volume -> true);
        assertThat(gaps(book)).isBetween(cameras * breaks * (daysKept - 1), cameras * breaks * (daysKept + 1));
        assertThat(book.ofNumber(1)
                        .orElseThrow()
                        .gaps(Instant.MIN, Instant.MAX)
                        .get(0)
                        .detail())
                .contains("192.0.2.1");
    }

    /** Prints what a start reads, how long that takes and what it leaves in memory. */
    @Test
    @Tag("campaign")
    void open_aMonthOfAThousandCameras_memoryIsBounded() throws IOException {
        int breaks = 20;
        int days = 31;
        RealDisk disk = new RealDisk();
        Site site = new Site(1_000, breaks, days);
        long[] lines = new long[1];
        try (Ledger ledger = Ledger.open(disk, folder.resolve("ledger"), entry -> {}, e -> {})) {
            Site.Sink sink = (entry, at) -> {
                lines[0]++;
                ledger.append(entry, at);
            };
            site.begin(sink);
            for (int day = 0; day < days; day++) {
                site.day(day, sink);
                ledger.awaitDurable();
            }
        }
        long before = usedBytes();
        long began = System.nanoTime();
        StreamBook book = new StreamBook();
        try (Ledger ledger = Ledger.open(disk, folder.resolve("ledger"), book::replay, e -> {})) {
            book.opened(ledger, clock);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            long kept = usedBytes() - before;
            System.out.printf(
                    "ledger of %d entries: read in %d ms, %d gaps and %d runs kept in %d MB%n",
                    lines[0], millis, gaps(book), book.runs.size(), kept >> 20);
            assertThat(gaps(book)).isBetween(1_000 * breaks * (days - 1), 1_000 * breaks * (days + 1));
            assertThat(kept).isLessThan(400L << 20);
        }
    }

    private static long usedBytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
