// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Base64;
import java.util.HexFormat;
import java.util.SplittableRandom;

/**
 * A picture as interleaved RTP packets in one buffer: parameter sets before a key picture, the slice in FU-A (RFC 6184
 * 5.8), each packet behind its RTSP frame header (RFC 2326 10.12). Noise has no zero bytes, so that no start code shows
 * up in it. Confined to the event loop that owns the stream.
 */
final class SyntheticH264 {
    static final int PAYLOAD_TYPE = 96;
    static final int CLOCK_RATE = 90_000;

    /** Leaves room for IP, TCP and RTSP framing in an Ethernet frame, as cameras do. */
    private static final int MAX_PAYLOAD_BYTES = 1_400;

    private static final int FU_HEADER_BYTES = 2;
    private static final int FRAME_BYTES = 4 + 12;

    /** High profile, 1920x1080, 25 pictures a second, no reordering. */
    private static final byte[] SPS = HexFormat.of().parseHex("67640028acb200f0044fcb80880000030008000003019078c19240");

    private static final byte[] PPS = HexFormat.of().parseHex("68ebc3cb22c0");

    /** first_mb 0, slice type 7 (I) or 5 (P), picture parameter set 0 (ITU-T H.264 7.3.3). */
    private static final int KEY_SLICE = 0x88;

    private static final int OTHER_SLICE = 0x9A;

    /** Begins with the bit that says picture parameter set 0. */
    private static final int SLICE_REST = 0xB5;

    private static final int NOISE_BYTES = 1 << 20;
    private static final ByteBuf NOISE = noise();

    private final int channel;
    private final int ssrc;
    private int sequence;

    SyntheticH264(int channel, int ssrc, int firstSequence) {
        this.channel = channel;
        this.ssrc = ssrc;
        this.sequence = firstSequence & 0xffff;
    }

    private static ByteBuf noise() {
        byte[] bytes = new byte[NOISE_BYTES];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) random.nextInt(1, 256);
        }
        return Unpooled.unreleasableBuffer(Unpooled.directBuffer(NOISE_BYTES).writeBytes(bytes))
                .asReadOnly();
    }

    static String formatParameters() {
        Base64.Encoder base64 = Base64.getEncoder();
        return "packetization-mode=1;profile-level-id=640028;sprop-parameter-sets=" + base64.encodeToString(SPS) + ","
                + base64.encodeToString(PPS);
    }

    /** How many packets a picture takes. */
    static int packets(boolean isKey, int sizeBytes) {
        int part = MAX_PAYLOAD_BYTES - FU_HEADER_BYTES;
        return (isKey ? 2 : 0) + (sizeBytes - 1 + part - 1) / part;
    }

    /** Numbers that are passed over: packets that were due and never sent. */
    void skip(int packets) {
        sequence = (sequence + packets) & 0xffff;
    }

    /** The whole picture, framed; the caller owns it. */
    ByteBuf picture(ByteBufAllocator allocator, boolean isKey, int sizeBytes, int timestamp, int noiseAt) {
        int packets = packets(isKey, sizeBytes);
        ByteBuf out = allocator.directBuffer(
                packets * (FRAME_BYTES + FU_HEADER_BYTES) + sizeBytes + (isKey ? SPS.length + PPS.length : 0));
        if (isKey) {
            packet(out, SPS.length, timestamp, false).writeBytes(SPS);
            packet(out, PPS.length, timestamp, false).writeBytes(PPS);
        }
        int header = isKey ? 0x65 : 0x41;
        int from = Math.floorMod(noiseAt, NOISE_BYTES / 2);
        int left = sizeBytes - 1;
        boolean first = true;
        while (left > 0) {
            int part = Math.min(MAX_PAYLOAD_BYTES - FU_HEADER_BYTES, left);
            boolean last = part == left;
            packet(out, FU_HEADER_BYTES + part, timestamp, last);
            out.writeByte((header & 0xe0) | 28);
            out.writeByte((first ? 0x80 : 0) | (last ? 0x40 : 0) | (header & 0x1f));
            int at = from % (NOISE_BYTES - MAX_PAYLOAD_BYTES);
            if (first) {
                out.writeByte(isKey ? KEY_SLICE : OTHER_SLICE).writeByte(SLICE_REST);
                out.writeBytes(NOISE, at, part - 2);
            } else {
                out.writeBytes(NOISE, at, part);
            }
            first = false;
            from += part;
            left -= part;
        }
        return out;
    }

    private ByteBuf packet(ByteBuf out, int payloadBytes, int timestamp, boolean marker) {
        out.writeByte('$').writeByte(channel).writeShort(12 + payloadBytes);
        out.writeByte(0x80).writeByte((marker ? 0x80 : 0) | PAYLOAD_TYPE).writeShort(sequence);
        out.writeInt(timestamp).writeInt(ssrc);
        sequence = (sequence + 1) & 0xffff;
        return out;
    }

    /** Length of the framed packet that begins here. */
    static int framedBytes(ByteBuf picture, int at) {
        return 4 + picture.getUnsignedShort(at + 2);
    }
}
