// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.disk.Disk;

/**
 * The first block of a reel, written once per generation and never again. Immutable.
 *
 * <pre>
 *   0 "WKREEL01" (8) | format version (4) | reel index (4)
 *  16 reel serial (8)  | created UTC us (8) | created monotonic ns (8)
 *  40 volume id (16)   | random generation id (16)
 *  72 class id length (4) | class id (UTF-8, up to 64)
 *     zeros up to
 * 4092 CRC32C of bytes 0 to 4092
 * </pre>
 *
 * The random generation id makes every chain of links of this generation differ from any other, also where a power cut
 * took the header but left records of the same serial behind.
 */
record ReelHeader(
        int reel,
        long serial,
        long createdUtcMicros,
        long createdMonoNanos,
        UUID volume,
        UUID generation,
        String classId) {
    static final int BYTES = Disk.BLOCK;
    private static final long MAGIC = 0x574B5245454C3031L; // "WKREEL01"
    private static final int VERSION = 1;
    private static final int MAX_CLASS_BYTES = 64;
    private static final int CRC_AT = BYTES - 4;

    void put(ByteBuffer to, int at) {
        byte[] name = classId.getBytes(UTF_8);
        if (name.length > MAX_CLASS_BYTES) {
            throw new IllegalArgumentException("class id bytes: " + name.length + " (expected: <= 64) " + classId);
        }
        for (int i = 0; i < BYTES; i += 8) {
            to.putLong(at + i, 0);
        }
        to.putLong(at, MAGIC);
        to.putInt(at + 8, VERSION);
        to.putInt(at + 12, reel);
        to.putLong(at + 16, serial);
        to.putLong(at + 24, createdUtcMicros);
        to.putLong(at + 32, createdMonoNanos);
        to.putLong(at + 40, volume.getMostSignificantBits());
        to.putLong(at + 48, volume.getLeastSignificantBits());
        to.putLong(at + 56, generation.getMostSignificantBits());
        to.putLong(at + 64, generation.getLeastSignificantBits());
        to.putInt(at + 72, name.length);
        to.put(at + 76, name);
        to.putInt(at + CRC_AT, RecordHeader.crc(to, at, CRC_AT));
    }

    /** Reads the block; null where it is no reel header: a reel that was never written, or a torn first write. */
    static @Nullable ReelHeader read(ByteBuffer in, int at) throws StoreException {
        if (in.getLong(at) != MAGIC || in.getInt(at + CRC_AT) != RecordHeader.crc(in, at, CRC_AT)) {
            return null;
        }
        int version = in.getInt(at + 8);
        if (version > VERSION) {
            throw new StoreException(
                    "reel format version: " + version + " (this program knows " + VERSION + ")",
                    "Run the newer version of Watchkeep that wrote it.");
        }
        int nameBytes = in.getInt(at + 72);
        if (nameBytes < 0 || nameBytes > MAX_CLASS_BYTES) {
            return null;
        }
        byte[] name = new byte[nameBytes];
        in.get(at + 76, name);
        return new ReelHeader(
                in.getInt(at + 12),
                in.getLong(at + 16),
                in.getLong(at + 24),
                in.getLong(at + 32),
                new UUID(in.getLong(at + 40), in.getLong(at + 48)),
                new UUID(in.getLong(at + 56), in.getLong(at + 64)),
                new String(name, UTF_8));
    }
}
