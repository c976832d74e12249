// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import io.netty.buffer.ByteBuf;

/**
 * A view of the header of one RTP packet (RFC 3550 5.1), used again for every packet so that none is allocated.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |V=2|P|X|  CC   |M|     PT      |        sequence number        |
 * |                           timestamp                           |
 * |                             SSRC                              |
 * |                     CSRC, CC times                            |
 * |       profile (if X)          |       extension words         |
 * </pre>
 *
 * Confined to its event loop. Holds no buffer: {@link #payloadIndex} and {@link #payloadLength} point into the one parsed.
 */
public final class RtpPacket {
    static final int HEADER_BYTES = 12;

    private final StreamOrigin origin;
    private boolean marker;
    private int payloadType;
    private int sequence;
    private int timestamp;
    private int ssrc;
    private int payloadIndex;
    private int payloadLength;

    public RtpPacket(StreamOrigin origin) {
        this.origin = origin;
    }

    /** Reads the header of the packet between the reader and writer index, which it leaves where they are. */
    public void parse(ByteBuf packet) throws StreamFormatException {
        int start = packet.readerIndex();
        int length = packet.readableBytes();
        if (length < HEADER_BYTES) {
            throw bad("RTP packet bytes: " + length + " (expected: at least " + HEADER_BYTES + ")", -1, 0);
        }
        // At once: each look into a buffer checks bounds and owners anew, and this is done for every packet.
        long head = packet.getLong(start);
        int first = (int) (head >>> 56);
        int second = (int) (head >>> 48) & 0xff;
        int number = (int) (head >>> 32) & 0xffff;
        if (first >>> 6 != 2) {
            throw bad("RTP version: " + (first >>> 6) + " (expected: 2)", -1, 0);
        }
        int header = headerBytes(packet, first);
        int padding = paddingBytes(packet, first);
        if (!isWithin(header, padding, length)) {
            throw bad("RTP header and padding: " + header + " + " + padding + " of " + length + " bytes", number, 0);
        }
        marker = (second & 0x80) != 0;
        payloadType = second & 0x7f;
        sequence = number;
        timestamp = (int) head;
        ssrc = packet.getInt(start + 8);
        payloadIndex = start + header;
        payloadLength = length - header - padding;
    }

    /** Whether {@link #parse} would take it. */
    public static boolean isSound(ByteBuf packet) {
        int length = packet.readableBytes();
        if (length < HEADER_BYTES) {
            return false;
        }
        int first = packet.getUnsignedByte(packet.readerIndex());
        return first >>> 6 == 2 && isWithin(headerBytes(packet, first), paddingBytes(packet, first), length);
    }

    /** The type of a packet that {@link #isSound}. */
    public static int payloadType(ByteBuf packet) {
        return packet.getUnsignedByte(packet.readerIndex() + 1) & 0x7f;
    }

    /** The source of a packet that {@link #isSound}. */
    public static int ssrc(ByteBuf packet) {
        return packet.getInt(packet.readerIndex() + 8);
    }

    /** Up to the payload; an extension that begins beyond the packet is given as its first four bytes. */
    private static int headerBytes(ByteBuf packet, int first) {
        int header = HEADER_BYTES + 4 * (first & 0x0f);
        if ((first & 0x10) == 0) {
            return header;
        }
        // RFC 3550 5.3.1: four bytes, of which the last two count the words that follow.
        boolean isThere = header + 4 <= packet.readableBytes();
        return header + 4 + (isThere ? 4 * packet.getUnsignedShort(packet.readerIndex() + header + 2) : 0);
    }

    /** 0 where there is none; -1 where it says that there is some and none is. */
    private static int paddingBytes(ByteBuf packet, int first) {
        if ((first & 0x20) == 0) {
            return 0;
        }
        int padding = packet.getUnsignedByte(packet.writerIndex() - 1);
        return padding == 0 ? -1 : padding;
    }

    private static boolean isWithin(int header, int padding, int length) {
        return padding >= 0 && header + padding <= length;
    }

    private StreamFormatException bad(String what, int number, int offset) {
        return new StreamFormatException(what, origin, number, offset);
    }

    public boolean marker() {
        return marker;
    }

    public int payloadType() {
        return payloadType;
    }

    /** 16 bits. */
    public int sequence() {
        return sequence;
    }

    /** The 32 bits as they came; {@link TimestampExtender} makes 64 of them. */
    public int timestamp() {
        return timestamp;
    }

    public int ssrc() {
        return ssrc;
    }

    /** Absolute index of the payload in the parsed buffer. */
    public int payloadIndex() {
        return payloadIndex;
    }

    /** Payload bytes without padding; may be 0. */
    public int payloadLength() {
        return payloadLength;
    }
}
