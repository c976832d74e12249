// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;

/**
 * Turns pictures into RTP packets, RFC 6184 (H.264, non-interleaved mode) and RFC 7798 (H.265, in decoding order): parameter
 * sets that follow one another in an aggregate (STAP-A, AP), what is too long in fragments (FU-A, FU), the rest one NAL unit
 * a packet; RFC 2435 (JPEG, its tables sent with each picture); the marker on the last packet of a picture. Packets of one viewer, so confined to its event loop.
 */
final class RtpPacketiser {
    static final int PAYLOAD_TYPE = 96;
    static final int HEADER_BYTES = 12;

    /** Leaves room for IP, TCP and RTSP framing in an Ethernet frame, as cameras do. */
    static final int MAX_PAYLOAD_BYTES = 1400;

    private static final int STAP_A = 24;
    private static final int FU_A = 28;
    private static final int AP = 48;
    private static final int FU = 49;
    private static final int JPEG_HEADER_BYTES = 8;
    private static final int JPEG_RESTART_BYTES = 4;
    private static final int JPEG_TABLES_HEADER_BYTES = 4;
    private static final int JPEG_TABLES_IN_BAND = 255;
    private static final int VERSION_2 = 0x80;
    private static final int MARKER = 0x80;

    private final ByteBufAllocator allocator;
    private final int ssrc;
    private int sequence;
    private long packets;
    private long octets;
    private int payloadType = PAYLOAD_TYPE;

    RtpPacketiser(ByteBufAllocator allocator, int ssrc, int firstSequence) {
        this.allocator = allocator;
        this.ssrc = ssrc;
        sequence = firstSequence & 0xffff;
    }

    /** Number of the next packet. */
    int sequence() {
        return sequence;
    }

    /** Packets made so far, for sender reports. */
    long packets() {
        return packets;
    }

    /** Payload bytes made so far, for sender reports. */
    long octets() {
        return octets;
    }

    int ssrc() {
        return ssrc;
    }

    /** Hands each packet of the picture, in order, to {@code out}, which owns it from then on. */
    void packetise(Picture picture, int timestamp, Consumer<ByteBuf> out) {
        payloadType = picture.codec().payloadType;
        if (picture.scan().isPresent()) {
            jpeg(picture, picture.scan().get(), timestamp, out);
            return;
        }
        int count = picture.nalUnits();
        int at = 0;
        while (at < count) {
            int end = aggregateEnd(picture, at);
            boolean last = end == count;
            if (end - at > 1) {
                out.accept(aggregate(picture, at, end, timestamp, last));
            } else if (picture.length(at) <= MAX_PAYLOAD_BYTES) {
                ByteBuf packet = packet(picture.length(at), timestamp, last);
                picture.write(at, 0, picture.length(at), packet);
                out.accept(packet);
            } else {
                fragments(picture, at, timestamp, last, out);
            }
            at = end;
        }
    }

    /** One past the run of parameter sets from {@code at} that fits one aggregate; {@code at + 1} where there is no run. */
    private static int aggregateEnd(Picture picture, int at) {
        int end = at;
        int bytes = picture.codec().headerBytes;
        while (end < picture.nalUnits() && picture.codec().isParameterSet(picture.type(end))) {
            bytes += 2 + picture.length(end);
            if (bytes > MAX_PAYLOAD_BYTES) {
                break;
            }
            end++;
        }
        return Math.max(end, at + 1);
    }

    private ByteBuf aggregate(Picture picture, int from, int to, int timestamp, boolean last) {
        int bytes = picture.codec().headerBytes;
        for (int i = from; i < to; i++) {
            bytes += 2 + picture.length(i);
        }
        ByteBuf packet = packet(bytes, timestamp, last);
        aggregateHeader(picture, from, to, packet);
        for (int i = from; i < to; i++) {
            packet.writeShort(picture.length(i));
            picture.write(i, 0, picture.length(i), packet);
        }
        return packet;
    }

    /** RFC 6184 5.7.1: the highest nal_ref_idc of the units inside. RFC 7798 4.4.2: the lowest layer and temporal id, 0 and 1. */
    private static void aggregateHeader(Picture picture, int from, int to, ByteBuf packet) {
        if (picture.codec() == PictureCodec.H265) {
            packet.writeByte(AP << 1).writeByte(1);
            return;
        }
        int reference = 0;
        for (int i = from; i < to; i++) {
            reference = Math.max(reference, picture.header(i) & 0x60);
        }
        packet.writeByte(reference | STAP_A);
    }

    /**
     * RFC 6184 5.8, RFC 7798 4.4.3: the NAL unit's own header is not sent but rebuilt from the packet's and the FU header, which
     * is one byte.
     */
    private void fragments(Picture picture, int nalUnit, int timestamp, boolean last, Consumer<ByteBuf> out) {
        int header = picture.codec().headerBytes;
        int length = picture.length(nalUnit);
        for (int from = header; from < length; ) {
            int part = Math.min(MAX_PAYLOAD_BYTES - header - 1, length - from);
            boolean end = from + part == length;
            ByteBuf packet = packet(header + 1 + part, timestamp, last && end);
            if (picture.codec() == PictureCodec.H265) {
                packet.writeByte((picture.header(nalUnit) & 0x81) | FU << 1).writeByte(picture.octet(nalUnit, 1));
            } else {
                packet.writeByte((picture.header(nalUnit) & 0xe0) | FU_A);
            }
            packet.writeByte((from == header ? 0x80 : 0) | (end ? 0x40 : 0) | picture.type(nalUnit));
            picture.write(nalUnit, from, part, packet);
            out.accept(packet);
            from += part;
        }
    }

    /** RFC 2435 3.1: the tables stand in a picture's first packet, its offset in each. */
    private void jpeg(Picture picture, JpegScan scan, int timestamp, Consumer<ByteBuf> out) {
        int length = picture.length(0);
        int restartBytes = scan.restartInterval() > 0 ? JPEG_RESTART_BYTES : 0;
        for (int from = 0; from < length; ) {
            int header = JPEG_HEADER_BYTES + restartBytes;
            header += from == 0 ? JPEG_TABLES_HEADER_BYTES + scan.tables().remaining() : 0;
            int part = Math.min(MAX_PAYLOAD_BYTES - header, length - from);
            ByteBuf packet = packet(header + part, timestamp, from + part == length);
            packet.writeInt(from).writeByte(scan.type()).writeByte(JPEG_TABLES_IN_BAND);
            packet.writeByte(scan.width() / 8).writeByte(scan.height() / 8);
            if (restartBytes > 0) {
                // 3.1.7: not cut at restart markers, so that only whole pictures can be decoded.
                packet.writeShort(scan.restartInterval()).writeShort(0xffff);
            }
            if (from == 0) {
                packet.writeShort(0).writeShort(scan.tables().remaining()).writeBytes(scan.tables());
            }
            picture.write(0, from, part, packet);
            out.accept(packet);
            from += part;
        }
    }

    private ByteBuf packet(int payloadBytes, int timestamp, boolean marker) {
        ByteBuf packet = allocator.buffer(HEADER_BYTES + payloadBytes);
        packet.writeByte(VERSION_2);
        packet.writeByte((marker ? MARKER : 0) | payloadType);
        packet.writeShort(sequence);
        packet.writeInt(timestamp);
        packet.writeInt(ssrc);
        sequence = (sequence + 1) & 0xffff;
        packets++;
        octets += payloadBytes;
        return packet;
    }
}
