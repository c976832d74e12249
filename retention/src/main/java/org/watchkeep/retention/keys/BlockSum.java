// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.watchkeep.retention.disk.Disk;

/** The check that every block of a slot file ends its first 512 bytes with; all behind that is zero. */
final class BlockSum {
    private static final int SECTOR = 512;
    private static final int SUM_AT = SECTOR - 4;

    private static final ByteBuffer ZEROS = ByteBuffer.allocate(Disk.BLOCK).asReadOnlyBuffer();

    private BlockSum() {}

    /** Writes the sum into the block and makes it ready to write. */
    static ByteBuffer seal(ByteBuffer block) {
        block.putInt(SUM_AT, sum(block));
        return block.position(0).limit(Disk.BLOCK);
    }

    /** Refuses a block that is short, whose sum is wrong, or that has anything but the sum behind the used bytes. */
    static void check(ByteBuffer block, int usedBytes) throws DamagedBlockException {
        if (block.limit() != Disk.BLOCK) {
            throw new DamagedBlockException("block bytes: " + block.limit() + " (expected: " + Disk.BLOCK + ")");
        }
        int expected = sum(block);
        if (block.getInt(SUM_AT) != expected) {
            throw new DamagedBlockException(
                    String.format("CRC32C: %08x (expected: %08x)", block.getInt(SUM_AT), expected));
        }
        checkZero(block, usedBytes, SUM_AT);
        checkZero(block, SECTOR, Disk.BLOCK);
    }

    private static void checkZero(ByteBuffer block, int from, int to) throws DamagedBlockException {
        int at = block.slice(from, to - from).mismatch(ZEROS.slice(0, to - from));
        if (at >= 0) {
            throw new DamagedBlockException("byte " + (from + at) + ": " + block.get(from + at) + " (expected: 0)");
        }
    }

    /** True when the block is whole and its sum is right, whatever else stands in it. */
    static boolean isIntact(ByteBuffer block) {
        return block.limit() == Disk.BLOCK && block.getInt(SUM_AT) == sum(block);
    }

    private static int sum(ByteBuffer block) {
        CRC32C crc = new CRC32C();
        crc.update(block.duplicate().position(0).limit(SUM_AT));
        return (int) crc.getValue();
    }
}
