// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.disk.Disk;

/**
 * The record list at the end of a full reel. A reel whose trailer and footer carry the serial of its header is sealed;
 * any other is open, and its records are found by walking them.
 *
 * <pre>
 * footer, at any block boundary:
 *    0 "WKFOOT01" (8) | reel serial (8) | record count (4) | CRC32C of the entries (4)
 *   24 per record: offset in the reel (8) | its header (128)
 *      zeros up to a block
 * trailer, the last block of the reel:
 *    0 "WKTAIL01" (8) | reel serial (8) | footer offset (8) | footer bytes (8)
 *   32 end of the records (8)
 *      zeros up to
 * 4092 CRC32C of bytes 0 to 4092
 * </pre>
 */
final class ReelFooter {
    static final int ENTRY_BYTES = 8 + RecordHeader.BYTES;
    static final int TRAILER_BYTES = Disk.BLOCK;

    /**
     * The longest record list: 490,000 records, which 16 GiB of video fragments do not reach. A reel of many small ones
     * is full earlier. Bounds what a start, and a clearing, allocates at the word of a trailer.
     */
    static final long MAX_FOOTER_BYTES = 64L << 20;

    private static final int HEAD_BYTES = 24;
    private static final long FOOTER_MAGIC = 0x574B464F4F543031L; // "WKFOOT01"
    private static final long TRAILER_MAGIC = 0x574B5441494C3031L; // "WKTAIL01"
    private static final int CRC_AT = TRAILER_BYTES - 4;

    private ReelFooter() {}

    /** One record as the footer lists it. */
    record Entry(long offset, RecordHeader header) {}

    /** Where the footer of a sealed reel lies. */
    record Trailer(long serial, long footerOffset, long footerBytes, long recordsEnd) {}

    /** Bytes of footer and trailer for this many records, in whole blocks. */
    static long bytesFor(int records) {
        return blocks(HEAD_BYTES + (long) records * ENTRY_BYTES) + TRAILER_BYTES;
    }

    static long blocks(long bytes) {
        return (bytes + Disk.BLOCK - 1) / Disk.BLOCK * Disk.BLOCK;
    }

    /** The footer's bytes from what the writer kept: per record its offset and its 128 header bytes. */
    static ByteBuffer footer(long serial, ByteBuffer entries) {
        int count = entries.remaining() / ENTRY_BYTES;
        int length = (int) blocks(HEAD_BYTES + (long) entries.remaining());
        ByteBuffer to = aligned(length);
        to.putLong(0, FOOTER_MAGIC);
        to.putLong(8, serial);
        to.putInt(16, count);
        to.put(HEAD_BYTES, entries, entries.position(), entries.remaining());
        to.putInt(20, RecordHeader.crc(to, HEAD_BYTES, count * ENTRY_BYTES));
        return to;
    }

    static ByteBuffer trailer(Trailer trailer) {
        ByteBuffer to = aligned(TRAILER_BYTES);
        to.putLong(0, TRAILER_MAGIC);
        to.putLong(8, trailer.serial);
        to.putLong(16, trailer.footerOffset);
        to.putLong(24, trailer.footerBytes);
        to.putLong(32, trailer.recordsEnd);
        to.putInt(CRC_AT, RecordHeader.crc(to, 0, CRC_AT));
        return to;
    }

    /** Reads a trailer of this generation; null where the reel is not sealed. */
    static @Nullable Trailer readTrailer(ByteBuffer in, long serial, long reelBytes) {
        if (in.getLong(0) != TRAILER_MAGIC
                || in.getLong(8) != serial
                || in.getInt(CRC_AT) != RecordHeader.crc(in, 0, CRC_AT)) {
            return null;
        }
        Trailer trailer = new Trailer(serial, in.getLong(16), in.getLong(24), in.getLong(32));
        boolean fits = trailer.footerOffset >= ReelHeader.BYTES
                && trailer.footerBytes > 0
                && trailer.footerBytes <= Math.min(reelBytes, MAX_FOOTER_BYTES)
                && trailer.footerOffset <= reelBytes - TRAILER_BYTES - trailer.footerBytes
                && trailer.footerOffset % Disk.BLOCK == 0
                && trailer.footerBytes % Disk.BLOCK == 0
                && trailer.recordsEnd >= ReelHeader.BYTES
                && trailer.recordsEnd <= trailer.footerOffset;
        return fits ? trailer : null;
    }

    /** Reads the record list; null where it is torn or of another generation: then the records are walked. */
    static @Nullable List<Entry> readFooter(ByteBuffer in, long serial) {
        int room = in.remaining() - HEAD_BYTES;
        if (room < 0 || in.getLong(0) != FOOTER_MAGIC || in.getLong(8) != serial) {
            return null;
        }
        int count = in.getInt(16);
        if (count < 0
                || count > room / ENTRY_BYTES
                || in.getInt(20) != RecordHeader.crc(in, HEAD_BYTES, count * ENTRY_BYTES)) {
            return null;
        }
        List<Entry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int at = HEAD_BYTES + i * ENTRY_BYTES;
            RecordHeader header = RecordHeader.read(in, at + 8);
            long offset = in.getLong(at);
            if (header == null || header.reelSerial() != serial || offset < ReelHeader.BYTES) {
                return null;
            }
            entries.add(new Entry(offset, header));
        }
        return entries;
    }

    /** A zeroed direct buffer whose address is a whole block, as direct I/O asks. */
    static ByteBuffer aligned(int bytes) {
        return ByteBuffer.allocateDirect(bytes + Disk.BLOCK - 1)
                .alignedSlice(Disk.BLOCK)
                .limit(bytes)
                .slice();
    }
}
