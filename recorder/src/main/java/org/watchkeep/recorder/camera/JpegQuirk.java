// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.imageio.plugins.jpeg.JPEGHuffmanTable;
import org.watchkeep.recorder.rtsp.Manners;

/** How JPEG pictures are announced and put into packets (RFC 2435). Cameras of other codecs have none of these. Stateless. */
public enum JpegQuirk implements Quirk {
    JPEG_WITHOUT_RTPMAP(
            "payload type 26 without rtpmap",
            "know the static types",
            () -> Oddity.of(Answers.sdp(sdp -> sdp.replaceFirst("a=rtpmap:26 [^\r]*\r\n", "")))),
    JPEG_SIZE_IN_EXTENSION(
            "a size that the header has no room for stands in ONVIF's header extension",
            "read it there",
            first(packet -> {
                byte[] frame = frame(packet.payload);
                packet.extension = extension(frame);
                withoutSize(packet);
            })),
    JPEG_HEADERS_IN_PAYLOAD(
            "the picture's own headers, a comment among them, stand before its entropy-coded bytes, and the size is there alone",
            "read the size there, and write no headers twice",
            () -> Oddity.packetsOf(InPayload::new)),
    JPEG_TABLES_SENT_ONCE(
            "quantisation tables come with the first picture and are named by their number later",
            "keep them",
            () -> Oddity.packetsOf(TablesOnce::new));

    @SuppressWarnings("ImmutableEnumChecker") // what it makes is new each time
    private final Recipe recipe;

    JpegQuirk(String does, String wants, Supplier<Oddity> oddity) {
        recipe = new Recipe("JPEG: " + does, wants, oddity);
    }

    @Override
    public Recipe recipe() {
        return recipe;
    }

    /** RFC 2435 3.1: where what stands. */
    private static final class At {
        static final int TYPE = 4;
        static final int Q = 5;
        static final int WIDTH = 6;
        static final int HEIGHT = 7;
        static final int TABLES = 8;
        static final int TABLES_LENGTH = 10;
        static final int AFTER_TABLES_HEADER = 12;
    }

    private static boolean isJpeg(OddPacket packet) {
        return packet.codec == PictureCodec.JPEG;
    }

    /** The first packet of each picture is edited. */
    private static Supplier<Oddity> first(Consumer<OddPacket> edit) {
        return () -> Oddity.of(Manners.PLAIN, () -> new PacketShaper() {
            @Override
            public List<OddPacket> onPicture(List<OddPacket> packets) {
                if (isJpeg(packets.get(0))) {
                    edit.accept(packets.get(0));
                }
                return packets;
            }
        });
    }

    private static void withoutSize(OddPacket packet) {
        packet.payload[At.WIDTH] = 0;
        packet.payload[At.HEIGHT] = 0;
    }

    /** A baseline frame header with the size that stands in the packet (ITU-T T.81 B.2.2). */
    private static byte[] frame(byte[] payload) {
        int width = (payload[At.WIDTH] & 0xff) * 8;
        int height = (payload[At.HEIGHT] & 0xff) * 8;
        int sampling = (payload[At.TYPE] & 1) == 0 ? 0x21 : 0x22;
        ByteBuffer frame = ByteBuffer.allocate(19);
        frame.putShort((short) 0xffc0).putShort((short) 17).put((byte) 8);
        frame.putShort((short) height).putShort((short) width).put((byte) 3);
        frame.put(new byte[] {1, (byte) sampling, 0, 2, 0x11, 1, 3, 0x11, 1});
        return frame.array();
    }

    /** ONVIF streaming specification 5.1.3: segments, filled up with 0xff to whole words. */
    private static byte[] extension(byte[] segments) {
        int words = (segments.length + 3) / 4;
        ByteBuffer extension = ByteBuffer.allocate(4 + 4 * words);
        extension.putShort((short) 0xffd8).putShort((short) words).put(segments);
        while (extension.hasRemaining()) {
            extension.put((byte) 0xff);
        }
        return extension.array();
    }

    private static byte[] tables(byte[] payload) {
        int length = (payload[At.TABLES_LENGTH] & 0xff) << 8 | (payload[At.TABLES_LENGTH + 1] & 0xff);
        return Arrays.copyOfRange(payload, At.AFTER_TABLES_HEADER, At.AFTER_TABLES_HEADER + length);
    }

    /** Q 200: the first picture brings its tables, those behind it say that they have none (RFC 2435 3.1.8). */
    private static final class TablesOnce implements PacketShaper {
        private static final byte Q = (byte) 200;

        private boolean isSent;

        @Override
        public List<OddPacket> onPicture(List<OddPacket> packets) {
            if (!isJpeg(packets.get(0))) {
                return packets;
            }
            OddPacket first = packets.get(0);
            if (isSent) {
                byte[] own = Arrays.copyOf(first.payload, At.AFTER_TABLES_HEADER);
                own[At.TABLES_LENGTH] = 0;
                own[At.TABLES_LENGTH + 1] = 0;
                int scan = At.AFTER_TABLES_HEADER + tables(first.payload).length;
                first.payload = PayloadUnits.concat(own, Arrays.copyOfRange(first.payload, scan, first.payload.length));
            }
            isSent = true;
            packets.forEach(packet -> packet.payload[At.Q] = Q);
            return packets;
        }
    }

    /** A whole JPEG file where the entropy-coded bytes belong. */
    private static final class InPayload implements PacketShaper {
        /** Any that needs no tables in the packet. */
        private static final byte Q = 50;

        private static final byte[] COMMENT = {(byte) 0xff, (byte) 0xfe, 0, 8, 'c', 'a', 'm', 'e', 'r', 'a'};

        @Override
        public List<OddPacket> onPicture(List<OddPacket> packets) {
            if (!isJpeg(packets.get(0))) {
                return packets;
            }
            byte[] file = file(packets);
            OddPacket like = packets.get(0);
            List<OddPacket> whole = new ArrayList<>();
            int most = RtpPacketiser.MAX_PAYLOAD_BYTES - At.TABLES;
            for (int from = 0; from < file.length; from += most) {
                byte[] header = Arrays.copyOf(like.payload, At.TABLES);
                header[At.Q] = Q;
                ByteBuffer.wrap(header).putInt(from);
                int to = Math.min(file.length, from + most);
                OddPacket packet = like.with(PayloadUnits.concat(header, Arrays.copyOfRange(file, from, to)));
                withoutSize(packet);
                whole.add(packet.marked(to == file.length));
            }
            return whole;
        }

        private static byte[] file(List<OddPacket> packets) {
            byte[] first = packets.get(0).payload;
            byte[] tables = tables(first);
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            file.writeBytes(new byte[] {(byte) 0xff, (byte) 0xd8});
            file.writeBytes(COMMENT);
            for (int number = 0; number < tables.length / JpegScan.TABLE_BYTES; number++) {
                file.writeBytes(
                        new byte[] {(byte) 0xff, (byte) 0xdb, 0, (byte) (3 + JpegScan.TABLE_BYTES), (byte) number});
                file.write(tables, number * JpegScan.TABLE_BYTES, JpegScan.TABLE_BYTES);
            }
            file.writeBytes(frame(first));
            huffman(file, 0x00, JPEGHuffmanTable.StdDCLuminance);
            huffman(file, 0x10, JPEGHuffmanTable.StdACLuminance);
            huffman(file, 0x01, JPEGHuffmanTable.StdDCChrominance);
            huffman(file, 0x11, JPEGHuffmanTable.StdACChrominance);
            file.writeBytes(SCAN_HEADER);
            int scan = At.AFTER_TABLES_HEADER + tables.length;
            file.write(first, scan, first.length - scan);
            packets.stream()
                    .skip(1)
                    .forEach(packet -> file.write(packet.payload, At.TABLES, packet.payload.length - At.TABLES));
            return file.toByteArray();
        }

        /** ITU-T T.81 B.2.3: three components, each with the tables of its kind, all of a sequential scan. */
        private static final byte[] SCAN_HEADER = {
            (byte) 0xff, (byte) 0xda, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0
        };

        /** B.2.4.2. */
        private static void huffman(ByteArrayOutputStream out, int which, JPEGHuffmanTable table) {
            short[] values = table.getValues();
            short[] counts = table.getLengths();
            ByteBuffer segment = ByteBuffer.allocate(2 + 2 + 1 + 16 + values.length);
            segment.putShort((short) 0xffc4).putShort((short) (segment.capacity() - 2));
            segment.put((byte) which);
            for (int bits = 0; bits < 16; bits++) {
                segment.put((byte) (bits < counts.length ? counts[bits] : 0));
            }
            for (short value : values) {
                segment.put((byte) value);
            }
            out.writeBytes(segment.array());
        }
    }
}
