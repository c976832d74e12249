// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.watchkeep.retention.disk.Disk;

/**
 * The bytes of one case's key: one block of 4096, all of it in the first 512; the rest is zero. Big-endian.
 *
 * <pre>
 *      0 ┌──────────┬───────────┬─────────┬───────────────────┐
 *        │ "WKCASE" │ version 2 │ state 1 │ zero 7            │
 *     16 ├──────────┴───────────┴─────────┴───────────────────┤
 *        │ case id, UTF-8, zero behind it                  64 │
 *     80 ├────────────────────┬───────────────────────────────┤
 *        │ master id 8        │ nonce 12, key and tag 48      │
 *    148 ├────────────────────┴───────────────────────────────┤
 *        │ zero                                  CRC32C at 508│
 *        └────────────────────────────────────────────────────┘
 *   state 1 live     case id and master id (16–87) are the associated data of the wrapped key
 *         2 erased   all from 80 on is zero
 * </pre>
 */
final class CaseKeyBlock {
    /** Case ids are those of holds and incidents, some dozen characters. */
    static final int MAX_CASE_BYTES = 64;

    private static final int VERSION = 1;
    private static final byte[] MAGIC = "WKCASE".getBytes(StandardCharsets.US_ASCII);
    private static final byte LIVE = 1;
    private static final byte ERASED = 2;
    private static final int STATE_AT = 8;
    private static final int CASE_AT = 16;
    private static final int MASTER_ID_AT = CASE_AT + MAX_CASE_BYTES;
    private static final int MASTER_ID_BYTES = 8;
    private static final int USED_BYTES = MASTER_ID_AT + MASTER_ID_BYTES + WrappedRoot.BYTES;

    private CaseKeyBlock() {}

    /** What a block says of a case: its wrapped key, or that it was erased. Immutable. */
    record Content(String caseId, Optional<WrappedRoot> wrapped) {}

    static ByteBuffer encode(Content content) {
        ByteBuffer block = ByteBuffer.allocate(Disk.BLOCK);
        block.put(MAGIC).putShort((short) VERSION);
        block.put(STATE_AT, content.wrapped().isPresent() ? LIVE : ERASED);
        byte[] name = name(content.caseId());
        block.put(CASE_AT, name);
        content.wrapped().ifPresent(wrapped -> {
            block.put(MASTER_ID_AT, HexFormat.of().parseHex(wrapped.masterId()));
            block.put(MASTER_ID_AT + MASTER_ID_BYTES, wrapped.toBytes());
        });
        return BlockSum.seal(block);
    }

    private static byte[] name(String caseId) {
        byte[] name = caseId.getBytes(StandardCharsets.UTF_8);
        if (name.length == 0 || name.length > MAX_CASE_BYTES) {
            throw new IllegalArgumentException(
                    "case id bytes: " + name.length + " (expected: 1 to " + MAX_CASE_BYTES + ")");
        }
        return name;
    }

    /** What is said of a case's key in clear, bound to it. */
    static byte[] clearPart(String caseId, String masterId) {
        return ByteBuffer.allocate(MAX_CASE_BYTES + MASTER_ID_BYTES)
                .put(Arrays.copyOf(name(caseId), MAX_CASE_BYTES))
                .put(HexFormat.of().parseHex(masterId))
                .array();
    }

    static Content parse(ByteBuffer block) throws DamagedBlockException {
        BlockSum.check(block, USED_BYTES);
        expect(block.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC)), "magic");
        expect(block.getShort(MAGIC.length) == VERSION, "format version " + block.getShort(MAGIC.length));
        byte[] name = new byte[MAX_CASE_BYTES];
        block.get(CASE_AT, name);
        int length = MAX_CASE_BYTES;
        while (length > 0 && name[length - 1] == 0) {
            length--;
        }
        expect(length > 0, "no case id");
        String caseId = new String(name, 0, length, StandardCharsets.UTF_8);
        byte state = block.get(STATE_AT);
        if (state == ERASED) {
            return new Content(caseId, Optional.empty());
        }
        expect(state == LIVE, "state " + state);
        byte[] bytes = new byte[USED_BYTES - MASTER_ID_AT];
        block.get(MASTER_ID_AT, bytes);
        return new Content(
                caseId,
                Optional.of(new WrappedRoot(
                        HexFormat.of().formatHex(bytes, 0, MASTER_ID_BYTES),
                        Arrays.copyOfRange(bytes, MASTER_ID_BYTES, bytes.length))));
    }

    private static void expect(boolean good, String what) throws DamagedBlockException {
        if (!good) {
            throw new DamagedBlockException("case key: " + what + " (expected: as CaseKeyBlock draws it)");
        }
    }
}
