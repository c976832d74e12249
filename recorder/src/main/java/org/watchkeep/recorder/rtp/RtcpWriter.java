// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Writes the parts of compound RTCP packets (RFC 3550 6.4 to 6.6), one behind the other. Stateless. */
public final class RtcpWriter {
    private static final int SENDER_REPORT = 200;
    private static final int RECEIVER_REPORT = 201;
    private static final int SOURCE_DESCRIPTION = 202;
    private static final int GOODBYE = 203;
    private static final int CNAME = 1;
    private static final int VERSION_2 = 0x80;
    private static final int MAX_CNAME_BYTES = 255;

    private RtcpWriter() {}

    /** RFC 3550 6.4.1, without report blocks. */
    public static void senderReport(ByteBuf out, SenderReport report, long packets, long octets) {
        out.writeByte(VERSION_2).writeByte(SENDER_REPORT).writeShort(6);
        out.writeInt(report.ssrc()).writeLong(report.ntp()).writeInt(report.rtpTimestamp());
        out.writeInt((int) packets).writeInt((int) octets);
    }

    /** RFC 3550 6.4.2: with the one block, or with none while nothing was received. */
    public static void receiverReport(ByteBuf out, int ssrc, Optional<ReportBlock> about) {
        int count = about.isPresent() ? 1 : 0;
        out.writeByte(VERSION_2 | count).writeByte(RECEIVER_REPORT).writeShort(1 + 6 * count);
        out.writeInt(ssrc);
        about.ifPresent(block -> {
            out.writeInt(block.source());
            out.writeByte(block.fractionLost()).writeMedium(block.cumulativeLost());
            out.writeInt(block.extendedHighest()).writeInt((int) block.jitter());
            out.writeInt(block.lastSenderReport()).writeInt((int) block.delaySinceLast());
        });
    }

    /** RFC 3550 6.5: the canonical name alone, ended by zeros up to a whole word. Longer names are cut. */
    public static void sourceDescription(ByteBuf out, int ssrc, String cname) {
        byte[] name = cname.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(name.length, MAX_CNAME_BYTES);
        int padded = (4 + 2 + length + 1 + 3) / 4 * 4;
        out.writeByte(VERSION_2 | 1).writeByte(SOURCE_DESCRIPTION).writeShort(padded / 4);
        out.writeInt(ssrc).writeByte(CNAME).writeByte(length).writeBytes(name, 0, length);
        out.writeZero(padded - 4 - 2 - length);
    }

    /** RFC 3550 6.6. */
    public static void goodbye(ByteBuf out, int ssrc) {
        out.writeByte(VERSION_2 | 1).writeByte(GOODBYE).writeShort(1).writeInt(ssrc);
    }
}
