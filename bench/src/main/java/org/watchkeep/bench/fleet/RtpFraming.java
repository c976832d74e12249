// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import io.netty.buffer.ByteBuf;

/** Writes RTSP frame and RTP headers (RFC 2326 10.12, RFC 3550 5.1), numbering packets. Confined to one event loop. */
final class RtpFraming {
    private static final int RTP_BYTES = 12;

    private final int channel;
    private final int payloadType;
    private final int ssrc;
    private int sequence;

    RtpFraming(int channel, int payloadType, int ssrc, int firstSequence) {
        this.channel = channel;
        this.payloadType = payloadType;
        this.ssrc = ssrc;
        this.sequence = firstSequence & 0xffff;
    }

    void skip(int packets) {
        sequence = (sequence + packets) & 0xffff;
    }

    /** The payload is the caller's to write behind it. */
    ByteBuf packet(ByteBuf out, int payloadBytes, int timestamp, boolean marker) {
        out.writeByte('$').writeByte(channel).writeShort(RTP_BYTES + payloadBytes);
        out.writeByte(0x80).writeByte((marker ? 0x80 : 0) | payloadType).writeShort(sequence);
        out.writeInt(timestamp).writeInt(ssrc);
        sequence = (sequence + 1) & 0xffff;
        return out;
    }
}
