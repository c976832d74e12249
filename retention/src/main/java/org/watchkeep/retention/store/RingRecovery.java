// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.disk.DiskFile;

/**
 * Finds again, at start, what a volume holds: which reels belong to which ring, which records stand behind the marks in
 * the index, and where each ring's head goes on. Runs before any writer; confined to the opening thread.
 */
final class RingRecovery {
    private static final Logger log = LoggerFactory.getLogger(RingRecovery.class);

    /** Stands where the generation id was lost with the header block; no header on a disk has it. */
    private static final UUID NO_GENERATION = new UUID(0, 0);

    /** A disk answers so many questions at once nearly as soon as one, and there are thousands to ask. */
    private static final int HEADERS_AT_ONCE = 16;

    private final Volume volume;
    private final ReelBook book;
    private final Surroundings around;

    /** Reels whose own header block is lost though the ledger says that they hold footage. */
    private final Set<Reel> withoutHeader = new HashSet<>();

    /** Up to where the index knows a ring, up to where its records were synced, and where a synced list of them stands. */
    record Marks(RingPosition indexed, RingPosition synced, RingPosition listed) {
        static final Marks NONE = new Marks(RingPosition.START, RingPosition.START, RingPosition.START);
    }

    /** The store that is being recovered. */
    interface Surroundings {
        /** The volume's ring of this class; null where the class is not configured. */
        @Nullable
        Ring ring(String classId);

        Marks marks(Ring ring);

        /** Hears of each record behind the mark, in order of the ring. */
        void found(Ring ring, RingPosition at, RecordHeader header);

        /** All of this reel has been heard of. */
        void read(Reel reel);

        /** Records between these two had been synced and cannot be read any more. */
        void damaged(Reel reel, RecordHeader before, RecordHeader behind);

        /** A reel is taken out of use: somebody must look at the disk. */
        void retired(Reel reel, String why);
    }

    RingRecovery(Volume volume, ReelBook book, Surroundings around) {
        this.volume = volume;
        this.book = book;
        this.around = around;
    }

    /** Recovers every ring of the volume and hands the writer the heads it goes on with. */
    void recover(VolumeWriter writer) throws IOException {
        volume.sawSerial(book.lastSerial(volume.id));
        Map<Reel, ReelHeader> headers = readHeaders();
        Map<Ring, List<Reel>> reelsOf = new LinkedHashMap<>();
        for (Reel reel : volume.reels()) {
            ReelHeader header = headers.get(reel);
            if (header == null) {
                continue; // free, or retired and unknown to the ledger
            }
            volume.sawSerial(header.serial());
            if (book.isCleared(volume.id, reel.index, header.serial())) {
                continue; // stays free: its clearing is on record, its rows are gone
            }
            if (book.holding(volume.id, reel.index).isEmpty()) {
                // Its entry was not yet durable at the stop, or is an older generation's.
                book.opened(
                        new LedgerEntry.ReelOpened(
                                volume.id, header.serial(), reel.index, header.classId(), header.createdUtcMicros()),
                        Moment.atUtc(header.createdUtcMicros()));
            }
            Ring ring = around.ring(header.classId());
            if (ring == null) {
                log.warn("{} holds footage of class {}, which is not configured: left alone", reel.path, header);
                reel.become(withoutHeader.contains(reel) ? Reel.State.RETIRED : Reel.State.FULL, header);
                continue;
            }
            reelsOf.computeIfAbsent(ring, r -> new ArrayList<>()).add(reel);
        }
        for (Map.Entry<Ring, List<Reel>> entry : reelsOf.entrySet()) {
            List<Reel> reels = entry.getValue();
            reels.sort(Comparator.comparing(reel -> headerOf(headers, reel).serial()));
            recover(entry.getKey(), reels, headers, writer);
        }
    }

    private static ReelHeader headerOf(Map<Reel, ReelHeader> headers, Reel reel) {
        ReelHeader header = headers.get(reel);
        if (header == null) {
            throw new IllegalStateException("reel without a header: " + reel.path);
        }
        return header;
    }

    /** The generation each reel holds, by its own header block or, where that is lost, by the ledger. */
    private Map<Reel, ReelHeader> readHeaders() throws IOException {
        Map<Reel, ReelHeader> headers = new ConcurrentHashMap<>();
        ForkJoinPool readers = new ForkJoinPool(HEADERS_AT_ONCE);
        try {
            readers.submit(() -> volume.reels().parallelStream().forEach(reel -> readHeader(reel, headers)))
                    .join();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            readers.shutdown();
        }
        for (Reel reel : volume.reels()) {
            book.holding(volume.id, reel.index).ifPresent(known -> vouch(reel, known, headers));
        }
        return headers;
    }

    private void readHeader(Reel reel, Map<Reel, ReelHeader> headers) {
        try {
            ReelHeader header = ReelScan.header(volume, reel);
            if (header != null) {
                headers.put(reel, header);
            }
        } catch (StoreException e) {
            throw new UncheckedIOException(e);
        } catch (IOException e) {
            // One bad sector must not keep every camera from being recorded.
            reel.become(Reel.State.RETIRED);
            around.retired(reel, "its header cannot be read: " + e);
        }
    }

    /**
     * The ledger's word for a header block that is lost: an older one in its place is a write that the disk took for
     * done and forgot. The reel keeps its place in the ring and is read, but never written again.
     */
    private void vouch(Reel reel, LedgerEntry.ReelOpened known, Map<Reel, ReelHeader> headers) {
        ReelHeader own = headers.get(reel);
        if (own != null && own.serial() >= known.serial()) {
            return;
        }
        reel.become(Reel.State.RETIRED);
        withoutHeader.add(reel);
        headers.put(
                reel,
                new ReelHeader(
                        reel.index, known.serial(), known.utcMicros(), 0, volume.uuid, NO_GENERATION, known.classId()));
        around.retired(
                reel, "its header block is lost, and by the ledger it holds footage of serial " + known.serial());
    }

    private void recover(Ring ring, List<Reel> reels, Map<Reel, ReelHeader> headers, VolumeWriter writer)
            throws IOException {
        Marks known = around.marks(ring);
        // What was known to be synced stays so: marks that went back would have the next start write over damage.
        ring.synced(known.synced);
        ReelScan scan = new ReelScan(volume);
        for (Reel reel : reels) {
            ReelHeader header = headerOf(headers, reel);
            boolean last = reel == reels.get(reels.size() - 1);
            boolean lost = withoutHeader.contains(reel);
            reel.become(lost ? Reel.State.RETIRED : Reel.State.FULL, header);
            ring.found(reel);
            volume.readable(reel);
            if (header.serial() < known.indexed.serial() && !last) {
                continue;
            }
            try {
                if (lost) {
                    scan.forEach(reel, header, ReelScan.Known.NOTHING, entry -> found(ring, known, header, entry));
                } else {
                    recover(ring, reel, header, known, last, scan, writer);
                }
            } catch (StoreException e) {
                throw e;
            } catch (IOException e) {
                reel.become(Reel.State.RETIRED);
                around.retired(reel, "it cannot be read to its end: " + e);
            }
            around.read(reel);
        }
    }

    private void recover(
            Ring ring, Reel reel, ReelHeader header, Marks known, boolean last, ReelScan scan, VolumeWriter writer)
            throws IOException {
        long trustedTo = trustedTo(known.synced, header.serial());
        ReelScan.Known before =
                new ReelScan.Known(trustedTo, known.listed.serial() == header.serial() ? known.listed.offset() : 0);
        ReelScan.Walk walk = scan.forEach(reel, header, before, entry -> found(ring, known, header, entry));
        if (walk == null) {
            ring.synced(known.synced.max(new RingPosition(header.serial(), volume.reelBytes)));
            return;
        }
        walk.damagedAt().ifPresent(at -> damaged(reel, at, walk.entries()));
        if (!last) {
            keepUnsealed(reel, walk);
            return;
        }
        if (walk.damagedAt().isPresent() || walk.end() < Math.min(trustedTo, volume.reelBytes)) {
            // Acknowledged records stand behind the damage: nothing may be written over them, no footer either.
            reel.become(Reel.State.RETIRED);
            around.retired(
                    reel,
                    "it is damaged at " + walk.damagedAt().orElse(walk.end())
                            + ", and what stood there had been synced");
            return;
        }
        RingHead head = resumed(reel, header, walk);
        reel.become(Reel.State.HEAD);
        ring.resumed(reel);
        writer.resume(ring, head);
        ring.listed(new RingPosition(header.serial(), walk.lastListAt()));
        ring.synced(new RingPosition(header.serial(), walk.end()));
    }

    /** Between the last record before the damage and the first behind it. */
    private void damaged(Reel reel, long at, List<ReelFooter.Entry> entries) {
        RecordHeader before = null;
        for (ReelFooter.Entry entry : entries) {
            if (entry.header().kind() != RecordHeader.Kind.FRAGMENT) {
                continue;
            }
            if (entry.offset() >= at) {
                around.damaged(reel, before == null ? entry.header() : before, entry.header());
                return;
            }
            before = entry.header();
        }
    }

    private long trustedTo(RingPosition synced, long serial) {
        if (synced.serial() == serial) {
            return synced.offset();
        }
        return synced.serial() > serial ? volume.reelBytes : 0;
    }

    private void found(Ring ring, Marks known, ReelHeader header, ReelFooter.Entry entry) {
        RingPosition at = new RingPosition(header.serial(), entry.offset());
        if (at.compareTo(known.indexed) >= 0 && entry.header().kind() != RecordHeader.Kind.PADDING) {
            around.found(ring, at, entry.header());
        }
    }

    /** What was found is now shown as footage, so it is made durable first. */
    private RingHead resumed(Reel reel, ReelHeader header, ReelScan.Walk walk) throws IOException {
        DiskFile file = volume.openForWriting(reel);
        file.sync();
        RingHead head = new RingHead(reel, header, file, volume.reelBytes, walk.end(), walk.link());
        head.recovered(walk.footerEntries(), walk.listed(), walk.lastListAt());
        head.durable(walk.end());
        reel.readableEnd(walk.end());
        return head;
    }

    /**
     * A reel that is neither sealed nor the newest: the power went between its footer and the next reel's first sync, or
     * the footer has rotted. Which of the two is not known, so nothing is written into it: where the walk ended at damage,
     * acknowledged records may stand behind. It is walked at each start until it is cleared.
     */
    private void keepUnsealed(Reel reel, ReelScan.Walk walk) throws IOException {
        log.warn("{} has no readable footer, its records were walked to {}", reel.path, walk.end());
        try (DiskFile file = volume.openForWriting(reel)) {
            file.sync();
        }
        reel.readableEnd(walk.end());
    }
}
