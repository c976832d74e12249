// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;

/** An RTP packet that is still to be numbered, with every field free to be written wrong. Confined to its viewer. */
final class OddPacket {
    private static final int EXTENSION_BIT = 0x10;
    private static final int PADDING_BIT = 0x20;
    private static final int MARKER_BIT = 0x80;

    final PictureCodec codec;
    boolean isMarked;
    int payloadType;
    int timestamp;
    int ssrc;
    byte[] payload;
    /** The header extension's profile and words (RFC 3550 5.3.1); empty for none. */
    byte[] extension = {};

    int paddingBytes;
    /** How far its number is from the one before it in this list: 1 plainly, 0 for a duplicate, 2 behind a lost one. */
    int numberStep = 1;

    private OddPacket(OddPacket of, byte[] payload) {
        codec = of.codec;
        isMarked = of.isMarked;
        payloadType = of.payloadType;
        timestamp = of.timestamp;
        ssrc = of.ssrc;
        this.payload = payload;
        extension = of.extension;
        paddingBytes = of.paddingBytes;
    }

    /** Of a plain packet, as {@link RtpPacketiser} makes it; does not release it. */
    OddPacket(ByteBuf plain, PictureCodec codec) {
        this.codec = codec;
        int second = plain.getUnsignedByte(plain.readerIndex() + 1);
        isMarked = (second & MARKER_BIT) != 0;
        payloadType = second & 0x7f;
        timestamp = plain.getInt(plain.readerIndex() + 4);
        ssrc = plain.getInt(plain.readerIndex() + 8);
        int header = RtpPacketiser.HEADER_BYTES;
        payload = ByteBufUtil.getBytes(plain, plain.readerIndex() + header, plain.readableBytes() - header);
    }

    /** Another with this payload, else the same; one that follows it. */
    OddPacket with(byte[] otherPayload) {
        return new OddPacket(this, otherPayload);
    }

    /** As it is, marker or not. */
    OddPacket marked(boolean marker) {
        isMarked = marker;
        return this;
    }

    ByteBuf written(ByteBufAllocator allocator, int number) {
        ByteBuf out = allocator.buffer(RtpPacketiser.HEADER_BYTES + extension.length + payload.length + paddingBytes);
        int first = 0x80 | (extension.length > 0 ? EXTENSION_BIT : 0) | (paddingBytes > 0 ? PADDING_BIT : 0);
        out.writeByte(first)
                .writeByte((isMarked ? MARKER_BIT : 0) | payloadType)
                .writeShort(number);
        out.writeInt(timestamp).writeInt(ssrc).writeBytes(extension).writeBytes(payload);
        if (paddingBytes > 0) {
            out.writeZero(paddingBytes - 1).writeByte(paddingBytes);
        }
        return out;
    }
}
