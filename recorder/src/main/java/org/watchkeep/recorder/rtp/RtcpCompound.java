// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * What one compound RTCP packet holds that matters to a recorder. Immutable.
 *
 * @param senderReports in order; those before a malformed part count
 * @param bye whether a source said goodbye
 * @param goodbyes the sources that did, as far as they are named
 * @param isMalformed whether reading stopped early: Hanwha sends SDES without its terminator, others send noise; neither is
 *     a reason to end a session
 */
public record RtcpCompound(List<SenderReport> senderReports, boolean bye, List<Integer> goodbyes, boolean isMalformed) {
    private static final int SENDER_REPORT = 200;
    private static final int BYE = 203;
    private static final int APPLICATION = 204;
    private static final int HEADER_BYTES = 4;
    private static final int SENDER_INFO_BYTES = 24;

    public RtcpCompound {
        senderReports = List.copyOf(senderReports);
        goodbyes = List.copyOf(goodbyes);
    }

    /** RFC 5761 4: payload types 192 to 223 are RTCP on whichever channel or port they come. */
    public static boolean isRtcp(ByteBuf packet) {
        if (packet.readableBytes() < 2) {
            return false;
        }
        int type = packet.getUnsignedByte(packet.readerIndex() + 1);
        return type >= 192 && type <= 223;
    }

    /**
     * Whether its first part is whole, and of a type that RFC 3550 knows (200 to 204): enough to tell a report from noise. What
     * stands behind that may be malformed and the packet a camera's all the same.
     */
    public static boolean isSound(ByteBuf packet) {
        int start = packet.readerIndex();
        if (packet.readableBytes() < HEADER_BYTES || packet.getUnsignedByte(start) >>> 6 != 2) {
            return false;
        }
        int type = packet.getUnsignedByte(start + 1);
        int bytes = HEADER_BYTES + 4 * packet.getUnsignedShort(start + 2);
        return type >= SENDER_REPORT && type <= APPLICATION && bytes <= packet.readableBytes();
    }

    /** Reads between the reader and writer index, which it leaves where they are. Never throws for what the bytes hold. */
    public static RtcpCompound read(ByteBuf packet) {
        List<SenderReport> reports = new ArrayList<>(1);
        List<Integer> goodbyes = List.of();
        boolean bye = false;
        int at = packet.readerIndex();
        int end = packet.writerIndex();
        while (at < end) {
            // RFC 3550 6.4.1: version, type and length in words less one stand first in each part.
            if (end - at < HEADER_BYTES || packet.getUnsignedByte(at) >>> 6 != 2) {
                return new RtcpCompound(reports, bye, goodbyes, true);
            }
            int type = packet.getUnsignedByte(at + 1);
            int bytes = HEADER_BYTES + 4 * packet.getUnsignedShort(at + 2);
            if (bytes > end - at || (type == SENDER_REPORT && bytes < HEADER_BYTES + SENDER_INFO_BYTES)) {
                return new RtcpCompound(reports, bye, goodbyes, true);
            }
            if (type == SENDER_REPORT) {
                reports.add(new SenderReport(packet.getInt(at + 4), packet.getLong(at + 8), packet.getInt(at + 16)));
            }
            if (type == BYE) {
                bye = true;
                goodbyes = sources(packet, at, bytes);
            }
            at += bytes;
        }
        return new RtcpCompound(reports, bye, goodbyes, reports.isEmpty() && !bye && at == packet.readerIndex());
    }

    /** RFC 3550 6.6: as many as the header says, or as there is room for. */
    private static List<Integer> sources(ByteBuf packet, int at, int bytes) {
        int count = Math.min(packet.getUnsignedByte(at) & 0x1f, (bytes - HEADER_BYTES) / 4);
        List<Integer> sources = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            sources.add(packet.getInt(at + HEADER_BYTES + 4 * i));
        }
        return sources;
    }
}
