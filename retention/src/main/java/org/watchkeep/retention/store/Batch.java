// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.disk.Disk;

/**
 * Records on their way to one ring: an aligned buffer that one event loop fills and one writer thread places, writes
 * and syncs. Never used by two threads at once: handed over through the writer's queue and back through the pool.
 *
 * <p>Kept until its records are acknowledged, so that a failed write or sync costs nothing. It belongs to the pool of the
 * volume it was taken for, also when it is sent to another volume: a failed volume's batches are not the others' loss.
 */
final class Batch {
    /** A record in the buffer; the place on the disk is known once the writer has placed it. */
    static final class Entry {
        final RecordHeader header;
        final StreamState stream;
        final Digest digest;
        final int at;

        /** Given up and accounted for as a gap; its bytes may still be written, nobody hears of them. */
        private boolean lost;

        Entry(RecordHeader header, StreamState stream, Digest digest, int at) {
            this.header = header;
            this.stream = stream;
            this.digest = digest;
            this.at = at;
        }

        boolean isLost() {
            return lost;
        }

        void lose() {
            lost = true;
        }
    }

    final boolean pooled;
    private final BatchPool pool;
    private final ByteBuffer buffer;
    private final List<Entry> entries = new ArrayList<>();
    private @Nullable Ring takenFor;
    private @Nullable Ring ring;
    private int used;
    private long placedAt;

    Batch(BatchPool pool, int bytes, boolean pooled) {
        this.pool = pool;
        this.buffer = ReelFooter.aligned(Math.toIntExact(ReelFooter.blocks(bytes)));
        this.pooled = pooled;
    }

    /** Makes it ready for another turn. */
    void reset(Ring forRing) {
        takenFor = forRing;
        ring = forRing;
        entries.clear();
        used = 0;
    }

    /** Its records are acknowledged or given up: back to the pool it came from. */
    void giveBack() {
        Ring owner = takenFor;
        if (owner == null) {
            throw new IllegalStateException("a batch that nobody has taken is given back");
        }
        takenFor = null;
        ring = null;
        pool.give(this, owner);
    }

    Ring ring() {
        Ring of = ring;
        if (of == null) {
            throw new IllegalStateException("a batch that nobody has taken");
        }
        return of;
    }

    /** Sends it to another ring of the same class. */
    void moveTo(Ring other) {
        ring = other;
    }

    List<Entry> entries() {
        return entries;
    }

    ByteBuffer buffer() {
        return buffer;
    }

    /** Bytes used; a whole number of blocks after {@link #pad}. */
    int used() {
        return used;
    }

    boolean isEmpty() {
        return used == 0;
    }

    /** Whether a record of this length fits, with room for the padding record behind it. */
    boolean fits(long recordBytes) {
        return used + recordBytes + RecordHeader.BYTES + Disk.BLOCK <= buffer.capacity();
    }

    /** Bytes of buffer that hold these record bytes with their padding. */
    static int capacityFor(long recordBytes) {
        return Math.toIntExact(ReelFooter.blocks(recordBytes + RecordHeader.BYTES + Disk.BLOCK));
    }

    /** Notes that a record was written at {@link #used}. */
    void add(RecordHeader header, StreamState stream, Digest digest) {
        entries.add(new Entry(header, stream, digest, used));
        if (header.kind() != RecordHeader.Kind.PADDING) {
            stream.underWay(header);
        }
        used += header.recordBytes();
    }

    /** Ends the batch on a block with a padding record, so that no block is ever written twice. */
    void pad(StreamState nobody) {
        int over = used % Disk.BLOCK;
        if (over == 0) {
            return;
        }
        int fill = Disk.BLOCK - over;
        if (fill < RecordHeader.BYTES) {
            fill += Disk.BLOCK;
        }
        int zeros = fill - RecordHeader.BYTES;
        RecordHeader header = RecordHeader.padding(zeros);
        header.putUnplaced(buffer, used, new byte[RecordHeader.NONCE_BYTES]);
        for (int i = 0; i < zeros; i++) {
            buffer.put(used + RecordHeader.BYTES + i, (byte) 0);
        }
        add(header, nobody, Digest.ZERO);
    }

    /** Offset in the reel of the batch's first byte, once placed. */
    long placedAt() {
        return placedAt;
    }

    void placedAt(long offset) {
        placedAt = offset;
    }
}
