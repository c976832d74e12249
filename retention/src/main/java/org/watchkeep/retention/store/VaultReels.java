// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.disk.DiskFile;

/**
 * Which reel of the vault belongs to which case. Told by the reels' headers and by nothing else; a reel whose header cannot
 * be read is never given away.
 *
 * <p>Order of freeing, after the case's key is gone, and what a power cut right after each step leaves:
 *
 * <ol>
 *   <li>first block of records zero, synced: a reel of its case still, which is freed again;
 *   <li>header block zero, synced: a free reel.
 * </ol>
 *
 * Order of giving: the header, synced. A cut in it leaves a free reel, for behind it stands nothing.
 *
 * <p>Changed by the vault's thread only; guarded by its monitor, held for memory work only.
 */
final class VaultReels {
    private static final Logger log = LoggerFactory.getLogger(VaultReels.class);

    private final Volume volume;
    private final StoreClock clock;
    private final ReelScan scan;
    private final Map<Reel, String> caseOf = new HashMap<>();

    /** Not read yet, or not to be read now. */
    private final Map<Reel, String> unread = new HashMap<>();

    /** Not full: where the writing goes on. */
    private final Map<Reel, ReelScan.Walk> unfinished = new HashMap<>();

    /** Failed a write in this process: read on, not written again. */
    private final Set<Integer> retired = new TreeSet<>();

    /** Of each case that is being written, by its id; the vault's thread only. */
    private final Map<String, VaultHead> heads = new HashMap<>();

    /** Hears of each record of a reel. */
    interface Records {
        void record(String caseId, long serial, ReelFooter.Entry entry);
    }

    VaultReels(Volume volume, StoreClock clock) {
        this.volume = volume;
        this.clock = clock;
        this.scan = new ReelScan(volume);
        volume.reels().forEach(reel -> unread.put(reel, "it has not been read yet"));
    }

    Volume volume() {
        return volume;
    }

    /** Reads the reels that were not read yet, each alone: what cannot be read is tried again at the next call. */
    void read(Records records) {
        List<Reel> waiting;
        synchronized (this) {
            waiting = volume.reels().stream().filter(unread::containsKey).toList();
        }
        for (Reel reel : waiting) {
            try {
                readOne(reel, records);
            } catch (IOException | RuntimeException e) {
                // Also a fault of ours that one reel brings out must not keep the others from being read.
                note(reel, String.valueOf(e.getMessage()));
            }
        }
    }

    private void note(Reel reel, String why) {
        String before;
        synchronized (this) {
            before = unread.put(reel, why);
        }
        if (!why.equals(before)) {
            log.error("ALARM vault: {} cannot be read, and is not given to anybody: {}", reel.path, why);
        }
    }

    private void readOne(Reel reel, Records records) throws IOException {
        ReelHeader header = ReelScan.header(volume, reel);
        if (header == null) {
            ByteBuffer first = ReelFooter.aligned(ReelHeader.BYTES);
            volume.read(reel, first, ReelHeader.BYTES);
            first.clear();
            if (first.mismatch(ByteBuffer.allocate(first.remaining())) >= 0) {
                throw new IOException("its header is damaged, and it has records");
            }
            synchronized (this) {
                unread.remove(reel);
                reel.become(Reel.State.FREE, null);
            }
            return;
        }
        List<ReelFooter.Entry> listed = scan.footer(reel, header.serial());
        ReelScan.Walk walk = listed == null ? scan.walk(reel, header, ReelScan.Known.NOTHING) : null;
        if (walk != null && walk.damagedAt().isPresent()) {
            log.error(
                    "ALARM vault: {} is damaged at {}",
                    reel.path,
                    walk.damagedAt().getAsLong());
        }
        List<ReelFooter.Entry> entries = walk == null ? listed : walk.entries();
        if (entries != null) {
            entries.forEach(entry -> records.record(header.classId(), header.serial(), entry));
        }
        synchronized (this) {
            volume.sawSerial(header.serial());
            reel.become(Reel.State.FULL, header);
            volume.readable(reel);
            caseOf.put(reel, header.classId());
            if (walk != null) {
                unfinished.put(reel, walk);
            }
            unread.remove(reel);
        }
    }

    /** Why not all of the vault is known; empty when it is. */
    synchronized Optional<String> notWhole() {
        return unread.entrySet().stream()
                .findFirst()
                .map(entry -> unread.size() + " reels of the vault cannot be read, one of them " + entry.getKey().path
                        + ": " + entry.getValue());
    }

    synchronized Set<String> cases() {
        return new TreeSet<>(caseOf.values());
    }

    synchronized int reelsOf(String caseId) {
        return (int) caseOf.values().stream().filter(caseId::equals).count();
    }

    /** The case that a generation belongs to; empty for one that is not there. */
    Optional<String> caseOf(long serial) {
        Reel reel = volume.holding(serial);
        ReelHeader header = reel == null ? null : reel.header();
        return header == null ? Optional.empty() : Optional.of(header.classId());
    }

    synchronized int freeReels() {
        return (int) volume.reels().stream().filter(this::isFree).count();
    }

    private boolean isFree(Reel reel) {
        return reel.state() == Reel.State.FREE && !unread.containsKey(reel) && !retired.contains(reel.index);
    }

    /** Where the case's next batch goes; empty when there is no room for it. */
    Optional<VaultHead> headFor(String caseId, List<VaultHead.Copied> records) throws IOException {
        VaultHead now = heads.get(caseId);
        if (now != null) {
            if (now.fits(records)) {
                return Optional.of(now);
            }
            heads.remove(caseId);
            try (now) {
                now.finish();
            }
        }
        Optional<VaultHead> standing = goOn(caseId, records);
        return standing.isPresent() ? standing : begin(caseId, records);
    }

    private Optional<VaultHead> goOn(String caseId, List<VaultHead.Copied> records) throws IOException {
        Map<Integer, Reel> standing = new TreeMap<>();
        synchronized (this) {
            unfinished.keySet().stream()
                    .filter(reel -> caseId.equals(caseOf.get(reel)) && !retired.contains(reel.index))
                    .forEach(reel -> standing.put(reel.index, reel));
        }
        for (Reel reel : standing.values()) {
            ReelScan.Walk walk;
            synchronized (this) {
                walk = unfinished.get(reel);
            }
            ReelHeader header = reel.header();
            if (walk == null || header == null) {
                continue;
            }
            VaultHead found = VaultHead.goOn(volume, reel, header, walk);
            synchronized (this) {
                unfinished.remove(reel);
            }
            if (found.fits(records)) {
                heads.put(caseId, found);
                return Optional.of(found);
            }
            try (found) {
                found.finish();
            }
        }
        return Optional.empty();
    }

    private Optional<VaultHead> begin(String caseId, List<VaultHead.Copied> records) throws IOException {
        List<Reel> free;
        synchronized (this) {
            free = volume.reels().stream().filter(this::isFree).toList();
        }
        if (free.isEmpty()) {
            return Optional.empty();
        }
        Reel reel = free.get(0);
        VaultHead made;
        try {
            made = VaultHead.begin(volume, reel, caseId, clock);
        } catch (IOException e) {
            synchronized (this) {
                // Whether it has a header now nobody can tell: the next start reads it.
                retired.add(reel.index);
            }
            throw e;
        }
        synchronized (this) {
            reel.become(Reel.State.FULL, made.header);
            volume.readable(reel);
            caseOf.put(reel, caseId);
        }
        heads.put(caseId, made);
        if (!made.fits(records)) {
            throw new IOException(
                    "a batch of " + records.size() + " records does not fit into an empty reel of the vault");
        }
        return Optional.of(made);
    }

    /** A batch failed: what is in the reel is read on, nothing more is written into it. */
    void failed(VaultHead of) {
        synchronized (this) {
            retired.add(of.reel.index);
        }
        heads.remove(of.header.classId());
        try {
            of.close();
        } catch (IOException e) {
            log.warn("{} failed, and so did closing it: {}", of.reel.path, e.toString());
        }
    }

    /**
     * Frees all reels of a case whose key is gone, each alone.
     *
     * @return one sentence for each that cannot be freed now
     */
    List<String> free(String caseId) {
        VaultHead now = heads.get(caseId);
        if (now != null) {
            failed(now);
            synchronized (this) {
                retired.remove(now.reel.index);
            }
        }
        List<Reel> reels;
        synchronized (this) {
            reels = volume.reels().stream()
                    .filter(reel -> caseId.equals(caseOf.get(reel)))
                    .toList();
        }
        List<String> failures = new ArrayList<>();
        for (Reel reel : reels) {
            volume.unreadable(reel.serial());
            try (DiskFile file = volume.openForWriting(reel)) {
                file.write(ReelFooter.aligned(ReelHeader.BYTES), ReelHeader.BYTES);
                file.sync();
                file.write(ReelFooter.aligned(ReelHeader.BYTES), 0);
                file.sync();
                synchronized (this) {
                    caseOf.remove(reel);
                    unfinished.remove(reel);
                    reel.become(Reel.State.FREE, null);
                }
            } catch (IOException e) {
                failures.add(reel.path + " cannot be freed: " + e.getMessage());
            }
        }
        return failures;
    }

    void close() throws IOException {
        for (VaultHead head : heads.values()) {
            head.close();
        }
        heads.clear();
        volume.close();
    }
}
