// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where one MP4 box lies in a buffer (ISO/IEC 14496-12 4.2), by absolute index. Immutable.
 *
 * @param type four characters
 * @param start its first byte
 * @param body first byte behind size and type
 * @param end behind its last byte
 */
record Box(String type, int start, int body, int end) {
    /** Ten times what the longest file of ours has on one level; a million tiny boxes are an attack. */
    static final int MAX_BOXES = 10_000;

    private static final int HEADER_BYTES = 8;

    /** The boxes between two indices. */
    static List<Box> list(ByteBuffer in, int from, int to) throws BoxFormatException {
        List<Box> boxes = new ArrayList<>();
        int at = from;
        while (at < to) {
            if (boxes.size() == MAX_BOXES) {
                throw new BoxFormatException("boxes: more than " + MAX_BOXES, at);
            }
            Box box = at(in, at, to);
            boxes.add(box);
            at = box.end;
        }
        return boxes;
    }

    private static Box at(ByteBuffer in, int at, int to) throws BoxFormatException {
        if (to - at < HEADER_BYTES) {
            throw new BoxFormatException("box header bytes: " + (to - at) + " (expected: " + HEADER_BYTES + ")", at);
        }
        long size = in.getInt(at) & 0xffff_ffffL;
        if (size < HEADER_BYTES || size > to - at) {
            throw new BoxFormatException("box size: " + size + " (expected: 8 to " + (to - at) + ")", at);
        }
        byte[] type = new byte[4];
        in.get(at + 4, type);
        return new Box(new String(type, StandardCharsets.ISO_8859_1), at, at + HEADER_BYTES, at + (int) size);
    }

    /** The boxes inside. */
    List<Box> children(ByteBuffer in) throws BoxFormatException {
        return list(in, body, end);
    }

    /** The only, or first, box of a type among these. */
    static Optional<Box> find(List<Box> boxes, String type) {
        return boxes.stream().filter(box -> box.type.equals(type)).findFirst();
    }

    /** The box at the end of a path from here. */
    Box descend(ByteBuffer in, String... path) throws BoxFormatException {
        Box at = this;
        for (String type : path) {
            Box parent = at;
            at = find(at.children(in), type)
                    .orElseThrow(() -> new BoxFormatException("no " + type + " in " + parent.type, parent.start));
        }
        return at;
    }

    int size() {
        return end - start;
    }

    /** Refuses a box whose body is shorter than what is to be read of it. */
    Box atLeast(int bodyBytes) throws BoxFormatException {
        if (end - body < bodyBytes) {
            throw new BoxFormatException(
                    type + " bytes: " + (end - body) + " (expected: at least " + bodyBytes + ")", start);
        }
        return this;
    }
}
