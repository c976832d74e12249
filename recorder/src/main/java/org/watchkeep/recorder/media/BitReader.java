// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the bits of a raw byte sequence payload (H.264 and H.265 7.2): numbers of fixed length and Exp-Golomb codes (H.264 9.1, H.265 9.2), each within
 * bounds. Can note what it reads, so that two parameter sets may be compared by meaning. Confined to one thread.
 */
final class BitReader {
    private final byte[] bytes;
    private final int endBit;
    private int at;
    private boolean isNoting;
    private final List<Long> notes = new ArrayList<>();

    private BitReader(byte[] bytes, int length) {
        this.bytes = bytes;
        this.endBit = length * 8;
    }

    /** Reads the payload of a NAL unit: header left out, and each emulation prevention byte (7.3.1: the 3 of 00 00 03). */
    static BitReader ofNal(byte[] nal, int length, int headerBytes) {
        byte[] payload = new byte[Math.max(0, length - headerBytes)];
        int size = 0;
        int zeros = 0;
        for (int i = headerBytes; i < length; i++) {
            if (zeros >= 2 && nal[i] == 3) {
                zeros = 0;
                continue;
            }
            zeros = nal[i] == 0 ? zeros + 1 : 0;
            payload[size++] = nal[i];
        }
        return new BitReader(payload, size);
    }

    /** From now on numbers read are noted, or not. */
    void note(boolean isNoted) {
        isNoting = isNoted;
    }

    /** What was noted, in order. */
    List<Long> notes() {
        return List.copyOf(notes);
    }

    /** u(n), n up to 32. */
    long bits(int count) throws BitstreamFormatException {
        if (count > endBit - at) {
            throw new BitstreamFormatException("bits left: " + (endBit - at) + " (expected: " + count + ")");
        }
        long value = 0;
        for (int i = 0; i < count; i++, at++) {
            value = value << 1 | (bytes[at >>> 3] >>> (7 - (at & 7)) & 1);
        }
        if (isNoting) {
            notes.add(value);
        }
        return value;
    }

    boolean flag() throws BitstreamFormatException {
        return bits(1) == 1;
    }

    /** ue(v), refused above a bound. */
    int unsigned(String name, long max) throws BitstreamFormatException {
        boolean wasNoting = isNoting;
        isNoting = false;
        int zeros = 0;
        while (!flag()) {
            // 9.1: 32 zeros stand for numbers of 33 bits, which no field has.
            if (++zeros > 31) {
                throw new BitstreamFormatException(name + ": more than 31 leading zeros");
            }
        }
        long value = (1L << zeros) - 1 + bits(zeros);
        isNoting = wasNoting;
        if (value > max) {
            throw new BitstreamFormatException(name + ": " + value + " (expected: at most " + max + ")");
        }
        if (isNoting) {
            notes.add(value);
        }
        return (int) value;
    }

    /** se(v): 0, 1, -1, 2, -2 … */
    int signed(String name) throws BitstreamFormatException {
        int code = unsigned(name, Integer.MAX_VALUE);
        return (code & 1) == 1 ? (code >>> 1) + 1 : -(code >>> 1);
    }
}
