// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.keys.EpochKeys;

/**
 * Fills an empty store with months of footage that is described and not recorded, so that what depends on how much there is
 * (finding, listing, opening) can be measured without the months and their disks.
 *
 * <p>All but the footage is what recording writes, by the code it writes it with: streams, runs, gaps and reels in the
 * ledger, a header block in each reel, rows and marks in the index. The reels hold no records: reading a fragment fails, and
 * a rebuild of the index finds nothing.
 *
 * <p>Takes only a store that {@link FootageStore#init} has made and that has never known a stream. Owns it until closed; then
 * {@link FootageStore#open} takes it like any other and would record on, in the next reel. Confined to one thread.
 */
public final class DescribedFootage implements Closeable {
    private final StoreParts parts;
    private final Summariser summariser;

    /** The volume and class that reels were claimed for. */
    private record Claim(String volume, String classId) {}

    /** When the newest reel of each ring was claimed. */
    private final Map<Claim, Long> claims = new HashMap<>();

    /** How many reels of each volume were claimed, from its first on. */
    private final Map<String, Integer> claimed = new HashMap<>();

    private DescribedFootage(StoreParts parts) {
        this.parts = parts;
        this.summariser = new Summariser(parts.index(), parts.streams(), parts.keys());
    }

    /**
     * Becomes the owner of an empty store.
     *
     * @throws StoreException when it has ever recorded
     */
    public static DescribedFootage begin(StoreSettings settings, Disk disk, EpochKeys keys, StoreClock clock)
            throws IOException {
        StoreParts parts = StoreParts.open(settings, disk, keys, clock, StoreParts.IndexSettings.ON_DISK);
        if (!parts.streams().all().isEmpty()) {
            parts.close();
            throw new StoreException(
                    settings.folder() + " has recorded already", "Describe footage in a store made for it.");
        }
        return new DescribedFootage(parts);
    }

    /** Bytes of the row that such a segment has in the index, without its key. */
    public static int rowBytes(Segment segment) {
        return SegmentRow.encode(segment).length;
    }

    /** What a reel of this volume holds, header and record list included. */
    public long reelBytes(String volumeId) {
        return volume(volumeId).reelBytes;
    }

    /** Gives a stream its number. */
    public void stream(StreamId id, String classId, long utcMicros) throws IOException {
        parts.streams().configure(id, classId, utcMicros);
    }

    /** Begins a run of a stream; returns its number. */
    public long run(StreamId id, String codec, long utcMicros) {
        int stream = state(id).number;
        long run = parts.streams().runs.nextRun(stream, codec, "", 0, Moment.atUtc(utcMicros));
        parts.ledger().append(new LedgerEntry.RunStarted(run, stream, codec, "", utcMicros), utcMicros);
        return run;
    }

    public void gap(StreamId id, long fromUtcMicros, long toUtcMicros, GapCause cause, String detail) {
        state(id).gap(Moment.atUtc(fromUtcMicros), Moment.atUtc(toUtcMicros), cause, detail);
    }

    /**
     * Claims the next reel of a volume for a class; returns its serial, which fragments name. Not synced one by one.
     *
     * @throws StoreException when the volume has no reel left
     */
    public long reel(String volumeId, String classId, long utcMicros) throws IOException {
        Volume volume = volume(volumeId);
        Reel reel = volume.reels().stream()
                .skip(claimed.getOrDefault(volumeId, 0))
                .findFirst()
                .orElseThrow(() -> new StoreException(
                        "volume " + volumeId + " has no reel left", "Describe less, or give it more room."));
        long serial = volume.nextSerial();
        ReelHeader header = new ReelHeader(
                reel.index, serial, utcMicros, parts.clock().monoNanos(), volume.uuid, UUID.randomUUID(), classId);
        try (DiskFile file = volume.openForWriting(reel)) {
            RingHead.begin(reel, header, file, volume.reelBytes);
        }
        claimed.merge(volumeId, 1, Integer::sum);
        parts.ledger().append(new LedgerEntry.ReelOpened(volumeId, serial, reel.index, classId, utcMicros), utcMicros);
        claims.put(new Claim(volumeId, classId), utcMicros);
        return serial;
    }

    /**
     * Puts rows of finished segments into the index, when what the ledger says of the time before them is durable, and sums
     * up the epochs that are over.
     */
    public void add(List<Segment> segments) throws IOException {
        List<SegmentIndex.Row> rows = new ArrayList<>(segments.size());
        for (Segment segment : segments) {
            rows.add(new SegmentIndex.Row(state(segment.stream()).number, segment));
        }
        parts.ledger().awaitDurable();
        parts.index().put(rows, Map.of());
        summariser.put(rows);
        boolean isMoreDue = true;
        while (isMoreDue) {
            isMoreDue = summariser.round();
        }
    }

    private StreamState state(StreamId id) {
        return parts.streams()
                .of(id)
                .orElseThrow(() -> new IllegalArgumentException("stream was not described: " + id));
    }

    private Volume volume(String id) {
        Volume volume = parts.volumes().get(id);
        if (volume == null) {
            throw new IllegalArgumentException(
                    "volume: " + id + " (expected: " + parts.volumes().keySet() + ")");
        }
        return volume;
    }

    /** Claims the reel that recording would go on in, and marks everything before it as indexed. */
    @Override
    public void close() throws IOException {
        try (Closeable all = parts::close) {
            Map<String, byte[]> marks = new HashMap<>();
            for (Claim claim : List.copyOf(claims.keySet())) {
                long serial = reel(claim.volume, claim.classId, claims.getOrDefault(claim, 0L));
                RingPosition begin = new RingPosition(serial, ReelHeader.BYTES);
                String ring = claim.volume + "/" + claim.classId;
                marks.put(Keeper.INDEXED_MARK + ring, begin.toBytes());
                marks.put(Keeper.SYNCED_MARK + ring, begin.toBytes());
            }
            parts.ledger().awaitDurable();
            parts.index().put(List.of(), marks);
            long utcMicros = parts.clock().utcMicros();
            parts.ledger()
                    .appendDurably(
                            new LedgerEntry.RecorderStopped(
                                    utcMicros,
                                    parts.clock().monoNanos(),
                                    parts.clock().bootId(),
                                    true),
                            utcMicros);
        }
    }
}
