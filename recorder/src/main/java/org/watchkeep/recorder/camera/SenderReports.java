// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.watchkeep.recorder.rtp.RtcpWriter;
import org.watchkeep.recorder.rtp.SenderReport;

/** Writes the RTCP of a simulated camera: sender reports and the goodbye, RFC 3550 6.4.1, 6.5 and 6.6. Stateless. */
final class SenderReports {
    /** Seconds from 1900, where NTP time begins, to 1970. */
    private static final long NTP_EPOCH_SECONDS = 2_208_988_800L;

    private SenderReports() {}

    /** A sender report and a source description in one compound packet, as RFC 3550 6.1 wants. */
    static ByteBuf report(ByteBufAllocator allocator, RtpPacketiser of, long utcMicros, int timestamp, String cname) {
        ByteBuf out = allocator.buffer();
        RtcpWriter.senderReport(out, new SenderReport(of.ssrc(), ntp(utcMicros), timestamp), of.packets(), of.octets());
        RtcpWriter.sourceDescription(out, of.ssrc(), cname);
        return out;
    }

    /** The last word of a stream. An empty report goes first: a compound packet never begins with a goodbye. */
    static ByteBuf goodbye(ByteBufAllocator allocator, RtpPacketiser of, long utcMicros, int timestamp, String cname) {
        ByteBuf out = report(allocator, of, utcMicros, timestamp, cname);
        RtcpWriter.goodbye(out, of.ssrc());
        return out;
    }

    /** 32 bits of seconds since 1900 and 32 of fraction. */
    static long ntp(long utcMicros) {
        long seconds = Math.floorDiv(utcMicros, 1_000_000L) + NTP_EPOCH_SECONDS;
        long fraction = (Math.floorMod(utcMicros, 1_000_000L) << 32) / 1_000_000;
        return (seconds << 32) | fraction;
    }
}
