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
        int first = packet.getUnsignedByte(start);
        int second = packet.getUnsignedByte(start + 1);
        int number = packet.getUnsignedShort(start + 2);
        if (first >>> 6 != 2) {
            throw bad("RTP version: " + (first >>> 6) + " (expected: 2)", -1, 0);
        }
        int header = HEADER_BYTES + 4 * (first & 0x0f);
        if ((first & 0x10) != 0) {
            // RFC 3550 5.3.1: four bytes, of which the last two count the words that follow.
            if (header + 4 > length) {
                throw bad("RTP header extension at " + header + " of " + length + " bytes", number, header);
            }
            header += 4 + 4 * packet.getUnsignedShort(start + header + 2);
        }
        int padding = (first & 0x20) != 0 ? packet.getUnsignedByte(start + length - 1) : 0;
        if (header + padding > length || ((first & 0x20) != 0 && padding == 0)) {
            throw bad("RTP header and padding: " + header + " + " + padding + " of " + length + " bytes", number, 0);
        }
        marker = (second & 0x80) != 0;
        payloadType = second & 0x7f;
        sequence = number;
        timestamp = packet.getInt(start + 4);
        ssrc = packet.getInt(start + 8);
        payloadIndex = start + header;
        payloadLength = length - header - padding;
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
