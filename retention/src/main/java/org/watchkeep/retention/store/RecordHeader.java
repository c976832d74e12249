// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The clear header of a record. Immutable.
 *
 * <pre>
 * offset  0        4    5     6      8                 16                24
 *        +--------+----+-----+------+-----------------+-----------------+
 *        | "WKRD" | v1 |kind | 0    | reel serial     | link            |  placement: bytes 8 to 24
 *        +--------+----+-----+------+-----------------+-----------------+
 *     24 | key epoch (8)   | stream (4) | segment no. (4) | run (8)      |
 *     48 | sequence (8)    | start UTC us (8)  | start monotonic ns (8) |
 *     72 | duration us (8) | flags (4) | payload length (4)             |
 *     88 | camera offset us (8) | nonce (12)                           |
 *    108 | segment start UTC us (8) | 0 (8)                            |
 *    124 | CRC32C of bytes 0 to 124                                     |
 *        +-------------------------------------------------------------+
 *    128   ciphertext of (SHA-256 of the payload || payload) || GCM tag (16) || CRC32C of ciphertext and tag (4)
 * </pre>
 *
 * A padding record has no ciphertext: {@code payload length} zero bytes follow its header, or a {@link RecordList}. Its {@code sequence} is the
 * writer's word that all of the reel before this offset had been synced when it was placed (0 in what was written before
 * version 0.1 knew it): so that after a start damage can be told from a torn end.
 *
 * <p>The link is the first 8 bytes of SHA-256 of the previous record's header in this reel (of the reel's header block
 * for the first). Serial and link are filled in by the writer thread when it places the record; they are zero in the
 * associated data of the encryption, which is done before anyone knows the place.
 *
 * @param payloadBytes of a padding record the zero bytes behind its header
 */
record RecordHeader(
        Kind kind,
        long reelSerial,
        long link,
        long epoch,
        int stream,
        int segment,
        long run,
        long sequence,
        long startUtcMicros,
        long startMonoNanos,
        long durationMicros,
        int flags,
        int payloadBytes,
        long cameraOffsetMicros,
        long segmentStartUtcMicros) {

    /** What a record is. The codes are on disk. */
    enum Kind {
        FRAGMENT(1),
        CONFIGURATION(2),
        SEAL(3),
        PADDING(4);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        static @Nullable Kind of(int code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            return null;
        }
    }

    static final int BYTES = 128;
    static final int NONCE_BYTES = 12;
    static final int TAG_BYTES = 16;

    /** What an encrypted record is longer than its payload: header, digest, tag, CRC. */
    static final int OVERHEAD_BYTES = BYTES + Digest.BYTES + TAG_BYTES + 4;

    /** Associated data: all of the header but its own CRC, with placement zero. */
    static final int ASSOCIATED_BYTES = 124;

    static final int MAX_RECORD_BYTES = Fragment.MAX_BYTES + OVERHEAD_BYTES;

    private static final int MAGIC = 0x574B5244; // "WKRD"
    private static final byte VERSION = 1;
    private static final int SERIAL_AT = 8;
    private static final int LINK_AT = 16;
    private static final int SEQUENCE_AT = 48;
    private static final int NONCE_AT = 96;
    private static final int CRC_AT = 124;

    /** Length of the whole record on disk. */
    int recordBytes() {
        return kind == Kind.PADDING ? BYTES + payloadBytes : payloadBytes + OVERHEAD_BYTES;
    }

    /** Writes the header without placement and CRC at this index of the buffer. */
    void putUnplaced(ByteBuffer to, int at, byte[] nonce) {
        to.putInt(at, MAGIC);
        to.put(at + 4, VERSION);
        to.put(at + 5, (byte) kind.code);
        to.putShort(at + 6, (short) 0);
        to.putLong(at + SERIAL_AT, 0);
        to.putLong(at + LINK_AT, 0);
        to.putLong(at + 24, epoch);
        to.putInt(at + 32, stream);
        to.putInt(at + 36, segment);
        to.putLong(at + 40, run);
        to.putLong(at + SEQUENCE_AT, sequence);
        to.putLong(at + 56, startUtcMicros);
        to.putLong(at + 64, startMonoNanos);
        to.putLong(at + 72, durationMicros);
        to.putInt(at + 80, flags);
        to.putInt(at + 84, payloadBytes);
        to.putLong(at + 88, cameraOffsetMicros);
        to.put(at + NONCE_AT, nonce, 0, NONCE_BYTES);
        to.putLong(at + 108, segmentStartUtcMicros);
        to.putLong(at + 116, 0);
    }

    /** Fills serial, link and CRC into a header written by {@link #putUnplaced}. */
    static void place(ByteBuffer in, int at, long reelSerial, long link) {
        in.putLong(at + SERIAL_AT, reelSerial);
        in.putLong(at + LINK_AT, link);
        in.putInt(at + CRC_AT, crc(in, at, CRC_AT));
    }

    /** Into a padding record, before it is placed: up to where its reel was synced by then. */
    static void vouch(ByteBuffer in, int at, long syncedTo) {
        in.putLong(at + SEQUENCE_AT, syncedTo);
    }

    /** Takes the placement out again, so that the bytes are the associated data of the encryption. */
    static void clearPlacement(ByteBuffer in, int at) {
        in.putLong(at + SERIAL_AT, 0);
        in.putLong(at + LINK_AT, 0);
    }

    /** The nonce of the header at this index. */
    static byte[] nonce(ByteBuffer in, int at) {
        byte[] nonce = new byte[NONCE_BYTES];
        in.get(at + NONCE_AT, nonce);
        return nonce;
    }

    /** Whether the bytes begin as a header does. */
    static boolean isMagic(ByteBuffer in, int at) {
        return in.getInt(at) == MAGIC;
    }

    /** Reads a header; null where the bytes are none (magic, version, kind, CRC or a length that cannot be). */
    static @Nullable RecordHeader read(ByteBuffer in, int at) {
        if (in.getInt(at) != MAGIC || in.get(at + 4) != VERSION) {
            return null;
        }
        Kind kind = Kind.of(in.get(at + 5));
        int payloadBytes = in.getInt(at + 84);
        if (kind == null
                || in.getInt(at + CRC_AT) != crc(in, at, CRC_AT)
                || payloadBytes < 0
                || payloadBytes > Fragment.MAX_BYTES) {
            return null;
        }
        return new RecordHeader(
                kind,
                in.getLong(at + SERIAL_AT),
                in.getLong(at + LINK_AT),
                in.getLong(at + 24),
                in.getInt(at + 32),
                in.getInt(at + 36),
                in.getLong(at + 40),
                in.getLong(at + SEQUENCE_AT),
                in.getLong(at + 56),
                in.getLong(at + 64),
                in.getLong(at + 72),
                in.getInt(at + 80),
                payloadBytes,
                in.getLong(at + 88),
                in.getLong(at + 108));
    }

    /** CRC32C of a stretch of the buffer. */
    static int crc(ByteBuffer in, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(in.duplicate().limit(at + length).position(at));
        return (int) crc.getValue();
    }

    /** A padding record that makes what stands before it end on a block. */
    static RecordHeader padding(int zeroBytes) {
        return new RecordHeader(Kind.PADDING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, zeroBytes, 0, 0);
    }
}
