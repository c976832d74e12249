// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A list, in the open reel itself, of the records placed since the list before: a part of the footer ahead of its time, so
 * that a start need not come by every record of a reel of 16 GiB. It lies in the payload of a padding record, which a
 * walk, and every version before this one, passes over.
 *
 * <pre>
 *  128 "WKLIST01" (8) | reel serial (8) | offset of the list before, 0 in the first (8) | count (4) | CRC32C of the rest (4)
 *  160 per record: offset in the reel (8) | its header (128)
 *      zeros up to a block
 * </pre>
 *
 * It says what stands before it, and proves it: each header names the digest of the one before, down to the reel's own. It
 * does not say that it is durable: only a list that the index's mark names is believed. Stateless.
 */
final class RecordList {
    /** At 500 kB a record half a gigabyte: what a start walks at most, in a tenth of a second. */
    private static final int MOST_BETWEEN = 1_024;

    /** Small reels, of which a start reads little, have lists as well. */
    private static final int REEL_BYTES_A_RECORD = 16 << 10;

    /** A list that has to catch up, behind a start without the index, is cut: 1.1 MB. */
    static final int MOST_LISTED = 8 * MOST_BETWEEN;

    private static final long MAGIC = 0x574B4C4953543031L; // "WKLIST01"
    private static final int HEAD_BYTES = 32;
    private static final int ENTRIES_AT = RecordHeader.BYTES + HEAD_BYTES;

    private RecordList() {}

    /**
     * What a list says.
     *
     * @param before where the list before stands; 0 where there is none
     * @param entries per record its offset and its 128 header bytes, as the footer has them
     */
    record Listed(long before, ByteBuffer entries) {}

    /** After so many records a list is due. */
    static int recordsBetween(long reelBytes) {
        // A list is itself a record that the next one lists: after each single one would be without end.
        return (int) Math.max(2, Math.min(MOST_BETWEEN, reelBytes / REEL_BYTES_A_RECORD));
    }

    /** Bytes of the padding record that lists so many, in whole blocks. */
    static int bytesFor(int records) {
        return Math.toIntExact(ReelFooter.blocks(ENTRIES_AT + (long) records * ReelFooter.ENTRY_BYTES));
    }

    /** The padding record, without its placement. */
    static ByteBuffer record(long serial, long before, ByteBuffer entries, long durableTo) {
        int count = entries.remaining() / ReelFooter.ENTRY_BYTES;
        ByteBuffer to = ReelFooter.aligned(bytesFor(count));
        RecordHeader.padding(to.capacity() - RecordHeader.BYTES).putUnplaced(to, 0, new byte[RecordHeader.NONCE_BYTES]);
        RecordHeader.vouch(to, 0, durableTo);
        to.putLong(RecordHeader.BYTES, MAGIC);
        to.putLong(RecordHeader.BYTES + 8, serial);
        to.putLong(RecordHeader.BYTES + 16, before);
        to.putInt(RecordHeader.BYTES + 24, count);
        to.put(ENTRIES_AT, entries, entries.position(), entries.remaining());
        to.putInt(RecordHeader.BYTES + 28, RecordHeader.crc(to, ENTRIES_AT, count * ReelFooter.ENTRY_BYTES));
        return to;
    }

    /** Reads the payload of a padding record; null where it is no list of this generation, or not whole. */
    static @Nullable Listed read(ByteBuffer in, long serial) {
        int room = in.remaining() - ENTRIES_AT;
        if (room < 0 || in.getLong(RecordHeader.BYTES) != MAGIC || in.getLong(RecordHeader.BYTES + 8) != serial) {
            return null;
        }
        int count = in.getInt(RecordHeader.BYTES + 24);
        if (count < 1
                || count > room / ReelFooter.ENTRY_BYTES
                || in.getInt(RecordHeader.BYTES + 28)
                        != RecordHeader.crc(in, ENTRIES_AT, count * ReelFooter.ENTRY_BYTES)) {
            return null;
        }
        ByteBuffer entries = ByteBuffer.allocate(count * ReelFooter.ENTRY_BYTES);
        entries.put(0, in, ENTRIES_AT, entries.capacity());
        return new Listed(in.getLong(RecordHeader.BYTES + 16), entries);
    }
}
