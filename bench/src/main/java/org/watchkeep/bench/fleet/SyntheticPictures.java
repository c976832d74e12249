// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.SplittableRandom;

/**
 * Pictures of one stream as interleaved RTP packets, each behind its RTSP frame header (RFC 2326 10.12), a picture in one
 * buffer. Confined to the event loop that owns the stream.
 */
interface SyntheticPictures {
    /** RFC 3551 table 5, RFC 6184, RFC 7798: all video here counts in this. */
    int CLOCK_RATE = 90_000;

    /** Leaves room for IP, TCP and RTSP framing in an Ethernet frame, as cameras do. */
    int MAX_PAYLOAD_BYTES = 1_400;

    /** RTSP frame header and RTP header. */
    int FRAME_BYTES = 4 + 12;

    int FRAME_HEADER_BYTES = 4;
    int NOISE_BYTES = 1 << 20;

    /** No zero bytes, so that no start code shows up in it; no 0xff, so that no JPEG marker does. */
    ByteBuf NOISE = noise();

    private static ByteBuf noise() {
        byte[] bytes = new byte[NOISE_BYTES];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) random.nextInt(1, 255);
        }
        return Unpooled.unreleasableBuffer(Unpooled.directBuffer(NOISE_BYTES).writeBytes(bytes))
                .asReadOnly();
    }

    /** How many packets a picture takes. */
    int packets(boolean isKey, int sizeBytes);

    /** Numbers that are passed over: packets that were due and never sent. */
    void skip(int packets);

    /** The whole picture, framed; the caller owns it. */
    ByteBuf picture(ByteBufAllocator allocator, boolean isKey, int sizeBytes, int timestamp, int noiseAt);

    /** Length of the framed packet that begins here. */
    static int framedBytes(ByteBuf picture, int at) {
        return FRAME_HEADER_BYTES + picture.getUnsignedShort(at + 2);
    }
}
