// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RtpPacketiserTest {
    private static final int SSRC = 0x11223344;

    private final RtpPacketiser packetiser = new RtpPacketiser(UnpooledByteBufAllocator.DEFAULT, SSRC, 0xfffe);

    private List<byte[]> packets(Picture picture, int timestamp) {
        List<byte[]> packets = new ArrayList<>();
        packetiser.packetise(picture, timestamp, packet -> {
            packets.add(ByteBufUtil.getBytes(packet));
            packet.release();
        });
        return packets;
    }

    private static Picture picture(byte[]... units) throws IOException {
        return picture(PictureCodec.H264, units);
    }

    private static Picture picture(PictureCodec codec, byte[]... units) throws IOException {
        int size = 0;
        for (byte[] unit : units) {
            size += 4 + unit.length;
        }
        ByteBuffer sample = ByteBuffer.allocate(size);
        for (byte[] unit : units) {
            sample.putInt(unit.length).put(unit);
        }
        return Picture.ofLengthPrefixed(codec, sample.array(), 4);
    }

    private static byte[] unit(int header, int length, long seed) {
        byte[] unit = new byte[length];
        new SplittableRandom(seed).nextBytes(unit);
        unit[0] = (byte) header;
        return unit;
    }

    @Test
    void packetise_keyPicture_isStapAAndFuAWithOneMarker() throws IOException {
        byte[] slice = unit(0x65, 3_000, 1);

        List<byte[]> packets = packets(picture(unit(0x67, 9, 2), unit(0x68, 4, 3), slice), 0x01020304);

        assertThat(packets).hasSize(4);
        assertThat(HexFormat.of().formatHex(packets.get(0), 0, 15)).isEqualTo("8060fffe0102030411223344" + "780009");
        assertThat(packets.get(1)[12] & 0xff).isEqualTo(0x7c);
        assertThat(packets.get(1)[13] & 0xff).isEqualTo(0x85);
        assertThat(packets.get(2)[13] & 0xff).isEqualTo(0x05);
        assertThat(packets.get(3)[13] & 0xff).isEqualTo(0x45);
        assertThat(packets.stream().map(p -> (p[1] & 0x80) != 0)).containsExactly(false, false, false, true);
        assertThat(packets.get(2)[3]).as("sequence wraps").isZero();
    }

    /** An own depacketiser, so that the recorder's cannot share a mistake with this writer. */
    @Property(tries = 200)
    void packetise_anyUnits_comeBackByteForByte(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 6_000) Integer> lengths, @ForAll long seed)
            throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        int[] headers = {0x65, 0x41, 0x67, 0x68, 0x06, 0x09, 0x01};
        byte[][] units = lengths.stream()
                .map(length -> unit(headers[random.nextInt(headers.length)], length, random.nextLong()))
                .toArray(byte[][]::new);

        List<byte[]> packets = packets(picture(units), 90_000);

        assertThat(depacketised(packets)).containsExactly(units);
        for (int i = 0; i < packets.size(); i++) {
            assertThat(packets.get(i).length).isLessThanOrEqualTo(12 + RtpPacketiser.MAX_PAYLOAD_BYTES);
            assertThat((packets.get(i)[1] & 0x80) != 0).isEqualTo(i == packets.size() - 1);
        }
    }

    /** RFC 7798 4.4.2, 4.4.3, read here by its drawings. */
    @Property(tries = 200)
    void packetise_anyH265Units_comeBackByteForByte(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 3, max = 6_000) Integer> lengths, @ForAll long seed)
            throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        int[] types = {0, 1, 9, 19, 21, 32, 33, 34, 35, 39};
        byte[][] units = lengths.stream()
                .map(length -> {
                    byte[] unit = unit(types[random.nextInt(types.length)] << 1, length, random.nextLong());
                    unit[1] = (byte) (1 + random.nextInt(7));
                    return unit;
                })
                .toArray(byte[][]::new);

        List<byte[]> packets = packets(picture(PictureCodec.H265, units), 90_000);

        List<byte[]> again = new ArrayList<>();
        ByteArrayOutputStream open = new ByteArrayOutputStream();
        for (byte[] packet : packets) {
            assertThat(packet.length).isLessThanOrEqualTo(12 + RtpPacketiser.MAX_PAYLOAD_BYTES);
            int type = packet[12] >> 1 & 0x3f;
            ByteBuffer in = ByteBuffer.wrap(packet, 14, packet.length - 14);
            if (type == 48) {
                while (in.hasRemaining()) {
                    byte[] unit = new byte[in.getShort()];
                    in.get(unit);
                    again.add(unit);
                }
            } else if (type == 49) {
                int fu = in.get();
                if ((fu & 0x80) != 0) {
                    open.reset();
                    open.write((packet[12] & 0x81) | (fu & 0x3f) << 1);
                    open.write(packet[13]);
                }
                open.write(packet, 15, packet.length - 15);
                if ((fu & 0x40) != 0) {
                    again.add(open.toByteArray());
                }
            } else {
                again.add(java.util.Arrays.copyOfRange(packet, 12, packet.length));
            }
        }
        assertThat(again).containsExactly(units);
    }

    private static List<byte[]> depacketised(List<byte[]> packets) {
        List<byte[]> units = new ArrayList<>();
        ByteArrayOutputStream open = new ByteArrayOutputStream();
        for (byte[] packet : packets) {
            ByteBuffer in = ByteBuffer.wrap(packet, 12, packet.length - 12);
            int type = packet[12] & 0x1f;
            if (type == 24) {
                in.get();
                while (in.hasRemaining()) {
                    byte[] unit = new byte[in.getShort()];
                    in.get(unit);
                    units.add(unit);
                }
            } else if (type == 28) {
                int fu = packet[13];
                if ((fu & 0x80) != 0) {
                    open.reset();
                    open.write((packet[12] & 0xe0) | (fu & 0x1f));
                }
                open.write(packet, 14, packet.length - 14);
                if ((fu & 0x40) != 0) {
                    units.add(open.toByteArray());
                }
            } else {
                byte[] unit = new byte[in.remaining()];
                in.get(unit);
                units.add(unit);
            }
        }
        return units;
    }

    @Test
    void report_afterTwoPackets_countsThemAndCarriesNtpTime() throws IOException {
        packets(picture(unit(0x41, 100, 1)), 0);
        packets(picture(unit(0x41, 50, 1)), 7200);

        ByteBuf report =
                SenderReports.report(UnpooledByteBufAllocator.DEFAULT, packetiser, 1_500_000, 0x0a0b0c0d, "cam");

        assertThat(ByteBufUtil.hexDump(report))
                .isEqualTo("80c80006" + "11223344" + "83aa7e81" + "80000000" + "0a0b0c0d" + "00000002" + "00000096"
                        + "81ca0003" + "11223344" + "010363616d" + "000000");
        report.release();
    }

    @Test
    void goodbye_always_endsWithBye() {
        ByteBuf goodbye = SenderReports.goodbye(UnpooledByteBufAllocator.DEFAULT, packetiser, 0, 0, "camera");

        assertThat(ByteBufUtil.hexDump(goodbye)).startsWith("80c80006").endsWith("81cb0001" + "11223344");
        assertThat(goodbye.readableBytes() % 4).isZero();
        goodbye.release();
    }
}
