// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
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

    private final Volume volume;
    private final Set<Long> clearedSerials;
    private final Function<String, @Nullable Ring> ringOfClass;
    private final Function<String, Marks> marks;
    private final RecordSink sink;

    /** Up to where the index knows a ring, and up to where its records were synced. */
    record Marks(RingPosition indexed, RingPosition synced) {
        static final Marks NONE = new Marks(RingPosition.START, RingPosition.START);
    }

    /** Hears of each record behind the mark, in order of the ring. */
    interface RecordSink {
        void found(Ring ring, RingPosition at, RecordHeader header);
    }

    RingRecovery(
            Volume volume,
            Set<Long> clearedSerials,
            Function<String, @Nullable Ring> ringOfClass,
            Function<String, Marks> marks,
            RecordSink sink) {
        this.volume = volume;
        this.clearedSerials = clearedSerials;
        this.ringOfClass = ringOfClass;
        this.marks = marks;
        this.sink = sink;
    }

    /** Recovers every ring of the volume and hands the writer the heads it goes on with. */
    void recover(VolumeWriter writer) throws IOException {
        Map<Ring, java.util.ArrayList<Reel>> reelsOf = new LinkedHashMap<>();
        Map<Reel, ReelHeader> headers = readHeaders();
        for (Map.Entry<Reel, ReelHeader> entry : headers.entrySet()) {
            ReelHeader header = entry.getValue();
            volume.sawSerial(header.serial());
            Ring ring = ringOfClass.apply(header.classId());
            if (clearedSerials.contains(header.serial())) {
                continue; // stays free: its clearing is on record, its rows are gone
            }
            if (ring == null) {
                log.warn(
                        "{} holds footage of class {}, which is not configured: left alone",
                        entry.getKey().path,
                        header.classId());
                entry.getKey().become(Reel.State.FULL, header);
                continue;
            }
            reelsOf.computeIfAbsent(ring, r -> new java.util.ArrayList<>()).add(entry.getKey());
        }
        clearedSerials.forEach(volume::sawSerial);
        for (Map.Entry<Ring, java.util.ArrayList<Reel>> entry : reelsOf.entrySet()) {
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

    private Map<Reel, ReelHeader> readHeaders() throws IOException {
        Map<Reel, ReelHeader> headers = new ConcurrentHashMap<>();
        try {
            volume.reels().parallelStream().forEach(reel -> {
                try {
                    ReelHeader header = new ReelScan(volume).header(reel);
                    if (header != null) {
                        headers.put(reel, header);
                    }
                } catch (StoreException e) {
                    throw new UncheckedIOException(e);
                } catch (IOException e) {
                    // One bad sector must not keep every camera from being recorded.
                    log.error("{} cannot be read and is retired: {}", reel.path, e.toString());
                    reel.become(Reel.State.RETIRED);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return new HashMap<>(headers);
    }

    private void recover(Ring ring, List<Reel> reels, Map<Reel, ReelHeader> headers, VolumeWriter writer)
            throws IOException {
        Marks known = marks.apply(ring.name());
        ReelScan scan = new ReelScan(volume);
        for (Reel reel : reels) {
            ReelHeader header = headerOf(headers, reel);
            boolean last = reel == reels.get(reels.size() - 1);
            reel.become(Reel.State.FULL, header);
            ring.found(reel);
            volume.readable(reel);
            if (header.serial() < known.indexed.serial() && !last) {
                continue;
            }
            try {
                recover(ring, reel, header, known, last, scan, writer);
            } catch (StoreException e) {
                throw e;
            } catch (IOException e) {
                log.error("{} cannot be read to its end and is retired: {}", reel.path, e.toString());
                reel.become(Reel.State.RETIRED);
            }
        }
    }

    private void recover(
            Ring ring, Reel reel, ReelHeader header, Marks known, boolean last, ReelScan scan, VolumeWriter writer)
            throws IOException {
        long trustedTo = trustedTo(known.synced, header.serial());
        ReelScan.Walk walk = scan.forEach(reel, header, trustedTo, entry -> found(ring, known, header, entry));
        if (walk == null) {
            ring.synced(new RingPosition(header.serial(), volume.reelBytes));
            return;
        }
        if (!last) {
            keepUnsealed(reel, walk);
            return;
        }
        if (walk.end() < Math.min(trustedTo, volume.reelBytes)) {
            // Acknowledged records stand behind the damage: nothing may be written over them, no footer either.
            log.error("{} is damaged at {} of {} known bytes and is retired", reel.path, walk.end(), trustedTo);
            reel.become(Reel.State.RETIRED);
            return;
        }
        RingHead head = resumed(reel, header, walk);
        reel.become(Reel.State.HEAD);
        ring.resumed(reel);
        writer.resume(ring, head);
        ring.synced(new RingPosition(header.serial(), walk.end()));
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
            sink.found(ring, at, entry.header());
        }
    }

    /** What was found is now shown as footage, so it is made durable first. */
    private RingHead resumed(Reel reel, ReelHeader header, ReelScan.Walk walk) throws IOException {
        DiskFile file = volume.openForWriting(reel);
        file.sync();
        RingHead head = new RingHead(reel, header, file, volume.reelBytes, walk.end(), walk.link());
        head.recovered(walk.footerEntries());
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
