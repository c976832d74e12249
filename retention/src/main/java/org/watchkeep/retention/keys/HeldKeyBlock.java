// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.watchkeep.retention.disk.Disk;

/**
 * The bytes of one held key: one block of 4096, all of it in the first 512; the rest is zero. Big-endian.
 *
 * <pre>
 *      0 ┌──────────┬───────────┬─────────┬────────┬──────────┐
 *        │ "WKHELD" │ version 2 │ state 1 │ zero 3 │ slot 4   │
 *     16 ├──────────┴─────┬─────┴─────┬───┴────────┴──────────┤
 *        │ epoch 8        │ stream 4  │ zero 4                │
 *     32 ├────────────────┴───┬───────┴───────────────────────┤
 *        │ master id 8        │ nonce 12, key and tag 48      │
 *    100 ├────────────────────┴───────────────────────────────┤
 *        │ zero                                  CRC32C at 508│
 *        └────────────────────────────────────────────────────┘
 *   state 0 empty   all from 16 on is zero
 *         1 kept    epoch, stream and master id (16–39) are the associated data of the wrapped key
 * </pre>
 */
final class HeldKeyBlock {
    static final int VERSION = 1;

    private static final byte[] MAGIC = "WKHELD".getBytes(StandardCharsets.US_ASCII);
    private static final byte EMPTY = 0;
    private static final byte KEPT = 1;
    private static final int STATE_AT = 8;
    private static final int SLOT_AT = 12;
    private static final int CLEAR_AT = 16;
    private static final int STREAM_AT = 24;
    private static final int MASTER_ID_AT = 32;
    private static final int MASTER_ID_BYTES = 8;
    private static final int KEY_AT = MASTER_ID_AT + MASTER_ID_BYTES;
    private static final int USED_BYTES = KEY_AT + WrappedRoot.BYTES;

    private HeldKeyBlock() {}

    /** A stream key, wrapped. Immutable. */
    record Kept(HeldKey key, WrappedRoot wrapped) {}

    static ByteBuffer encodeEmpty(int slot) {
        return BlockSum.seal(begin(EMPTY, slot));
    }

    static ByteBuffer encode(int slot, Kept kept) {
        ByteBuffer block = begin(KEPT, slot);
        block.position(CLEAR_AT);
        block.put(clearPart(kept.key(), kept.wrapped().masterId()));
        block.put(kept.wrapped().toBytes());
        return BlockSum.seal(block);
    }

    private static ByteBuffer begin(byte state, int slot) {
        ByteBuffer block = ByteBuffer.allocate(Disk.BLOCK);
        block.put(MAGIC).putShort((short) VERSION);
        block.put(STATE_AT, state).putInt(SLOT_AT, slot);
        return block;
    }

    /** What is said of a kept key in clear, bound to it. */
    static byte[] clearPart(HeldKey key, String masterId) {
        return ByteBuffer.allocate(KEY_AT - CLEAR_AT)
                .putLong(key.epoch())
                .putInt(key.stream())
                .putInt(0)
                .put(HexFormat.of().parseHex(masterId))
                .array();
    }

    /** Reads a block back; empty for a slot that keeps nothing. */
    static Optional<Kept> parse(ByteBuffer block, int slot) throws DamagedBlockException {
        BlockSum.check(block, USED_BYTES);
        expect(block.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC)), "magic");
        expect(block.getShort(MAGIC.length) == VERSION, "format version " + block.getShort(MAGIC.length));
        expect(block.getInt(SLOT_AT) == slot, "slot " + block.getInt(SLOT_AT));
        byte state = block.get(STATE_AT);
        expect(block.get(9) == 0 && block.getShort(10) == 0, "reserved bytes");
        if (state == EMPTY) {
            for (int at = CLEAR_AT; at < USED_BYTES; at++) {
                expect(block.get(at) == 0, "content of an empty slot");
            }
            return Optional.empty();
        }
        expect(state == KEPT, "state " + state);
        expect(block.getInt(STREAM_AT + Integer.BYTES) == 0, "reserved bytes");
        long epoch = block.getLong(CLEAR_AT);
        int stream = block.getInt(STREAM_AT);
        expect(epoch >= 1 && stream >= 1, "epoch " + epoch + " stream " + stream);
        byte[] bytes = new byte[USED_BYTES - MASTER_ID_AT];
        block.get(MASTER_ID_AT, bytes);
        String masterId = HexFormat.of().formatHex(bytes, 0, MASTER_ID_BYTES);
        WrappedRoot wrapped = new WrappedRoot(masterId, Arrays.copyOfRange(bytes, MASTER_ID_BYTES, bytes.length));
        return Optional.of(new Kept(new HeldKey(epoch, stream), wrapped));
    }

    /** The key that a damaged block still seems to keep: for who wants to overwrite what is left of it. */
    static Optional<HeldKey> claim(ByteBuffer block) {
        if (block.limit() < USED_BYTES || block.getLong(CLEAR_AT) < 1 || block.getInt(STREAM_AT) < 1) {
            return Optional.empty();
        }
        return Optional.of(new HeldKey(block.getLong(CLEAR_AT), block.getInt(STREAM_AT)));
    }

    /** Whether nothing was ever written there. */
    static boolean isBlank(ByteBuffer block) {
        return block.mismatch(ByteBuffer.allocate(block.limit())) < 0;
    }

    /** Whether a newer version of the program wrote this block. */
    static boolean isNewer(ByteBuffer block) {
        return BlockSum.isIntact(block)
                && block.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))
                && block.getShort(MAGIC.length) > VERSION;
    }

    private static void expect(boolean good, String what) throws DamagedBlockException {
        if (!good) {
            throw new DamagedBlockException("held key: " + what + " (expected: as HeldKeyBlock draws it)");
        }
    }
}
