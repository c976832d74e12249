// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes MP4 boxes into a buffer that grows; a box's size is filled in when it ends. Confined to one thread. */
final class BoxWriter {
    private ByteBuffer buffer;

    BoxWriter(int sizeHint) {
        buffer = ByteBuffer.allocate(sizeHint);
    }

    /** Begins a box; returns where, for {@link #end}. */
    int begin(String type) {
        int start = buffer.position();
        int32(0).fourCc(type);
        return start;
    }

    /** Begins a box that has version and flags (ISO/IEC 14496-12 4.2). */
    int beginFull(String type, int version, int flags) {
        int start = begin(type);
        int32(version << 24 | flags);
        return start;
    }

    BoxWriter end(int start) {
        buffer.putInt(start, buffer.position() - start);
        return this;
    }

    BoxWriter fourCc(String type) {
        byte[] bytes = type.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length != 4) {
            throw new IllegalArgumentException("box type: " + type + " (expected: four characters)");
        }
        return bytes(bytes);
    }

    /** Characters and a zero. */
    BoxWriter text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8)).int8(0);
    }

    BoxWriter int8(int value) {
        room(1).put((byte) value);
        return this;
    }

    BoxWriter int16(int value) {
        room(2).putShort((short) value);
        return this;
    }

    BoxWriter int32(int value) {
        room(4).putInt(value);
        return this;
    }

    BoxWriter int64(long value) {
        room(8).putLong(value);
        return this;
    }

    BoxWriter zeros(int count) {
        for (int i = 0; i < count; i++) {
            int8(0);
        }
        return this;
    }

    BoxWriter bytes(byte[] bytes) {
        room(bytes.length).put(bytes);
        return this;
    }

    BoxWriter bytes(ByteBuffer bytes) {
        room(bytes.remaining()).put(bytes.duplicate());
        return this;
    }

    int position() {
        return buffer.position();
    }

    void setInt32(int position, int value) {
        buffer.putInt(position, value);
    }

    /** What was written, from 0 to limit. The writer is done. */
    ByteBuffer toBuffer() {
        return buffer.flip();
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(buffer.capacity() * 2, buffer.position() + bytes));
            larger.put(buffer.flip());
            buffer = larger;
        }
        return buffer;
    }
}
