// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/** Numbers and texts in as few bytes as they need, for the values of the index. Stateless but for what is read or written. */
final class Packed {
    private Packed() {}

    /** Confined to one thread. */
    static class Writer {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1_024);

        final void put(int value) {
            bytes.write(value);
        }

        /** Seven bits a byte, the lowest first; the top bit says that more follow. */
        final void varint(long value) {
            long left = value;
            while ((left & ~0x7FL) != 0) {
                bytes.write((int) ((left & 0x7F) | 0x80));
                left >>>= 7;
            }
            bytes.write((int) left);
        }

        final void zigzag(long value) {
            varint((value << 1) ^ (value >> 63));
        }

        final void text(String text) {
            byte[] utf8 = text.getBytes(UTF_8);
            varint(utf8.length);
            bytes.writeBytes(utf8);
        }

        final byte[] toBytes() {
            return bytes.toByteArray();
        }
    }

    /**
     * Throws {@link BufferUnderflowException} or {@link IllegalArgumentException} where the bytes are not what they should
     * be; allocates no more than they have. Confined to one thread.
     */
    static class Reader {
        private final ByteBuffer in;

        Reader(byte[] value) {
            in = ByteBuffer.wrap(value);
        }

        final int get() {
            return in.get();
        }

        final boolean hasRemaining() {
            return in.hasRemaining();
        }

        final long varint() {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                byte next = in.get();
                value |= (next & 0x7FL) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            throw new IllegalArgumentException("varint longer than 10 bytes");
        }

        final long zigzag() {
            long value = varint();
            return (value >>> 1) ^ -(value & 1);
        }

        final int intVarint() {
            long value = varint();
            check(value >= 0, "number");
            return Math.toIntExact(value);
        }

        final int unsignedInt() {
            long value = varint();
            check(value >>> 32 == 0, "number of 32 bits");
            return (int) value;
        }

        /** A number of things that each take at least this many bytes: never more than the rest can hold. */
        final int count(int minBytes) {
            long count = varint();
            check(count >= 0 && count <= in.remaining() / minBytes, "count");
            return (int) count;
        }

        final String text() {
            byte[] utf8 = new byte[count(1)];
            in.get(utf8);
            return new String(utf8, UTF_8);
        }

        static void check(boolean isRight, String what) {
            if (!isRight) {
                throw new IllegalArgumentException("impossible " + what);
            }
        }
    }
}
