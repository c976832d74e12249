// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/**
 * One coded picture: the NAL units of an access unit in order, byte for byte as the encoder or file had them.
 * Immutable, so that one picture serves every viewer of every camera that shares it.
 */
final class Picture {
    /** Slices of a picture and a few messages; a file with more in one sample is damaged. */
    private static final int MAX_NAL_UNITS = 4096;

    private final PictureCodec codec;
    private final byte[] bytes;
    private final int[] starts;
    private final int[] lengths;
    /** Of a JPEG picture. */
    private final Optional<JpegScan> scan;

    private Picture(PictureCodec codec, byte[] bytes, int[] starts, int[] lengths, Optional<JpegScan> scan) {
        this.codec = codec;
        this.bytes = bytes;
        this.starts = starts;
        this.lengths = lengths;
        this.scan = scan;
    }

    /** A whole JPEG file, whose only unit is its entropy-coded bytes. Takes the array over. */
    static Picture ofJpeg(byte[] bytes) throws IOException {
        JpegScan scan = JpegScan.of(bytes);
        return new Picture(
                PictureCodec.JPEG,
                bytes,
                new int[] {scan.from()},
                new int[] {scan.to() - scan.from()},
                Optional.of(scan));
    }

    /** Cuts at start codes (annex B of H.264 and H.265). Takes the array over. Zero bytes after a NAL unit are not part of it. */
    static Picture ofAnnexB(PictureCodec codec, byte[] bytes) throws IOException {
        Cuts cuts = new Cuts();
        int start = afterStartCode(bytes, 0);
        while (start <= bytes.length) {
            int next = afterStartCode(bytes, start);
            int end = Math.min(bytes.length, next <= bytes.length ? next - 3 : bytes.length);
            while (end > start && bytes[end - 1] == 0) {
                end--;
            }
            if (end > start) {
                cuts.add(start, end - start);
            }
            start = next;
        }
        return cuts.picture(codec, bytes);
    }

    /** Cuts at length fields of 1 to 4 bytes, as MP4 and Matroska keep them. Takes the array over. */
    static Picture ofLengthPrefixed(PictureCodec codec, byte[] bytes, int lengthSize) throws IOException {
        Cuts cuts = new Cuts();
        int at = 0;
        while (at < bytes.length) {
            long length = 0;
            for (int i = 0; i < lengthSize && at + i < bytes.length; i++) {
                length = (length << 8) | (bytes[at + i] & 0xff);
            }
            long left = (long) bytes.length - at - lengthSize;
            if (length > left) {
                throw new IOException("NAL unit length: " + length + " at byte " + at + " of a sample of "
                        + bytes.length + " (expected: at most " + left + ")");
            }
            if (length > 0) {
                cuts.add(at + lengthSize, (int) length);
            }
            at += lengthSize + (int) length;
        }
        return cuts.picture(codec, bytes);
    }

    PictureCodec codec() {
        return codec;
    }

    /** What else RTP sends of a JPEG picture; empty for other codecs. */
    Optional<JpegScan> scan() {
        return scan;
    }

    int nalUnits() {
        return starts.length;
    }

    int length(int nalUnit) {
        return lengths[nalUnit];
    }

    /** The first byte of a NAL unit. */
    int header(int nalUnit) {
        return bytes[starts[nalUnit]] & 0xff;
    }

    int type(int nalUnit) {
        return codec.type(header(nalUnit));
    }

    /** A copy of one NAL unit. */
    byte[] nalUnit(int nalUnit) {
        return Arrays.copyOfRange(bytes, starts[nalUnit], starts[nalUnit] + lengths[nalUnit]);
    }

    /** A byte of a NAL unit, counted from its header's first. */
    int octet(int nalUnit, int index) {
        return bytes[starts[nalUnit] + index] & 0xff;
    }

    void write(int nalUnit, int from, int length, ByteBuf into) {
        into.writeBytes(bytes, starts[nalUnit] + from, length);
    }

    /** Whether decoding can begin here. */
    boolean isKey() {
        for (int i = 0; i < starts.length; i++) {
            if (codec.isKey(type(i))) {
                return true;
            }
        }
        return false;
    }

    /** A copy of all of it, as it came. */
    byte[] file() {
        return bytes.clone();
    }

    int sizeBytes() {
        return bytes.length;
    }

    /** Index just behind the next 00 00 01 at or after {@code from}; more than the length where there is none. */
    private static int afterStartCode(byte[] bytes, int from) {
        for (int i = from; i + 2 < bytes.length; i++) {
            if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1) {
                return i + 3;
            }
        }
        return bytes.length + 1;
    }

    private static final class Cuts {
        private int[] starts = new int[8];
        private int[] lengths = new int[8];
        private int count;

        void add(int start, int length) throws IOException {
            if (count == MAX_NAL_UNITS) {
                throw new IOException("NAL units in one picture: more than " + MAX_NAL_UNITS);
            }
            if (count == starts.length) {
                starts = Arrays.copyOf(starts, count * 2);
                lengths = Arrays.copyOf(lengths, count * 2);
            }
            starts[count] = start;
            lengths[count++] = length;
        }

        Picture picture(PictureCodec codec, byte[] bytes) throws IOException {
            if (count == 0) {
                throw new IOException("NAL units in a picture of " + bytes.length + " bytes: 0 (expected: at least 1)");
            }
            return new Picture(
                    codec, bytes, Arrays.copyOf(starts, count), Arrays.copyOf(lengths, count), Optional.empty());
        }
    }
}
