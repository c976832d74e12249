// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What RTP sends of a JPEG picture (RFC 2435 3.1): its size, how chroma is sampled, its quantisation tables and where its
 * entropy-coded bytes are. Immutable.
 *
 * @param type of RFC 2435: 0 where chroma is halved across, 1 where both ways; 64 more with restart markers
 * @param restartInterval 0 where there is none
 * @param tables both, 64 bytes each, luma first
 * @param from index of the first entropy-coded byte
 * @param to index behind the last
 */
record JpegScan(int width, int height, int type, int restartInterval, ByteBuffer tables, int from, int to) {
    static final int TABLE_BYTES = 64;

    /** Of the header's bytes for width and height, which count blocks. */
    private static final int MAX_SIDE = 255 * 8;

    private static final int WITH_RESTARTS = 64;
    private static final int SOF0 = 0xc0;
    private static final int DHT = 0xc4;
    private static final int EOI = 0xd9;
    private static final int SOS = 0xda;
    private static final int DQT = 0xdb;
    private static final int DRI = 0xdd;

    JpegScan {
        tables = tables.asReadOnlyBuffer();
    }

    @Override
    public ByteBuffer tables() {
        return tables.duplicate();
    }

    /** Reads the markers of a whole picture. The encoder must have used the Huffman tables that RTP takes for granted. */
    static JpegScan of(byte[] jpeg) throws IOException {
        Reader reader = new Reader(ByteBuffer.wrap(jpeg));
        return reader.read();
    }

    /** Walks from marker to marker. Used once. */
    private static final class Reader {
        private final ByteBuffer in;
        private final byte[][] tables = new byte[4][];
        private int width;
        private int height;
        private int type;
        private int lumaTable;
        private int chromaTable;
        private int restartInterval;

        Reader(ByteBuffer in) {
            this.in = in;
        }

        JpegScan read() throws IOException {
            int at = 2;
            while (true) {
                if (at + 4 > in.limit() || in.get(at) != (byte) 0xff) {
                    throw bad("no marker", at);
                }
                int marker = in.get(at + 1) & 0xff;
                int length = in.getShort(at + 2) & 0xffff;
                if (length < 2 || at + 2 + length > in.limit()) {
                    throw bad("a segment of " + length + " bytes", at);
                }
                segment(marker, at + 4, at + 2 + length);
                at += 2 + length;
                if (marker == SOS) {
                    return scan(at);
                }
            }
        }

        private void segment(int marker, int at, int end) throws IOException {
            if (marker == DQT) {
                for (int table = at; table + 1 + TABLE_BYTES <= end; table += 1 + TABLE_BYTES) {
                    if ((in.get(table) & 0xff) >= tables.length) {
                        throw bad("a quantisation table of 16 bits", table);
                    }
                    tables[in.get(table)] = new byte[TABLE_BYTES];
                    in.get(table + 1, tables[in.get(table)]);
                }
            } else if (marker == DRI) {
                restartInterval = in.getShort(at) & 0xffff;
            } else if (marker == SOF0) {
                frame(at, end);
            } else if (marker > SOF0 && marker < 0xd0 && marker != DHT) {
                throw bad("a picture that is not baseline", at - 4);
            }
        }

        private void frame(int at, int end) throws IOException {
            if (end - at < 15 || in.get(at + 5) != 3) {
                throw bad("a picture without three components", at);
            }
            height = in.getShort(at + 1) & 0xffff;
            width = in.getShort(at + 3) & 0xffff;
            int sampling = in.get(at + 7);
            boolean isKnown =
                    (sampling == 0x21 || sampling == 0x22) && in.get(at + 10) == 0x11 && in.get(at + 13) == 0x11;
            if (!isKnown || width > MAX_SIDE || height > MAX_SIDE || width % 8 != 0 || height % 8 != 0) {
                throw bad("a picture of " + width + "x" + height + " with sampling " + sampling, at);
            }
            type = sampling == 0x21 ? 0 : 1;
            lumaTable = in.get(at + 8) & 3;
            chromaTable = in.get(at + 11) & 3;
        }

        private JpegScan scan(int from) throws IOException {
            if (width == 0 || tables[lumaTable] == null || tables[chromaTable] == null) {
                throw bad("a scan without frame or tables", from);
            }
            ByteArrayOutputStream both = new ByteArrayOutputStream(2 * TABLE_BYTES);
            both.writeBytes(tables[lumaTable]);
            both.writeBytes(tables[chromaTable]);
            int end = in.limit();
            boolean isEnded = end - from >= 2 && (in.getShort(end - 2) & 0xffff) == (0xff00 | EOI);
            return new JpegScan(
                    width,
                    height,
                    type + (restartInterval > 0 ? WITH_RESTARTS : 0),
                    restartInterval,
                    ByteBuffer.wrap(both.toByteArray()),
                    from,
                    isEnded ? end - 2 : end);
        }

        private IOException bad(String what, int at) {
            return new IOException("JPEG: " + what + " at " + at + " of " + in.limit()
                    + " bytes (expected: baseline 4:2:0 or 4:2:2, at most " + MAX_SIDE + " pixels a side)");
        }
    }
}
