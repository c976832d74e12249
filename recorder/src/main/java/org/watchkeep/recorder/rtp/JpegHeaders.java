// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Writes the markers that stand before a picture's entropy-coded bytes (ITU-T T.81 annex B) from what RTP says of them (RFC
 * 2435 appendix B), and reads those that a camera sends itself. One buffer, used again for every picture. Confined to its
 * event loop.
 *
 * <pre>
 *  SOI  APP0 (JFIF)  [segments the camera sent]  DQT…  [DRI]  SOF0  DHT  SOS
 * </pre>
 */
final class JpegHeaders {
    /** What a camera may send: four tables of each kind and a comment come to under 2 kB. */
    static final int MAX_SENT_BYTES = 8 << 10;

    private static final int SOF0 = 0xc0;
    private static final int SOF1 = 0xc1;
    private static final int DHT = 0xc4;
    private static final int SOI = 0xd8;
    private static final int SOS = 0xda;
    private static final int DQT = 0xdb;
    private static final int DRI = 0xdd;

    private final ByteBuffer out = ByteBuffer.allocate(MAX_SENT_BYTES + (2 << 10));

    /** What a packet says of its picture; sent segments overrule it. */
    record Picture(int width, int height, int sampling, int restartInterval, int precision, ByteBuffer tables) {}

    /**
     * The header of one picture; valid until the next is written.
     *
     * @param sent segments that the camera sent with the picture: none of these is written again
     */
    ByteBuffer write(Picture picture, ByteBuffer sent) {
        out.clear();
        out.putShort((short) 0xffd8);
        // JFIF 1.02, no density, no thumbnail: it says that colours are YCbCr of full range.
        out.putShort((short) 0xffe0).putShort((short) 16).putInt(0x4a46_4946);
        out.putShort((short) 0x0001)
                .putShort((short) 0x0200)
                .putInt(0x0001_0001)
                .putShort((short) 0);
        out.put(sent.duplicate());
        if (!has(sent, DQT)) {
            putQuantisation(picture);
        }
        if (picture.restartInterval > 0 && !has(sent, DRI)) {
            marker(DRI, 4).putShort((short) picture.restartInterval);
        }
        if (!has(sent, SOF0) && !has(sent, SOF1)) {
            putFrame(picture);
        }
        if (!has(sent, DHT)) {
            JpegTables.putHuffman(out);
        }
        // B.2.3: three components, each with the tables of its kind; all of a sequential scan.
        marker(SOS, 12).put((byte) 3);
        out.putShort((short) 0x0100).putShort((short) 0x0211).putShort((short) 0x0311);
        out.put((byte) 0).put((byte) 63).put((byte) 0);
        return out.flip();
    }

    private void putQuantisation(Picture picture) {
        ByteBuffer tables = picture.tables.duplicate();
        for (int number = 0; tables.hasRemaining(); number++) {
            boolean isWide = (picture.precision >> number & 1) != 0;
            int bytes = isWide ? 2 * JpegTables.BLOCK : JpegTables.BLOCK;
            marker(DQT, 3 + bytes).put((byte) ((isWide ? 0x10 : 0) | number));
            out.put(tables.slice(tables.position(), bytes));
            tables.position(tables.position() + bytes);
        }
    }

    /** B.2.2. Tables of 16 bits are not for the baseline process: extended sequential then. */
    private void putFrame(Picture picture) {
        boolean hasChromaTable = picture.tables.remaining() > ((picture.precision & 1) != 0 ? 128 : 64);
        int chroma = hasChromaTable ? 1 : 0;
        marker(picture.precision == 0 ? SOF0 : SOF1, 17).put((byte) 8);
        out.putShort((short) picture.height).putShort((short) picture.width).put((byte) 3);
        out.put((byte) 1).put((byte) picture.sampling).put((byte) 0);
        out.put((byte) 2).put((byte) 0x11).put((byte) chroma);
        out.put((byte) 3).put((byte) 0x11).put((byte) chroma);
    }

    private ByteBuffer marker(int code, int length) {
        return out.put((byte) 0xff).put((byte) code).putShort((short) length);
    }

    private static boolean has(ByteBuffer segments, int marker) {
        return find(segments, marker) >= 0;
    }

    /** Where a segment's length stands; -1 where there is none before the scan, or the bytes are no segments. */
    private static int find(ByteBuffer in, int marker) {
        int at = in.position();
        while (at + 4 <= in.limit()) {
            int code = in.get(at + 1) & 0xff;
            if (in.get(at) != (byte) 0xff || code == SOS) {
                return -1;
            }
            if (code == 0xff) {
                at++;
            } else if (code == SOI) {
                at += 2;
            } else if (code == marker) {
                return at + 2;
            } else {
                at += 2 + (in.getShort(at + 2) & 0xffff);
            }
        }
        return -1;
    }

    /** How many of these bytes are whole segments: fill bytes and what is no segment are not among them. */
    static int segmentBytes(ByteBuffer in) {
        int at = in.position();
        while (at + 4 <= in.limit() && in.get(at) == (byte) 0xff && (in.get(at + 1) & 0xff) >= SOF0) {
            int code = in.get(at + 1) & 0xff;
            int length = in.getShort(at + 2) & 0xffff;
            if (code == 0xff || code == SOI || code == SOS || length < 2 || at + 2 + length > in.limit()) {
                break;
            }
            at += 2 + length;
        }
        return at - in.position();
    }

    /** What SOF says, where it is among these segments. */
    static Optional<JpegFormat> format(ByteBuffer segments) {
        for (int marker = SOF0; marker <= SOF1; marker++) {
            int at = find(segments, marker);
            // Length, precision, lines, samples a line, components, then each with its number and sampling.
            if (at >= 0 && at + 10 <= segments.limit()) {
                int height = segments.getShort(at + 3) & 0xffff;
                int width = segments.getShort(at + 5) & 0xffff;
                return Optional.of(new JpegFormat(width, height, segments.get(at + 9) & 0xff));
            }
        }
        return Optional.empty();
    }
}
