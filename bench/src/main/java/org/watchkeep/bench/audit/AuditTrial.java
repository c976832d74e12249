// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.audit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.watchkeep.bench.report.Spread;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.audit.Fields;
import org.watchkeep.retention.audit.NewEntry;
import org.watchkeep.retention.audit.TlogProof;
import org.watchkeep.retention.audit.Trail;
import org.watchkeep.retention.audit.TrailKey;
import org.watchkeep.retention.audit.TrailReport;
import org.watchkeep.retention.audit.TrailSettings;
import org.watchkeep.retention.audit.TrailVerifier;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.RealDisk;

/**
 * Fills a trail, appends to it at a steady rate with every entry durable, proves entries and verifies the whole. Used once.
 */
final class AuditTrial {
    /** People and machines that act at the same time; each waits for its own entry. */
    private static final int WRITERS = 16;

    /** So many append at once to fill quickly: commits of a quarter of a bundle. */
    private static final int FILLERS = 64;

    private static final int PROOFS = 2_000;

    /** Reads in the code, so that what is measured is not its compiling. */
    private static final int WARM_PROOFS = 500;

    private final Path folder;
    private final long entries;
    private final int rate;
    private final Duration length;
    private final LongSupplier nanoTime;
    private final InstantSource clock;
    private final TrailKey key = TrailKey.random();

    AuditTrial(Path folder, long entries, int rate, Duration length, LongSupplier nanoTime, InstantSource clock) {
        this.folder = folder;
        this.entries = entries;
        this.rate = rate;
        this.length = length;
        this.nanoTime = nanoTime;
        this.clock = clock;
    }

    /** False where the trail that was written does not verify. */
    boolean run(ObjectNode document) throws IOException, InterruptedException {
        fill(document);
        append(document);
        return verify(document);
    }

    private TrailSettings settings() {
        return new TrailSettings(folder, key, clock, alarm -> {});
    }

    private static NewEntry entry(long number) {
        return NewEntry.of(
                Act.FOOTAGE_VIEWED,
                Actor.staff((int) (number % 40) + 1),
                Fields.NONE
                        .with("streams", List.of("high-street-" + number % 200 + "/main"))
                        .with("from", Instant.ofEpochSecond(1_763_800_000L + number))
                        .with("to", Instant.ofEpochSecond(1_763_800_060L + number))
                        .with("purpose", "incident-review"));
    }

    private void fill(ObjectNode document) throws IOException, InterruptedException {
        long from = nanoTime.getAsLong();
        try (Trail trail = Trail.create(new UnsyncedDisk(), settings(), Trail.DEFAULT_NAME)) {
            share(FILLERS, entries - 1, number -> trail.append(entry(number)));
        }
        document.put("entries", entries).put("fillSeconds", Math.round((nanoTime.getAsLong() - from) / 1e6) / 1e3);
    }

    /** What one writer does with its number. */
    private interface Work {
        void at(long number) throws Exception;
    }

    /** Numbers 0 to count, each done once, by so many threads. */
    private static void share(int threads, long count, Work work) throws IOException, InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Void>> parts = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                long first = i;
                Callable<Void> part = () -> {
                    for (long number = first; number < count; number += threads) {
                        work.at(number);
                    }
                    return null;
                };
                parts.add(pool.submit(part));
            }
            for (Future<Void> part : parts) {
                part.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("a writer failed: " + e.getCause(), e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    /** Each entry has its time; what it waits counts from then, so that a stall is counted for all that it holds up. */
    private void append(ObjectNode document) throws IOException, InterruptedException {
        Spread waits = new Spread();
        Disk disk = new RealDisk();
        try (Trail trail = Trail.open(disk, settings())) {
            long begun = nanoTime.getAsLong();
            long apart = 1_000_000_000L / rate;
            share(WRITERS, rate * length.toSeconds(), number -> {
                long due = begun + number * apart;
                for (long left = due - nanoTime.getAsLong(); left > 0; left = due - nanoTime.getAsLong()) {
                    LockSupport.parkNanos(left);
                }
                trail.append(entry(number));
                synchronized (waits) {
                    waits.add(nanoTime.getAsLong() - due);
                }
                if (number % rate == 0) {
                    trail.checkpoint();
                }
            });
            document.put("appendRate", rate).put("appended", waits.count());
            put(document, "append", waits);
            trail.prove(trail.size() - 1);
            prove(document, trail);
        }
    }

    private static void put(ObjectNode document, String name, Spread spread) {
        document.put(name + "P50Ms", spread.millis(0.5));
        document.put(name + "P99Ms", spread.millis(0.99));
        document.put(name + "MaxMs", spread.millis(1));
    }

    private void prove(ObjectNode document, Trail trail) throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        Spread proofs = new Spread();
        int most = 0;
        for (int i = 0; i < WARM_PROOFS + PROOFS; i++) {
            long index = random.nextLong(trail.size());
            long from = nanoTime.getAsLong();
            TlogProof proof = trail.prove(index);
            int bytes = proof.toBytes().length;
            if (i >= WARM_PROOFS) {
                proofs.add(nanoTime.getAsLong() - from);
                most = Math.max(most, bytes);
            }
        }
        put(document, "proof", proofs);
        document.put("proofMaxBytes", most);
    }

    private boolean verify(ObjectNode document) throws IOException {
        TrailReport report = new TrailVerifier(new RealDisk(), folder, Optional.empty()).run();
        long from = nanoTime.getAsLong();
        report = report.isGood() ? new TrailVerifier(new RealDisk(), folder, Optional.empty()).run() : report;
        long nanos = Math.max(1, nanoTime.getAsLong() - from);
        document.put("verifiedEntries", report.head().size());
        document.put("verifiedPerSecond", Math.round(report.head().size() * 1e9 / nanos));
        document.put("good", report.isGood());
        return report.isGood();
    }
}
