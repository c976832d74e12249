// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.watchkeep.retention.disk.Disk;

/**
 * The bytes of a slot: one block of 4096, all of it in the first 512, which even the oldest disks write whole; the rest
 * is zero. Big-endian.
 *
 * <pre>
 *      0 ┌───────────────────────┬────────┬───────┬────────┬────────┬──────────┐
 *        │ "WKSLOT"              │version │ state │ class  │ zero   │ slot     │
 *        │ 6                     │ 2  = 1 │ 1     │ len. 1 │ 2      │ number 4 │
 *     16 ├───────────────────────┴───┬────┴───────┴────────┴───────┬┴──────────┤
 *        │ epoch 8                   │ opened, recorder UTC µs 8   │           │
 *     32 ├───────────────────────────┼─────────────────────────────┤           │
 *        │ opened, monotonic ns 8    │ erased at, UTC µs 8         │           │
 *     48 ├───────────────────────────┴─────────────────────────────┤           │
 *        │ class id, ASCII, zero filled 40                         │           │
 *     88 ├─────────────────────────────────────────────────────────┤           │
 *        │ master id 8                                             │           │
 *     96 ├──────────────┬──────────────────────────────────────────┤           │
 *        │ nonce 12     │ root, AES-256-GCM: 32 and tag 16         │           │
 *    156 ├──────────────┴──────────────────────────────────────────┴───────────┤
 *        │ zero                                                                │
 *    508 ├──────────────┐                                                      │
 *        │ CRC32C 0–507 │                                                      │
 *    512 ├──────────────┴──────────────────────────────────────────────────────┤
 *        │ zero to 4096                                                        │
 *        └─────────────────────────────────────────────────────────────────────┘
 *   state 0 empty   all from 16 on is zero
 *         1 live    erased-at is zero; bytes 0–95 are the associated data of the wrapped root
 *         2 erased  from 88 on is zero: nothing of the root remains
 * </pre>
 */
final class SlotBlock {
    static final int VERSION = 1;
    static final int CLASS_BYTES = 40;
    /** Bytes 0–95: all that is said in clear, bound to the root as associated data. */
    static final int CLEAR_BYTES = 96;

    private static final byte[] MAGIC = "WKSLOT".getBytes(StandardCharsets.US_ASCII);
    private static final int MASTER_ID_AT = 88;
    private static final int USED_BYTES = CLEAR_BYTES + WrappedRoot.BYTES;

    private static final byte EMPTY = 0;
    private static final byte LIVE = 1;
    private static final byte ERASED = 2;

    private SlotBlock() {}

    /** The whole block, ready to write. */
    static ByteBuffer encode(Slot slot) {
        ByteBuffer block = ByteBuffer.allocate(Disk.BLOCK);
        if (slot instanceof Slot.Empty) {
            putClear(block, EMPTY, slot.number());
        } else if (slot instanceof Slot.Live live) {
            block.put(clearPart(live.number(), live.opening(), live.root().masterId()));
            block.put(live.root().toBytes());
        } else if (slot instanceof Slot.Erased erased) {
            putClear(block, ERASED, slot.number());
            putOpening(block, erased.opening(), erased.erasedAtUtcMicros());
        } else {
            throw new IllegalArgumentException("slot to encode: " + slot + " (expected: empty, live or erased)");
        }
        return BlockSum.seal(block);
    }

    /** Bytes 0–95 of a live slot. */
    static byte[] clearPart(int slot, Slot.Opening opening, String masterId) {
        ByteBuffer clear = ByteBuffer.allocate(CLEAR_BYTES);
        putClear(clear, LIVE, slot);
        putOpening(clear, opening, 0);
        clear.put(MASTER_ID_AT, HexFormat.of().parseHex(masterId));
        return clear.array();
    }

    /**
     * Reads a block back.
     *
     * @param number the slot that should stand in it
     */
    static Slot parse(ByteBuffer block, int number) throws DamagedBlockException {
        BlockSum.check(block, USED_BYTES);
        ByteBuffer in = block.duplicate().rewind();
        byte[] magic = new byte[MAGIC.length];
        in.get(magic);
        expect(Arrays.equals(magic, MAGIC), "magic", HexFormat.of().formatHex(magic));
        int version = in.getShort();
        expect(version == VERSION, "format version", version);
        byte state = in.get();
        int classLength = in.get();
        int zero = in.getShort();
        expect(zero == 0, "reserved bytes", zero);
        int slot = in.getInt();
        expect(slot == number, "slot number", slot);
        if (state == EMPTY) {
            expect(classLength == 0 && allZero(in, in.position(), USED_BYTES), "empty slot", "with content");
            return new Slot.Empty(number);
        }
        expect(state == LIVE || state == ERASED, "state", state);
        return occupied(in, number, state, classLength);
    }

    private static Slot occupied(ByteBuffer in, int number, byte state, int classLength) throws DamagedBlockException {
        long epoch = in.getLong();
        long openedUtcMicros = in.getLong();
        long openedMonoNanos = in.getLong();
        long erasedAtUtcMicros = in.getLong();
        expect(epoch >= 1, "epoch", epoch);
        expect(classLength >= 1 && classLength <= CLASS_BYTES, "class id length", classLength);
        byte[] name = new byte[CLASS_BYTES];
        in.get(name);
        String classId = new String(name, 0, classLength, StandardCharsets.US_ASCII);
        expect(
                Epoch.CLASS_ID.matcher(classId).matches() && allZero(ByteBuffer.wrap(name), classLength, CLASS_BYTES),
                "class id",
                HexFormat.of().formatHex(name));
        Slot.Opening opening = new Slot.Opening(epoch, classId, openedUtcMicros, openedMonoNanos);
        if (state == ERASED) {
            expect(allZero(in, MASTER_ID_AT, USED_BYTES), "erased slot", "with key bytes");
            return new Slot.Erased(number, opening, erasedAtUtcMicros);
        }
        expect(erasedAtUtcMicros == 0, "erased-at of a live slot", erasedAtUtcMicros);
        byte[] masterId = new byte[CLEAR_BYTES - MASTER_ID_AT];
        in.get(masterId);
        byte[] wrapped = new byte[WrappedRoot.BYTES];
        in.get(wrapped);
        return new Slot.Live(number, opening, new WrappedRoot(HexFormat.of().formatHex(masterId), wrapped));
    }

    /** What a damaged block seems to say: for the erasure that wants to overwrite what is left of its epoch. */
    static Slot.Claim claim(ByteBuffer block) {
        if (block.limit() < CLEAR_BYTES) {
            return new Slot.Claim(0, Slot.Claim.UNKNOWN_CLASS, 0);
        }
        int classLength = Math.max(0, Math.min(CLASS_BYTES, block.get(9)));
        byte[] name = new byte[classLength];
        block.get(48, name);
        String classId = new String(name, StandardCharsets.US_ASCII);
        return new Slot.Claim(
                Math.max(0, block.getLong(16)),
                Epoch.CLASS_ID.matcher(classId).matches() ? classId : Slot.Claim.UNKNOWN_CLASS,
                block.getLong(24));
    }

    private static void putClear(ByteBuffer block, byte state, int slot) {
        block.put(MAGIC)
                .putShort((short) VERSION)
                .put(state)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(slot);
    }

    private static void putOpening(ByteBuffer block, Slot.Opening opening, long erasedAtUtcMicros) {
        byte[] name = opening.classId().getBytes(StandardCharsets.US_ASCII);
        block.put(9, (byte) name.length);
        block.putLong(opening.epoch())
                .putLong(opening.openedUtcMicros())
                .putLong(opening.openedMonoNanos())
                .putLong(erasedAtUtcMicros)
                .put(name);
    }

    private static boolean allZero(ByteBuffer block, int from, int to) {
        for (int i = from; i < to; i++) {
            if (block.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static void expect(boolean good, String what, Object came) throws DamagedBlockException {
        if (!good) {
            throw new DamagedBlockException(what + ": " + came + " (expected: as SlotBlock draws it)");
        }
    }
}
