// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Pictures of 1280x720 in JPEG over RTP (RFC 2435 3.1), all of them key pictures, their scans noise. */
final class SyntheticJpeg implements SyntheticPictures {
    /** RFC 3551 table 5. */
    static final int PAYLOAD_TYPE = 26;

    private static final int HEADER_BYTES = 8;
    private static final int PART_BYTES = MAX_PAYLOAD_BYTES - HEADER_BYTES;

    /** YCbCr 4:2:0, no restart markers. */
    private static final int TYPE = 1;

    private static final int QUALITY = 80;
    private static final int WIDTH_8THS = 160;
    private static final int HEIGHT_8THS = 90;

    private final RtpFraming framing;

    SyntheticJpeg(int channel, int ssrc, int firstSequence) {
        this.framing = new RtpFraming(channel, PAYLOAD_TYPE, ssrc, firstSequence);
    }

    @Override
    public int packets(boolean isKey, int sizeBytes) {
        return (sizeBytes + PART_BYTES - 1) / PART_BYTES;
    }

    @Override
    public void skip(int packets) {
        framing.skip(packets);
    }

    @Override
    public ByteBuf picture(ByteBufAllocator allocator, boolean isKey, int sizeBytes, int timestamp, int noiseAt) {
        ByteBuf out = allocator.directBuffer(packets(isKey, sizeBytes) * (FRAME_BYTES + HEADER_BYTES) + sizeBytes);
        int from = Math.floorMod(noiseAt, NOISE_BYTES / 2);
        for (int offset = 0; offset < sizeBytes; offset += PART_BYTES) {
            int part = Math.min(PART_BYTES, sizeBytes - offset);
            framing.packet(out, HEADER_BYTES + part, timestamp, offset + part == sizeBytes);
            out.writeByte(0).writeMedium(offset);
            out.writeByte(TYPE).writeByte(QUALITY).writeByte(WIDTH_8THS).writeByte(HEIGHT_8THS);
            out.writeBytes(NOISE, (from + offset) % (NOISE_BYTES - MAX_PAYLOAD_BYTES), part);
        }
        return out;
    }
}
