// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.store.HeldCopies.Item;
import org.watchkeep.retention.store.HeldCopies.Outcome;
import org.watchkeep.retention.store.HeldCopies.Result;

/**
 * Copies items into the vault in three steps that go on at the same time: while one batch is encrypted, written and synced, the
 * next is read from the ring and the one before is read back from the vault.
 *
 * <p>Only the calling thread, the vault's, writes, and changes what is known of copies. Threads of its own read, several records
 * at a time. At most three batches are in memory. An item is done when every record of it was read back, so what a power cut or a kill takes was never
 * said to be copied.
 */
public final class CopyLine {
    /** A batch of this much is synced at once; one larger record makes one of its own. */
    private static final int BATCH_BYTES = 8 << 20;

    /** Of each step: what a disk does at once costs less; more would take the processors from recording. */
    private static final int RECORDS_AT_ONCE = 4;

    private static final Logger log = LoggerFactory.getLogger(CopyLine.class);

    private final Between between;
    private final Guide guide;

    /** The one before and the one behind what is written. */
    private final RecordReads steps = new RecordReads("vault-step", 2);

    private final RecordReads records = new RecordReads("vault-reading", RECORDS_AT_ONCE);

    /** Where it copies from and to, and which records are known not to be what was recorded. */
    record Between(FootageStore store, EvidenceVault vault, Set<FragmentRef> damaged) {}

    /** Asked before each item, and told of each. {@link #goesOn} and {@link #isWanted} by any thread. */
    public interface Guide {
        /** Whether another batch is to be begun. */
        boolean goesOn();

        /** Whether this item is still to be copied. */
        boolean isWanted(Item item);

        /** Whether nothing was ever said to be copied for this case. */
        boolean isNewCase(String caseId);

        /** The items come in their order; one that {@link #isWanted} has left out does not. */
        void done(Item item, Outcome outcome);
    }

    private CopyLine(Between between, Guide guide) {
        this.between = between;
        this.guide = guide;
    }

    /** Until all is copied, the guide ends it, or the vault's disk fails. Never throws for what a disk does. */
    static void copy(Between between, List<Item> items, Guide guide) {
        CopyLine line = new CopyLine(between, guide);
        try {
            line.run(items.iterator());
        } finally {
            line.end();
        }
    }

    /** An item on its way, handed from one step to the next. */
    private static final class Work {
        final Item item;
        long written;
        volatile String found = "";
        volatile @Nullable Outcome failed;

        Work(Item item) {
            this.item = item;
        }

        void fails(Result result, String why) {
            if (failed == null) {
                failed = new Outcome(result, written, why);
            }
        }
    }

    /** What of one item is in one batch; the last of it or not. */
    private static final class Part {
        final Work work;
        final List<VaultHead.Copied> records = new ArrayList<>();
        boolean isLast;

        Part(Work work) {
            this.work = work;
        }

        boolean hasFragment() {
            return records.stream().anyMatch(record -> record.header().kind() == RecordHeader.Kind.FRAGMENT);
        }

        long bytes() {
            return records.stream()
                    .mapToLong(record -> record.header().recordBytes())
                    .sum();
        }
    }

    /** An item whose last record is written, while it is read back; empty where there is nothing to read. */
    private record Behind(Work work, Optional<Future<EvidenceVault.ReadBack>> read) {}

    private void run(Iterator<Item> items) {
        Reading reading = new Reading(items);
        Future<List<Part>> next = steps.submit(reading::batch);
        List<Behind> behind = List.of();
        boolean goesOn = true;
        while (goesOn) {
            List<Part> batch = result(next);
            goesOn = !batch.isEmpty() && guide.goesOn();
            if (goesOn) {
                next = steps.submit(reading::batch);
            }
            boolean isTaken = batch.isEmpty() || write(batch);
            behind.forEach(this::settle);
            behind = batch.stream()
                    .filter(part -> part.isLast || !isTaken)
                    .map(part -> readBack(part.work))
                    .toList();
            goesOn &= isTaken;
        }
        behind.forEach(this::settle);
    }

    /** What it has begun to read comes to its end: nobody reads behind the back of whoever closes store and vault. */
    private void end() {
        for (RecordReads threads : List.of(steps, records)) {
            try {
                threads.end();
            } catch (InterruptedException e) {
                log.warn("the vault's thread was interrupted and goes on");
            }
        }
    }

    /** Reading says what failed in its answer. */
    private static <T> T result(Future<T> of) {
        try {
            return await(of);
        } catch (ExecutionException e) {
            throw new IllegalStateException("reading what is held", e);
        }
    }

    // ---- from the ring --------------------------------------------------------------------------------------------

    private record Source(RecordHeader.Kind kind, FragmentRef ref) {}

    /** Reads the items, a batch at a call, each batch of one case. One call at a time. */
    private final class Reading {
        private final Iterator<Item> items;

        /** The next one, where it is of another case than the batch before. */
        private @Nullable Item ahead;

        /** The one that is being read, and what of it is still to be read. */
        private @Nullable Work under;

        private Iterator<Source> sources = Collections.emptyIterator();

        Reading(Iterator<Item> items) {
            this.items = items;
        }

        /** Empty at the end. */
        List<Part> batch() {
            List<Part> batch = new ArrayList<>();
            List<Read> reads = new ArrayList<>();
            long bytes = 0;
            while (bytes < BATCH_BYTES) {
                Work work = under == null ? next(batch) : under;
                if (work == null) {
                    break;
                }
                Part part = new Part(work);
                boolean isBare = false;
                // A configuration does not go without what it is for.
                while (sources.hasNext() && (bytes < BATCH_BYTES || isBare)) {
                    Source source = sources.next();
                    isBare = source.kind == RecordHeader.Kind.CONFIGURATION;
                    bytes += source.ref.recordBytes();
                    reads.add(new Read(part, source));
                }
                part.isLast = !sources.hasNext();
                under = part.isLast ? null : work;
                batch.add(part);
            }
            readAll(reads);
            return batch;
        }

        /** The next that belongs into the batch. */
        private @Nullable Work next(List<Part> batch) {
            while (ahead == null && items.hasNext()) {
                Item item = items.next();
                ahead = guide.isWanted(item) ? item : null;
            }
            Item item = ahead;
            if (item == null
                    || (!batch.isEmpty() && !batch.get(0).work.item.caseId.equals(item.caseId))) {
                return null;
            }
            ahead = null;
            sources = sources(item).iterator();
            return new Work(item);
        }
    }

    /** A record that is to be read for a part of a batch. Never throws: what failed it says in its answer. */
    private final class Read implements Callable<Read> {
        private final Part part;
        private final Source source;
        private Optional<RecordCipher.Opened> opened = Optional.empty();
        private @Nullable Exception failed;

        Read(Part part, Source source) {
            this.part = part;
            this.source = source;
        }

        @Override
        public Read call() {
            try {
                opened = open(part.work.item, source);
            } catch (IOException | RuntimeException e) {
                failed = e;
            }
            return this;
        }
    }

    /** Several at a time; put together in their order. */
    private void readAll(List<Read> reads) {
        try {
            records.all(reads).forEach(CopyLine::add);
        } catch (IOException | RuntimeException e) {
            reads.forEach(read -> fails(read.part.work, e));
        }
    }

    private static void add(Read read) {
        Part part = read.part;
        Exception failed = read.failed;
        if (failed != null) {
            fails(part.work, failed);
        } else if (read.opened.isEmpty()) {
            part.work.found = SegmentReading.name(part.work.item.part) + " sequence " + read.source.ref.sequence();
        } else if (read.source.kind != RecordHeader.Kind.SEAL || part.work.found.isEmpty()) {
            // A seal would speak of what is not there.
            part.records.add(VaultHead.Copied.of(read.opened.get()));
        }
    }

    /** What of an item the vault has not: another hold of the case may have had it copied since it was planned. */
    private List<Source> sources(Item item) {
        List<Source> sources = new ArrayList<>();
        sources.add(new Source(RecordHeader.Kind.CONFIGURATION, item.part.configuration()));
        item.fragments.forEach(ref -> sources.add(new Source(RecordHeader.Kind.FRAGMENT, ref)));
        if (item.withSeal) {
            item.part.seal().ifPresent(ref -> sources.add(new Source(RecordHeader.Kind.SEAL, ref)));
        }
        Optional<VaultCopy> copy = copy(item);
        sources.removeIf(source -> copy.filter(
                        known -> known.same(source.ref, source.kind).isPresent())
                .isPresent());
        return sources;
    }

    private Optional<VaultCopy> copy(Item item) {
        return between.vault.copy(item.caseId, item.stream, SegmentBuilder.Key.of(item.part));
    }

    /** Empty where it is proved not to be what was recorded: read twice, for a disk may err once. */
    private Optional<RecordCipher.Opened> open(Item item, Source source) throws IOException {
        for (int tries = 0; tries < 2; tries++) {
            try {
                return Optional.of(
                        source.ref.volume().equals(EvidenceVault.ID)
                                ? between.vault.open(item.part, item.stream, source.ref, source.kind)
                                : between.store.reader.ring(item.part, source.ref, source.kind));
            } catch (DamagedSegmentException e) {
                if (tries > 0) {
                    between.damaged.add(source.ref);
                }
            }
        }
        return Optional.empty();
    }

    private static void fails(Work work, Exception e) {
        if (e instanceof RuntimeException) {
            log.error("ALARM vault: copying for case {} failed by a fault of the program", work.item.caseId, e);
        }
        work.fails(Result.LATER, e.toString());
    }

    // ---- into the vault -------------------------------------------------------------------------------------------

    /** Names a record of a case. */
    private record Name(int stream, long run, int segment, RecordHeader.Kind kind, long sequence) {
        static Name of(RecordHeader header) {
            return new Name(header.stream(), header.run(), header.segment(), header.kind(), header.sequence());
        }
    }

    /** Returns whether the vault's disk has taken it; without room there is nothing to take. */
    private boolean write(List<Part> batch) {
        List<VaultWriter.Piece> pieces = new ArrayList<>();
        Set<Name> names = new HashSet<>();
        for (Part part : batch) {
            // Two holds of a case may want the same.
            Optional<VaultCopy> copy = copy(part.work.item);
            part.records.removeIf(record ->
                    copy.filter(known -> isIn(known, record.header())).isPresent()
                            || !names.add(Name.of(record.header())));
            if (part.work.failed == null && isPlayable(part, copy.isPresent() || isBegun(pieces, part))) {
                pieces.add(new VaultWriter.Piece(part.work.item.part, List.copyOf(part.records)));
            }
        }
        String caseId = batch.get(0).work.item.caseId;
        try {
            if (!pieces.isEmpty()) {
                between.vault.write(caseId, pieces, guide.isNewCase(caseId));
            }
            batch.forEach(part -> part.work.written += part.bytes());
            return true;
        } catch (VaultWriter.FullException e) {
            batch.forEach(part -> part.work.fails(Result.FULL, String.valueOf(e.getMessage())));
            return true;
        } catch (VaultWriter.FailedException e) {
            batch.forEach(part -> part.work.fails(Result.VAULT_FAILED, String.valueOf(e.getMessage())));
            return false;
        } catch (IOException | RuntimeException e) {
            batch.forEach(part -> fails(part.work, e));
            return true;
        }
    }

    /** Records that play with what the vault has of their segment; the first of it are its configuration and a fragment. */
    private static boolean isPlayable(Part part, boolean isBegun) {
        if (isBegun || part.records.isEmpty()) {
            return !part.records.isEmpty();
        }
        boolean isConfigured = part.records.get(0).header().kind() == RecordHeader.Kind.CONFIGURATION;
        if (!isConfigured && part.work.found.isEmpty()) {
            part.work.fails(Result.LATER, "its configuration was not copied before it");
        }
        return isConfigured && part.hasFragment();
    }

    private static boolean isIn(VaultCopy copy, RecordHeader header) {
        return switch (header.kind()) {
            case CONFIGURATION -> true;
            case SEAL -> copy.segment().seal().isPresent();
            case FRAGMENT -> copy.sequences().contains(header.sequence());
            case PADDING -> false;
        };
    }

    /** Whether an earlier item of the batch brings the segment's configuration. */
    private static boolean isBegun(List<VaultWriter.Piece> pieces, Part part) {
        return pieces.stream()
                .anyMatch(piece -> piece.of().stream().equals(part.work.item.part.stream())
                        && SegmentBuilder.Key.of(piece.of()).equals(SegmentBuilder.Key.of(part.work.item.part)));
    }

    // ---- and read back --------------------------------------------------------------------------------------------

    private Behind readBack(Work work) {
        Optional<VaultCopy> copy = work.failed == null ? copy(work.item) : Optional.empty();
        return new Behind(
                work,
                copy.filter(known -> known.checked().isEmpty())
                        .map(known -> steps.submit(() -> between.vault.readBack(work.item.stream, known, records))));
    }

    private void settle(Behind behind) {
        Work work = behind.work;
        try {
            if (behind.read.isPresent() && !isGood(work.item, await(behind.read.get()))) {
                work.fails(Result.LATER, "a copy did not read back as it was written");
            }
        } catch (ExecutionException e) {
            work.fails(Result.LATER, String.valueOf(e.getCause()));
        }
        Outcome failed = work.failed;
        Outcome found = work.found.isEmpty()
                ? new Outcome(Result.COPIED, work.written, "")
                : new Outcome(Result.DAMAGED, work.written, work.found + " is not what was recorded");
        guide.done(work.item, failed == null ? found : failed);
    }

    /** Where another item has added to the copy meanwhile, all of it is read back here. */
    private boolean isGood(Item item, EvidenceVault.ReadBack read) {
        Optional<VaultCopy> now = copy(item);
        if (now.isPresent() && !now.get().equals(read.copy())) {
            try {
                return between.vault.check(item.stream, now.get(), true);
            } catch (IOException e) {
                log.warn("vault: a copy is read back in the next round: {}", e.toString());
                return false;
            }
        }
        return now.isPresent() && between.vault.checked(item.stream, read, true);
    }

    private static <T> T await(Future<T> of) throws ExecutionException {
        while (true) {
            try {
                return of.get();
            } catch (InterruptedException e) {
                log.warn("the vault's thread was interrupted and goes on");
            }
        }
    }
}
