// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.micro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Two seconds of a camera of 4 Mbit/s as RTP packets: 50 pictures, the key picture ten times the others, in fragments of
 * 1,400 bytes. Confined to one thread.
 */
public final class Gop {
    public static final int PAYLOAD_TYPE = 96;
    public static final int PICTURES = 50;
    public static final int TICKS_A_PICTURE = 3_600;

    private static final int BYTES = 1_000_000;
    private static final int KEY_TO_OTHER = 10;
    private static final int PAYLOAD_BYTES = 1_400;
    private static final int HEADER_BYTES = 12;

    private static final String H264_SPS = "67640028acb200f0044fcb80880000030008000003019078c19240";
    private static final String H264_PPS = "68ebc3cb22c0";

    private final List<ByteBuf> packets = new ArrayList<>();
    private final List<Integer> pictures = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(1);

    private Gop() {}

    /** In FU-A (RFC 6184 5.8), parameter sets before the key picture. */
    public static Gop h264() {
        Gop gop = new Gop();
        gop.add(HexFormat.of().parseHex(H264_SPS), 0, false);
        gop.add(HexFormat.of().parseHex(H264_PPS), 0, false);
        for (int i = 0; i < PICTURES; i++) {
            byte type = (byte) (i == 0 ? 5 : 1);
            gop.picture(i, new byte[] {(byte) (0x60 | 28)}, type, (byte) (i == 0 ? 0x88 : 0x9a));
        }
        return gop;
    }

    /** In FU (RFC 7798 4.4.3), without parameter sets: for taking apart only. */
    public static Gop h265() {
        Gop gop = new Gop();
        for (int i = 0; i < PICTURES; i++) {
            gop.picture(i, new byte[] {49 << 1, 1}, (byte) (i == 0 ? 19 : 1), (byte) 0xaf);
        }
        return gop;
    }

    private void picture(int picture, byte[] header, byte type, byte slice) {
        int unit = BYTES / (KEY_TO_OTHER + PICTURES - 1);
        int left = picture == 0 ? KEY_TO_OTHER * unit : unit;
        boolean first = true;
        while (left > 0) {
            int part = Math.min(PAYLOAD_BYTES - header.length - 1, left);
            boolean last = part == left;
            ByteBuffer payload = ByteBuffer.allocate(header.length + 1 + part).put(header);
            payload.put((byte) ((first ? 0x80 : 0) | (last ? 0x40 : 0) | type));
            while (payload.hasRemaining()) {
                // No zeros, so that no start code shows up.
                payload.put((byte) (1 + random.nextInt(255)));
            }
            if (first) {
                payload.put(header.length + 1, slice).put(header.length + 2, (byte) 0xb5);
            }
            add(payload.array(), picture, last);
            first = false;
            left -= part;
        }
    }

    private void add(byte[] payload, int picture, boolean marker) {
        ByteBuffer packet = ByteBuffer.allocateDirect(HEADER_BYTES + payload.length);
        packet.put((byte) 0x80).put((byte) ((marker ? 0x80 : 0) | PAYLOAD_TYPE)).putShort((short) 0);
        packet.putInt(picture * TICKS_A_PICTURE).putInt(7).put(payload).flip();
        packets.add(Unpooled.wrappedBuffer(packet));
        pictures.add(picture);
    }

    /** In order; each direct, as the network's are. */
    public List<ByteBuf> packets() {
        return packets;
    }

    /** Which picture each packet is of. */
    public int picture(int packet) {
        return pictures.get(packet);
    }

    /** Makes it the GOP of this number of the stream: sequence numbers and timestamps go on. */
    public void renumber(int gop) {
        int first = gop * packets.size();
        int ticks = gop * PICTURES * TICKS_A_PICTURE;
        for (int i = 0; i < packets.size(); i++) {
            packets.get(i).setShort(2, first + i).setInt(4, ticks + pictures.get(i) * TICKS_A_PICTURE);
        }
    }

    /** All of it as it comes over one TCP connection: each packet behind its frame header (RFC 2326 10.12). */
    public ByteBuf interleaved() {
        ByteBuf all = Unpooled.directBuffer(2 * BYTES);
        for (ByteBuf packet : packets) {
            all.writeByte('$').writeByte(0).writeShort(packet.readableBytes()).writeBytes(packet.duplicate());
        }
        return all;
    }
}
