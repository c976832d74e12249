// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts JPEG pictures together from RTP payloads (RFC 2435): types 0 and 1, 64 and 65; quantisation by Q or sent along; sizes
 * above 2040 from the header extension of the ONVIF streaming specification (5.1.3), or from headers that a camera leaves in
 * the payload.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * | type-specific |              fragment offset                  |
 * |     type      |       Q       |    width / 8  |   height / 8  |
 * |       restart interval        |F|L|     restart count         |  types 64 to 127
 * |      MBZ      |   precision   |   length of the tables        |  Q 128 to 255, at offset 0
 * </pre>
 *
 * <p>Where packets are missing the beginning of the picture stays; what follows the hole cannot be placed and is not used. Of
 * a picture whose first packet is missing nothing can be used: its headers are gone with it.
 */
public final class JpegDepacketiser implements Depacketiser {
    /** A second of video: a camera whose pictures cannot be put together is not one we can record. */
    static final int MAX_UNUSABLE_IN_ROW = 25;

    private static final int HEADER_BYTES = 8;
    private static final int RESTART_BYTES = 4;
    private static final int TABLES_HEADER_BYTES = 4;
    private static final int WITH_RESTARTS = 0x40;
    /** Its tables may differ in each picture, so that none are kept (3.1.8). */
    private static final int Q_PER_PICTURE = 255;

    /** ONVIF's replay extension, which may stand before the JPEG one, and its length. */
    private static final int ONVIF_REPLAY = 0xabac;

    private static final int ONVIF_REPLAY_BYTES = 12;
    private static final int ONVIF_JPEG = 0xffd8;

    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final StreamOrigin origin;
    private final JpegSink sink;
    private final Set<Tolerance> tolerances;
    private final JpegHeaders headers = new JpegHeaders();
    /** Of Q 128 to 254, which name tables that were sent once: at most 127 of 256 bytes. */
    private final Map<Integer, Tables> tablesByQ = new HashMap<>();

    private final ByteBuffer segments = ByteBuffer.allocate(JpegHeaders.MAX_SENT_BYTES);

    private boolean isOpen;
    private int nextOffset;
    private int unusableInRow;
    private long malformed;

    private record Tables(int precision, ByteBuffer numbers) {}

    public JpegDepacketiser(StreamOrigin origin, JpegSink sink, Set<Tolerance> tolerances) {
        this.origin = origin;
        this.sink = sink;
        this.tolerances = tolerances;
    }

    @Override
    public boolean continuesPicture(ByteBuf packet, int index, int length) {
        return length > HEADER_BYTES && packet.getUnsignedMedium(index + 1) > 0;
    }

    @Override
    public void onPayload(ByteBuf packet, int index, int length) throws StreamFormatException {
        int restart =
                length >= HEADER_BYTES && (packet.getUnsignedByte(index + 4) & WITH_RESTARTS) != 0 ? RESTART_BYTES : 0;
        if (length < HEADER_BYTES + restart) {
            malformed++;
            lose();
            return;
        }
        int offset = packet.getUnsignedMedium(index + 1);
        int at = index + HEADER_BYTES + restart;
        if (offset == 0) {
            at = begin(packet, index, at, index + length);
        } else if (isOpen && offset != nextOffset) {
            malformed++;
            lose();
        }
        if (!isOpen) {
            sink.pictureLost();
            return;
        }
        int bytes = index + length - at;
        sink.pictureBytes(packet, at, bytes);
        nextOffset = offset + bytes;
    }

    /** Reads what only a picture's first packet says; returns where its entropy-coded bytes begin. */
    private int begin(ByteBuf packet, int index, int afterHeader, int end) throws StreamFormatException {
        isOpen = false;
        int type = packet.getUnsignedByte(index + 4);
        int q = packet.getUnsignedByte(index + 5);
        int at = afterHeader;
        if (q >= JpegTables.FIRST_SENT_Q) {
            int length = at + TABLES_HEADER_BYTES <= end ? packet.getUnsignedShort(at + 2) : end;
            if (at + TABLES_HEADER_BYTES + length > end) {
                return unusable("quantisation tables of " + length + " bytes", "that many in the packet", end);
            }
            keepTables(q, packet.getUnsignedByte(at + 1), packet, at + TABLES_HEADER_BYTES, length);
            at += TABLES_HEADER_BYTES + length;
        }
        readSegments(packet, at, end);
        int width = packet.getUnsignedByte(index + 6) * 8;
        int height = packet.getUnsignedByte(index + 7) * 8;
        int sampling = (type & 1) == 0 ? JpegFormat.SAMPLING_422 : JpegFormat.SAMPLING_420;
        Optional<JpegFormat> sent = JpegHeaders.format(segments);
        JpegFormat format = sent.orElse(new JpegFormat(width, height, sampling));
        if (format.width() == 0 || format.height() == 0) {
            return unusable("picture size: " + format.width() + "x" + format.height(), "more", end);
        }
        boolean isWhole = isStartOfImage(packet, at, end);
        if ((type & ~WITH_RESTARTS) > 1 && !isWhole && sent.isEmpty()) {
            return unusable("type: " + type, "0, 1, 64 or 65", end);
        }
        if (isWhole) {
            tolerances.add(Tolerance.JPEG_HEADERS_IN_PAYLOAD);
            isOpen = true;
            sink.pictureStart(NONE, format);
        } else {
            Tables tables = tables(q);
            if (tables == null) {
                return unusable("Q: " + q, "1 to 99, or 128 to 255 with tables", end);
            }
            isOpen = true;
            int interval = (type & WITH_RESTARTS) != 0 ? packet.getUnsignedShort(index + HEADER_BYTES) : 0;
            sink.pictureStart(
                    headers.write(
                            new JpegHeaders.Picture(
                                    format.width(),
                                    format.height(),
                                    format.sampling(),
                                    interval,
                                    tables.precision,
                                    tables.numbers),
                            segments),
                    format);
        }
        unusableInRow = 0;
        return at;
    }

    /** 3.1.8, 4.2: what is sent with a Q serves until it is sent anew; length 0 says that it was. */
    private void keepTables(int q, int precision, ByteBuf packet, int at, int length) {
        int first = (precision & 1) != 0 ? 2 * JpegTables.BLOCK : JpegTables.BLOCK;
        int second = (precision & 2) != 0 ? 2 * JpegTables.BLOCK : JpegTables.BLOCK;
        if (length == 0 && q != Q_PER_PICTURE) {
            return;
        }
        tablesByQ.remove(q);
        if (length == first || length == first + second) {
            ByteBuffer numbers = ByteBuffer.allocate(length);
            packet.getBytes(at, numbers);
            tablesByQ.put(q, new Tables(length == first ? precision & 1 : precision & 3, numbers.flip()));
        }
    }

    private @Nullable Tables tables(int q) {
        if (q >= 1 && q <= JpegTables.LAST_COMPUTED_Q) {
            return tablesByQ.computeIfAbsent(q, key -> new Tables(0, ByteBuffer.wrap(JpegTables.quantisation(key))));
        }
        return tablesByQ.get(q);
    }

    /** The JPEG segments that came with the packet, in its header extension or before the scan; none where none did. */
    private void readSegments(ByteBuf packet, int payload, int end) {
        segments.clear().limit(0);
        int at = extension(packet);
        int length = at > 0 ? packet.getUnsignedShort(at + 2) * 4 : 0;
        if (at > 0 && packet.getUnsignedShort(at) == ONVIF_REPLAY && length > ONVIF_REPLAY_BYTES + 4) {
            at += ONVIF_REPLAY_BYTES + 4;
            length -= ONVIF_REPLAY_BYTES + 4;
        }
        if (at > 0 && packet.getUnsignedShort(at) == ONVIF_JPEG) {
            copySegments(packet, at + 4, length);
        } else if (isStartOfImage(packet, payload, end)) {
            copySegments(packet, payload + 2, end - payload - 2);
        }
    }

    private void copySegments(ByteBuf packet, int at, int length) {
        segments.limit(Math.min(length, JpegHeaders.MAX_SENT_BYTES));
        packet.getBytes(at, segments.duplicate());
        segments.limit(JpegHeaders.segmentBytes(segments));
    }

    /** RFC 3550 5.3.1: where the header extension begins; 0 where there is none. The packet is one that was parsed. */
    private static int extension(ByteBuf packet) {
        int start = packet.readerIndex();
        int first = packet.getUnsignedByte(start);
        return (first & 0x10) == 0 ? 0 : start + RtpPacket.HEADER_BYTES + 4 * (first & 0x0f);
    }

    private static boolean isStartOfImage(ByteBuf packet, int at, int end) {
        return at + 4 <= end && packet.getUnsignedMedium(at) == 0xff_d8ff;
    }

    private int unusable(String what, String expected, int end) throws StreamFormatException {
        malformed++;
        if (++unusableInRow < MAX_UNUSABLE_IN_ROW) {
            return end;
        }
        unusableInRow = 0;
        throw new StreamFormatException(
                "JPEG " + what + " (expected: " + expected + ")",
                origin,
                StreamFormatException.UNKNOWN,
                StreamFormatException.UNKNOWN);
    }

    private void lose() {
        isOpen = false;
    }

    @Override
    public void onLoss() {
        lose();
    }

    /** What has come is a whole picture at any time: there is nothing to complete. */
    @Override
    public void onPictureEnd() {
        lose();
    }

    @Override
    public void reset() {
        lose();
    }

    /** Only the marker says where a picture ends. */
    @Override
    public boolean isFragmentOpen() {
        return false;
    }

    @Override
    public long ignored() {
        return 0;
    }

    @Override
    public long malformed() {
        return malformed;
    }
}
