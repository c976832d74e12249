// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;

/**
 * What a footage root covers: a segment sealed or a gap closed (audit.md 7). Immutable.
 *
 * <p>The salt is HKDF-SHA256(key of the stream in its epoch, info "watchkeep/v1/footage-proof", 32 bytes): with the epoch goes
 * all that could link a root to footage.
 */
public sealed interface FootageLeaf {
    /** Written {@code camera/track}. */
    String stream();

    /** The leaf's value, after the same stream's one before; {@link Hash#ZERO} for its first after a start. */
    Hash value(Hash previous);

    /** As the file of leaves lists it, without the value. */
    String line();

    record SegmentSealed(
            String stream,
            Hash salt,
            Hash digest,
            long run,
            int number,
            long firstSequence,
            long lastSequence,
            long startUtcMicros,
            long durationMicros)
            implements FootageLeaf {
        private static final byte[] LABEL = "watchkeep/v1/footage-segment\n".getBytes(US_ASCII);
        private static final int NUMBER_BYTES = 8 + 4 + 8 + 8 + 8 + 8;

        @Override
        public Hash value(Hash previous) {
            ByteBuffer numbers = ByteBuffer.allocate(NUMBER_BYTES)
                    .putLong(run)
                    .putInt(number)
                    .putLong(firstSequence)
                    .putLong(lastSequence)
                    .putLong(startUtcMicros)
                    .putLong(durationMicros);
            return Hash.ofAll(
                    LABEL, salt.toBytes(), digest.toBytes(), counted(stream), numbers.array(), previous.toBytes());
        }

        @Override
        public String line() {
            return "segment " + stream + " " + run + " " + number;
        }
    }

    /** @param number of the gap in its store */
    record GapClosed(String stream, Hash salt, long number, long fromUtcMicros, long toUtcMicros, String cause)
            implements FootageLeaf {
        private static final byte[] LABEL = "watchkeep/v1/footage-gap\n".getBytes(US_ASCII);

        @Override
        public Hash value(Hash previous) {
            byte[] numbers = ByteBuffer.allocate(3 * Long.BYTES)
                    .putLong(number)
                    .putLong(fromUtcMicros)
                    .putLong(toUtcMicros)
                    .array();
            return Hash.ofAll(LABEL, salt.toBytes(), counted(stream), numbers, counted(cause), previous.toBytes());
        }

        @Override
        public String line() {
            return "gap " + stream + " " + number;
        }
    }

    /** A name behind its length in one byte. */
    private static byte[] counted(String name) {
        byte[] bytes = name.getBytes(US_ASCII);
        if (bytes.length > 255) {
            throw new IllegalArgumentException("name: " + bytes.length + " bytes (expected: at most 255)");
        }
        return ByteBuffer.allocate(1 + bytes.length)
                .put((byte) bytes.length)
                .put(bytes)
                .array();
    }
}
