// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalInt;
import java.util.UUID;
import org.watchkeep.retention.disk.Disk;

/**
 * The first two blocks of a home: the same header twice, written in turn, so that a torn write always leaves one; the
 * higher update counts. Immutable. Big-endian.
 *
 * <pre>
 *      0 ┌───────────────────────┬────────┬────────────────────────────────────┐
 *        │ "WKHOME"              │version │ update 8                           │
 *     16 ├───────────────────────┴────────┴────────────────────────────────────┤
 *        │ store id 16: the same in both homes                                 │
 *     32 ├─────────────────────────────────────────────────────────────────────┤
 *        │ home id 16: different in each                                       │
 *     48 ├─────────────────┬──────────┬────────────────────────────────────────┤
 *        │ slots 4         │ zero 4   │ highest epoch ever given out 8         │
 *     64 ├─────────────────┴──────────┼────────────────────────────────────────┤
 *        │ alone since epoch 8        │ zero                                   │
 *    128 ├────────────────────────────┴────────────────────────────────────────┤
 *        │ room for the trail's last checkpoint: size 8, root 32, UTC µs 8; 0  │
 *    176 ├─────────────────────────────────────────────────────────────────────┤
 *        │ zero; CRC32C at 508; zero to 4096                                   │
 *        └─────────────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p><b>Alone since</b>: the highest epoch when this home was first written without the other; -1 when the other has all
 * that this one has. It is durable before anything done alone is acknowledged, so a home that returns is known to be the
 * stale one, and two homes that were each used alone are found out.
 */
record HomeHeader(long update, UUID storeId, UUID homeId, int slots, long highestEpoch, long aloneSince) {
    static final int VERSION = 1;
    static final int COPIES = 2;
    static final long NOT_ALONE = -1;

    /** 1 GiB of slots: 31 days of an epoch an hour for 350 classes. A count above it is damage. */
    static final int MAX_SLOTS = 1 << 18;

    private static final byte[] MAGIC = "WKHOME".getBytes(StandardCharsets.US_ASCII);
    private static final int USED_BYTES = 72;

    /** The header of a home that has never held a root. */
    static HomeHeader fresh(UUID storeId, int slots) {
        return new HomeHeader(1, storeId, UUID.randomUUID(), slots, 0, NOT_ALONE);
    }

    boolean isAlone() {
        return aloneSince != NOT_ALONE;
    }

    /** True when epochs were opened here that the other home does not know. */
    boolean openedAlone() {
        return isAlone() && highestEpoch > aloneSince;
    }

    /** The block its next copy goes to. */
    int block() {
        return (int) (update % COPIES);
    }

    HomeHeader withSlots(int count) {
        return new HomeHeader(update + 1, storeId, homeId, count, highestEpoch, aloneSince);
    }

    HomeHeader withHighestEpoch(long epoch) {
        return new HomeHeader(update + 1, storeId, homeId, slots, Math.max(highestEpoch, epoch), aloneSince);
    }

    HomeHeader withAloneSince(long epoch) {
        return new HomeHeader(update + 1, storeId, homeId, slots, highestEpoch, epoch);
    }

    /** The same said again, for the other copy. */
    HomeHeader again() {
        return new HomeHeader(update + 1, storeId, homeId, slots, highestEpoch, aloneSince);
    }

    ByteBuffer encode() {
        ByteBuffer block = ByteBuffer.allocate(Disk.BLOCK);
        block.put(MAGIC).putShort((short) VERSION).putLong(update);
        putId(block, storeId);
        putId(block, homeId);
        block.putInt(slots).putInt(0).putLong(highestEpoch).putLong(aloneSince);
        return BlockSum.seal(block);
    }

    static HomeHeader parse(ByteBuffer block) throws DamagedBlockException {
        BlockSum.check(block, USED_BYTES);
        ByteBuffer in = block.duplicate().rewind();
        byte[] magic = new byte[MAGIC.length];
        in.get(magic);
        expect(Arrays.equals(magic, MAGIC), "magic", HexFormat.of().formatHex(magic));
        int version = in.getShort();
        expect(version == VERSION, "format version", version);
        long update = in.getLong();
        UUID storeId = new UUID(in.getLong(), in.getLong());
        UUID homeId = new UUID(in.getLong(), in.getLong());
        int slots = in.getInt();
        int zero = in.getInt();
        long highestEpoch = in.getLong();
        long aloneSince = in.getLong();
        expect(update >= 1, "update", update);
        expect(slots >= 1 && slots <= MAX_SLOTS, "slots", slots);
        expect(zero == 0, "reserved bytes", zero);
        expect(highestEpoch >= 0, "highest epoch", highestEpoch);
        expect(aloneSince >= NOT_ALONE && aloneSince <= highestEpoch, "alone since epoch", aloneSince);
        return new HomeHeader(update, storeId, homeId, slots, highestEpoch, aloneSince);
    }

    /** The format version of a whole header block; empty where it is none. A newer one must not be taken for damage. */
    static OptionalInt version(ByteBuffer block) {
        byte[] magic = new byte[MAGIC.length];
        if (!BlockSum.isIntact(block)) {
            return OptionalInt.empty();
        }
        block.get(0, magic);
        return Arrays.equals(magic, MAGIC) ? OptionalInt.of(block.getShort(MAGIC.length)) : OptionalInt.empty();
    }

    private static void putId(ByteBuffer block, UUID id) {
        block.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    private static void expect(boolean good, String what, Object came) throws DamagedBlockException {
        if (!good) {
            throw new DamagedBlockException(what + ": " + came + " (expected: as HomeHeader draws it)");
        }
    }
}
