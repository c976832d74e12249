// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** Writes the RTCP of a simulated camera: sender reports and the goodbye, RFC 3550 6.4.1, 6.5 and 6.6. Stateless. */
final class SenderReports {
    private static final int SENDER_REPORT = 200;
    private static final int SOURCE_DESCRIPTION = 202;
    private static final int GOODBYE = 203;
    private static final int CNAME = 1;
    private static final int VERSION_2 = 0x80;
    private static final int SENDER_REPORT_BYTES = 28;
    private static final int MAX_CNAME_BYTES = 255;

    /** Seconds from 1900, where NTP time begins, to 1970. */
    private static final long NTP_EPOCH_SECONDS = 2_208_988_800L;

    private SenderReports() {}

    /** A sender report and a source description in one compound packet, as RFC 3550 6.1 wants. */
    static ByteBuf report(ByteBufAllocator allocator, RtpPacketiser of, long utcMicros, int timestamp, String cname) {
        ByteBuf out = allocator.buffer();
        out.writeByte(VERSION_2).writeByte(SENDER_REPORT).writeShort(SENDER_REPORT_BYTES / 4 - 1);
        out.writeInt(of.ssrc());
        out.writeLong(ntp(utcMicros));
        out.writeInt(timestamp).writeInt((int) of.packets()).writeInt((int) of.octets());
        description(out, of.ssrc(), cname);
        return out;
    }

    /** The last word of a stream. An empty report goes first: a compound packet never begins with a goodbye. */
    static ByteBuf goodbye(ByteBufAllocator allocator, RtpPacketiser of, long utcMicros, int timestamp, String cname) {
        ByteBuf out = report(allocator, of, utcMicros, timestamp, cname);
        out.writeByte(VERSION_2 | 1).writeByte(GOODBYE).writeShort(1).writeInt(of.ssrc());
        return out;
    }

    /** 32 bits of seconds since 1900 and 32 of fraction. */
    static long ntp(long utcMicros) {
        long seconds = Math.floorDiv(utcMicros, 1_000_000L) + NTP_EPOCH_SECONDS;
        long fraction = (Math.floorMod(utcMicros, 1_000_000L) << 32) / 1_000_000;
        return (seconds << 32) | fraction;
    }

    private static void description(ByteBuf out, int ssrc, String cname) {
        byte[] name = cname.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(name.length, MAX_CNAME_BYTES);
        int padded = (4 + 2 + length + 1 + 3) / 4 * 4;
        out.writeByte(VERSION_2 | 1).writeByte(SOURCE_DESCRIPTION).writeShort(padded / 4);
        out.writeInt(ssrc).writeByte(CNAME).writeByte(length).writeBytes(name, 0, length);
        out.writeZero(padded - 4 - 2 - length);
    }
}
